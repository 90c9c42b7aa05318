"""A7, E9, E13, E14, O2, O12, O15, O17: how work is laid out over many calls."""

from collections import deque
from collections.abc import Iterator
from dataclasses import field
from typing import Final

from conformance.client.operations import ids_in
from conformance.client.recording import Call, Facts
from conformance.client.rules.retries import Asked, asked
from conformance.client.rules.rule import Occasion, Rule, RuleOfOperations, each, held, watching
from conformance.contract.operation import Kind

_FLOW: Final = ("usm", "ofm", "pvm", "pmc")
_MINUTE_S, _FIVE_MINUTES_S = 60.0, 300.0
_BY_SESSION, _BY_ADDRESS = 600, 2_000
# Of our own: a page asks for a cap and names none.
_AT_ONCE: Final = 20
_LONGEST_TRYING_S: Final = 120.0
_THROTTLED, _FAULT, _MISSING = 429, 500, 404
_OK: Final = range(200, 300)
_READY: Final = frozenset(
    {"ready", "complete", "completed", "exported", "succeeded", "done", "finished"}
)
_POLL_S: Final = 1.0
_POLLS: Final = {"utl.export.status": "export_id", "ipm.job.get": "job_id"}
_DOWNLOADS: Final = {"utl.export.download_start": "export_id"}
_PARTS: Final = {
    "ofm.logical.create": ("physical_guid", "legal_guid"),
    "ofm.zone.create": ("logical_guid",),
    "ofm.sales_channel.create": ("logical_guid",),
}


@watching("A7")
class MinimumFlow(Rule):
    """Products come after a look at the org, and publishing after products, for each caller."""

    _seen: dict[str, set[str]] = field(default_factory=dict)

    def see(self, call: Call) -> Iterator[Occasion]:
        for issued in call.issued:
            self._seen.setdefault(issued.print, set()).add("usm")
        if not call.op or not call.identity or call.service not in _FLOW:
            return
        seen = self._seen.setdefault(call.identity, set())
        before = _FLOW[: _FLOW.index(call.service)]
        if call.service in ("pvm", "pmc") and call.service not in seen:
            yield from held(call, seen.issuperset(before), "without what comes before it")
        seen.add(call.service)


@watching("E9")
class BelowTheLimits(Rule):
    """Windows of a minute and of five, by credential: whose address is whose, nobody can tell."""

    _minute: dict[str, deque[float]] = field(default_factory=dict)
    _five: dict[str, deque[float]] = field(default_factory=dict)
    _first: dict[str, Call] = field(default_factory=dict)
    _last: dict[str, float] = field(default_factory=dict)

    def see(self, call: Call) -> Iterator[Occasion]:
        who = call.identity
        if not call.op or not who:
            return
        self._first.setdefault(who, call.slim())
        self._last[who] = call.started
        minute = _window(self._minute, who, call.started, _MINUTE_S)
        five = _window(self._five, who, call.started, _FIVE_MINUTES_S)
        by_session = any(each.kind == "session" for each in call.credentials)
        if (minute > _BY_SESSION and by_session) or five > _BY_ADDRESS:
            self._minute[who].clear()
            self._five[who].clear()
            yield Occasion(call, kept=False, said="more calls than the limits allow")

    def end(self) -> Iterator[Occasion]:
        for who, call in self._first.items():
            if self._last[who] - call.started >= _MINUTE_S:
                yield Occasion(call, kept=True)


def _window(windows: dict[str, deque[float]], who: str, now: float, length_s: float) -> int:
    window = windows.setdefault(who, deque())
    window.append(now)
    while window[0] <= now - length_s:
        window.popleft()
    return len(window)


@watching("E13")
class FewAtOnce(Rule):
    _running: dict[str, list[float]] = field(default_factory=dict)

    def see(self, call: Call) -> Iterator[Occasion]:
        if not call.op or not call.identity:
            return
        running = self._running.setdefault(call.identity, [])
        running[:] = [end for end in running if end > call.started]
        if running:
            yield from held(call, len(running) < _AT_ONCE, f"more than {_AT_ONCE} calls at once")
        running.append(call.started + call.elapsed)


