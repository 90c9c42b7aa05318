"""Step 8: promises: what is quoted, held, committed, and given back."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from conformance.contract.errors import Tag
from fixtures import Answer, Caller, Inconclusive, Session, eventually, instant
from fixtures.probes.races import at_once, together
from fixtures.services.ics.model import Stock
from fixtures.services.scm import actions as scm
from fixtures.services.scm.actions import (
    ALLOCATE,
    CANCEL,
    COMMIT,
    PLACE,
    RELEASE,
    RESERVE,
    SellableItem,
)
from fixtures.services.scm.context import PLENTY

SHORT: Final = Tag.INSUFFICIENT_STOCK
QUOTE: Final = "scm.promise.quote"
ALL: Final = scm.STOCK


# --- quotes ---


@pytest.mark.requirement("ORDER-7")
def test_quote_holds_nothing(scm_owner: Caller, sellable_item: SellableItem) -> None:
    scm.prove(scm_owner, RESERVE)
    for _ in range(2):
        sellable_item.caller(QUOTE, quantity=ALL).accepted()
    sellable_item(RESERVE, sellable_item.create_order(ALL, PLACE)).accepted()


@pytest.mark.requirement("ORDER-8")
def test_quote_tells_what_other_orders_leave(sellable_item: SellableItem) -> None:
    sellable_item.create_order(7, PLACE, RESERVE)
    answer = sellable_item.caller(QUOTE, quantity=5)
    answer.shows("promisable", ALL - 7, "a quote tells how many units can be promised")


# --- what is held ---


@pytest.mark.requirement("ORDER-9")
def test_units_held_for_one_order_are_not_reserved_for_another(sellable_item: SellableItem) -> None:
    sellable_item.create_order(8, PLACE, RESERVE)
    other = sellable_item.create_order(3, PLACE)
    sellable_item(RESERVE, other).refused(None, SHORT)
    # What is left can be reserved, so that the refusal was about the units that are held.
    sellable_item.create_order(ALL - 8, PLACE, RESERVE)


_BUCKETS: Final = {
    RESERVE: Stock(available=6, reserved=4),
    ALLOCATE: Stock(available=6, allocated=4),
    COMMIT: Stock(available=6, committed=4),
}


@pytest.mark.requirement("ORDER-10")
def test_steps_of_a_promise_show_in_stock(sellable_item: SellableItem) -> None:
    order_id = sellable_item.create_order(4, PLACE)
    for step, wanted in _BUCKETS.items():
        sellable_item(step, order_id).accepted()
        sellable_item.expect_stock(f"after {step} the units are in its bucket", wanted)


@pytest.mark.requirement("ORDER-11")
def test_reserve_beyond_stock_is_refused(scm_owner: Caller) -> None:
    sellable_item = SellableItem(scm_owner)
    sellable_item.create_order(1, PLACE, RESERVE)
    sellable_item(RESERVE, sellable_item.create_order(PLENTY + 1, PLACE)).refused(None, SHORT)


@pytest.mark.requirement("ORDER-12")
def test_refused_reserve_holds_nothing(scm_owner: Caller, sellable_item: SellableItem) -> None:
    scm.prove(scm_owner, RESERVE)
    sellable_item(RESERVE, sellable_item.create_order(ALL + 1, PLACE)).refused(None, SHORT)
    sellable_item(RESERVE, sellable_item.create_order(ALL, PLACE)).accepted()


@pytest.mark.every
@pytest.mark.requirement("ORDER-12")
@pytest.mark.parametrize("short", ["first", "second"])
def test_reserve_holds_all_lines_or_none(sellable_item: SellableItem, short: str) -> None:
    plenty = scm.put_on_sale(sellable_item.caller)
    wanted = (1, ALL + 1) if short == "second" else (ALL + 1, 1)
    second: dict[str, Any] = {"second_variant_id": plenty.variant_id, "second_quantity": wanted[1]}
    both = {**second, "second_quantity": 1}
    fits = sellable_item.caller("scm.order.create", quantity=1, **both).value("order_id")
    for step in (PLACE, RESERVE, RELEASE):
        sellable_item(step, str(fits)).accepted()
    made = sellable_item.caller("scm.order.create", quantity=wanted[0], **second)
    order_id = str(made.value("order_id"))
    sellable_item(PLACE, order_id).accepted()
    sellable_item(RESERVE, order_id).refused(None, SHORT)
    for each in (sellable_item, plenty):
        each.expect_stock("no line is held", Stock(available=ALL))


@pytest.mark.requirement("ORDER-19")
def test_order_is_reserved_once(scm_owner: Caller) -> None:
    sellable_item = SellableItem(scm_owner)
    sellable_item(RESERVE, sellable_item.create_order(1, PLACE, RESERVE)).refused()


# --- commitment ---


@pytest.mark.requirement("ORDER-14")
def test_committed_units_stay_held(sellable_item: SellableItem) -> None:
    sellable_item.create_order(8, PLACE, RESERVE, COMMIT)
    other = sellable_item.create_order(3, PLACE)
    sellable_item(RESERVE, other).refused(None, SHORT)


@pytest.mark.requirement("ORDER-15")
def test_order_without_a_hold_is_not_committed(scm_owner: Caller) -> None:
    scm.prove(scm_owner, COMMIT)
    sellable_item = SellableItem(scm_owner)
    sellable_item(COMMIT, sellable_item.create_order(1, PLACE)).refused()


# --- how a promise ends ---


@pytest.mark.every
@pytest.mark.requirement("ORDER-16")
@pytest.mark.parametrize("held", [(RESERVE,), (RESERVE, COMMIT)], ids=["reserved", "committed"])
def test_cancelled_order_gives_its_stock_back(
    sellable_item: SellableItem, held: tuple[str, ...]
) -> None:
    order_id = sellable_item.create_order(8, PLACE, *held)
    sellable_item(CANCEL, order_id).accepted()
    sellable_item(RESERVE, sellable_item.create_order(ALL, PLACE)).accepted()


_SHORT_S: Final = 1.2
_LAPSE_OF_REFERENCE_S: Final = 8.0


def _shortly_after(answer: Answer) -> str:
    """An instant of the near future, by the platform's own clock."""
    now = instant(answer.value("timestamp_utc")) or datetime.now(UTC)
    end = now + timedelta(seconds=_SHORT_S)
    return end.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _expect_echoed(answer: Answer, end: str) -> None:
    """An end that is not read back may never have been read.

    Raises:
        Inconclusive: the promise shows another end, or none.
    """
    shown = instant(answer.value("expires_at"))
    if shown is None or abs(shown - datetime.fromisoformat(end)) > timedelta(seconds=1):
        raise Inconclusive(
            "the promise does not end when it was asked to", cause=f"{RESERVE}:expires_at"
        )


