"""The exchanges of a scene as the steps of a script, and the names of values that go between."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final
from urllib.parse import urlsplit

from fixtures.exchange.evidence import INVOKE
from reports.exchange import Exchange
from reports.model import Run
from reports.page.names import Names
from reports.page.scene import (
    INSTANT,
    REDACTED,
    UUID,
    Scenes,
    creates,
    leaves,
    lists,
    reads,
    succeeded,
    tokens,
)
from reports.page.subject import Part, Subject, refusal, sketch, sketches

_PAUSE_S: Final = 0.75  # a shorter pause between two calls meant nothing
_BETWEEN_LOOKS_S: Final = 0.05  # unless one call is made again, until something has happened
_NEAR: Final = timedelta(days=100)
_COMMON: Final = frozenset({"ofm.org.create", "usm.session.create", "operator.uas_usercreate"})
# What a platform may draw by itself, such as a code: only its case is the same each time.
_MADE_UP: Final = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9]{6,}")
# Where a receiver or a queue of the suite's own was: whoever runs a script has another one.
_RECEIVER: Final = re.compile(r"https?://(?:127\.0\.0\.1|localhost):\d+(?=/|$)")
_QUEUE: Final = "queue_url"
# Addresses that a script takes from the environment, and what they are.
_ADDRESSES: Final = {
    "RECEIVER_URL": "an address that webhooks may be posted to; nobody needs to listen there",
    "QUEUE_URL": "a queue that the platform may send to; nobody needs to read it",
}
_OWN_HEADERS: Final = frozenset({"content-length", "host", "accept-encoding", "connection"})


class Steps:
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
        self.names = Names(scenes, numbers)
        self.addresses: dict[str, str] = {}
        self._queues: set[str] = set()
        # Exchanges that carry one of them.
        self._calling: set[int] = set()
        self.base_url = _origin(run.target.host, scenes.all, numbers)
        invoked = (scenes.all[n].request for n in numbers)
        self.operator_url = next(
            (each.url.rpartition("/")[0] for each in invoked if each.method == INVOKE), ""
        )
        self._listing = self._list_of(subject)
        self._last_page = max(
            (n for n in own if scenes.all[n].operation == self._listing), default=None
        )
        self._records = self._made_records()

    def _list_of(self, subject: Subject) -> str | None:
        """The operation whose answers were judged by the records that they list."""
        judged = None if subject.number is None else self._scenes.all[subject.number]
        if judged is None or not lists(judged) or not succeeded(judged):
            return None
        if subject.observed in sketches(judged):
            return None
        return judged.operation

    @property
    def _compares(self) -> bool:
        """Whether the finding is about more than status and tag, such as how refusals differ."""
        number = self._subject.number
        judged = None if number is None else self._scenes.all[number]
        return judged is None or self._subject.observed not in sketches(judged)

    @property
    def listens(self) -> bool:
        """Whether the check gave the platform an address to deliver to, and judged no answer."""
        return self._compares and not self._own.isdisjoint(self._calling)

    def needs(self) -> Iterator[str]:
        """What a reader must set before."""
        yield f"BASE_URL is {self.base_url} unless it is set."
        if self.operator_url:
            yield f"OPERATOR_URL is {self.operator_url} unless it is set."
        for name, meaning in self.addresses.items():
            yield f"Set {name}: {meaning}."
        given = [name for name, drawn in self.names.secrets.items() if not drawn]
        if given:
            yield f"Set {', '.join(given)}: secrets of accounts that were there before."

    def made(self) -> list[dict[str, Any]] | None:
        """The steps; None where one of them went somewhere that no script can reach."""
        steps = [self._made(number) for number in self._numbers]
        # Of several queues the check knows which is whose; who pastes a script does not.
        if any(step is None for step in steps) or len(self._queues) > 1:
            return None
        found = [step for step in steps if step is not None]
        for number, step in zip(self._numbers, found, strict=True):
            if number in self.names.gives:
                step["gives"] = self.names.gives[number]
        self._pace(found)
        return [*_asked_once(found)]

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
        found: dict[str, Any] = {"sketch": sketch(exchange)}
        if reads(exchange):
            found["patient"] = True
        if self._listing == exchange.operation:
            found["lists"] = True
        if number == self._last_page:
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
            return self._subject.told_by(body, sketches(exchange))
        return refusal(body) if self._compares and not succeeded(exchange) else None

    def _url(self, method: str, url: str) -> str | None:
        if method == INVOKE:
            return f"${{OPERATOR_URL}}/{url.rpartition('/')[2]}"
        if url.startswith(f"{self.base_url}/"):
            return "${BASE_URL}" + self.names.text(url.removeprefix(self.base_url))
        whole = self.names.text(url)
        return whole if whole.startswith("${") else None

    def _filled(self, value: Any, exchange: Exchange, number: int | None = None) -> Any:
        """A value of a request as a template."""
        if isinstance(value, Mapping):
            return {n: self._field(n, part, exchange, number) for n, part in value.items()}
        if isinstance(value, list):
            return [self._filled(part, exchange, number) for part in value]
        if isinstance(value, str):
            return self._instant(value, exchange.started_at) or self._text(value, exchange)
        return value

    def _text(self, value: str, exchange: Exchange) -> str:
        elsewhere = _RECEIVER.match(value)
        if elsewhere is None or value.startswith(self.base_url):
            return self.names.text(value)
        return self._address("RECEIVER_URL", exchange) + self.names.text(value[elsewhere.end() :])

    def _field(self, name: str, value: Any, exchange: Exchange, number: int | None) -> Any:
        is_number = isinstance(value, int) and not isinstance(value, bool)
        if is_number and "revision" in name and number is not None:
            return self._revision(value, number)
        if name == _QUEUE and isinstance(value, str) and "://" in value:
            self._queues.add(value)
            return self._address("QUEUE_URL", exchange)
        return self._filled(value, exchange, number)

    def _address(self, name: str, exchange: Exchange) -> str:
        self._calling.add(self._scenes.place[exchange.id])
        self.addresses[name] = _ADDRESSES[name]
        return f"${{{name}}}"

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
                self.names.gives.setdefault(before, {})[name] = [*found[0]]
                return {"$is": [name, value]}
        return value

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
        if isinstance(value, Part):
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
        records = {token for token, mark in self.names.marks.items() if mark[2:-1] in self._records}
        return not any(UUID.fullmatch(t) for t in found) or not found.isdisjoint(records)

    def _leaf(self, text: str, started: datetime) -> Any:
        if (moment := _moment(text)) is not None:
            ahead = (moment - started).total_seconds()
            near = 0 < ahead < _NEAR.total_seconds()
            return {"$in_s": [round(ahead, 3), text]} if near else {"$any": 1}
        found = set(tokens(text))
        if REDACTED.search(text) or any(UUID.fullmatch(t) for t in found - self.names.marks.keys()):
            return {"$any": 1}
        told = self.names.text(text)
        if told == text and _MADE_UP.fullmatch(text) and any(c.isdigit() for c in text):
            return {"$case": [text.islower(), text.isupper()]}
        return told

    def _made_records(self) -> list[str]:
        """Names of all records that the scene and the check make, for what a list shows of them.

        A record is known by its id, and by what was drawn for it: a code, a caption.
        """
        found = []
        for number in self._numbers:
            exchange = self._scenes.all[number]
            if not (succeeded(exchange) and creates(exchange)):
                continue
            drawn = (self.names.marks.get(token, "")[2:-1] for token in self._scenes.asked(number))
            found += [name for name in drawn if name in self.names.fresh]
            # What all records of an org have in common tells none of them apart.
            for token in () if exchange.operation in _COMMON else self._scenes.gives(number):
                self.names.add(token)
                found.append(self.names.marks[token][2:-1])
        return sorted(set(found))

    def _counts(self) -> list[int]:
        """How often each record was shown in all answers of the list, without saying which."""
        shown = [self._scenes.all[number] for number in sorted(self._own)]
        text = "".join(
            json.dumps(each.response.body)
            for each in shown
            if each.operation == self._listing and each.response is not None
        )
        tokens_of = {mark[2:-1]: token for token, mark in self.names.marks.items()}
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
            if gap > (_BETWEEN_LOOKS_S if _asks_again(earlier, now) else _PAUSE_S):
                step["pause_s"] = round(gap, 2)


def _asks_again(one: Exchange, other: Exchange) -> bool:
    return (one.request.url, one.request.body) == (other.request.url, other.request.body)


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


def _who(exchange: Exchange) -> tuple[str, str]:
    return exchange.operation, exchange.actor


def _moment(text: str) -> datetime | None:
    if not INSTANT.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
