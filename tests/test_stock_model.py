"""The model of a stock position keeps its own rules over any sequence of moves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.stock import ASIDE, HELD, PARTS, Hold, Open, Position, Shortage, Stock

units = st.integers(1, 9)
stocks = st.builds(Stock, **{name: st.integers(0, 9) for name in PARTS})


@given(stocks, st.sampled_from(PARTS), st.sampled_from(PARTS), units)
def test_a_move_makes_and_loses_no_unit(stock: Stock, source: str, target: str, count: int) -> None:
    try:
        after = stock.moved(source, target, count)
    except Shortage:
        assert stock[source] < count
    else:
        assert after.total == stock.total
        assert min(after[name] for name in PARTS) >= 0


@given(stocks, st.integers(-9, 9))
def test_an_adjustment_changes_the_total_by_its_delta(stock: Stock, delta: int) -> None:
    try:
        after = stock.adjusted(delta)
    except Shortage:
        assert stock.available < -delta
    else:
        assert after.total == stock.total + delta
        assert after.available >= 0


@given(stocks)
def test_available_is_on_hand_less_all_that_is_held_or_set_aside(stock: Stock) -> None:
    aside = sum(stock[name] for name in ASIDE)
    assert stock.available == max(stock.on_hand) - stock.held - aside
    assert stock.available == min(stock.on_hand) - stock.held


@given(st.lists(st.tuples(st.sampled_from(Hold), units), max_size=8))
def test_releasing_all_holds_restores_the_position(asked: list[tuple[Hold, int]]) -> None:
    start = position = Position(Stock(available=100))
    for number, (hold, count) in enumerate(asked):
        position = position.with_hold(Open(hold, str(number), count))
    assert position.stock.held == sum(count for _, count in asked)
    for each in position.holds:
        position = position.without(each)
    assert position == start


def test_a_hold_that_is_turned_keeps_its_units() -> None:
    reserved = Open(Hold.RESERVATION, "r", 3)
    position = (
        Position(Stock(available=5)).with_hold(reserved).turned(reserved, Hold.ALLOCATION, "a")
    )
    assert position.stock == Stock(available=2, allocated=3)
    assert position.of(Hold.RESERVATION) == ()
    assert position.of(Hold.ALLOCATION) == (Open(Hold.ALLOCATION, "a", 3),)


def test_more_than_is_available_cannot_be_held() -> None:
    with pytest.raises(Shortage):
        Position(Stock(available=2)).with_hold(Open(Hold.COMMIT, "c", 3))


def test_the_buckets_of_holds_are_parts() -> None:
    assert tuple(Hold) == HELD
