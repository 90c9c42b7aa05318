"""What the requests of a check stand on: the exchanges of a run that must come before them.

A value that a request carries came in the answer of an earlier exchange, or the suite drew it and
an earlier exchange made something of it; that exchange belongs to the scene, and so do those that
it stands on. Stages then add what they changed about the same records.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from conformance.contract import OPERATIONS
from conformance.contract.operation import Kind
from fixtures.exchange.evidence import INVOKE
from reports.exchange import PLATFORM, STORAGE, Exchange
from reports.model import CheckResult

UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?")
REDACTED: Final = re.compile(r"\[redacted:([\w.-]+)#([0-9a-f]+)\]")
STAGES: Final = "conformance/stages::"
_TOKEN: Final = re.compile(r"\[redacted:[\w.-]+#[0-9a-f]+\]|[\w@.+-]{6,}")
_LONG: Final = 12
_NUMBER: Final = re.compile(r"[+-]?\d{0,7}|[+-]?\d*\.\d*|\d{4}-\d\d-\d\d")
_CLOCK: Final = "operator.reference_clock"
_COMPANION: Final = "operator.reference_sibling"
_ORG: Final = "ofm.org.create"
#: Names of what says where a page begins.
CURSOR: Final = re.compile(r"next_|cursor|page_token")
_LIMIT: Final = re.compile(r"limit|page_size")
_AGAIN: Final = (("session_fingerprint",), ("api_key_fingerprint",))
_READS: Final = frozenset({Kind.READ, Kind.LIST, Kind.RESOLVE})
_PLAIN_HEADERS: Final = frozenset({"user-agent", "content-type"})
_GOOD: Final = range(200, 300)
_GET: Final = "GET"

Pointer = tuple[str | int, ...]


def tokens(text: str) -> Iterator[str]:
    """The parts of a text that may name a record, or be a secret: `#1f0c9a` for a redacted one."""
    for found in _TOKEN.finditer(INSTANT.sub(" ", text)):
        part = found[0]
        if secret := REDACTED.fullmatch(part):
            yield f"#{secret[2]}"
        elif not _NUMBER.fullmatch(part) and _is_drawn_by_chance(part):
            yield part


def _is_drawn_by_chance(part: str) -> bool:
    """Whether it looks it: a code in capitals, or long, with digits; no word of the platform."""
    digits = sum(c.isdigit() for c in part)
    return bool(digits) if part == part.upper() else digits > 1 and len(part) >= _LONG


def leaves(value: Any, pointer: Pointer = ()) -> Iterator[tuple[Pointer, Any]]:
    """The leaves of a JSON value with their places."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from leaves(part, (*pointer, name))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from leaves(part, (*pointer, number))
    else:
        yield pointer, value


def asked(exchange: Exchange) -> frozenset[str]:
    """The tokens of a request."""
    request = exchange.request
    headers = [text for name, text in request.headers.items() if name not in _PLAIN_HEADERS]
    parts = urlsplit(request.url)
    texts = [*headers, unquote(parts.path), unquote(parts.query)]
    if not parts.scheme:
        texts.append(request.url)
    texts += [str(leaf) for _, leaf in leaves(request.body) if isinstance(leaf, str)]
    return frozenset(token for text in texts for token in tokens(text))


def reads(exchange: Exchange) -> bool:
    """Whether asking again changes nothing."""
    return not changes(exchange)


def succeeded(exchange: Exchange) -> bool:
    """Whether the target did what was asked."""
    return exchange.response is not None and exchange.response.status in _GOOD


def changes(exchange: Exchange) -> bool:
    """Whether it is of an operation that does not only read."""
    if exchange.actor == STORAGE:
        return exchange.request.method != _GET
    operation = OPERATIONS.get(exchange.operation)
    return operation is None or operation.kind not in _READS


def creates(exchange: Exchange) -> bool:
    """Whether it is of an operation that makes a record."""
    operation = OPERATIONS.get(exchange.operation)
    return operation is not None and operation.kind is Kind.CREATE


def lists(exchange: Exchange) -> bool:
    """Whether it is of an operation that lists records."""
    operation = OPERATIONS.get(exchange.operation)
    return operation is not None and operation.kind is Kind.LIST


def goes_on_from(exchange: Exchange) -> bool:
    """Whether it asks for what follows a page."""
    return _has(exchange, CURSOR)


def is_paged(exchange: Exchange) -> bool:
    """Whether it asks for a page of a certain size."""
    return _has(exchange, _LIMIT)


