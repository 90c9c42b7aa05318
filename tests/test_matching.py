"""The model of matching decides what pages decide, and leaves open what they leave open."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.matching import CENT, Case, Outcome, by_total, outcome
from fixtures.matching_plans import Bill, Plan, plans

TEN = Case(10, Decimal("125.00"), 10, 10, Decimal("125.00"))
cents = st.integers(1, 10**7).map(lambda count: count * CENT)


def off(case: Case, text: str) -> Case:
    return replace(case, billed_total=case.ordered_total + Decimal(text))


@pytest.mark.parametrize(
    ("total", "difference", "wanted"),
    [
        ("50.00", "0.99", Outcome.MATCHED),
        ("50.00", "1.00", Outcome.OPEN),
        ("50.00", "1.01", Outcome.EXCEPTION),
        ("50.00", "-1.01", Outcome.EXCEPTION),
        ("100.00", "0.99", Outcome.MATCHED),
        ("1000.00", "9.99", Outcome.MATCHED),
        ("1000.00", "10.00", Outcome.OPEN),
        ("1000.00", "10.01", Outcome.EXCEPTION),
        ("333.33", "3.32", Outcome.MATCHED),
        ("333.33", "3.33", Outcome.OPEN),
        ("333.33", "3.34", Outcome.OPEN),
        ("333.33", "3.35", Outcome.EXCEPTION),
    ],
)
def test_the_larger_tolerance_decides(total: str, difference: str, wanted: Outcome) -> None:
    assert outcome(off(replace(TEN, ordered_total=Decimal(total)), difference)) is wanted


@pytest.mark.parametrize(
    ("tolerance", "difference", "wanted"),
    [
        ("0", "0", Outcome.MATCHED),
        ("0", "0.01", Outcome.EXCEPTION),
        ("0.50", "0.60", Outcome.EXCEPTION),
        ("60", "50.00", Outcome.MATCHED),
    ],
)
def test_a_tolerance_given_decides(tolerance: str, difference: str, wanted: Outcome) -> None:
    assert outcome(off(replace(TEN, tolerance=Decimal(tolerance)), difference)) is wanted


@pytest.mark.parametrize(
    ("received", "amount", "percent", "wanted"),
    [
        (10, None, None, Outcome.MATCHED),
        (9, None, None, Outcome.EXCEPTION),
        (12, None, None, Outcome.EXCEPTION),
        (8, "3", None, Outcome.MATCHED),
        (8, "2", None, Outcome.OPEN),
        (8, "1", None, Outcome.EXCEPTION),
        (8, None, "30", Outcome.MATCHED),
        (8, None, "25", Outcome.OPEN),
        (8, None, "10", Outcome.EXCEPTION),
        (8, "1", "30", Outcome.OPEN),
    ],
)
def test_quantities_count_in_a_three_way_match(
    received: int, amount: str | None, percent: str | None, wanted: Outcome
) -> None:
    case = replace(
        TEN,
        received=received,
        qty_amount=None if amount is None else Decimal(amount),
        qty_percent=None if percent is None else Decimal(percent),
    )
    assert outcome(replace(case, three_way=True)) is wanted
    assert outcome(case) is Outcome.MATCHED


def test_what_is_billed_beside_the_order_is_open() -> None:
    assert outcome(replace(TEN, billed=9)) is Outcome.OPEN
    assert outcome(replace(TEN, billed=9, three_way=True)) is Outcome.OPEN
    assert outcome(replace(TEN, billed=9, received=8, three_way=True)) is Outcome.EXCEPTION


@given(cents, cents)
def test_a_larger_difference_is_never_judged_more_mildly(total: Decimal, more: Decimal) -> None:
    order = [Outcome.MATCHED, Outcome.OPEN, Outcome.EXCEPTION]
    case = replace(TEN, ordered_total=total, billed_total=total)
    assert order.index(by_total(replace(case, billed_total=total + more))) <= order.index(
        by_total(replace(case, billed_total=total + 2 * more))
    )


@given(plans())
def test_plans_bill_positive_amounts_of_whole_cents(plan: Plan) -> None:
    for bill in plan.bills:
        case = plan.case(bill)
        assert case.billed_total >= CENT
        assert case.billed_total == case.billed_total.quantize(CENT)


def test_a_bill_aims_at_the_edge_of_its_tolerance() -> None:
    plan_bill = Bill(beyond=1)
    assert plan_bill.total(replace(TEN, ordered_total=Decimal("1000.00"))) == Decimal("1010.01")
    assert Bill(beyond=-1, below=True).total(TEN) == Decimal("123.76")
