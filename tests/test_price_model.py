"""The model of precedence: layers, periods, scopes; and the plans that are judged by it."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given

from conformance.contract.ppm import LAYERS
from fixtures.price_plans import PAIRS, STANDARD, Plan, plans
from fixtures.prices import Layer, Period, Price, Question, answers

ALL = tuple(Price(layer, Decimal(10 - n)) for n, layer in enumerate(Layer))


def told(prices: Iterable[Price], question: Question) -> set[str]:
    return {str(amount) for amount in answers(prices, question)}


def test_layers_are_those_of_the_documentation_in_its_order() -> None:
    by_rank: dict[int, list[str]] = {}
    for layer in Layer:
        by_rank.setdefault(layer.rank, []).append(layer.value)
    assert tuple(map(tuple, by_rank.values())) == LAYERS


@pytest.mark.parametrize("count", range(1, 5))
def test_last_layer_sets_the_amount(count: int) -> None:
    assert told(ALL[:count], Question()) == {str(11 - count)}
    assert told(reversed(ALL[:count]), Question()) == {str(11 - count)}


def test_channel_and_facility_are_told_apart_by_no_page() -> None:
    assert told(ALL, Question()) == {"5", "6"}
    assert told(ALL, Question(facility=False)) == {"6"}
    assert told(ALL, Question(channel=False)) == {"5"}
    assert told(ALL, Question(channel=False, facility=False)) == {"7"}
    assert told(ALL, Question(tier=False, channel=False, facility=False)) == {"8"}


@pytest.mark.parametrize(
    ("period", "days"),
    [
        (Period.LONG, {-30, -15, -5, 0, 1}),
        (Period.PAST, {-30, -15}),
        (Period.RECENT, {-5, 0, 1}),
        (Period.COMING, {1}),
    ],
)
def test_price_holds_from_its_begin_to_before_its_end(period: Period, days: set[int]) -> None:
    assert {day for day in (-31, -30, -15, -10, -5, 0, 1) if period.holds(day)} >= days
    assert not period.holds(-31)
    assert Period.PAST.holds(-10) is False
    price = replace(ALL[0], period=period)
    assert bool(answers([price], Question(day=-15))) is (-15 in days)


def test_no_price_is_no_answer() -> None:
    assert answers([], Question()) == frozenset()
    assert answers([replace(ALL[0], period=Period.COMING)], Question()) == frozenset()


@pytest.mark.parametrize("plan", [*PAIRS, STANDARD], ids=["base", "others", "standard"])
def test_standing_plan_asks_what_one_amount_answers(plan: Plan) -> None:
    assert all(len(answers(plan.prices, question)) == 1 for question in plan.questions)


@given(plans())
def test_drawn_plan_has_an_answer_to_each_question(plan: Plan) -> None:
    layers = [price.layer for price in plan.prices]
    assert len(set(layers)) == len(layers)
    assert Layer.BASE in layers
    assert len({price.amount for price in plan.prices}) == len(layers)
    for question in plan.questions:
        assert 1 <= len(answers(plan.prices, question)) <= 2


@given(plans())
def test_order_in_which_prices_are_made_changes_no_answer(plan: Plan) -> None:
    for question in plan.questions:
        assert answers(plan.prices, question) == answers(plan.prices[::-1], question)
