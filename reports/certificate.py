"""From requirements to the verdict of a run.

Green is earned: whatever makes the run smaller than its profile asks, or leaves the instrument in
doubt, is INCOMPLETE.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from reports.model import CheckResult, Deciding, RequirementRun, Scope, WaiverState
from reports.verdict import MET, Verdict, worst

CONFORMANT = "CONFORMANT"
NOT_CONFORMANT = "NOT CONFORMANT"
INCOMPLETE = "INCOMPLETE"
# What a headline begins with where the run is of no platform.
OF_NO_PLATFORM: Final[Mapping[str, str]] = {"reference": "Self-test", "client": "Client"}

_NAMED = 12  # ids spelt out in one reason; more only hide the first ones


@dataclass(frozen=True)
class Certificate:
    """The verdict of a run, and the plain sentences it rests on."""

    verdict: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Tally:
    """Documented MUSTs of the profile, and what lies outside it, as counts of requirements."""

    total: int
    executed: int
    met: int
    outside: int
    undecided: int = 0


def tally(requirements: Sequence[RequirementRun]) -> Tally:
    """The counts of a headline."""
    counted = [requirement for requirement in requirements if requirement.denominator]
    return Tally(
        total=len(counted),
        executed=sum(requirement.executed > 0 for requirement in counted),
        met=sum(requirement.met for requirement in counted),
        outside=sum(not requirement.in_profile for requirement in requirements),
        undecided=sum(requirement.verdict is Verdict.UNDECIDED for requirement in counted),
    )


def exit_status(verdict: str) -> int:
    """0 conformant, 1 not conformant, 6 incomplete, 8 conformant with waivers."""
    if verdict == CONFORMANT:
        return 0
    if verdict == NOT_CONFORMANT:
        return 1
    return 8 if verdict.startswith("CONFORMANT WITH ") else 6


def requirement_verdict(
    checks: Sequence[CheckResult], *, in_profile: bool, counted: bool = False
) -> Verdict:
    """Worst of the checks. Without any: inconclusive inside the profile, not applicable outside.

    A documented MUST (`counted`) that could only be advised was not decided; advice about things
    of which only we say that they are there leaves it to its other checks. A failure that is
    waived is one: what its other checks came to makes the requirement neither better nor worse.
    """
    if not checks:
        return Verdict.INCONCLUSIVE if in_profile else Verdict.NOT_APPLICABLE
    verdicts = {check.verdict for check in checks}
    if Verdict.WAIVED in verdicts and Verdict.FAIL not in verdicts:
        return Verdict.WAIVED
    found = worst(verdicts)
    if counted and found is Verdict.ADVISORY and (rest := _but_of_the_deduced(checks)):
        found = worst(rest)
    if counted and (found is Verdict.ADVISORY or (found in MET and not _could_fail(checks))):
        return Verdict.UNDECIDED
    return found


def _but_of_the_deduced(checks: Sequence[CheckResult]) -> set[Verdict]:
    """The verdicts without the advice about what is there by our deduction alone."""
    advised_of_deduced = (Verdict.ADVISORY, "inferred")
    return {each.verdict for each in checks if (each.verdict, each.subject) != advised_of_deduced}


def _could_fail(checks: Sequence[CheckResult]) -> bool:
    """Whether one of these at least rests on nothing deduced, so that a breach had failed it."""
    return any(check.verdict in MET and check.certainty != "inferred" for check in checks)


def deciding(requirements: Sequence[RequirementRun]) -> tuple[Deciding, ...]:
    """The lines of a target file that would decide undecided MUSTs, the one for most first."""
    rest = [item for item in requirements if item.verdict is Verdict.UNDECIDED]
    lines = Counter(
        line for item in rest for line in {line for check in item.checks for line in check.unsure}
    )
    ranked = sorted(lines.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Deciding(line=line, decides=count) for line, count in ranked)


def certify(
    scope: Scope,
    requirements: Sequence[RequirementRun],
    *,
    unassigned: Sequence[CheckResult] = (),
    waivers: Sequence[WaiverState] = (),
) -> Certificate:
    """The certificate of a run. Requirements outside the profile never count."""
    inside = [requirement for requirement in requirements if requirement.in_profile]
    failed = [item.id for item in inside if item.verdict is Verdict.FAIL]
    failed += [check.nodeid for check in unassigned if check.verdict is Verdict.FAIL]
    gaps = [*_limits(scope), *_unmet(inside), *_loose_ends(unassigned, waivers)]
    if failed:
        return Certificate(NOT_CONFORMANT, (_listing("failed", failed), *gaps))
    if gaps:
        return Certificate(INCOMPLETE, tuple(gaps))
    waived = [item.id for item in inside if item.verdict is Verdict.WAIVED]
    if waived:
        verdict = f"CONFORMANT WITH {len(waived)} WAIVERS"
        return Certificate(verdict, (_listing("waived", waived),))
    return Certificate(CONFORMANT, ())


def headline(verdict: str, profile: str, counts: Tally, *, kind: str = "foreign") -> str:
    """`CONFORMANT [full/1] 62 of 62; 0 outside the profile`: met of all documented MUSTs.

    A run against the reference says of itself that it tests the instrument and no platform, and one
    of a client that it is of a client. `kind` is the kind of the target.
    """
    reach = f"{counts.outside} outside the profile"
    open_ones = f", {counts.undecided} undecided" if counts.undecided else ""
    told = f"{verdict} [{profile}] {counts.met} of {counts.total}{open_ones}; {reach}"
    return f"{OF_NO_PLATFORM[kind]}: {told}" if kind in OF_NO_PLATFORM else told


def _limits(scope: Scope) -> Iterable[str]:
    yield from _parts(scope)
    if scope.unfinished:
        yield f"The run did not come to its end: {scope.unfinished}."
    if scope.lost:
        yield _listing("left out by something else than this suite", scope.lost)
    if scope.unwritten:
        yield f"Outputs that could not be written: {'; '.join(scope.unwritten)}."
    if scope.doubts:
        yield f"In doubt: {'; '.join(scope.doubts[:_NAMED])}."
    if scope.interrupted:
        yield "The run was interrupted."
    if scope.crashed_workers:
        yield f"Crashed workers: {scope.crashed_workers}."
    if scope.instrument == "missed":
        yield "The canary defect was not caught: the instrument itself is in doubt."
    elif scope.instrument == "not run":
        yield "The canary defect was not run: nothing shows that the instrument is alive."


def _parts(scope: Scope) -> Iterable[str]:
    """What makes the run a part of what it could be."""
    if scope.narrowed:
        yield f"The run was narrowed by {scope.narrowed}."
    if scope.shard:
        yield f"This is shard {scope.shard} of a run: python -m reports merge puts all together."
    if scope.missing_shards:
        yield _listing("missing shards", scope.missing_shards)


def _unmet(inside: Sequence[RequirementRun]) -> Iterable[str]:
    if not any(requirement.executed for requirement in inside):
        yield "No check was executed."
    counted = [requirement for requirement in inside if requirement.denominator]
    if not counted:
        yield "The profile holds no documented MUST."
    unseen = [item.id for item in counted if not item.executed]
    if unseen:
        yield _listing("no executed check", unseen)
    for verdict in (Verdict.INCONCLUSIVE, Verdict.BLOCKED, Verdict.NOT_APPLICABLE):
        stuck = [item.id for item in counted if item.executed and item.verdict is verdict]
        if stuck:
            yield _listing(str(verdict), stuck)
    undecided = [item.id for item in counted if item.verdict is Verdict.UNDECIDED]
    if undecided:
        lines = len(deciding(counted))
        names = _listing("undecided, a breach could only have been advised", undecided)
        yield f"{names} {lines} lines of the target file would decide them." if lines else names


def _loose_ends(unassigned: Sequence[CheckResult], waivers: Sequence[WaiverState]) -> Iterable[str]:
    if unassigned:
        yield _listing("no requirement of this set", [check.nodeid for check in unassigned])
    stale = [waiver.requirement for waiver in waivers if waiver.state == "stale"]
    if stale:
        yield _listing("stale waiver, nothing fails any more", stale)


def _listing(what: str, names: Sequence[str]) -> str:
    shown = ", ".join(names[:_NAMED])
    rest = len(names) - _NAMED
    more = f" and {rest} more" if rest > 0 else ""
    return f"{what[0].upper()}{what[1:]} ({len(names)}): {shown}{more}."
