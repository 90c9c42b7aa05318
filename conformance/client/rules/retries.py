"""E: retries, idempotency, throttling."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from conformance.client.operations import made_fields, told_fields
from conformance.client.recording import Call, Facts
from conformance.client.rules.rule import Occasion, Rule, RuleOfOperations, each, held, watching
from conformance.contract.operation import Kind

_KEYED: Final = frozenset({"scm", "pcm", "ppm", "ics", "mrs"})
_REPEAT_S: Final = 60.0
_DAY_S: Final = 86_400.0
_AT_ONCE_S: Final = 0.05
_MOST_TRIES: Final = 10
_THROTTLED, _MAINTENANCE, _FORBIDDEN, _FAULT = 429, 503, 403, 500
_PASSING: Final = (500, 502, 504)
_LONGEST_KEY: Final = 128
# Calls that are meant to be repeated as they are.
_STEPS: Final = ("/step", "/continue", "/poll")


def key_of(call: Call) -> str | None:
    found = call.inputs.get("idempotency_key")
    return found if isinstance(found, str) else None


def _is_create(call: Call) -> bool:
    operation = call.operation
    return bool(operation and operation.kind is Kind.CREATE and operation.org_scoped)


Asked = tuple[str, str, str]


def asked(call: Call) -> Asked:
    return call.identity, call.path, call.payload


@dataclass(eq=False)
class _LostCreates(RuleOfOperations):
    """The creates that got no answer, until they are looked for or sent again."""

    _open: dict[Asked, Call] = field(default_factory=dict)

    def look(self, call: Call) -> Iterator[Occasion]:
        if self._open:
            yield from self._decide(call)
        if _is_create(call) and call.status is None:
            self._open[asked(call)] = call

    def _decide(self, call: Call) -> Iterator[Occasion]:
        if call.writes:
            if first := self._open.pop(asked(call), None):
                kept = key_of(call) is not None and key_of(call) == key_of(first)
                yield from held(call, kept, "a create sent again, unkeyed, without a look")
            return
        for what, lost in [*self._open.items()]:
            if what[0] == call.identity and made_fields(lost.op) & told_fields(call.op):
                del self._open[what]
                yield Occasion(call, kept=True)


@watching("E1")
class BlindCreates(_LostCreates):
    pass


@watching("E2")
class CheckBeforeCreate(_LostCreates):
    pass


@watching("E3")
class GuardedRepeats(Rule):
    _failed: dict[Asked, Call] = field(default_factory=dict)

    def see(self, call: Call) -> Iterator[Occasion]:
        operation = call.operation
        if not operation or not operation.org_scoped or call.path.endswith(_STEPS):
            return
        if not operation.writes:
            self._looked(call)
            return
        what = asked(call)
        first = self._failed.pop(what, None)
        if first and call.started - first.started < _REPEAT_S:
            kept = key_of(call) is not None or "expected_revision" in call.inputs
            yield from held(call, kept, "a write repeated with neither key nor revision")
        if call.status is None or call.status == _THROTTLED or call.status >= _FAULT:
            self._failed[what] = call

    def _looked(self, call: Call) -> None:
        """Whoever looked for a record and then makes it decides anew, and repeats nothing."""
        for what, first in [*self._failed.items()]:
            if what[0] == call.identity and made_fields(first.op) & told_fields(call.op):
                del self._failed[what]


@each("E4")
def keys_used(call: Call, facts: Facts) -> Iterator[Occasion]:
    del facts
    takes_key = call.operation and "idempotency_key" in call.operation.body
    if _is_create(call) and takes_key and call.service in _KEYED and isinstance(call.body, dict):
        yield from held(call, key_of(call) is not None, "no idempotency key")


@watching("E5")
class OneBodyPerKey(Rule):
    _bodies: dict[tuple[str, str, str], tuple[str, float]] = field(default_factory=dict)

    def see(self, call: Call) -> Iterator[Occasion]:
        key = key_of(call)
        if key is None or not call.op:
            return
        body, first = self._bodies.setdefault(
            (call.path, call.orgcode, key), (call.payload, call.started)
        )
        if call.started - first <= _DAY_S:
            yield from held(call, body == call.payload, "one key with two bodies")


@watching("E6")
class NotAfterADay(RuleOfOperations):
    _first: dict[tuple[str, str, str], Call] = field(default_factory=dict)
    _last: dict[str, float] = field(default_factory=dict)

    def look(self, call: Call) -> Iterator[Occasion]:
        self._last[call.identity] = call.started
        if (key := key_of(call)) is None:
            return
        first = self._first.setdefault((call.path, call.orgcode, key), call.slim())
        if call.started - first.started > _DAY_S:
            yield Occasion(call, kept=False, said="a key relied on after a day")

    def end(self) -> Iterator[Occasion]:
        for call in self._first.values():
            if self._last[call.identity] - call.started > _DAY_S:
                yield Occasion(call, kept=True)


@each("E7")
def keys_of_messages(call: Call, facts: Facts) -> Iterator[Occasion]:
    del facts
    if call.service == "mrs" and (key := key_of(call)):
        kept = key.isascii() and len(key) <= _LONGEST_KEY
        yield from held(call, kept, "a key that is longer than 128, or not ASCII")


@dataclass(eq=False)
class _Pauses(RuleOfOperations):
    """Whether what was refused for the moment is tried again after a pause, and not for ever."""

    _refused: dict[Asked, tuple[Call, int]] = field(default_factory=dict)

    def is_meant(self, call: Call) -> bool:
        raise NotImplementedError

    def look(self, call: Call) -> Iterator[Occasion]:
        what = asked(call)
        first, tries = self._refused.pop(what, (None, 0))
        if first:
            pause = call.started - first.started - first.elapsed
            least = max(_seconds(first.answer_headers.get("retry-after")), 2 * _AT_ONCE_S)
            kept = pause >= least - _AT_ONCE_S and tries < _MOST_TRIES
            yield from held(call, kept, "tried again at once, or for ever")
        if self.is_meant(call):
            self._refused[what] = (call, tries + 1)


def _seconds(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0


@watching("E8")
class PauseWhenThrottled(_Pauses):
    def is_meant(self, call: Call) -> bool:
        return call.status == _THROTTLED


@watching("E11")
class PauseInMaintenance(_Pauses):
    def is_meant(self, call: Call) -> bool:
        return call.status == _MAINTENANCE


@watching("E15")
class PauseOnFaults(_Pauses):
    """Reads alone: what else may be repeated, other duties say."""

    def is_meant(self, call: Call) -> bool:
        passing = call.status is None or call.status in _PASSING
        return passing and not call.writes


def is_firewall(call: Call) -> bool:
    """Whether the firewall refused, and not the application: 403 in HTML."""
    told = call.answer_headers.get("content-type", "")
    return call.status == _FORBIDDEN and "html" in told


@watching("E12")
class NoRepeatPastFirewall(RuleOfOperations):
    _refused: dict[Asked, Call] = field(default_factory=dict)

    def look(self, call: Call) -> Iterator[Occasion]:
        if self._refused.pop(asked(call), None):
            yield Occasion(call, kept=False, said="the payload that the firewall refused, again")
        if is_firewall(call):
            self._refused[asked(call)] = call.slim()

    def end(self) -> Iterator[Occasion]:
        for call in self._refused.values():
            yield Occasion(call, kept=True)
