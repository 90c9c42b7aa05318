"""From what was collected to a `Run`.

Pure, so that the same evidence always gives the same certificate.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from reports import certificate, uses
from reports.collected import Collected, ProfileLike, RequirementLike, RequirementSetLike
from reports.model import (
    Cause,
    CauseNote,
    Certainty,
    CheckResult,
    RequirementRun,
    Run,
    Scope,
    Slow,
    StepRun,
    Target,
)
from reports.traffic import Traffic
from reports.verdict import Verdict, worst
from reports.waivers import in_force, waiver_states

SLOWEST = 10

_BEST_FIRST: tuple[Certainty, ...] = ("documented", "confirmed", "inferred")


def assemble(collected: Collected) -> Run:
    """The run that was collected.

    A fail under a waiver in force becomes waived; a waived check without one becomes a fail.
    """
    scope, profile, rules = collected.scope, collected.profile, collected.requirements
    waived = in_force(collected.waivers, scope.host, scope.target_kind, collected.today)
    judged = [_under_waiver(check, waived) for check in collected.checks]
    requirements = _requirements(judged, rules, profile)
    known = {requirement.id for requirement in requirements}
    unassigned = tuple(check for check in judged if check.requirement not in known)
    states = waiver_states(collected.waivers, scope, requirements, collected.today)
    verdict = certificate.certify(scope, requirements, unassigned=unassigned, waivers=states)
    return Run(
        **_certified(verdict, requirements, scope, profile.name),
        **_traffic(collected.traffic),
        target=Target(kind=scope.target_kind, host=scope.host, org=scope.org),
        started_at=scope.started_at,
        finished_at=scope.finished_at,
        readings=collected.readings,
        steps=_steps(requirements, rules, profile.name),
        requirements=requirements,
        unassigned=unassigned,
        causes=rank_causes(judged, collected.causes),
        leftovers=collected.leftovers,
        drift=collected.drift,
        not_covered=collected.not_covered,
        bindings_missing=uses.ranked(collected.bindings_missing),
        slowest=_slowest(judged),
        waivers=states,
        detection=collected.detection,
        scope=scope,
    )


def _certified(
    verdict: certificate.Certificate,
    requirements: Sequence[RequirementRun],
    scope: Scope,
    profile: str,
) -> dict[str, Any]:
    counts = certificate.tally(requirements)
    return {
        "verdict": verdict.verdict,
        "headline": certificate.headline(verdict.verdict, profile, counts, kind=scope.target_kind),
        "reasons": verdict.reasons,
        "profile": profile,
        "profile_outside": counts.outside,
        "must_executed": counts.executed,
        "must_met": counts.met,
        "must_total": counts.total,
        "undecided": counts.undecided,
        "deciding": certificate.deciding(requirements),
    }


def _traffic(traffic: Traffic) -> dict[str, Any]:
    return {
        "exchanges": sum(traffic.by_status.values()),
        "requests_by_status": dict(sorted(traffic.by_status.items())),
        "throttled": traffic.by_status.get("429", 0),
    }


def rank_causes(checks: Iterable[CheckResult], notes: Iterable[CauseNote]) -> tuple[Cause, ...]:
    """What keeps checks from a verdict, the cause of most first.

    A cause nobody left a note on is described by the stage of that name, where one reported.
    """
    listed = list(checks)
    known = {note.cause: note for note in notes}
    stages = {check.nodeid: check.message for check in listed if check.kind == "stage"}
    stuck = (c for c in listed if c.verdict in {Verdict.BLOCKED, Verdict.INCONCLUSIVE})
    blocked = Counter(check.cause for check in stuck if check.cause and check.cause != check.nodeid)
    ranked = sorted(blocked.items(), key=lambda item: (-item[1], item[0]))
    return tuple(_cause(name, count, known, stages) for name, count in ranked)


def _cause(
    name: str, count: int, known: Mapping[str, CauseNote], stages: Mapping[str, str]
) -> Cause:
    note = known.get(name)
    if note is None:
        said = stages.get(name) or stages.get(f"stage:{name}") or name
        kind = "failed stage" if said != name else "cause"
        note = CauseNote(cause=name, kind=kind, what=said)
    return Cause(cause=name, kind=note.kind, what=note.what, blocks=count)


def _under_waiver(check: CheckResult, waived: Collection[str]) -> CheckResult:
    if check.verdict not in {Verdict.FAIL, Verdict.WAIVED}:
        return check
    verdict = Verdict.WAIVED if check.requirement in waived else Verdict.FAIL
    return check if check.verdict is verdict else check.model_copy(update={"verdict": verdict})


def _requirements(
    checks: Iterable[CheckResult], requirement_set: RequirementSetLike, profile: ProfileLike
) -> tuple[RequirementRun, ...]:
    by_id: dict[str, list[CheckResult]] = {}
    for check in checks:
        by_id.setdefault(check.requirement, []).append(check)
    inside = {requirement.id for requirement in requirement_set.in_profile(profile)}
    counted = {requirement.id for requirement in requirement_set.denominator(profile)}
    return tuple(
        _requirement(
            item, by_id.get(item.id, []), inside=item.id in inside, counted=item.id in counted
        )
        for item in requirement_set.requirements
    )


def _requirement(
    item: RequirementLike, checks: Sequence[CheckResult], *, inside: bool, counted: bool
) -> RequirementRun:
    return RequirementRun(
        id=item.id,
        step=item.step,
        level=str(item.level),
        certainty=_certainty(item.certainty, checks),
        documented=str(item.certainty) == "documented",
        source=f"{item.source}, {item.heading}" if item.heading else item.source,
        text=item.text,
        remedy=item.remedy,
        verdict=certificate.requirement_verdict(checks, in_profile=inside, counted=counted),
        executed=sum(check.executed for check in checks),
        in_profile=inside,
        denominator=counted,
        needs=tuple(sorted(str(need) for need in item.needs)),
        checks=tuple(sorted(checks, key=lambda check: check.nodeid)),
    )


def _certainty(fallback: str, checks: Sequence[CheckResult]) -> Certainty:
    """The best footing that any check has: with one documented check, the target can fail it.

    Each check's own certainty is already the weakest of its expectations.
    """
    found = {str(check.certainty) for check in checks if check.certainty} or {str(fallback)}
    return next(certainty for certainty in _BEST_FIRST if certainty in found)


def _steps(
    requirements: Sequence[RequirementRun], requirement_set: RequirementSetLike, profile: str
) -> tuple[StepRun, ...]:
    titles = requirement_set.titles
    gaps = {step.number: step.gap for step in requirement_set.steps}
    made = []
    for number in sorted({*titles, *(item.step for item in requirements)}):
        mine = [requirement for requirement in requirements if requirement.step == number]
        reason = f"outside profile {profile}" if mine else gaps.get(number)
        made.append(_step(number, titles.get(number, "Whole stack"), mine, reason))
    return tuple(made)


def _step(number: int, title: str, mine: Sequence[RequirementRun], reason: str | None) -> StepRun:
    inside = [requirement for requirement in mine if requirement.in_profile]
    counted = [requirement for requirement in inside if requirement.denominator]
    return StepRun(
        number=number,
        title=title,
        verdict=worst(requirement.verdict for requirement in inside) if inside else None,
        counts=Counter(check.verdict for item in mine for check in item.checks),
        must_executed=sum(requirement.executed > 0 for requirement in counted),
        must_met=sum(requirement.met for requirement in counted),
        must_total=len(counted),
        covered=bool(inside),
        reason=None if inside else reason or "this requirement set holds nothing on it",
    )


def _slowest(checks: Iterable[CheckResult]) -> tuple[Slow, ...]:
    ranked = sorted(checks, key=lambda check: (-check.duration_s, check.nodeid))[:SLOWEST]
    return tuple(
        Slow(nodeid=c.nodeid, requirement=c.requirement, duration_s=c.duration_s) for c in ranked
    )
