"""Step 9: whatever is ordered, received and billed, a match comes out as the model has it.

Plans of invoices around the edge of their tolerance are executed once a run; what no page decides
is recorded as a reading.
"""

import pytest

from fixtures import Answer, Check, Inconclusive, Session
from fixtures.probes.trials import Judge
from fixtures.services.pcm.actions import state_of
from fixtures.services.pcm.model import Outcome
from fixtures.services.pcm.plans import Turn
from fixtures.services.pcm.trials import MATCHES

STATES = (Outcome.MATCHED, Outcome.EXCEPTION)


@pytest.mark.requirement("PROC-37")
def test_match_comes_out_as_the_rules_have_it(session: Session, check: Check) -> None:
    def rule(turn: Turn, answer: Answer) -> None:
        found, uses = state_of(answer, STATES)
        answer.expect(
            turn.told,
            holds=found == turn.wanted,
            expected=turn.wanted,
            observed=found,
            uses=uses,
        )

    Judge(session, check, MATCHES).each_answer(rule, lambda turn: turn.wanted != Outcome.OPEN)


@pytest.mark.requirement("PROC-37")
def test_difference_of_exactly_the_tolerance_is_decided_alike(
    session: Session, check: Check
) -> None:
    edges = [turn for turn in Judge(session, check, MATCHES).turns() if turn.at_the_edge]
    found = {
        state_of(turn.answer.to(session.target, check), STATES)[0]: turn.told for turn in edges
    }
    if not found:
        raise Inconclusive("no plan came to the edge of a tolerance")
    check.reading("a difference of exactly the tolerance", " or ".join(sorted(found)))
    edges[-1].answer.to(session.target, check).expect(
        "a difference of exactly the tolerance is either matched or not",
        holds=len(found) == 1,
        expected="one outcome",
        observed="; ".join(f"{state}: {told}" for state, told in found.items()),
        inferred=True,
    )
