"""Step 11: whatever is done to points, gift cards and credit, by whomever, in whatever order.

Plans are executed beside an independent book of entries; each check judges one rule on what they
showed. Races take more than there is, at the same moment.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import pytest

from fixtures import Answer, Check, Inconclusive, Session
from fixtures.probes.hypothesis_driver import examples
from fixtures.probes.races import at_once, let_in, together
from fixtures.probes.trials import Judge
from fixtures.services.crm import actions as crm
from fixtures.services.crm import trials as crm_trials
from fixtures.services.crm.actions import BALANCE, KINDS, POINTS, Kind, ValueAccount, entry_of
from fixtures.services.crm.plans import Plan, Turn


def kinds(requirements: Mapping[str, str]) -> pytest.MarkDecorator:
    """Kinds of purse, each with the requirement that a rule is for it."""
    return pytest.mark.parametrize(
        "kind",
        [
            pytest.param(
                KINDS[name], id=name.replace(" ", "-"), marks=pytest.mark.requirement(number)
            )
            for name, number in requirements.items()
        ],
    )


@pytest.fixture
def judge(session: Session, check: Check, kind: Kind) -> Judge[Plan, Turn]:
    return Judge(session, check, crm_trials.planned(kind))


def _accepted(turn: Turn) -> bool:
    return 200 <= turn.answer.status < 300


@kinds({"points": "LOYAL-21", "gift card": "LOYAL-32", "credit": "LOYAL-49"})
def test_balance_is_the_sum_of_what_was_accepted(judge: Judge[Plan, Turn]) -> None:
    def rule(turn: Turn, _: Answer, reading: Answer) -> None:
        reading.expect(
            f"after '{turn.move}' of {turn.amount} the balance is the sum of the accepted entries",
            holds=turn.shown == turn.wanted,
            expected=f"{turn.wanted} ({turn.before} before)",
            observed=f"{turn.shown}",
            uses=(BALANCE,),
        )

    def judged(turn: Turn) -> bool:
        return _accepted(turn) and turn.wanted is not None and turn.shown is not None

    judge.each(rule, judged)


@kinds({"points": "LOYAL-21", "gift card": "LOYAL-32", "credit": "LOYAL-51"})
def test_what_the_sum_allows_is_accepted(judge: Judge[Plan, Turn]) -> None:
    def rule(turn: Turn, answer: Answer, _: Answer) -> None:
        answer.expect(
            f"'{turn.move}' of {turn.amount} is accepted at a balance of {turn.before}",
            holds=answer.ok,
            expected="success (2xx)",
            inferred=True,
        )

    judge.each(rule, lambda turn: turn.wanted is not None)


@kinds({"points": "LOYAL-14", "gift card": "LOYAL-33", "credit": "LOYAL-49"})
def test_what_the_sum_does_not_allow_is_refused(judge: Judge[Plan, Turn]) -> None:
    judge.each(lambda _, answer, __: answer.refused(), lambda turn: turn.wanted is None)


@kinds({"points": "LOYAL-15", "credit": "LOYAL-53"})
def test_refused_step_leaves_the_balance(judge: Judge[Plan, Turn]) -> None:
    def rule(turn: Turn, _: Answer, reading: Answer) -> None:
        reading.expect(
            f"a refused '{turn.move}' of {turn.amount} leaves the balance",
            holds=turn.shown == turn.before,
            expected=f"{turn.before}",
            observed=f"{turn.shown}",
            uses=(BALANCE,),
        )

    judge.each(rule, lambda turn: not _accepted(turn) and turn.shown is not None)


@kinds({"points": "LOYAL-28"})
def test_balance_never_falls_below_zero(judge: Judge[Plan, Turn]) -> None:
    def rule(turn: Turn, _: Answer, reading: Answer) -> None:
        reading.expect(
            f"after '{turn.move}' of {turn.amount} the balance is not below zero",
            holds=turn.shown is not None and turn.shown >= 0,
            expected="zero or more",
            observed=f"{turn.shown}",
            uses=(BALANCE,),
        )

    judge.each(rule, lambda turn: turn.shown is not None)


# --- races ---

_WRITERS: Final = 8
_FEW: Final = 1
_MANY: Final = 20
# Three of eight fit.
_SHARE: Final = Decimal("0.3")


def _share(account: ValueAccount) -> Decimal:
    smallest = account.kind.smallest
    return (account.start * _SHARE // smallest) * smallest


def _race(session: Session, check: Check, kind: Kind) -> tuple[ValueAccount, Decimal]:
    """A purse after eight took three tenths of it at once, and what those took who were let.

    Raises:
        Inconclusive: the target lets one caller alone take more than there is, so that nothing can
            be said of several.
    """
    who = crm_trials.cast(session, check, kind)
    account = crm.create_value_account(who[0], kind)
    account.take(kind.smallest).accepted()
    if account.take(account.start).ok:
        raise Inconclusive(f"{kind.takes}: one caller alone takes more than there is")
    share = _share(account)
    with at_once(session, who, _WRITERS, requests=_WRITERS) as writers:
        granted = sum(together(writers, lambda me: account.by(me.caller).take(share).ok))
    return account, granted * share


@kinds({"points": "LOYAL-27", "gift card": "LOYAL-36", "credit": "LOYAL-50"})
def test_concurrent_takers_never_take_more_than_there_is(
    session: Session, check: Check, kind: Kind
) -> None:
    for _ in range(examples(session, _FEW, _MANY)):
        account, taken = _race(session, check, kind)
        answer = account.take(kind.smallest)
        there = account.start - kind.smallest
        answer.expect(
            f"{_WRITERS} that each take {_share(account)} at once get no more than {there}",
            holds=taken <= there,
            expected=f"{there} at most",
            observed=f"{taken}",
        )


@kinds({"points": "LOYAL-27", "gift card": "LOYAL-36"})
def test_what_a_race_granted_is_taken(session: Session, check: Check, kind: Kind) -> None:
    account, taken = _race(session, check, kind)
    rest = account.start - kind.smallest - taken
    if rest < 0:
        raise Inconclusive("the race took more than there was")
    account.take(rest + kind.smallest).refused()
    account.take(rest).accepted()


@pytest.mark.requirement("LOYAL-17")
def test_concurrent_restorations_give_the_points_back_once(session: Session, check: Check) -> None:
    who = crm_trials.cast(session, check, POINTS)
    loyalty_member = crm.create_value_account(who[0], POINTS)
    loyalty_member.undo("restore", entry_of(loyalty_member.take(1))).accepted()
    entry = entry_of(loyalty_member.take(40))
    with at_once(session, who, _WRITERS, requests=_WRITERS) as writers:
        done = sum(together(writers, lambda me: _restored(loyalty_member, me.caller, entry)))
    let_in(done, "the restoration of points")
    loyalty_member.expect_change(0, "the points come back once")


def _restored(loyalty_member: ValueAccount, caller: Any, entry: str) -> bool:
    return loyalty_member.by(caller).undo("restore", entry).ok