@watching("E14")
class TriesEnd(RuleOfOperations):
    """What fails for the moment is tried again for no longer than two minutes."""

    _failing: dict[Asked, float] = field(default_factory=dict)

    def look(self, call: Call) -> Iterator[Occasion]:
        what = asked(call)
        first = self._failing.pop(what, None)
        if first is not None:
            kept = call.started - first <= _LONGEST_TRYING_S
            yield from held(call, kept, "still tried after two minutes")
        passing = call.status is None or call.status == _THROTTLED or call.status >= _FAULT
        if passing:
            self._failing[what] = call.started if first is None else first


@each("O2")
def places_in_order(call: Call, facts: Facts) -> Iterator[Occasion]:
    del facts
    if call.op in _PARTS and isinstance(call.body, dict) and not call.act:
        named = all(call.inputs.get(name) for name in _PARTS[call.op])
        missing = call.status == _MISSING
        yield from held(call, named and not missing, "made before what it stands on")


@watching("O12")
class CustomerFirst(Rule):
    """Points are for a customer that is there; consent is on record before customers go out."""

    _shown: set[str] = field(default_factory=set)
    _consented: set[str] = field(default_factory=set)

    def see(self, call: Call) -> Iterator[Occasion]:
        if call.op.startswith("crm.loyalty.") and call.writes and call.status and not call.act:
            known = str(call.inputs.get("customer_id", "")) in self._shown
            kept = known or call.status != _MISSING
            yield from held(call, kept, "points for a customer that nobody made")
        elif call.op == "ipm.export.create" and _of_crm(call) and call.status in _OK:
            kept = call.orgcode in self._consented
            said = "" if kept else "customers exported, and no consent recorded before"
            # It may have been recorded before the recording began.
            yield Occasion(call, kept=kept, said=said, grave=False)
        if call.op == "crm.customer.consent_set" and call.succeeded:
            self._consented.add(call.orgcode)
        if call.service == "crm" and call.succeeded:
            self._shown.update(call.shown)


def _of_crm(call: Call) -> bool:
    filters = call.inputs.get("filters")
    return isinstance(filters, dict) and filters.get("service") == "crm"


@watching("O15")
class PollsThenDownloads(Rule):
    _ready: set[tuple[str, str]] = field(default_factory=set)
    _polled: dict[tuple[str, str], float] = field(default_factory=dict)

    def see(self, call: Call) -> Iterator[Occasion]:
        name = _POLLS.get(call.op) or _DOWNLOADS.get(call.op)
        if name is None:
            return
        job = (call.identity, str(call.inputs.get(name, "")))
        if call.op in _DOWNLOADS:
            yield from held(call, job in self._ready, "downloaded before the job was at its end")
            return
        before = self._polled.get(job)
        self._polled[job] = call.started
        if before is not None:
            yield from held(call, call.started - before >= _POLL_S, "asked more than once a second")
        if call.succeeded and isinstance(call.data, dict):
            told = {str(part).casefold() for part in _statuses(call.data)}
            if told & _READY:
                self._ready.add(job)


def _statuses(data: dict[str, object]) -> Iterator[object]:
    for part in (data, *(value for value in data.values() if isinstance(value, dict))):
        yield from (part[name] for name in ("status", "state") if name in part)


@watching("O17")
class FourEyes(Rule):
    """Who approves is another than who prepared."""

    _prepared: dict[str, set[str]] = field(default_factory=dict)

    def see(self, call: Call) -> Iterator[Occasion]:
        operation = call.operation
        if not operation or not call.writes or not call.succeeded or not call.identity:
            return
        about = set(ids_in(call.inputs))
        if call.path.endswith("/approve"):
            by = {who for name in about for who in self._prepared.get(name, ())}
            if by:
                yield from held(call, call.identity not in by, "prepared and approved by one")
            return
        made = call.shown if operation.kind is Kind.CREATE else ()
        for name in (call.inputs.get(n) for n in call.inputs if n.endswith("_id")):
            if isinstance(name, str):
                self._prepared.setdefault(name, set()).add(call.identity)
        for name in made:
            self._prepared.setdefault(name, set()).add(call.identity)
