"""C: tenancy and context."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any, Final

from conformance.client.operations import ids_in, is_id
from conformance.client.recording import Call, Facts
from conformance.client.rules.rule import (
    BeforeWork,
    Occasion,
    RuleOfOperations,
    each,
    held,
    watching,
)
from conformance.contract.operation import OPTIONAL, Kind

_ORG_IN_HEADER: Final = frozenset(
    {"pvm", "pmc", "ics", "scm", "pcm", "ppm", "crm", "accounting", "ipm", "rbs"}
)
_ORG_IN_BODY: Final = frozenset({"ofm", "utl"})
_ORG: Final = ("org_guid", "orgcode")
_STATED: Final = frozenset({"ipm", "rbs"})
_PLACED: Final = frozenset({"ics", "scm", "pcm"})
_CHANNELLED: Final = frozenset({"scm", "ics", "ppm", "crm"})
_CCCODE: Final = re.compile(r"[A-Z0-9]{4}(-[A-Z0-9]{4}){2}")
_SPELLING: Final = re.compile(r"[\s{}-]")
_IN_HEADERS: Final = {
    "orgcode": "x-orgcode",
    "logical_guid": "x-logical-guid",
    "channel_code": "x-channel-code",
    "cccode": "x-cccode",
}
_FINGERPRINTS: Final = ("session_fingerprint", "api_key_fingerprint")


def _asks(template: Mapping[str, Any], name: str) -> bool:
    """Whether an operation takes this field, and not merely may."""
    return name in template and not str(template[name]).startswith(OPTIONAL)


def _same(one: object, other: object) -> bool:
    return str(one).strip().upper() == str(other).strip().upper()


@each("C1")
def org_carrier(call: Call, facts: Facts) -> Iterator[Occasion]:
    del facts
    operation = call.operation
    if not operation or not operation.org_scoped or not call.headers:
        return
    if call.service in _ORG_IN_HEADER:
        yield from held(call, call.headers.get("x-orgcode", "").strip(), "no x-orgcode")
    elif call.service in _ORG_IN_BODY and isinstance(call.body, dict):
        if not any(_asks(operation.body, name) for name in _ORG):
            return
        named = any(call.inputs.get(name) for name in _ORG)
        yield from held(call, named, "no org in the body")


@each("C2")
def one_org(call: Call, facts: Facts) -> Iterator[Occasion]:
    del facts
    header, body = call.headers.get("x-orgcode"), call.inputs.get("orgcode")
    if call.op and header and isinstance(body, str):
        yield from held(call, _same(header, body), "header and body name two orgs")


@watching("C3")
class AssociationFirst(BeforeWork):
    said = "org work before member/resolve"

    def prepares(self, call: Call) -> set[str]:
        return {call.identity} if call.op == "ofm.member.resolve" else set()


def _context(call: Call, services: frozenset[str], header: str) -> Iterator[Occasion]:
    operation = call.operation
    if not operation or call.service not in services or not call.headers:
        return
    needs = operation.writes or operation.kind is Kind.RESOLVE
    if needs and _asks(operation.context, header):
        yield from held(call, call.headers.get(header, "").strip(), f"no {header}")


@each("C4")
def facility(call: Call, facts: Facts) -> Iterator[Occasion]:
    del facts
    yield from _context(call, _PLACED, "x-logical-guid")


@each("C5")
def channel(call: Call, facts: Facts) -> Iterator[Occasion]:
    del facts
    yield from _context(call, _CHANNELLED, "x-channel-code")


@each("C6")
def request_context(call: Call, facts: Facts) -> Iterator[Occasion]:
    del facts
    stated = call.inputs.get("request_context")
    if not call.writes or not isinstance(call.body, dict):
        return
    if isinstance(stated, dict):
        pairs = [(stated.get(n), call.headers.get(h)) for n, h in _IN_HEADERS.items()]
        kept = all(_same(one, other) for one, other in pairs if one and other)
        yield from held(call, kept, "request_context differs from the headers")
    elif call.service in _STATED:
        yield Occasion(call, kept=False, said="no request_context")


@each("C7")
def whole_context(call: Call, facts: Facts) -> Iterator[Occasion]:
    del facts
    stated = call.inputs.get("request_context")
    if call.op and call.service in _STATED and isinstance(stated, dict):
        kept = {"orgcode", "actor", "context_source"} <= stated.keys()
        kept = kept and any(name in stated for name in _FINGERPRINTS)
        yield from held(call, kept, "a part of request_context is missing")


@each("C8")
def cost_centre_code(call: Call, facts: Facts) -> Iterator[Occasion]:
    del facts
    sent = [call.headers.get("x-cccode"), call.inputs.get("cccode")]
    codes = [code for code in sent if isinstance(code, str)]
    operation = call.operation
    if not operation or not codes or operation.kind is Kind.LIST:
        return
    if not all(_CCCODE.fullmatch(code) for code in codes):
        yield Occasion(call, kept=False, said="a cost centre code not of the form AAAA-BBBB-CCCC")
    else:
        # On OFM the header is telemetry and need not equal the body.
        kept = len(set(codes)) == 1 or call.service == "ofm"
        yield from held(call, kept, "header and body name two cost centres")


def _folded(text: str) -> str:
    """An id without what makes two spellings of it differ."""
    return _SPELLING.sub("", text).casefold()


@watching("C9")
class AsReturned(RuleOfOperations):
    _received: dict[str, str | set[str]] = field(default_factory=dict)

    def look(self, call: Call) -> Iterator[Occasion]:
        for sent in ids_in(call.inputs):
            if known := self._received.get(_folded(sent)):
                kept = sent == known if isinstance(known, str) else sent in known
                yield from held(call, kept, "an id spelt otherwise than it was received")
        if call.succeeded:
            for got in call.shown:
                self._learn(got)

    def _learn(self, got: str) -> None:
        """One spelling is kept as it is, for there are many ids and few have two."""
        known = self._received.setdefault(_folded(got), got)
        if isinstance(known, set):
            known.add(got)
        elif known != got:
            self._received[_folded(got)] = {known, got}


@each("C10")
def ids_not_codes(call: Call, facts: Facts) -> Iterator[Occasion]:
    del facts
    operation = call.operation
    if not operation or operation.kind not in (Kind.READ, Kind.UPDATE, Kind.STATUS):
        return
    named = any(is_id(name) for name in call.inputs)
    code = any(n.endswith("code") and n != "orgcode" for n in call.inputs)
    due = any(is_id(name) and _asks(operation.body, name) for name in operation.body)
    if due and (named or code):
        yield from held(call, named, "a code where an id is due")


@each("C13")
def place_of_money(call: Call, facts: Facts) -> Iterator[Occasion]:
    del facts
    if call.op == "accounting.event.record" and call.headers:
        stated = call.inputs.get("request_context")
        fields = {**(stated if isinstance(stated, dict) else {}), **call.inputs}
        pairs = (("x-logical-guid", "logical_guid"), ("x-channel-code", "channel_code"))
        kept = all(call.headers.get(header) or fields.get(name) for header, name in pairs)
        yield from held(call, kept, "facility or channel is missing")


@each("C14")
def locales(call: Call, facts: Facts) -> Iterator[Occasion]:
    del facts
    if call.op == "ofm.sales_channel.create" and isinstance(call.body, dict):
        given = call.inputs.get("locale_codes")
        several = isinstance(given, list) and len(given) > 1
        kept = bool(given) and (not several or bool(call.inputs.get("default_locale_code")))
        yield from held(call, kept, "no locale, or no default of several")
