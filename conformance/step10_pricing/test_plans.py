"""Step 10: whatever prices lie over one another, the order of precedence decides.

Prices are made beside an independent model of precedence; each check judges what was answered.
"""

import pytest

from fixtures import Answer, Check, Session
from fixtures.probes.trials import Judge
from fixtures.services.ppm import actions as ppm
from fixtures.services.ppm.plans import Turn
from fixtures.services.ppm.trials import PAIR_TRIALS, PRICE_TRIALS


@pytest.mark.requirement("PRICE-17")
def test_later_layer_sets_the_amount(session: Session, check: Check) -> None:
    def rule(turn: Turn, answer: Answer) -> None:
        expect_precedence(turn, answer, "the later layer sets the amount")

    Judge(session, check, PAIR_TRIALS).each_answer(rule)


@pytest.mark.requirement("PRICE-18")
def test_amount_is_the_one_that_precedence_gives(session: Session, check: Check) -> None:
    def rule(turn: Turn, answer: Answer) -> None:
        expect_precedence(turn, answer, "the last layer that holds sets the amount")

    Judge(session, check, PRICE_TRIALS).each_answer(rule)


def expect_precedence(turn: Turn, answer: Answer, rule: str) -> None:
    ppm.expect_amount(answer, f"{rule}: {turn.layers}; asked {turn.question}", *turn.wanted)
