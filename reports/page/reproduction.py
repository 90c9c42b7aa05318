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
from contextlib import suppress
from datetime import datetime
from typing import Any

from reports.page.reproduction_values import MOMENTS, NAMES, UTC_ZONE, agrees, at, filled

# --- from here on it is part of the script

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
_CURSOR = re.compile(r"next_\w+|\w*cursor")
_LONGEST_PAUSE_S = 120.0
_REFUSED, _THROTTLED = 400, 429
_INSTANT_S = 0.01  # a platform may tell instants by the millisecond
_TRIES, _MOMENT_S = 25, 0.3  # how often what may take its time is asked for


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
            learn(self)
            return
        body = filled(step.get("body"), self.started)
        text = body if isinstance(body, str) else json.dumps(body)
        payload = text.encode() if body is not None else None
        url = filled(step["url"], self.started)
        headers = filled(step.get("headers", {}), self.started)
        # What the platform does by itself, and did while it was recorded, it is given longer for.
        takes_time = self.patient == "refused" or "until" in step
        for _ in range(_TRIES * (3 if takes_time else 1)):
            if step["method"] == "INVOKE":
                (self.status, self.body), wait = INVOKED(url, payload), 1.0
            else:
                self.status, self.body, wait = sent(step["method"], url, headers, payload)
            learn(self)  # a creation is compared with its own id
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
        if any(at(self.body, place) != value for place, value in step.get("until", ())):
            return False
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


def shows_again(pages: list[Any]) -> bool:
    """Whether a list on these pages shows an entry more than once."""
    shown = [json.dumps(entry) for page in pages for entry in entries(page)]
    return len(set(shown)) < len(shown)


def entries(body: Any) -> list[Any]:
    """The elements of the list that an answer holds, wherever it does."""
    if isinstance(body, list):
        return body
    parts = body.items() if isinstance(body, dict) else ()
    return next((found for n, part in parts if n != "stats" and (found := entries(part))), [])


def shown_in(pages: list[Any], listed: dict[str, Any]) -> list[int]:
    """How many entries of a list show each record."""
    return counts(pages, [str(NAMES.get(name, "nothing")) for name in listed["names"]])


def counts(pages: list[Any], records: list[str]) -> list[int]:
    """How many entries on these pages show each record, without saying which.

    An entry counts once: a recording leaves out addresses that are signed, and may name it in them.
    """
    shown = [json.dumps(entry) for page in pages for entry in entries(page)]
    return sorted(sum(each in entry for entry in shown) for each in records)


def goes_on(body: Any) -> bool:
    """Whether an answer says where what follows it begins."""
    if isinstance(body, list):
        return any(map(goes_on, body))
    if not isinstance(body, dict):
        return False
    named = any(part and _CURSOR.fullmatch(name) for name, part in body.items())
    return named or any(goes_on(part) for name, part in body.items() if name != "stats")


def learn(answer: Answer) -> None:
    """Keep what later steps need of an answer."""
    for name, pointer in answer.step.get("gives", {}).items():
        if (value := at(answer.body, pointer)) is not None:
            NAMES[name] = value
            NAMES[f"{name}.upper"] = str(value).upper()
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
    NAMES.update({f"{name}.upper": NAMES[name].upper() for name in FRESH})
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
    number = 0
    walk: list[Any] = []
    differs: list[str] = []
    for group in groups():
        look_first(group, differs)
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
            step = answer.step
            mark_instants(step)
            if "lists" in step:
                walk = [*(walk if step["lists"] == "on" else ()), answer.body]
            if step.get("scene") and answer.status // 100 != step["status"] // 100:
                print(f"the scene could not be set: {json.dumps(answer.body)[:500]}")  # noqa: T201
                return STUCK
            differs += of_walk(number, answer, walk)
        differs += compared(answers, number)
    differs += mail.differs() if mail else []
    if differs:
        print("NOT REPRODUCED: " + "; ".join(differs))  # noqa: T201
        return GONE
    print("REPRODUCED: the answers are those that were recorded")  # noqa: T201
    return REPRODUCED


def mark_instants(step: dict[str, Any]) -> None:
    """Instants that lay between this step and the next do so again."""
    for text in step.get("then", ()):
        time.sleep(_INSTANT_S)
        MOMENTS[text] = datetime.now(UTC_ZONE)


def look_first(group: list[dict[str, Any]], differs: list[str]) -> None:
    """Ask once before a pause, where the run asked all the time."""
    if "looks" in group[0] and not differs:
        with suppress(KeyError):  # told where it is asked again
            Answer(group[0], hurried=True).ask()


def of_walk(number: int, answer: Answer, walk: list[Any]) -> list[str]:
    """In what the last page of a walk differs, and all pages together."""
    step, found = answer.step, []
    if goes_on(answer.body) is step.get("ends"):
        found.append(f"step {number} goes on where the pages ended, or ends where they went on")
    if "listed" in step and shown_in(walk, step["listed"]) != step["listed"]["counts"]:
        found.append(f"step {number} shows other records, or shows them another time")
    if "listed" in step and shows_again(walk) is not step["listed"]["repeats"]:
        found.append(f"step {number} shows an entry again, or shows none again where one was")
    return found


def is_steady(answer: Answer) -> bool:
    """Whether instants are those of the first answer to the same, where they were."""
    listed = answer.step.get("steady", ())
    return all((at(answer.body, place) == NAMES.get(n)) is same for place, n, same in listed)


def compared(answers: list[Answer], last: int) -> list[str]:
    """In what the answers differ from those that were recorded."""
    own = [answer for answer in answers if not answer.step.get("scene")]
    came = sorted(answer.sketch for answer in own)
    wanted = sorted(answer.step["sketch"] for answer in own)
    if came != wanted:
        return [f"step {last}: {', '.join(came)}; recorded was {', '.join(wanted)}"]
    shown = [a for a in own if "came" in a.step]
    bad = [a for a in shown if not (agrees(a.step["came"], a.body, a.started) and is_steady(a))]
    return [f"step {last} tells something else: {json.dumps(a.body)[:600]}" for a in bad]


if __name__ == "__main__":
    sys.exit(main())
