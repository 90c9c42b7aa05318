"""B: credentials."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from conformance.client.recording import Call, Facts
from conformance.client.rules.rule import BeforeWork, Occasion, Rule, each, held, watching
from conformance.contract.operation import Placement

_BY_HEADER_ONLY: Final = frozenset({"mrs", "ipm", "rbs"})
_BY_BODY: Final = frozenset({"usm", "utl"})
_ENDS: Final = ("session-doomed", "ttl-expired")
_VALIDATIONS: Final = ("usm.session.validate", "usm.api_key.validate")
_UNAUTHENTICATED: Final = 401


def _places(call: Call) -> set[str]:
    return {each.place for each in call.credentials}


@each("B1")
def in_headers(call: Call, facts: Facts) -> Iterator[Occasion]:
    del facts
    operation = call.operation
    if not operation or call.service in _BY_BODY or not operation.org_scoped:
        return
    places = _places(call)
    if "body" in places:
        grave = call.service in _BY_HEADER_ONLY
        yield Occasion(call, kept=False, said="a credential in the body", grave=grave)
    elif "header" in places:
        yield Occasion(call, kept=True)


@each("B2")
def in_body(call: Call, facts: Facts) -> Iterator[Occasion]:
    del facts
    operation = call.operation
    if not operation or operation.credentials is not Placement.BODY:
        return
    sessions = {each.place for each in call.credentials if each.kind == "session"}
    if "body" in sessions:
        yield Occasion(call, kept=True)
    elif "header" in sessions:
        grave = call.service == "usm"  # on UTL pages disagree
        yield Occasion(call, kept=False, said="the session in a header alone", grave=grave)


@each("B3")
def not_in_url(call: Call, facts: Facts) -> Iterator[Occasion]:
    leaked = not facts.secrets.isdisjoint(call.traces.get("url", ()))
    ours = bool(call.op or call.host in facts.hosts)
    if leaked or (ours and call.credentials):
        kept = not leaked and "query" not in _places(call)
        yield from held(call, kept, "a credential in the URL or the Referer")


@each("B4")
def nowhere_else(call: Call, facts: Facts) -> Iterator[Occasion]:
    away = bool(facts.hosts) and call.host not in facts.hosts
    carried = {each.print for each in call.credentials} & facts.secrets
    found = {p for p in ("header", "body") if not facts.secrets.isdisjoint(call.traces.get(p, ()))}
    if away and (found or carried):
        yield Occasion(call, kept=False, said="a credential sent to another host")
    elif found:
        yield Occasion(call, kept=False, said=f"a credential in another field ({found.pop()})")
    elif carried:
        yield Occasion(call, kept=True)


@watching("B6")
class OneOrgPerKey(Rule):
    _orgs: dict[str, str] = field(default_factory=dict)

    def see(self, call: Call) -> Iterator[Occasion]:
        for credential in call.credentials:
            if credential.kind == "key" and call.orgcode and call.op:
                first = self._orgs.setdefault(credential.print, call.orgcode)
                yield from held(call, first == call.orgcode, "a key with a second org")


@each("B7")
def not_both(call: Call, facts: Facts) -> Iterator[Occasion]:
    del facts
    kinds = {each.kind for each in call.credentials}
    if kinds and call.op:
        yield from held(call, len(kinds) == 1, "session and key on one request")


@watching("B11")
class NotAfterItsEnd(Rule):
    _ended: dict[str, str] = field(default_factory=dict)

    def see(self, call: Call) -> Iterator[Occasion]:
        sessions = [each.print for each in call.credentials if each.kind == "session"]
        for session in sessions:
            if session in self._ended:
                yield Occasion(call, kept=False, said="a session after its end")
        closed = call.op == "usm.session.close" and call.succeeded
        if sessions and (closed or call.tag in _ENDS) and sessions[0] not in self._ended:
            self._ended[sessions[0]] = call.where
            yield Occasion(call, kept=True)


@watching("B13")
class ValidatedFirst(BeforeWork):
    said = "never validated before work"

    def prepares(self, call: Call) -> set[str]:
        is_meant = call.op in _VALIDATIONS
        return {each.print for each in call.credentials} if is_meant else set()


@each("B14")
def org_by_human(call: Call, facts: Facts) -> Iterator[Occasion]:
    del facts
    if call.op == "ofm.org.create" and call.credentials:
        kinds = {each.kind for each in call.credentials}
        yield from held(call, "session" in kinds, "an org made with a key")


@dataclass(eq=False)
class _AfterRefused(Rule):
    """After a 401: how often the refused credential comes again before another one does."""

    allowed = 0

    _refused: dict[str, int] = field(default_factory=dict)

    def see(self, call: Call) -> Iterator[Occasion]:
        who = call.identity
        if not call.op:
            return
        if who in self._refused:
            self._refused[who] += 1
            if self._refused[who] > self.allowed:
                yield Occasion(call, kept=False, said="the refused credential again")
        elif call.status == _UNAUTHENTICATED and who:
            self._refused[who] = 0
        elif self._refused and call.op == "usm.session.create":
            yield Occasion(call, kept=True)


@watching("B15")
class LoginAfterRefusal(_AfterRefused):
    pass


@watching("F5")
class NoLoopAfterRefusal(_AfterRefused):
    allowed = 1
