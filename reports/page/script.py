"""A script that reproduces a failure: it sets the scene, makes the calls, compares the answers.

What is the same in all scripts is `reproduction.py`; here a run's exchanges become its steps.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from fixtures.exchange.evidence import INVOKE
from reports.exchange import Exchange
from reports.model import CheckResult, RequirementRun, Run
from reports.page.scene import (
    INSTANT,
    REDACTED,
    UUID,
    Pointer,
    Scenes,
    creates,
    leaves,
    lists,
    reads,
    succeeded,
    tokens,
)

MOST: Final = 400  # steps; a scene beyond that is better repeated by the suite
END: Final = "END_OF_SCRIPT"
_SOURCE: Final = Path(__file__).with_name("reproduction.py")
_PAUSE_S: Final = 0.75  # a shorter pause between two calls meant nothing
_NEAR: Final = timedelta(days=100)
_COMMON: Final = frozenset({"ofm.org.create", "usm.session.create", "operator.uas_usercreate"})
# What a platform may draw by itself, such as a code: only its case is the same each time.
_MADE_UP: Final = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9]{6,}")
_GTIN: Final = re.compile(r"2\d{12}")
_CODE: Final = re.compile(r"[A-Z0-9-]+")
# A queue or a receiver of the suite's own: there is none when a script runs.
_OUTSIDE: Final = re.compile(r"arn:aws:sqs|\bsqs\b|https?://(?:127\.0\.0\.1|localhost)[:/]")
_RUN: Final = re.compile(r" run=(\w+) ")
_UNPRINTABLE: Final = re.compile(r"[^\x20-\x7e]|\\|\"\"\"")
_OWN_HEADERS: Final = frozenset({"content-length", "host", "accept-encoding", "connection"})


class Scripts:
    """Makes the scripts of one run."""

    def __init__(self, run: Run, exchanges: Sequence[Exchange]) -> None:
        self._run = run
        self._scenes = Scenes(exchanges)

    def of(self, requirement: RequirementRun, check: CheckResult) -> str | None:
        """What to paste into a shell; None where no script can repeat what the check did."""
        scenes = self._scenes
        own = sorted(scenes.place[name] for name in check.exchanges if name in scenes.place)
        judged = next((card.exchange for card in check.cards if card.exchange), None)
        if not own or (judged is not None and judged not in scenes.place):
            return None
        numbers = scenes.before(own)
        observed = next((card.observed for card in check.cards if card.exchange), "")
        subject = Subject(scenes.place.get(judged or ""), observed)
        steps = _Steps(self._run, scenes, numbers, own, subject)
        made = steps.made() if len(numbers) <= MOST else None
        return None if made is None else _text(requirement, check, steps, made)


def _text(
    requirement: RequirementRun, check: CheckResult, steps: "_Steps", made: list[dict[str, Any]]
) -> str:
    card = check.cards[0] if check.cards else None
    told = [f"{requirement.id}: {requirement.text}"]
    if card is not None:
        told += [f"Expected: {card.expectation}: {card.expected}", f"Came: {card.observed}"]
    told += [
        "",
        "Sets the scene and makes the calls anew. What it makes bears a name with 'conformance'.",
        *steps.needs(),
        "Exit status: 1 the failure is there, 0 it is not, 2 the scene could not be set.",
    ]
    source = _SOURCE.read_text(encoding="utf-8")
    _, _, rest = source.partition('"""\n\n')
    head = "\n".join(_clean(line) for line in told)
    values = {
        "STEPS": f"[json.loads(line) for line in r'''\n{_lines(made)}\n'''.split(chr(10)) if line]",
        "FRESH": _json(steps.fresh),
        "SECRETS": repr(steps.secrets),
        "BASE_URL": repr(steps.base_url),
        "OPERATOR_URL": repr(steps.operator_url),
    }
    for name, value in values.items():
        before, line, after = _line_of(name, rest)
        rest = f"{before}{line} = {value}{after}"
    return f'python3 - <<\'{END}\'\n"""{head}\n"""\n\n{rest.rstrip()}\n{END}\n'


def _line_of(name: str, source: str) -> tuple[str, str, str]:
    """The line that gives a name its value, without the value; what stands before and behind."""
    found = re.search(rf"^({name}(?:: [^=]+)?) = .*$", source, re.MULTILINE)
    if found is None:
        raise ValueError(f"{_SOURCE.name} gives {name} no value")
    return source[: found.start()], found[1], source[found.end() :]


