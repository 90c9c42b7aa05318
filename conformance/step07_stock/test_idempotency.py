"""Step 7: a request with an idempotency key has one effect, however often it is sent."""

import secrets
from collections.abc import Mapping
from typing import Any, Final

import pytest

from conformance.contract import OPERATIONS
from fixtures import Answer, Caller, Check, Session
from fixtures.context import records, users_and_orgs
from fixtures.probes.races import at_once, together
from fixtures.run.private_reference import advance
from fixtures.services.ics.actions import StockItem
from fixtures.services.ics.model import Stock

# Keyed routes that move stock, with the id of what each makes and the field in which another
# payload differs. What every keyed route owes is in test_idempotency.py.
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


def keyed(caller: Caller, route: str, **given: Any) -> Mapping[str, Any]:
    """All values of one request with a key of its own."""
    operation = OPERATIONS[route]
    made = {} if "variant_id" in given else records.sample_values(caller, operation)
    key = {"idempotency_key": f"conformance-{secrets.token_hex(8)}"}
    return {**caller.fill(operation, {**made, **given}), **key}


def of_two(stock_item: StockItem, route: str) -> Mapping[str, Any]:
    """A keyed request for two units of the shelf."""
    name = "quantity_delta" if route == ADJUST else "quantity"
    return keyed(stock_item.caller, route, variant_id=stock_item.variant_id, **{name: 2})


def send(caller: Caller, route: str, values: Mapping[str, Any], **other: Any) -> Answer:
    return caller(route, **{**values, **other})


def id_of(answer: Answer) -> str:
    return str(answer.value(ROUTES[answer.operation.id][0]))


def expect_same_record(first: Answer, second: Answer) -> None:
    name, made = ROUTES[first.operation.id][0], id_of(first)
    again = second.accepted().optional(name)
    second.expect(
        "the repeated request is answered with the record that the first one made",
        holds=again is not None and str(again) == made,
        expected=f"the same {name}",
        observed=f"no {name}" if again is None else f"another {name}",
        uses=(name,),
    )


@pytest.mark.requirement("STOCK-44")
def test_repeated_request_is_answered_the_same_after_other_movements(stock_item: StockItem) -> None:
    values = of_two(stock_item, RESERVE)
    first = send(stock_item.caller, RESERVE, values)
    stock_item.adjust(-8).accepted()
    expect_same_record(first, send(stock_item.caller, RESERVE, values))


@pytest.mark.requirement("STOCK-45")
@on_stock
def test_repeated_request_has_one_effect(stock_item: StockItem, route: str) -> None:
    values = of_two(stock_item, route)
    for _ in range(3):
        send(stock_item.caller, route, values).accepted()
    stock_item.look().expect_stock("the request counts once", ON_STOCK[route])


@pytest.mark.requirement("STOCK-45")
@on_stock
def test_request_repeated_at_the_same_time_has_one_effect(
    session: Session, stock_item: StockItem, route: str
) -> None:
    stock_item.look()
    values = of_two(stock_item, route)
    with at_once(session, [stock_item.caller], 6, requests=6) as writers:
        together(writers, lambda me: send(me.caller, route, values).status)
    send(stock_item.caller, route, values).accepted()
    stock_item.look().expect_stock("the request counts once", ON_STOCK[route])


@pytest.mark.requirement("STOCK-46")
@on_stock
def test_refused_reuse_of_a_key_changes_nothing(stock_item: StockItem, route: str) -> None:
    values = of_two(stock_item, route)
    send(stock_item.caller, route, values).accepted()
    send(stock_item.caller, route, values, **ROUTES[route][1]).refused(409)
    stock_item.look().expect_stock("the first request alone counts", ON_STOCK[route])


@pytest.mark.requirement("STOCK-49")
def test_key_is_kept_for_a_day(
    clock_session: Session, check: Check, clocked_stock_item: StockItem
) -> None:
    values = of_two(clocked_stock_item, ADJUST)
    first = send(clocked_stock_item.caller, ADJUST, values)
    advance(clock_session, check, ALMOST_A_DAY_S)
    again = users_and_orgs.log_in(clock_session, check, clocked_stock_item.caller.actor)
    later = clocked_stock_item.by(clocked_stock_item.caller.as_(again))
    expect_same_record(first, send(later.caller, ADJUST, values))
    later.look().expect_stock("the request counts once", ON_STOCK[ADJUST])
