"""O: order of calls, and what they hold."""

import re
from collections.abc import Iterator
from dataclasses import field
from datetime import UTC, datetime
from typing import Final

from conformance.client.recording import Call, Facts
from conformance.client.rules.rule import Occasion, Rule, each, held, watching

_DAY_S: Final = 86_400.0
_SOONEST, _LATEST = 30, 90
_LEFT_S: Final = 120.0
_REASON: Final = re.compile(r"[A-Z]+(_[A-Z]+)*\.[A-Z0-9]+(_[A-Z0-9]+)*")
_ATTACK: Final = re.compile(r"<script|\.\./\.\.|\$\{jndi:|union\s+select|or 1=1", re.IGNORECASE)
_FREE: Final = ("caption", "reason", "note", "description", "comment", "text", "body")
_WRONG_STATE: Final = "invalid-state"
_ENDED: Final = frozenset({"complete", "completed", "cancelled", "canceled", "failed"})
# Operations that are refused with `invalid-state` where what must precede them is missing.
_IN_ORDER: Final = {
    "O3": ("pvm.style.update", "pvm.variant.update", "pvm.style.create", "pvm.variant.create"),
    "O5": ("ics.putaway.record",),
    "O9": ("scm.shipment.pick", "scm.shipment.pack", "scm.shipment.ship", "scm.shipment.deliver"),
    "O10": ("pcm.po.issue", "pcm.receipt.record", "pcm.invoice.match", "pcm.invoice.resolve"),
    "O11": ("ppm.price.resolve", "ppm.price.resolve_cart"),
}


def _in_order(duty: str, operations: tuple[str, ...]) -> None:
    @each(duty)
    def judge(call: Call, facts: Facts) -> Iterator[Occasion]:
        del facts
        if call.op in operations and call.status is not None and not call.act:
            yield from held(call, call.tag != _WRONG_STATE, "called before what must precede it")


for _duty, _operations in _IN_ORDER.items():
    _in_order(_duty, _operations)


@each("O1")
def verified_first(call: Call, facts: Facts) -> Iterator[Occasion]:
    del facts
    operation = call.operation
    if operation and operation.writes and operation.org_scoped and call.status and not call.act:
        kept = call.tag != "org-write-blocked"
        yield from held(call, kept, "a write before the org is verified")


@watching("O4")
class RunsToTheEnd(Rule):
    _open: dict[str, tuple[Call, float]] = field(default_factory=dict)
    _last: dict[str, float] = field(default_factory=dict)

    def see(self, call: Call) -> Iterator[Occasion]:
        if call.op:
            self._last[call.identity] = call.started
        if not call.op.startswith("pmc.run.") or not call.succeeded:
            return
        told = call.data if isinstance(call.data, dict) else {}
        inner = told.get("run")
        shown = {**(inner if isinstance(inner, dict) else {}), **told}
        run = str(call.inputs.get("run_id") or shown.get("run_id") or "")
        if call.op == "pmc.run.start":
            if not call.inputs.get("reason"):
                yield Occasion(call, kept=False, said="a run without a reason")
            self._open[run] = (call.slim(), call.started)
        elif run in self._open:
            first = self._open[run][0]
            state = str(shown.get("status") or shown.get("state") or "")
            if call.op == "pmc.run.cancel" or state in _ENDED:
                del self._open[run]
                yield Occasion(call, kept=True)
            else:
                self._open[run] = (first, call.started)

    def end(self) -> Iterator[Occasion]:
        for call, stepped in self._open.values():
            if self._last[call.identity] - stepped > _LEFT_S:
                yield Occasion(call, kept=False, said="a run left unstepped")


@each("O6")
def reasons(call: Call, facts: Facts) -> Iterator[Occasion]:
    del facts
    if call.op == "ics.adjustment.create" and isinstance(call.body, dict):
        stated = any(call.inputs.get(name) for name in ("reason", "reason_code"))
        kept = stated and bool(call.inputs.get("source_refs"))
        yield from held(call, kept, "no reason, or no source reference")


@each("O7")
def reason_codes(call: Call, facts: Facts) -> Iterator[Occasion]:
    del facts
    if call.op and isinstance(code := call.inputs.get("reason_code"), str):
        yield from held(call, _REASON.fullmatch(code), "not of the form CATEGORY.CODE")


@watching("O8")
class PricesFirst(Rule):
    _resolved: set[str] = field(default_factory=set)

    def see(self, call: Call) -> Iterator[Occasion]:
        if call.op.startswith("ppm.price.resolve"):
            self._resolved.add(call.orgcode)
        elif call.op == "scm.order.place":
            yield from held(call, call.orgcode in self._resolved, "placed before prices resolved")


@each("O14")
def offboarding_date(call: Call, facts: Facts) -> Iterator[Occasion]:
    del facts
    if call.op != "utl.offboarding.request" or not isinstance(call.body, dict):
        return
    try:
        wanted = datetime.fromisoformat(str(call.inputs.get("requested_export_at")))
    except ValueError:
        return
    at = wanted if wanted.tzinfo else wanted.replace(tzinfo=UTC)
    days = (at.timestamp() - call.started) / _DAY_S
    # A date without an hour may be any of its day.
    kept = _SOONEST - 1 <= days <= _LATEST + 1 and bool(call.inputs.get("reason"))
    yield from held(call, kept, "not 30 to 90 days ahead, or without a reason")


@each("O16")
def harmless_text(call: Call, facts: Facts) -> Iterator[Occasion]:
    del facts
    texts = [call.inputs.get(name) for name in _FREE] if call.op else []
    found = [text for text in texts if isinstance(text, str)]
    if found:
        kept = not any(_ATTACK.search(text) for text in found)
        yield from held(call, kept, "a fragment that looks like an attack")
