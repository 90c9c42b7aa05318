"""Step 7: a request with an idempotency key has one effect, however often it is sent."""

from collections.abc import Mapping
from typing import Any, Final

import pytest

from conformance.contract import OPERATIONS
from conformance.idempotency_keys import expect_same_record, new_key
from fixtures import Answer, Caller, Check, Session
from fixtures.context import users_and_orgs
from fixtures.probes.races import at_once, together
from fixtures.run.private_reference import advance
from fixtures.services.ics.actions import StockItem
from fixtures.services.ics.model import Stock

# Keyed routes that move stock, with the id of what each makes and the field in which another
# payload differs. Rules on all keyed routes alike are checked in conformance/stack.
ADJUST, RESERVE, ALLOCATE = (
    "ics.adjustment.create",
    "ics.reservation.create",
    "ics.allocation.create",
)
ROUTES: Final[Mapping[str, tuple[str, Mapping[str, Any]]]] = {
    ADJUST: ("adjustment_id", {"quantity_delta": 4}),
    RESERVE: ("reservation_id", {"quantity": 4}),
    ALLOCATE: ("allocation_id", {"quantity": 4}),
}
ON_STOCK: Final = {
    ADJUST: Stock(available=12),
    RESERVE: Stock(available=8, reserved=2),
    ALLOCATE: Stock(available=8, allocated=2),
}
ALMOST_A_DAY_S: Final = 23.9 * 3600
on_stock = pytest.mark.parametrize("route", ON_STOCK)


def request_for_two(stock_item: StockItem, route: str) -> Mapping[str, Any]:
    """All values of a request for two units of the stock item, with a key of its own."""
    quantity = "quantity_delta" if route == ADJUST else "quantity"
    given = {"variant_id": stock_item.variant_id, quantity: 2}
    return {**stock_item.caller.fill(OPERATIONS[route], given), "idempotency_key": new_key()}


def send(caller: Caller, route: str, values: Mapping[str, Any], **other: Any) -> Answer:
    return caller(route, **{**values, **other})


def expect_same_answer(first: Answer, second: Answer) -> None:
    """Expect both answers to show the same record."""
    name = ROUTES[first.operation.id][0]
    expect_same_record(second, name, str(first.value(name)))


@pytest.mark.requirement("STOCK-44")
def test_repeated_request_is_answered_the_same_after_other_movements(stock_item: StockItem) -> None:
    values = request_for_two(stock_item, RESERVE)
    first = send(stock_item.caller, RESERVE, values)
    stock_item.adjust(-8).accepted()
    expect_same_answer(first, send(stock_item.caller, RESERVE, values))


@pytest.mark.requirement("STOCK-45")
@on_stock
def test_repeated_request_has_one_effect(stock_item: StockItem, route: str) -> None:
    values = request_for_two(stock_item, route)
    for _ in range(3):
        send(stock_item.caller, route, values).accepted()
    stock_item.look().expect_stock("the request counts once", ON_STOCK[route])


@pytest.mark.requirement("STOCK-45")
@on_stock
def test_request_repeated_at_the_same_time_has_one_effect(
    session: Session, stock_item: StockItem, route: str
) -> None:
    stock_item.look()
    values = request_for_two(stock_item, route)
    with at_once(session, [stock_item.caller], 6, requests=6) as writers:
        together(writers, lambda me: send(me.caller, route, values).status)
    send(stock_item.caller, route, values).accepted()
    stock_item.look().expect_stock("the request counts once", ON_STOCK[route])


@pytest.mark.requirement("STOCK-46")
@on_stock
def test_refused_reuse_of_a_key_changes_nothing(stock_item: StockItem, route: str) -> None:
    values = request_for_two(stock_item, route)
    send(stock_item.caller, route, values).accepted()
    send(stock_item.caller, route, values, **ROUTES[route][1]).refused(409)
    stock_item.look().expect_stock("the first request alone counts", ON_STOCK[route])


@pytest.mark.requirement("STOCK-49")
def test_key_is_kept_for_a_day(
    clock_session: Session, check: Check, clocked_stock_item: StockItem
) -> None:
    values = request_for_two(clocked_stock_item, ADJUST)
    first = send(clocked_stock_item.caller, ADJUST, values)
    advance(clock_session, check, ALMOST_A_DAY_S)
    again = users_and_orgs.log_in(clock_session, check, clocked_stock_item.caller.actor)
    later = clocked_stock_item.by(clocked_stock_item.caller.as_(again))
    expect_same_answer(first, send(later.caller, ADJUST, values))
    later.look().expect_stock("the request counts once", ON_STOCK[ADJUST])
