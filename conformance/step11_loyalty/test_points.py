"""Step 11: points earned and redeemed, what corrects them, and the ledger that tells of them."""

import json
from collections.abc import Callable
from typing import Any, Final

import pytest

from conformance.contract import OPERATIONS
from conformance.contract.errors import Tag
from conformance.contract.services.crm.customers import REDEEMED
from fixtures import (
    Answer,
    Caller,
    Check,
    ContextBuilder,
    Inconclusive,
    Session,
    ids,
    read_all,
    without,
)
from fixtures.formats.money import count_of
from fixtures.services.crm import actions as crm
from fixtures.services.crm.actions import POINTS, ValueAccount, entry_of, expect_balance

# --- earning and redeeming ---


@pytest.mark.requirement("LOYAL-12")
def test_earning_credits_its_points(loyalty_member: ValueAccount) -> None:
    loyalty_member.expect_balance(loyalty_member.start, "the first earning is in the balance")
    loyalty_member.give(7).accepted()
    loyalty_member.expect_change(7, "a further earning is added")


@pytest.mark.requirement("LOYAL-13")
def test_redemption_debits_its_points(loyalty_member: ValueAccount) -> None:
    answer = loyalty_member.take(REDEEMED)
    left = loyalty_member.start - REDEEMED
    expect_balance(answer, left, "the answer shows what is left")
    loyalty_member.expect_balance(left, "a redemption is taken off")


@pytest.mark.requirement("LOYAL-14")
def test_redemption_of_more_than_the_balance_is_refused(loyalty_member: ValueAccount) -> None:
    loyalty_member.take(1).accepted()
    loyalty_member.take(loyalty_member.start).refused()
    loyalty_member.take(loyalty_member.start - 1).accepted()


@pytest.mark.requirement("LOYAL-14")
def test_deduction_of_more_than_the_balance_is_refused(loyalty_member: ValueAccount) -> None:
    loyalty_member.adjust(-1).accepted()
    loyalty_member.adjust(-int(loyalty_member.start)).refused()


@pytest.mark.requirement("LOYAL-15")
def test_refused_redemption_writes_nothing(loyalty_member: ValueAccount) -> None:
    loyalty_member.take(2).accepted()
    before = ids(loyalty_member.ledger_with(entry_of(loyalty_member.give(1))))
    loyalty_member.take(loyalty_member.start).refused()
    loyalty_member.expect_change(-1, "the balance is as before")
    # Where this entry is shown, one that was made before it would be, too.
    last = entry_of(loyalty_member.give(1))
    expect_entries(
        loyalty_member.ledger_with(last), [*before, last], "a refused redemption makes no entry"
    )


def expect_entries(walk: list[Answer], wanted: list[str], rule: str) -> None:
    found = ids(walk)
    walk[-1].expect(
        rule,
        holds=sorted(found) == sorted(wanted),
        expected=f"the {len(wanted)} entries that were accepted",
        observed=f"{len(found)} entries",
        uses=("items", "item_id"),
    )


# --- corrections ---


@pytest.mark.every
@pytest.mark.requirement("LOYAL-16")
@pytest.mark.parametrize("points", [8, -8])
def test_adjustment_changes_the_balance_by_its_points(
    loyalty_member: ValueAccount, points: int
) -> None:
    loyalty_member.adjust(points).accepted()
    loyalty_member.expect_change(points, "the balance is adjusted")


@pytest.mark.requirement("LOYAL-17")
def test_restored_redemption_gives_its_points_back_once(loyalty_member: ValueAccount) -> None:
    entry = entry_of(loyalty_member.take(30))
    loyalty_member.take(5).accepted()
    loyalty_member.undo("restore", entry).accepted()
    loyalty_member.expect_change(-5, "the points of the redemption are back")
    loyalty_member.undo("restore", entry)
    loyalty_member.expect_change(-5, "a second restoration adds nothing")


@pytest.mark.requirement("LOYAL-18")
def test_reversed_earning_takes_its_points_back_once(loyalty_member: ValueAccount) -> None:
    entry = entry_of(loyalty_member.give(20))
    loyalty_member.undo("reverse", entry).accepted()
    loyalty_member.expect_change(0, "the points of the earning are gone")
    loyalty_member.undo("reverse", entry)
    loyalty_member.expect_change(0, "a second reversal takes nothing")


CORRECTIONS: Final[dict[str, Callable[[ValueAccount, str, str], Answer]]] = {
    "adjust": lambda loyalty_member, _, __: loyalty_member.adjust(-5),
    "restore": lambda loyalty_member, _, redeemed: loyalty_member.undo("restore", redeemed),
    "reverse": lambda loyalty_member, earned, _: loyalty_member.undo("reverse", earned),
}
every_correction = pytest.mark.parametrize("verb", CORRECTIONS)


Entries = dict[str, str]


def correct(loyalty_member: ValueAccount, verb: str) -> tuple[Entries, Entries, Answer]:
    """The ledger of an earning and a redemption before and after a correction, and its last page.

    Entries by id, each as text of its own.
    """
    earned, redeemed = entry_of(loyalty_member.give(20)), entry_of(loyalty_member.take(30))
    before = _entries(loyalty_member.ledger_with(earned, redeemed))
    CORRECTIONS[verb](loyalty_member, earned, redeemed).accepted()
    walk = loyalty_member.ledger().until(lambda found: len({*ids(found)} - before.keys()) > 0)
    return before, _entries(walk), walk[-1]


def _entries(walk: list[Answer]) -> Entries:
    told = [json.dumps(item, sort_keys=True) for page in walk for item in page.items()]
    return dict(zip(ids(walk), told, strict=True))