@pytest.mark.requirement("ORDER-17")
def test_expired_promise_gives_its_stock_back(sellable_item: SellableItem) -> None:
    first, last = sellable_item.create_order(8, PLACE), sellable_item.create_order(ALL - 1, PLACE)
    end = _shortly_after(sellable_item(RESERVE, sellable_item.create_order(1, PLACE)))
    _expect_echoed(sellable_item(RESERVE, first, expires_at=end), end)
    granted = eventually(
        lambda: sellable_item(RESERVE, last),
        lambda answer: answer.ok,
        bound_s=sellable_item.caller.target.patience(_LAPSE_OF_REFERENCE_S),
        pause_s=0.4,
    )
    granted.accepted()


@pytest.mark.requirement("ORDER-18")
@pytest.mark.parametrize("held", [(), (COMMIT,)], ids=["reserved", "committed"])
def test_released_promise_gives_its_units_back_once(
    sellable_item: SellableItem, held: tuple[str, ...]
) -> None:
    sellable_item.create_order(3, PLACE, RESERVE)
    order_id = sellable_item.create_order(4, PLACE, RESERVE, *held)
    for _ in range(2):
        sellable_item(RELEASE, order_id)
    sellable_item.expect_stock(
        "the units of the released promise are available", Stock(available=7, reserved=3)
    )


# --- one effect a key ---


@pytest.mark.requirement("ORDER-40")
def test_repeated_reserve_has_one_effect(sellable_item: SellableItem) -> None:
    order_id = sellable_item.create_order(4, PLACE)
    key = f"conformance-{secrets.token_hex(8)}"
    for _ in range(3):
        sellable_item(RESERVE, order_id, idempotency_key=key).accepted()
    sellable_item.expect_stock("the units are held once", Stock(available=6, reserved=4))


@pytest.mark.requirement("ORDER-40")
def test_order_repeated_at_the_same_time_is_made_once(session: Session, scm_owner: Caller) -> None:
    scm_owner("scm.order.create").accepted()
    key = f"conformance-{secrets.token_hex(8)}"
    with at_once(session, [scm_owner], 6, requests=6) as writers:
        made = together(writers, lambda me: _create_order(me.caller, key))
    again = scm_owner("scm.order.create", idempotency_key=key, quantity=1)
    ids = {each for each in made if each} | {str(again.value("order_id"))}
    again.expect(
        "a request repeated at the same time makes one order",
        holds=len(ids) == 1,
        expected="one order",
        observed=f"{len(ids)} orders",
        uses=("order_id",),
    )


def _create_order(caller: Caller, key: str) -> str | None:
    answer = caller("scm.order.create", idempotency_key=key, quantity=1)
    return str(answer.optional("order_id")) if answer.ok else None
