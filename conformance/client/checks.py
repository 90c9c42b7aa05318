"""The duties as checks, one each, over what the recorded traffic showed of them.

They stand beside the checks of a platform and are never collected with those: the commands of
`python -m conformance client` hand them what was judged in one pass over the traffic.
"""

from dataclasses import replace
from typing import Final

import pytest

from conformance.client.catalogue import Duty, duties
from conformance.client.certificate import Breach, DutyResult, Verdict
from conformance.contract.facts import Certainty
from fixtures.exchange.check import Check
from fixtures.exchange.outcome import (
    Finding,
    Inconclusive,
    NotApplicable,
    Responsibility,
    Violation,
)

Given = dict[str, DutyResult]
DUTIES: Final = duties()
# Unqualified, and yet one way to break them only warns: pages disagree on it, or we concluded it.
DISPUTED: Final = [duty for duty in DUTIES if duty.id in ("B1", "B2", "G10")]


@pytest.mark.parametrize("duty", DUTIES, ids=lambda duty: duty.id)
def test_duty(duty: Duty, check: Check, given: Given) -> None:
    """Kept at each of its occasions; without one, nothing can be said."""
    found = given[duty.id]
    check.exchanges += found.exchanges
    check.count(Certainty.DOCUMENTED if duty.binding else Certainty.INFERRED)
    match found.verdict:
        case Verdict.OUTSIDE:
            raise NotApplicable(found.reason)
        case Verdict.NO_TRAFFIC | Verdict.NOT_JUDGED:
            said = f"{found.verdict}: {found.reason}"
            # What the certificate does not need is told, and keeps nobody from it.
            raise Inconclusive(said, cause=_cause(found)) if duty.binding else NotApplicable(said)
        case Verdict.BROKEN | Verdict.WAIVED:
            first, *more = _findings(found, check)
            check.advice += more
            raise Violation(first)
        case Verdict.WARNING if not duty.binding:
            check.advice += _findings(found, check)


@pytest.mark.parametrize("duty", DISPUTED, ids=lambda duty: duty.id)
def test_disputed_way(duty: Duty, check: Check, given: Given) -> None:
    """What pages disagree on is advice, and decides nothing."""
    found = given[duty.id]
    if found.verdict is not Verdict.WARNING:
        raise NotApplicable("nothing of the kind was seen")
    check.exchanges += found.exchanges
    check.rests_on(Certainty.INFERRED)
    check.count(Certainty.INFERRED)
    check.advice += _findings(found, check)


def _cause(found: DutyResult) -> str:
    """What stands in the way: the scenario that was not run, most often."""
    if found.verdict is Verdict.NOT_JUDGED:
        return "what was given cannot show it"
    return f"scenario {found.duty.scenario or 'plain'}"


def _findings(found: DutyResult, check: Check) -> list[Finding]:
    return [_finding(found.duty, breach, check) for breach in found.told]


def _finding(duty: Duty, breach: Breach, check: Check) -> Finding:
    called = f"{breach.call}: " if breach.call else ""
    made = check.finding(
        f"kept where {duty.kept}" if duty.kept else duty.text,
        expected=duty.kept or duty.text,
        observed=f"{breach.where}: {called}{breach.said}",
        certainty=Certainty.DOCUMENTED if duty.binding else Certainty.INFERRED,
        exchange=breach.where if breach.call else None,
    )
    return replace(made, move=Responsibility.YOURS)
