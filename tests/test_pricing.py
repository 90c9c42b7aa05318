"""How answers about prices are read and judged: decimals, echoes, and no price at all."""

from datetime import UTC, datetime
from typing import Any

import pytest

from fixtures import pricing
from fixtures.answer import Answer
from fixtures.check import Check
from fixtures.outcome import Inconclusive
from tests.fixtures.answers import answer, check_of, refusal, success


def resolved(amount: Any, *, check: Check | None = None) -> Answer:
    body = success(lines=[{"amount": amount}])
    return answer(200, body, operation=pricing.RESOLVE, check=check)


@pytest.mark.parametrize("shown", ["10.00", "10.0", "10", 10])
def test_amount_is_compared_as_a_number(shown: Any) -> None:
    check = check_of()
    pricing.expect_amount(resolved(shown, check=check), "the price", "10.00")
    assert not check.advice


@pytest.mark.parametrize("shown", ["10.01", "9.99", "1000", 10.000001])
def test_another_amount_is_advice_since_its_place_is_deduced(shown: Any) -> None:
    check = check_of()
    pricing.expect_amount(resolved(shown, check=check), "the price", "10.00")
    assert [finding.observed for finding in check.advice] == [str(shown)]


def test_one_of_several_amounts_is_enough() -> None:
    check = check_of()
    pricing.expect_amount(resolved("11.00", check=check), "the price", "12.00", "11.00")
    assert not check.advice


def test_text_for_an_amount_says_nothing() -> None:
    with pytest.raises(Inconclusive, match="no number"):
        pricing.amount_of(resolved("ten dollars"))


def test_refusal_and_other_amounts_are_no_price() -> None:
    for found in (
        answer(404, refusal("not-found"), operation=pricing.RESOLVE),
        answer(200, success(lines=[]), operation=pricing.RESOLVE),
        resolved("8.00"),
    ):
        pricing.expect_no_price(found, "no price", "7.00")
        assert not found.check.advice
    unwanted = resolved("7.0")
    pricing.expect_no_price(unwanted, "no price", "7.00")
    assert unwanted.check.advice


def test_term_that_is_not_shown_stops_the_check() -> None:
    shown = success(layer="promo", effective_from="2026-01-01T00:00:00.000Z")
    found = answer(200, shown, operation=pricing.SET)
    pricing.check_echo(found, {"layer": "promo", "effective_from": "2026-01-01T00:00:00Z"})
    pricing.check_echo(found, {"amount": "1.00"})
    for term in ({"layer": "base"}, {"customer_tier": "gold"}, {"effective_to": "2026-01-01"}):
        with pytest.raises(Inconclusive, match="is not shown"):
            pricing.check_echo(found, term)


def test_days_are_counted_in_utc() -> None:
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert pricing.days(noon, -1) == "2026-02-28T12:00:00Z"
    assert pricing.days(noon, 0.5) == "2026-03-02T00:00:00Z"