def _lines(made: list[dict[str, Any]]) -> str:
    return "\n".join(map(_json, made))


def _json(value: object) -> str:
    """JSON that cannot end the text it stands in."""
    return json.dumps(value).replace("'", "\\u0027")


def _clean(line: str) -> str:
    return _UNPRINTABLE.sub("?", line)[:400]


@dataclass(frozen=True)
class Subject:
    """The exchange that the expectation was about, and what was observed in it, in words."""

    number: int | None
    observed: str

    def told_by(self, body: Any, sketches: frozenset[str]) -> Any:
        """The part of a body that showed it; None where status and tag were all."""
        if self.observed in sketches:
            return None
        body = {n: part for n, part in body.items() if n != "stats"} if _is_object(body) else body
        told = [
            place
            for place, leaf in leaves(body)
            if str(leaf) == self.observed and not isinstance(leaf, bool) and place[:1] == ("data",)
        ]
        if len(told) == 1 and all(isinstance(name, str) for name in told[0]):
            return _only(body, told)
        return body


class _Steps:
    """The exchanges of one scene as steps, and the names of the values that go between them.

    `own` are the check's.
    """

    def __init__(
        self,
        run: Run,
        scenes: Scenes,
        numbers: Sequence[int],
        own: Sequence[int],
        subject: Subject,
    ) -> None:
        self._scenes, self._numbers, self._own = scenes, numbers, frozenset(own)
        self._subject = subject
        self._step = {number: place for place, number in enumerate(numbers)}
        self.fresh: dict[str, str] = {"run": "run"}
        self.secrets: dict[str, bool] = {}
        self._marks: dict[str, str] = {}
        self._gives: dict[int, dict[str, list[str | int]]] = {}
        agents = (scenes.all[n].request.headers.get("user-agent", "") for n in numbers)
        self._run_id = next((found[1] for each in agents if (found := _RUN.search(each))), "")
        self.base_url = _origin(run.target.host, scenes.all, numbers)
        invoked = (scenes.all[n].request for n in numbers)
        self.operator_url = next(
            (each.url.rpartition("/")[0] for each in invoked if each.method == INVOKE), ""
        )
        for number in numbers:
            for token in sorted(scenes.asked(number)):
                self._name(token)
        self._listing = self._list_of(subject)
        self._records = self._made_records()

    def _list_of(self, subject: Subject) -> str | None:
        """The operation whose answers were judged by the records that they list."""
        judged = None if subject.number is None else self._scenes.all[subject.number]
        if judged is None or not lists(judged) or not succeeded(judged):
            return None
        if subject.observed in _sketches(judged):
            return None
        return judged.operation

    @property
    def _compares(self) -> bool:
        """Whether the finding is about more than status and tag, such as how refusals differ."""
        number = self._subject.number
        judged = None if number is None else self._scenes.all[number]
        return judged is None or self._subject.observed not in _sketches(judged)

    def needs(self) -> Iterator[str]:
        """What a reader must set before."""
        yield f"BASE_URL is {self.base_url} unless it is set."
        if self.operator_url:
            yield f"OPERATOR_URL is {self.operator_url} unless it is set."
        given = [name for name, drawn in self.secrets.items() if not drawn]
        if given:
            yield f"Set {', '.join(given)}: secrets of accounts that were there before."

    def made(self) -> list[dict[str, Any]] | None:
        """The steps; None where one of them went somewhere that no script can reach."""
        steps = [self._made(number) for number in self._numbers]
        if any(step is None for step in steps):
            return None
        found = [step for step in steps if step is not None]
        if any(_OUTSIDE.search(_json(step.get("body"))) for step in found):
            return None
        for number, step in zip(self._numbers, found, strict=True):
            if number in self._gives:
                step["gives"] = self._gives[number]
        self._pace(found)
        return [*_asked_once(found)]

    # --- names of values ---

    def _name(self, token: str) -> None:
        """Give a token a name, if its value is another in each run of the script."""
        if token in self._marks:
            return
        given = self._scenes.given.get(token)
        name = f"v{len(self._marks) + 1}"
        if not self._scenes.is_drawn(token) and given is not None and given[0] in self._step:
            self._marks[token] = f"${{{name}}}"
            self._gives.setdefault(given[0], {})[name] = [*given[1]]
        elif token.startswith("#"):
            self._marks[token] = f"${{{self._secret(token)}}}"
        elif kind := self._kind(token):
            self._marks[token] = f"${{{name}}}"
            self.fresh[name] = kind
        elif self._run_id and self._run_id in token.lower():
            again = token.replace(self._run_id, "${run}")
            self._marks[token] = again.replace(self._run_id.upper(), "${RUN}")

    @staticmethod
    def _kind(token: str) -> str | None:
        """How a drawn value is drawn anew."""
        if UUID.fullmatch(token):
            return "uuid"
        if _GTIN.fullmatch(token):
            return "gtin"
        if _CODE.fullmatch(token) and not token.isdigit() and not token.startswith("CF"):
            kept = 1 if token[0] == "C" else 0
            return token[:kept] + "".join(c if c == "-" else "A" for c in token[kept:])
        return None

    def _secret(self, token: str) -> str:
        label = self._label(token)
        name, number = label, 1
        while name in self.secrets:
            number += 1
            name = f"{label}_{number}"
        first = self._scenes.made.get(token)
        self.secrets[name] = first is None or not _signs_in(self._scenes.all[first])
        return name

    def _label(self, token: str) -> str:
        """The label under which the secret was recorded."""
        for number in self._numbers:
            for found in REDACTED.finditer(self._scenes.all[number].request.model_dump_json()):
                if f"#{found[2]}" == token:
                    return re.sub(r"\W", "_", found[1])
        return "SECRET"

    # --- one step ---

    def _made(self, number: int) -> dict[str, Any] | None:
        exchange = self._scenes.all[number]
        request, response = exchange.request, exchange.response
        url = self._url(request.method, request.url)
        if url is None:
            return None
        step: dict[str, Any] = {"who": exchange.actor, "method": request.method, "url": url}
        headers = {n: t for n, t in request.headers.items() if n not in _OWN_HEADERS}
        headers.pop("user-agent", None)
        if headers:
            step["headers"] = self._filled(headers, exchange)
        if request.body is not None:
            step["body"] = self._filled(request.body, exchange, number)
        step["status"] = response.status if response else 0
        if number not in self._own:
            return step | {"scene": True}
        return step | self._to_compare(number, exchange)

    def _to_compare(self, number: int, exchange: Exchange) -> dict[str, Any]:
        """What a step of the check itself must come to again."""
        found: dict[str, Any] = {"sketch": _sketch(exchange)}
        if reads(exchange):
            found["patient"] = True
        if self._listing == exchange.operation:
            found["lists"] = True
        if number == self._subject.number and self._listing:
            found["listed"] = {"names": self._records, "counts": self._counts()}
        if (told := self._telling(number, exchange)) is not None:
            found["came"] = self._came(told, exchange)
        return found

    def _telling(self, number: int, exchange: Exchange) -> Any:
        """The part of an answer's body that shows the failure; None where no part does."""
        body = exchange.response.body if exchange.response else None
        if number == self._subject.number:
            # The pages of a walk hold other records each time: these are counted over all of them.
            pages = (self._scenes.all[n] for n in self._own)
            alike = [p for p in pages if (p.operation, p.actor) == _who(exchange)]
            if self._listing and len(alike) > 1:
                return None
            return self._subject.told_by(body, _sketches(exchange))
        return _refusal(body) if self._compares and not succeeded(exchange) else None

    def _url(self, method: str, url: str) -> str | None:
        if method == INVOKE:
            return f"${{OPERATOR_URL}}/{url.rpartition('/')[2]}"
        if url.startswith(f"{self.base_url}/"):
            return "${BASE_URL}" + self._text(url.removeprefix(self.base_url))
        whole = self._text(url)
        return whole if whole.startswith("${") else None

    def _filled(self, value: Any, exchange: Exchange, number: int | None = None) -> Any:
        """A value of a request as a template."""
        if isinstance(value, Mapping):
            return {n: self._field(n, part, exchange, number) for n, part in value.items()}
        if isinstance(value, list):
            return [self._filled(part, exchange, number) for part in value]
        if isinstance(value, str):
            return self._instant(value, exchange.started_at) or self._text(value)
        return value

    def _field(self, name: str, value: Any, exchange: Exchange, number: int | None) -> Any:
        is_number = isinstance(value, int) and not isinstance(value, bool)
        if is_number and "revision" in name and number is not None:
            return self._revision(value, number)
        return self._filled(value, exchange, number)

    def _revision(self, value: int, number: int) -> Any:
        """A revision as a record had it in an earlier answer of the scene."""
        about = self._scenes.asked(number)
        for before in reversed(self._numbers[: self._step[number]]):
            response = self._scenes.all[before].response
            body = response.body if response else None
            found = [p for p, leaf in leaves(body) if p[-1:] == ("revision",) and leaf == value]
            known = {t for _, leaf in leaves(body) if isinstance(leaf, str) for t in tokens(leaf)}
            shared = {t for t in about & (known | self._scenes.asked(before)) if UUID.fullmatch(t)}
            if found and shared:
                name = f"r{self._step[before] + 1}"
                self._gives.setdefault(before, {})[name] = [*found[0]]
                return {"$is": [name, value]}
        return value

    def _text(self, text: str) -> str:
        """A text with the names of values in the place of these."""
        for token in sorted(tokens(text), key=len, reverse=True):
            mark = self._marks.get(token) or self._lower(token)
            if mark is None:
                continue
            if token.startswith("#"):
                for found in REDACTED.finditer(text):
                    text = text.replace(found[0], mark) if found[0].endswith(f"{token}]") else text
            else:
                text = text.replace(token, mark)
        text = text.replace("[redacted]", "${NEVER_ISSUED}")
        return text.replace(self._run_id, "${run}") if self._run_id else text

    def _lower(self, token: str) -> str | None:
        """The mark of a drawn value that stands in lower case."""
        mark = self._marks.get(token.upper(), "")
        return f"{mark[:-1]}.lower}}" if mark[2:-1] in self.fresh else None

    def _instant(self, text: str, started: datetime) -> Any:
        """An instant by how far it is from the call, unless it is a fixed one."""
        moment = _moment(text)
        if moment is None or abs(moment - started) > _NEAR:
            return None
        is_round = moment.second == 0 and moment.microsecond == 0
        if is_round and abs(moment - started) > timedelta(days=1):
            return None
        return {"$in_s": [round((moment - started).total_seconds(), 3), text]}

    # --- what came ---

    def _came(self, value: Any, exchange: Exchange) -> Any:
        """A value of the judged answer as a template: what must come again."""
        if isinstance(value, _Part):
            return {name: self._came(part, exchange) for name, part in value.items()}
        if isinstance(value, Mapping):
            told = {name: self._came(part, exchange) for name, part in value.items()}
            return {**told, "$no_more": 1}
        if isinstance(value, list):
            return self._items(value, exchange)
        if isinstance(value, str):
            return self._leaf(value, exchange.started_at)
        return value

    def _items(self, value: list[Any], exchange: Exchange) -> dict[str, Any]:
        mine = [each for each in value if self._is_ours(each)]
        everything = len(mine) == len(value) and bool(value)
        listed = [self._came(each, exchange) for each in mine]
        return {"$items": listed, "all": everything, "ours": self._records}

    def _is_ours(self, item: Any) -> bool:
        """Whether an element of a list names nothing, or something of the scene."""
        found = {t for _, leaf in leaves(item) if isinstance(leaf, str) for t in tokens(leaf)}
        records = {token for token, mark in self._marks.items() if mark[2:-1] in self._records}
        return not any(UUID.fullmatch(t) for t in found) or not found.isdisjoint(records)

    def _leaf(self, text: str, started: datetime) -> Any:
        if (moment := _moment(text)) is not None:
            ahead = (moment - started).total_seconds()
            near = 0 < ahead < _NEAR.total_seconds()
            return {"$in_s": [round(ahead, 3), text]} if near else {"$any": 1}
        found = set(tokens(text))
        if REDACTED.search(text) or any(UUID.fullmatch(t) for t in found - self._marks.keys()):
            return {"$any": 1}
        told = self._text(text)
        if told == text and _MADE_UP.fullmatch(text) and any(c.isdigit() for c in text):
            return {"$case": [text.islower(), text.isupper()]}
        return told

    def _made_records(self) -> list[str]:
        """Names of all records that the scene and the check make, for what a list shows of them."""
        found = []
        for number in self._numbers:
            exchange = self._scenes.all[number]
            # What all records of an org have in common tells none of them apart.
            if not (succeeded(exchange) and creates(exchange)) or exchange.operation in _COMMON:
                continue
            for token in self._scenes.gives(number):
                self._name(token)
                found.append(self._marks[token][2:-1])
        return sorted(set(found))

    def _counts(self) -> list[int]:
        """How often each record was shown in all answers of the list, without saying which."""
        shown = [self._scenes.all[number] for number in sorted(self._own)]
        text = "".join(
            json.dumps(each.response.body)
            for each in shown
            if each.operation == self._listing and each.response is not None
        )
        tokens_of = {mark[2:-1]: token for token, mark in self._marks.items()}
        return sorted(text.count(tokens_of[name]) for name in self._records)

    # --- when ---

    def _pace(self, steps: list[dict[str, Any]]) -> None:
        """Ask together what was asked together, and wait where the check waited."""
        last = None
        pairs = pairwise(zip(self._numbers, steps, strict=True))
        for (before, _), (number, step) in pairs:
            if before not in self._own or number not in self._own:
                last = None
                continue
            earlier, now = self._scenes.all[before], self._scenes.all[number]
            end = max(_end(earlier), last or _end(earlier))
            gap = (now.started_at - end).total_seconds()
            if gap < 0:
                step["together"], last = True, end
                continue
            last = None
            if gap > _PAUSE_S:
                step["pause_s"] = round(gap, 2)


