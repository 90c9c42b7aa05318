"""The part of a reproduction script that is the same in all: Python 3.9 or later, nothing else.

Each step is one request, as the run recorded it. Names in `${...}` are values that came in the
answer of an earlier step, that are drawn anew, or that are read from the environment.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from datetime import datetime, timedelta, timezone
from typing import Any

STEPS: list[dict[str, Any]] = []
FRESH: dict[str, str] = {}
SECRETS: dict[str, bool] = {}
ADDRESSES: dict[str, str] = {}
BASE_URL = ""
OPERATOR_URL = ""
INVOKED: Any = None  # what invokes the operator's functions, in a script that has it
MAIL: Any = None  # what receives, likewise
FETCH: Any = None  # what reads files, likewise

REPRODUCED, GONE, STUCK = 1, 0, 2
NAMES: dict[str, Any] = {}
_MARK = re.compile(r"\$\{([\w.-]+)\}")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-")
_CURSOR = re.compile(r"next_\w+|\w*cursor")
_LONGEST_PAUSE_S = 120.0
UTC_ZONE = timezone.utc  # noqa: UP017 - the script runs on older versions of Python, too
_REFUSED, _THROTTLED = 400, 429
_TRIES, _MOMENT_S = 25, 0.3  # how often what may take its time is asked for
_TOLERANCE_S = 5.0


def fresh(kind: str) -> str:
    """A new value of the same form."""
    if kind == "uuid":
        return str(uuid.uuid4())
    if kind == "gtin":
        digits = "2" + "".join(secrets.choice("0123456789") for _ in range(11))
        weighed = sum(int(d) * (3 if n % 2 else 1) for n, d in enumerate(digits))
        return digits + str(-weighed % 10)
    if kind == "run":
        return secrets.token_hex(3)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    drawn = {"A": letters + "0123456789", "L": letters}
    return "".join(secrets.choice(drawn[c]) if c in drawn else c for c in kind)


def secret(name: str, *, may_be_drawn: bool) -> str:
    """A secret from the environment; of an account that the script makes itself, any will do."""
    if name in os.environ:
        return os.environ[name]
    if name.startswith("GARBAGE"):
        return "never-issued-" + secrets.token_hex(12)
    if may_be_drawn:
        return "Aa1!" + secrets.token_urlsafe(12)
    sys.exit(f"set {name}: the secret of an account that was there before")


def filled(part: Any, started: datetime) -> Any:
    """A template with the values of this run of the script."""
    if isinstance(part, dict):
        if set(part) == {"$in_s"}:
            return written(started + timedelta(seconds=part["$in_s"][0]), part["$in_s"][1])
        if set(part) == {"$is"}:
            return NAMES.get(part["$is"][0], part["$is"][1])
        return {name: filled(each, started) for name, each in part.items()}
    if isinstance(part, list):
        return [filled(each, started) for each in part]
    if isinstance(part, str):
        return _MARK.sub(lambda found: str(NAMES[found[1]]), part)
    return part


def written(moment: datetime, form: str) -> str:
    """An instant in the form of another one."""
    fraction = re.search(r"\.(\d+)", form)
    digits = len(fraction[1]) if fraction else 0
    text = moment.strftime("%Y-%m-%dT%H:%M:%S")
    if digits:
        text += "." + f"{moment.microsecond:06d}"[:digits]
    return text + ("Z" if form.endswith("Z") else "+00:00")


def at(body: Any, pointer: list[Any]) -> Any:
    """The value at a place of an answer, or None."""
    for name in pointer:
        try:
            body = body[name]
        except (KeyError, IndexError, TypeError):
            return None
    return body


class Answer:
    """What came of one step."""

    def __init__(self, step: dict[str, Any], *, hurried: bool = False) -> None:
        self.step = step
        self.patient: Any = None if hurried else step.get("patient")
        self.started = datetime.now(UTC_ZONE)
        self.status = 0
        self.body: Any = None

    def ask(self) -> None:
        step = self.step
        self.started = datetime.now(UTC_ZONE)
        if "pivot" in step:
            NAMES["PIVOT"] = self.started
        if step["method"] == "FETCH":
            self.status, self.body = FETCH(step, self.started)
            return
        body = filled(step.get("body"), self.started)
        text = body if isinstance(body, str) else json.dumps(body)
        payload = text.encode() if body is not None else None
        url = filled(step["url"], self.started)
        if step["method"] == "INVOKE":
            self.status, self.body = INVOKED(url, payload)
            return
        headers = filled(step.get("headers", {}), self.started)
        for _ in range(_TRIES):
            self.status, self.body, wait = sent(step["method"], url, headers, payload)
            if self.status != _THROTTLED or step.get("status") == _THROTTLED:
                if self.is_as_recorded or not self.patient:
                    return
                if self.patient == "refused" and self.status < _REFUSED:
                    return
                wait = _MOMENT_S
            time.sleep(min(wait, 60.0))

    @property
    def is_as_recorded(self) -> bool:
        step = self.step
        if step.get("scene"):
            known = all(
                at(self.body, place) is not None for place in step.get("gives", {}).values()
            )
            return known and self.status // 100 == step["status"] // 100
        same = self.sketch == step.get("sketch", self.sketch)
        return same and agrees(step.get("came", {}), self.body, self.started)

    @property
    def tag(self) -> Any:
        return at(self.body, ["error", "major", "tag"])

    @property
    def sketch(self) -> str:
        return f"{self.status} {self.tag}" if self.tag else str(self.status or "no answer")


def sent(
    method: str, url: str, headers: dict[str, str], payload: bytes | None
) -> tuple[int, Any, float]:
    """Status, body and how long to wait before asking again, in seconds."""
    request = urllib.request.Request(url, data=payload, headers=headers, method=method)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return answer.status, parsed(answer.read()), 0.0
    except urllib.error.HTTPError as refusal:
        said = refusal.headers.get("retry-after", "")
        return refusal.code, parsed(refusal.read()), float(said) if said.isdigit() else 1.0
    except urllib.error.URLError as error:
        sys.exit(f"no answer from {url}: {error.reason}")


def parsed(raw: bytes) -> Any:
    """JSON where it is that, else text."""
    text = raw.decode("utf-8", "replace")
    try:
        return json.loads(text)
    except ValueError:
        return text


def agrees(wanted: Any, got: Any, started: datetime) -> bool:
    """Whether an answer shows what was recorded, but for what differs from run to run."""
    if not isinstance(wanted, dict):
        return bool(filled(wanted, started) == got)
    for mark, holds in MARKS.items():
        if mark in wanted:
            return bool(holds(wanted, got, started))
    return has(wanted, got, started)


def has(wanted: dict[str, Any], got: Any, started: datetime) -> bool:
    """Whether an object has all that is wanted, and no more where it may not."""
    if not wanted:
        return True
    names = wanted.keys() - {"$no_more"}
    if not isinstance(got, dict) or ("$no_more" in wanted and got.keys() - {"stats"} - names):
        return False
    return all(agrees(wanted[name], got.get(name), started) for name in names)


def items_agree(wanted: dict[str, Any], got: Any, started: datetime) -> bool:
    """Of a list, the elements that tell of our records; all of them where there were no others."""
    if not isinstance(got, list):
        return False
    listed = wanted["$items"]
    found = sum(any(agrees(each, item, started) for item in got) for each in listed)
    if wanted["all"]:
        return found == len(listed) == len(got)
    ours = {str(NAMES.get(name, "nothing")) for name in wanted["ours"]}
    told = [json.dumps(item) for item in got]
    mine = [text for text in told if not _ID.search(text) or any(name in text for name in ours)]
    return found == len(listed) == len(mine)


def shown_in(pages: str, listed: dict[str, Any]) -> list[int]:
    """How often the answers of a list show each record."""
    return sorted(pages.count(str(NAMES.get(name, "nothing"))) for name in listed["names"])


def goes_on(body: Any) -> bool:
    """Whether an answer says where what follows it begins."""
    if isinstance(body, list):
        return any(map(goes_on, body))
    if not isinstance(body, dict):
        return False
    named = any(part and _CURSOR.fullmatch(name) for name, part in body.items())
    return named or any(goes_on(part) for name, part in body.items() if name != "stats")


def is_instant(got: Any, wanted: datetime) -> bool:
    found = instant(got)
    return found is not None and abs((found - wanted).total_seconds()) <= _TOLERANCE_S


def is_after(got: Any) -> bool | None:
    """Whether it is an instant since the step that had the files written; None for no instant."""
    found = instant(got)
    return None if found is None or "PIVOT" not in NAMES else bool(found >= NAMES["PIVOT"])


def instant(text: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(text).replace("Z", "+00:00"))  # noqa: FURB162
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC_ZONE)


#: What stands in the place of a value that is another in each run of the script.
MARKS: dict[str, Any] = {
    "$any": lambda _, got, __: got is not None,
    "$case": lambda wanted, got, _: (
        isinstance(got, str) and [got.islower(), got.isupper()] == wanted["$case"]
    ),
    "$after": lambda wanted, got, _: is_after(got) is wanted["$after"],
    "$in_s": lambda wanted, got, started: is_instant(
        got, started + timedelta(seconds=wanted["$in_s"][0])
    ),
    "$items": items_agree,
}


def learn(answer: Answer) -> None:
    """Keep what later steps need of an answer."""
    for name, pointer in answer.step.get("gives", {}).items():
        if (value := at(answer.body, pointer)) is not None:
            NAMES[name] = value
            NAMES[f"{name}.quoted"] = urllib.parse.quote(str(value), safe="")


def together(answers: list[Answer]) -> None:
    """Ask all at one moment."""
    line = threading.Barrier(len(answers))

    def go(answer: Answer) -> None:
        line.wait()
        answer.ask()

    threads = [threading.Thread(target=go, args=(answer,)) for answer in answers]
    for each in threads:
        each.start()
    for each in threads:
        each.join()


def groups() -> list[list[dict[str, Any]]]:
    """Steps one by one, but those together that were asked together."""
    made: list[list[dict[str, Any]]] = []
    for step in STEPS:
        if step.get("together") and made:
            made[-1].append(step)
        else:
            made.append([step])
    return made


def show(number: int, answer: Answer) -> None:
    step = answer.step
    path = re.sub(r"^\$\{\w+\}", "", step["url"])
    print(f"{number:>3}  {step['who']:<12} {step['method']} {path}  ->  {answer.sketch}")  # noqa: T201


def begin() -> Any:
    """Give names to what is known before the first step; what receives, if something does."""
    NAMES.update({"BASE_URL": os.environ.get("BASE_URL", BASE_URL).rstrip("/")})
    NAMES.update({"OPERATOR_URL": os.environ.get("OPERATOR_URL", OPERATOR_URL).rstrip("/")})
    NAMES.update({name: fresh(kind) for name, kind in FRESH.items()})
    NAMES.update({f"{name}.lower": NAMES[name].lower() for name in FRESH})
    for name, meaning in ADDRESSES.items():
        if name != "RECEIVER_URL":
            NAMES[name] = (os.environ.get(name) or sys.exit(meaning)).rstrip("/")
    before, _, NAMES["QUEUE_NAME"] = NAMES.get("QUEUE_URL", "").rpartition("/")
    NAMES["QUEUE_BASE"] = before.rpartition("/")[0]
    NAMES["NEVER_ISSUED"] = "never-issued-" + secrets.token_hex(12)
    NAMES["RUN"] = NAMES["run"].upper()
    NAMES.update({name: secret(name, may_be_drawn=drawn) for name, drawn in SECRETS.items()})
    return MAIL({*ADDRESSES}) if MAIL else None


def main() -> int:
    mail = begin()
    number, pages = 0, ""
    differs: list[str] = []
    for group in groups():
        # Once something differs, what is left is only put in order again.
        time.sleep(0.0 if differs else min(group[0].get("pause_s", 0.0), _LONGEST_PAUSE_S))
        answers = [Answer(step, hurried=bool(differs)) for step in group]
        try:
            if mail:
                mail.ready(number, group)
            together(answers) if len(answers) > 1 else answers[0].ask()
        except KeyError as missing:
            print(f"NOT REPRODUCED: step {number + 1} needs {missing}, which no answer gave")  # noqa: T201
            return STUCK if group[0].get("scene") else GONE
        for answer in answers:
            number += 1
            show(number, answer)
            learn(answer)
            step = answer.step
            pages += json.dumps(answer.body) if step.get("lists") else ""
            if step.get("scene") and answer.status // 100 != step["status"] // 100:
                print(f"the scene could not be set: {json.dumps(answer.body)[:500]}")  # noqa: T201
                return STUCK
            differs += of_walk(number, answer, pages)
        differs += compared(answers, number)
    differs += mail.differs() if mail else []
    if differs:
        print("NOT REPRODUCED: " + "; ".join(differs))  # noqa: T201
        return GONE
    print("REPRODUCED: the answers are those that were recorded")  # noqa: T201
    return REPRODUCED


def of_walk(number: int, answer: Answer, pages: str) -> list[str]:
    """In what the last page of a walk differs, and all pages together."""
    step, found = answer.step, []
    if goes_on(answer.body) is step.get("ends"):
        found.append(f"step {number} goes on where the pages ended, or ends where they went on")
    if "listed" in step and shown_in(pages, step["listed"]) != step["listed"]["counts"]:
        found.append(f"step {number} shows other records, or shows them another time")
    return found


def compared(answers: list[Answer], last: int) -> list[str]:
    """In what the answers differ from those that were recorded."""
    own = [answer for answer in answers if not answer.step.get("scene")]
    came = sorted(answer.sketch for answer in own)
    wanted = sorted(answer.step["sketch"] for answer in own)
    if came != wanted:
        return [f"step {last}: {', '.join(came)}; recorded was {', '.join(wanted)}"]
    shown = [a for a in own if "came" in a.step]
    bad = [a for a in shown if not agrees(a.step["came"], a.body, a.started)]
    return [f"step {last} tells something else: {json.dumps(a.body)[:600]}" for a in bad]


if __name__ == "__main__":
    sys.exit(main())
