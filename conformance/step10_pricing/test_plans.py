"""Step 10: whatever prices lie over one another, the order of precedence decides.

Prices are made beside an independent model of precedence; each check judges what was answered.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import pytest

from fixtures import Check, Inconclusive, Session
from fixtures.services.ppm import actions as ppm
from fixtures.services.ppm import trials as ppm_trials
from fixtures.services.ppm.plans import Trial


@dataclass(frozen=True)
class Judge:
    """The answers to all questions, for one check."""

    session: Session
    check: Check

    def each(self, trials: Iterable[Trial], rule: str) -> None:
        """Judge every answer by the model, once advice was given not further.

        Raises:
            Inconclusive: no plan came to a question.
        """
        troubles = []
        for trial in trials:
            troubles += [trial.stopped_by] if trial.stopped_by else []
            for turn in trial.turns:
                if not self.check.advice:
                    answer = turn.answer.to(self.session.target, self.check)
                    asked = f"{rule}: {turn.layers}; asked {turn.question}"
                    ppm.expect_amount(answer, asked, *turn.wanted)
        if not self.check.expectations:
            raise Inconclusive("; ".join(troubles) or "no plan came to a question")


@pytest.fixture
def judge(session: Session, check: Check) -> Judge:
    return Judge(session, check)


@pytest.mark.requirement("PRICE-17")
def test_later_layer_sets_the_amount(session: Session, judge: Judge) -> None:
    judge.each(ppm_trials.pairs(session).trials, "the later layer sets the amount")


@pytest.mark.requirement("PRICE-18")
def test_amount_is_the_one_that_precedence_gives(session: Session, judge: Judge) -> None:
    judge.each(ppm_trials.trials(session).trials, "the last layer that holds sets the amount")