def _asked_once(steps: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The steps without those that were asked again at once, until the answer was another."""
    waiting: dict[str, Any] | None = None
    for step in steps:
        if waiting is not None and not (_is_same(waiting, step) and not waiting.get("gives")):
            yield waiting
        elif waiting is not None:
            step["patient"] = True
        waiting = step
    if waiting is not None:
        yield waiting


def _is_same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two steps are one request with two different answers, not asked together."""
    asked = ("who", "method", "url", "headers", "body")
    differ = one.get("sketch") != other.get("sketch") or one["status"] != other["status"]
    return differ and not other.get("together") and all(one.get(n) == other.get(n) for n in asked)


def _end(exchange: Exchange) -> datetime:
    return exchange.started_at + timedelta(milliseconds=exchange.elapsed_ms)


def _origin(host: str, exchanges: Sequence[Exchange], numbers: Sequence[int]) -> str:
    for number in numbers:
        parts = urlsplit(exchanges[number].request.url)
        if parts.netloc == host and exchanges[number].request.method != INVOKE:
            return f"{parts.scheme}://{parts.netloc}"
    return f"https://{host}"


def _signs_in(exchange: Exchange) -> bool:
    return "login" in exchange.operation or "signin" in exchange.operation


def _sketch(exchange: Exchange) -> str:
    """Status and error tag, as the script tells them."""
    response = exchange.response
    if response is None:
        return "no answer"
    found = response.body
    for name in ("error", "major", "tag"):
        found = found.get(name) if isinstance(found, Mapping) else None
    return f"{response.status} {found}" if found else str(response.status)


def _refusal(body: Any) -> Any:
    """What a refusal says, without the record that it may show."""
    error = body.get("error") if isinstance(body, Mapping) else None
    if not isinstance(error, Mapping):
        return body
    return _Part(error=_Part({name: part for name, part in error.items() if name != "details"}))


def _who(exchange: Exchange) -> tuple[str, str]:
    return exchange.operation, exchange.actor


def _sketches(exchange: Exchange) -> frozenset[str]:
    """How a finding says that status and tag of an answer are all that it is about."""
    status = exchange.response.status if exchange.response else 0
    return frozenset({_sketch(exchange), f"{status}, success", f"{status}, no error tag"})


def _is_object(body: Any) -> bool:
    return isinstance(body, Mapping)


class _Part(dict[str, Any]):
    """A part of an object: what else is in it does not matter."""


def _only(body: Any, places: Sequence[Pointer]) -> _Part:
    """An object that holds these places alone."""
    made = _Part()
    for place in places:
        into, found = made, body
        for name in place[:-1]:
            into, found = into.setdefault(str(name), _Part()), found[name]
        into[str(place[-1])] = found[place[-1]]
    return made


def _moment(text: str) -> datetime | None:
    if not INSTANT.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