def _has(exchange: Exchange, name: re.Pattern[str]) -> bool:
    body = exchange.request.body
    names = [*parse_qs(urlsplit(exchange.request.url).query)]
    return any(map(name.search, names + ([*body] if isinstance(body, Mapping) else [])))


def _seconds(body: Any) -> float:
    """How far a request moves a clock."""
    asked = body.get("advance_seconds") if isinstance(body, Mapping) else None
    return float(asked) if isinstance(asked, int | float) else 0.0


def _words(body: Any) -> frozenset[str]:
    """The tokens in a delivery."""
    return frozenset(token for _, leaf in leaves(body) for token in tokens(str(leaf)))


def origin_of(host: str, exchanges: Sequence[Exchange]) -> str:
    """Scheme, host and port of the target."""
    for each in exchanges:
        parts = urlsplit(each.request.url)
        if parts.netloc == host and each.request.method != INVOKE:
            return f"{parts.scheme}://{parts.netloc}"
    return f"https://{host}"


def moment_of(text: str) -> datetime | None:
    """The instant that a text is, if it is one."""
    if not INSTANT.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


class Scenes:
    """The exchanges of a run, searched by what they name."""

    def __init__(self, exchanges: Iterable[Exchange]) -> None:
        listed = [*exchanges]
        mine = (each for each in listed if each.actor != PLATFORM)
        self.all: Sequence[Exchange] = sorted(mine, key=lambda each: each.started_at)
        #: What came to the suite's own receiver or queue.
        brought = (each for each in listed if each.actor == PLATFORM)
        self.brought: Sequence[Exchange] = sorted(brought, key=lambda each: each.started_at)
        self.place = {each.id: number for number, each in enumerate(self.all)}
        self._asked = [asked(each) for each in self.all]

    def of(self, check: CheckResult) -> list[int]:
        """The exchanges that a check made, also those that it made beside itself, as in a race."""
        named = {self.place[name] for name in check.exchanges if name in self.place}
        return sorted(named | set(self._by_check.get(check.nodeid, ())))

    @cached_property
    def _by_check(self) -> Mapping[str, Sequence[int]]:
        found: dict[str, list[int]] = {}
        for number, each in enumerate(self.all):
            found.setdefault(each.check, []).append(number)
        return found

    @cached_property
    def given(self) -> Mapping[str, tuple[int, Pointer]]:
        """Which exchange first gave a token as a value of its answer, and where in it."""
        found: dict[str, tuple[int, Pointer]] = {}
        for number, each in enumerate(self.all):
            for pointer, leaf in self._answered(each):
                for token in tokens(leaf):
                    # Other exchanges show it, too: the first of them gave it.
                    whole = leaf == token or REDACTED.fullmatch(leaf) is not None
                    if whole and token not in found:
                        found[token] = number, pointer
        return found

    @cached_property
    def made(self) -> Mapping[str, int]:
        """Which exchange first had the target do something with a token of its request."""
        found: dict[str, int] = {}
        for number, each in enumerate(self.all):
            if succeeded(each) and changes(each):
                for token in self._asked[number]:
                    found.setdefault(token, number)
        return found

    @cached_property
    def _created(self) -> Mapping[str, int]:
        """Where a stage first made something of a token that the suite drew: an org of a code."""
        found: dict[str, int] = {}
        for number in self._stages:
            if creates(self.all[number]):
                named = (leaf for _, leaf in leaves(self.all[number].request.body))
                for token in {leaf for leaf in named if isinstance(leaf, str)} & self._asked[
                    number
                ]:
                    found.setdefault(token, number)
        return found

    @cached_property
    def _named(self) -> Mapping[str, int]:
        """The first request that carries a token."""
        found: dict[str, int] = {}
        for number, named in enumerate(self._asked):
            for token in named:
                found.setdefault(token, number)
        return found

    @cached_property
    def _stages(self) -> Sequence[int]:
        """What stages changed."""
        return [
            number
            for number, each in enumerate(self.all)
            if each.check.startswith(STAGES) and succeeded(each) and changes(each)
        ]

    @staticmethod
    def _answered(exchange: Exchange) -> Iterator[tuple[Pointer, str]]:
        body = exchange.response.body if exchange.response else None
        for pointer, leaf in leaves(body):
            # Of what the platform says of the call itself, some is asked for again.
            if isinstance(leaf, str) and (pointer[:1] != ("stats",) or pointer[1:] in _AGAIN):
                yield pointer, leaf

    @cached_property
    def companions(self) -> Mapping[str, tuple[int, Pointer]]:
        """Addresses of platforms beside the target: which exchange gave each, and where in it."""
        return {
            leaf: (number, pointer)
            for number, each in enumerate(self.all)
            if each.operation == _COMPANION
            for pointer, leaf in self._answered(each)
            if "://" in leaf
        }

    def companion(self, number: int) -> str:
        """The address of the companion that an exchange went to; empty for the target."""
        url = self.all[number].request.url
        return next((at for at in self.companions if url.startswith(f"{at}/")), "")

    def moves(self, number: int) -> Mapping[int, float]:
        """How far, in seconds, which earlier exchanges moved the clock that one saw."""
        made = self.companions.get(self.companion(number), (None,))[0]
        return {
            n: _seconds(self.all[n].request.body)
            for n in self._clocks
            if n < number and made is not None and self.companions[self.companion(n)][0] == made
        }

    @cached_property
    def _clocks(self) -> Sequence[int]:
        """Where the clock of a companion was moved."""
        return [
            number
            for number, each in enumerate(self.all)
            if each.operation == _CLOCK and succeeded(each) and self.companion(number)
        ]

    def asked(self, number: int) -> frozenset[str]:
        """The tokens of a request."""
        return self._asked[number]

    def brought_to(self, own: Sequence[int]) -> Sequence[Exchange]:
        """What came to addresses that these exchanges gave, or about what they made.

        Deliveries are recorded when a check is over, so it does not name them.
        """
        sent = "\n".join(json.dumps(self.all[number].request.body) for number in own)
        ids = {token for number in own for token in self.gives(number)}
        return [
            each
            for each in self.brought
            if (path := urlsplit(each.request.url).path) in sent
            and (path.startswith("/webhooks/") or not ids.isdisjoint(_words(each.request.body)))
        ]

    def gives(self, number: int) -> list[str]:
        """The ids that an exchange gave first, as values of its answer."""
        found = {leaf for _, leaf in self._answered(self.all[number]) if UUID.fullmatch(leaf)}
        return sorted(t for t in found if self.given[t][0] == number and not self.is_drawn(t))

    def is_drawn(self, token: str) -> bool:
        """Whether the suite drew a token: no answer gave it before a request carried it."""
        given = self.given.get(token)
        named = self._named.get(token)
        return given is None or (named is not None and named <= given[0])

    def before(self, own: Sequence[int], said: str = "") -> list[int]:
        """The scene of these exchanges and they themselves, in order of time.

        What a finding names in what it `said` was wanted in them, and may be missing there.
        Stages that it draws from belong to it as a whole: what they made is there without a name.
        """
        included: set[int] = set()
        self._add(own, included)
        self._add(self._listed_by(own), included)
        wanted = (self.given[token][0] for token in tokens(said) if token in self.given)
        self._add((number for number in wanted if number < own[-1]), included)
        self._add(self._orgs_of(included), included)
        while more := self._rest_of_stages(included, own[-1]):
            self._add(more, included)
        return sorted(included)

    def _listed_by(self, own: Sequence[int]) -> list[int]:
        """Where stages made the records that these exchanges show in lists and files."""
        read = (self.all[number] for number in own if not changes(self.all[number]))
        pages = [each for each in read if lists(each) or each.actor == STORAGE]
        shown = {leaf for page in pages for _, leaf in self._answered(page)}
        made = {self.given[token][0] for token in shown if token in self.given}
        return [n for n in made & {*self._stages} if n < own[-1] and creates(self.all[n])]

    def _orgs_of(self, included: set[int]) -> list[int]:
        """Where those who call got their orgs: what a platform answers may hang on it."""
        callers = {t for n in included for t in self._asked[n] if t.startswith("#")}
        return [
            number
            for number in self._stages
            if self.all[number].operation == _ORG
            and number < max(included)
            and callers & self._asked[number]
        ]

    def _rest_of_stages(self, included: set[int], end: int) -> list[int]:
        begun = {self.all[number].check for number in included}
        return [
            number
            for number in self._stages
            if number < end and number not in included and self.all[number].check in begun
        ]

    def _add(self, numbers: Iterable[int], included: set[int]) -> None:
        """Include exchanges, and all from which they have their values."""
        queue = list(numbers)
        while queue:
            number = queue.pop()
            if number in included:
                continue
            included.add(number)
            if at := self.companion(number):
                queue.append(self.companions[at][0])
            for token in self._asked[number]:
                queue += [origin for origin in self._origins(token) if origin < number]

    def _origins(self, token: str) -> list[int]:
        """The exchanges by which a token came to stand for something."""
        if not self.is_drawn(token):
            return [self.given[token][0]]
        found = {self.made.get(token), self._created.get(token)}
        return [origin for origin in found if origin is not None]