@pytest.mark.every
@pytest.mark.requirement("LOYAL-19")
@every_correction
def test_entry_is_read_the_same_after_a_correction(loyalty_member: ValueAccount, verb: str) -> None:
    before, after, page = correct(loyalty_member, verb)
    changed = [entry for entry in before if after.get(entry) != before[entry]]
    page.expect(
        f"'{verb}' changes no entry that was there",
        holds=not changed,
        expected=f"{len(before)} entries as they were",
        observed=f"{len(changed)} changed or gone",
        uses=("items", "item_id"),
    )


@pytest.mark.every
@pytest.mark.requirement("LOYAL-20")
@every_correction
def test_correction_is_a_new_entry(loyalty_member: ValueAccount, verb: str) -> None:
    before, after, page = correct(loyalty_member, verb)
    page.expect(
        f"'{verb}' adds one entry",
        holds=len(after.keys() - before.keys()) == 1,
        expected=f"{len(before) + 1} entries",
        observed=f"{len(after)} entries",
        uses=("items", "item_id"),
    )


def _points_on(walk: list[Answer]) -> list[int | None]:
    """What each entry of a ledger moved."""
    return [count_of(each) for each in read_all(walk, "item_points")]


@pytest.mark.requirement("LOYAL-21")
def test_balance_is_the_sum_of_the_ledger(loyalty_member: ValueAccount) -> None:
    redeemed = entry_of(loyalty_member.take(30))
    loyalty_member.adjust(7).accepted()
    loyalty_member.undo("restore", redeemed).accepted()
    told, wanted = loyalty_member.read(), loyalty_member.start + 7
    walk = loyalty_member.ledger().until(lambda it: sum(filter(None, _points_on(it))) == wanted)
    shown_points = _points_on(walk)
    points = [count for count in shown_points if count is not None]
    if len(points) != len(shown_points):
        raise Inconclusive("an entry shows no whole number of points")
    shown = told.decimal(crm.BALANCE)
    walk[-1].expect(
        "the entries sum to the balance that the customer shows",
        holds=sum(points) == shown == wanted,
        expected=f"{wanted} by both",
        observed=f"entries {sum(points)}, balance {shown}",
        uses=("items", "item_points"),
    )


@pytest.mark.every
@pytest.mark.requirement("LOYAL-26")
@pytest.mark.parametrize("verb", ["restore", "reverse"])
def test_entry_of_another_customer_is_not_undone(
    loyalty_member: ValueAccount, owner: Caller, verb: str
) -> None:
    other, moves = (
        crm.create_value_account(owner, POINTS),
        {"restore": loyalty_member.take, "reverse": loyalty_member.give},
    )
    own, second = entry_of(moves[verb](5)), entry_of(moves[verb](5))
    loyalty_member.undo(verb, own).accepted()
    other.undo(verb, second).refused()
    other.expect_change(0, "the other customer's balance is as it was")


# --- what is no request for points ---

EARN, REDEEM = "crm.loyalty.earn", "crm.loyalty.redeem"


@pytest.mark.every
@pytest.mark.requirement("LOYAL-22")
@pytest.mark.parametrize("operation", [EARN, REDEEM])
def test_points_without_a_customer_are_refused(
    loyalty_member: ValueAccount, operation: str
) -> None:
    loyalty_member(operation, points=1).accepted()
    loyalty_member(operation, without("customer_id"), points=1).refused()


@pytest.mark.every
@pytest.mark.requirement("LOYAL-23")
@pytest.mark.parametrize("points", [0, -5])
@pytest.mark.parametrize("operation", [EARN, REDEEM])
def test_points_of_zero_or_less_are_refused(
    loyalty_member: ValueAccount, operation: str, points: int
) -> None:
    loyalty_member(operation, points=10).accepted()
    loyalty_member(operation, points=points).refused()
    loyalty_member.expect_change(
        10 if operation == EARN else -10, "nothing but the first call counts"
    )


@pytest.mark.requirement("LOYAL-24")
def test_unknown_reason_code_of_an_adjustment_is_refused(loyalty_member: ValueAccount) -> None:
    loyalty_member.adjust(1).accepted()
    loyalty_member.adjust(1, reason_code="LOYALTY.NEVER_REGISTERED").refused(
        None, Tag.INVALID_INPUT
    )
    loyalty_member.expect_change(1, "the refused adjustment changed nothing")


_APPLIED: Final[dict[str, dict[str, Any]]] = {
    EARN: {"points": 1},
    REDEEM: {"points": 1},
    "crm.giftcard.redeem": {"amount": "1.00"},
}


@pytest.mark.requirement("LOYAL-29")
@pytest.mark.parametrize("operation_id", _APPLIED)
def test_value_applied_without_a_channel_is_refused(
    session: Session, check: Check, operation_id: str
) -> None:
    operation, stage = OPERATIONS[operation_id], ContextBuilder(session)
    stage.proven(check, operation)
    prepared = stage.fresh(check, operation)
    values = {**prepared.values, **_APPLIED[operation_id]}
    prepared.caller(operation_id, without("channel_code"), **values).refused()


# --- the programme ---


@pytest.mark.requirement("LOYAL-25")
def test_policy_of_the_programme_is_told(owner: Caller) -> None:
    answer = owner("crm.loyalty.policy_get").accepted()
    policy = answer.optional("policy")
    answer.expect(
        "the answer holds a policy",
        holds=isinstance(policy, dict) and bool(policy),
        expected="an object with the programme's rules",
        observed="nothing" if not policy else type(policy).__name__,
        uses=("policy",),
    )
