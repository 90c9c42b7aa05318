"""F: how answers are read."""

from collections.abc import Iterator
from dataclasses import field
from email.utils import parsedate_to_datetime
from typing import Final

from conformance.client.operations import made_fields, told_fields
from conformance.client.recording import Call
from conformance.client.rules.retries import Asked, asked, is_firewall
from conformance.client.rules.rule import Occasion, Rule, RuleOfOperations, held, watching
from conformance.contract.operation import Kind

_MISSING: Final = 404
_OF_THE_CALLER: Final = frozenset({"org_guid", "orgcode", "session_guid", "api_key", "caption"})
_SELF_CHECK: Final = "ofm.member.resolve"


@watching("F2")
class SelfCheckAfterMissing(Rule):
    """After a 404 of a read: `member/resolve`, or nothing is made in place of what was missing.

    What is made is the same thing where it bears a value that was asked for, such as its code.
    """

    _missing: dict[tuple[str, str], Call] = field(default_factory=dict)
    # What was asked for and missing, and looked into since: it may be missing again.
    _settled: set[Asked] = field(default_factory=set)

    def see(self, call: Call) -> Iterator[Occasion]:
        operation, who = call.operation, call.identity
        if not operation:
            return
        if operation.id == _SELF_CHECK:
            for key in [key for key in self._missing if key[0] == who]:
                self._settled.add(asked(self._missing.pop(key)))
                yield Occasion(call, kept=True)
            return
        if operation.kind is Kind.CREATE:
            for name in made_fields(operation.id):
                missed = self._missing.get((who, name))
                if missed and _named(missed) & _named(call):
                    del self._missing[who, name]
                    yield Occasion(call, kept=False, said="made again right after a 404")
        elif call.status == _MISSING and not operation.writes and operation.org_scoped:
            if asked(call) in self._settled:
                return
            for name in told_fields(operation.id):
                self._missing[who, name] = call

    def end(self) -> Iterator[Occasion]:
        # The flow came to its end, and nothing was made in place of what was not found.
        for call in {id(call): call for call in self._missing.values()}.values():
            yield Occasion(call, kept=True)


def _named(call: Call) -> set[str]:
    """What a call says of the thing that it is about, the org and the caller apart."""
    return {v for k, v in call.inputs.items() if k not in _OF_THE_CALLER and isinstance(v, str)}


@watching("F3")
class StopWhenBlocked(Rule):
    _blocked: dict[tuple[str, str], Call] = field(default_factory=dict)

    def see(self, call: Call) -> Iterator[Occasion]:
        operation = call.operation
        if not operation or not operation.org_scoped:
            return
        org = (call.identity, call.orgcode or str(call.inputs.get("org_guid", "")))
        if call.writes and org in self._blocked:
            yield Occasion(call, kept=False, said="a further write while the org is blocked")
        if call.tag == "org-write-blocked":
            self._blocked.setdefault(org, call.slim())

    def end(self) -> Iterator[Occasion]:
        for call in self._blocked.values():
            yield Occasion(call, kept=True)


@watching("F4")
class FirewallIsNoLogin(Rule):
    """After the HTML 403 of the firewall: no new session, and no request for another role."""

    _refused: dict[str, Call] = field(default_factory=dict)

    def see(self, call: Call) -> Iterator[Occasion]:
        if call.op == "usm.session.create" and self._refused:
            for first in self._refused.values():
                yield Occasion(first, kept=False, said="a new session after the firewall's 403")
            self._refused.clear()
        elif call.op and is_firewall(call):
            self._refused.setdefault(call.identity, call.slim())
        elif call.op and call.identity in self._refused and call.succeeded:
            yield Occasion(self._refused.pop(call.identity), kept=True)

    def end(self) -> Iterator[Occasion]:
        for call in self._refused.values():
            yield Occasion(call, kept=True)


@watching("F6")
class AnotherQuantity(RuleOfOperations):
    _short: dict[tuple[str, str], str] = field(default_factory=dict)

    def look(self, call: Call) -> Iterator[Occasion]:
        same = (call.identity, call.path)
        if (before := self._short.pop(same, None)) is not None:
            yield from held(call, call.payload != before, "the same call again")
        if call.tag == "insufficient-stock":
            self._short[same] = call.payload


@watching("F9")
class MovedBeforeSunset(RuleOfOperations):
    _sunset: dict[tuple[str, str], float] = field(default_factory=dict)

    def look(self, call: Call) -> Iterator[Occasion]:
        if (until := self._sunset.get((call.identity, call.path))) is not None:
            yield from held(call, call.started <= until, "used after the sunset it announced")
        if told := call.answer_headers.get("sunset"):
            try:
                self._sunset[call.identity, call.path] = parsedate_to_datetime(told).timestamp()
            except (TypeError, ValueError):
                return
