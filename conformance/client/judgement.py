"""From a recording to verdicts of duties, and from those to the certificate."""

from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from conformance.client.catalogue import Duty, digest, duties, parts
from conformance.client.certificate import (
    CONFORMANT,
    INCOMPLETE,
    NOT_CONFORMANT,
    Breach,
    Certificate,
    DutyResult,
    Examinee,
    RunOfClient,
    Verdict,
)
from conformance.client.recording import Call, Facts, Recording
from conformance.client.rules import ALL
from conformance.client.rules.rule import Occasion, Rule

_TOLD: Final = 20
_BEFORE: Final = 3
_SHOWN: Final = 5
_CALLERS: Final = 10_000
# What cannot be said of a recording whose exporter took credentials out.
_OF_CREDENTIALS: Final = frozenset(
    {"B1", "B2", "B3", "B4", "B6", "B7", "B11", "B13", "B14", "B15", "C3", "F5"}
)
_NOT_BY_TRAFFIC: Final = "traffic does not show it: state it in client.toml, [statements]"
_NOT_YET: Final = "no rule judges it"
_STRIPPED: Final = "the exporter took the credentials out of the recording"


_TOLD_OF: Final = (Verdict.BROKEN, Verdict.WAIVED, Verdict.WARNING)


class Shown(NamedTuple):
    """What the stand saw of a duty, beyond single calls: a comparison, an exit, an effect."""

    duty: str
    run: str
    kept: bool
    said: str = ""


@dataclass(frozen=True)
class Claim:
    """What the team says of its client. Duties of other parts are outside, unless broken.

    `statements` are by id of a duty that no traffic shows.
    """

    parts: tuple[str, ...] = field(default_factory=parts)
    statements: Mapping[str, str] = field(default_factory=dict)
    # By duty whose breach somebody answers for: why.
    waived: Mapping[str, str] = field(default_factory=dict)
    examinee: Examinee = field(default_factory=Examinee)


@dataclass(frozen=True)
class Stand:
    """What the stand adds to a recording."""

    shown: Sequence[Shown] = ()
    runs: Sequence[RunOfClient] = ()
    doubts: Sequence[str] = ()


NO_STAND: Final = Stand()


@dataclass
class _Tally:
    occasions: int = 0
    grave: int = 0
    light: int = 0
    told: list[Breach] = field(default_factory=list)
    # Ids of the first calls that kept the duty.
    kept: list[str] = field(default_factory=list)


def judge(recording: Recording, claim: Claim | None = None, stand: Stand = NO_STAND) -> Certificate:
    """Put every duty to the recording, in one pass over it."""
    claim = claim or Claim()
    facts = recording.facts
    tallies = {duty.id: _Tally() for duty in duties()}
    _see(recording, facts, tallies)
    for shown in stand.shown:
        _add_shown(tallies[shown.duty], shown)
    judged = {*ALL, *(shown.duty for shown in stand.shown)}
    results = tuple(_result(d, tallies[d.id], claim, facts, judged) for d in duties())
    return Certificate(
        verdict=_verdict(results, in_doubt=bool(recording.unread or stand.doubts)),
        digest=digest(),
        parts=claim.parts,
        examinee=claim.examinee,
        calls=len(recording),
        others=recording.others,
        files=tuple(recording.files),
        unread=tuple(recording.unread),
        stripped=facts.stripped,
        doubts=tuple(stand.doubts),
        runs=tuple(stand.runs),
        duties=results,
    )


def _see(calls: Iterable[Call], facts: Facts, tallies: Mapping[str, _Tally]) -> None:
    """Show the calls to the rules; what a rule remembers ends with each run of the client."""
    rules: dict[str, Rule] = {}
    run: str | None = None
    # What each caller called last.
    last: dict[str, deque[str]] = {}
    for call in calls:
        if call.run != run:
            _end(rules, tallies)
            rules = {duty: make(facts) for duty, make in ALL.items()}
            run = call.run
            last.clear()
        if len(last) > _CALLERS:
            last.clear()
        before = last.setdefault(call.identity, deque(maxlen=_BEFORE))
        for duty, rule in rules.items():
            for occasion in rule.see(call):
                _add(tallies[duty], occasion, before)
        before.append(call.told)
    _end(rules, tallies)


def _end(rules: Mapping[str, Rule], tallies: Mapping[str, _Tally]) -> None:
    for duty, rule in rules.items():
        for occasion in rule.end():
            _add(tallies[duty], occasion, ())


def _add(tally: _Tally, occasion: Occasion, before: Iterable[str]) -> None:
    tally.occasions += 1
    if occasion.kept:
        if len(tally.kept) < _SHOWN:
            tally.kept.append(occasion.call.where)
        return
    tally.grave += occasion.grave
    tally.light += not occasion.grave
    if len(tally.told) < _TOLD:
        call = occasion.call
        said = occasion.said
        tally.told.append(
            Breach(where=call.where, run=call.run, call=call.told, said=said, before=tuple(before))
        )


def _add_shown(tally: _Tally, shown: Shown) -> None:
    tally.occasions += 1
    if not shown.kept:
        tally.grave += 1
        tally.told.append(Breach(where=shown.run, run=shown.run, call="", said=shown.said))


def _result(
    duty: Duty, tally: _Tally, claim: Claim, facts: Facts, judged: Collection[str]
) -> DutyResult:
    verdict, reason = _decided(duty, tally, claim, facts, judged)
    told = tally.told if verdict in _TOLD_OF else []
    rests_on = [each.where for each in told if each.call] or tally.kept
    return DutyResult(
        duty=duty,
        verdict=verdict,
        occasions=tally.occasions,
        breaches=tally.grave + tally.light,
        told=tuple(told),
        exchanges=tuple(dict.fromkeys(rests_on)),
        reason=reason,
    )


def _decided(
    duty: Duty, tally: _Tally, claim: Claim, facts: Facts, judged: Collection[str]
) -> tuple[Verdict, str]:
    if facts.stripped and duty.id in _OF_CREDENTIALS:
        return Verdict.NOT_JUDGED, _STRIPPED
    if tally.grave and duty.binding:
        reason = claim.waived.get(duty.id)
        return (Verdict.BROKEN, "") if reason is None else (Verdict.WAIVED, reason)
    if duty.part not in claim.parts:
        return Verdict.OUTSIDE, f"the client does not claim {duty.part}"
    if tally.occasions:
        return Verdict.WARNING if tally.grave or tally.light else Verdict.KEPT, ""
    return _undecided(duty, claim, judged)


def _undecided(duty: Duty, claim: Claim, judged: Collection[str]) -> tuple[Verdict, str]:
    if duty.id in claim.statements:
        return Verdict.STATED, claim.statements[duty.id]
    if duty.id in judged or {"relay", "receiver"} & {*duty.seen}:
        return Verdict.NO_TRAFFIC, duty.silent
    return Verdict.NOT_JUDGED, _NOT_BY_TRAFFIC if duty.attestable else _NOT_YET


def _verdict(results: Iterable[DutyResult], *, in_doubt: bool) -> str:
    needed = [r.verdict for r in results if r.duty.binding and r.verdict is not Verdict.OUTSIDE]
    if Verdict.BROKEN in needed:
        return NOT_CONFORMANT
    enough = (Verdict.KEPT, Verdict.STATED, Verdict.WARNING, Verdict.WAIVED)
    if not needed or in_doubt or not all(verdict in enough for verdict in needed):
        return INCOMPLETE
    waived = needed.count(Verdict.WAIVED)
    return f"{CONFORMANT} WITH {waived} WAIVERS" if waived else CONFORMANT
