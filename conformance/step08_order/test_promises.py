"""Step 8: promises: what is quoted, held, committed, and given back."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from fixtures.exchange.answer import Answer
from fixtures.exchange.outcome import Inconclusive
from fixtures.exchange.request import AS_PROVEN
from fixtures.formats.instants import instant
from fixtures.probes.races import at_once, together
from fixtures.run.client import Caller
from fixtures.run.session import Session
from fixtures.run.waiting import eventually
from fixtures.services.ics.model import Stock
from fixtures.services.scm import actions as scm
from fixtures.services.scm.actions import ALLOCATE, CANCEL, COMMIT, PLACE, RELEASE, RESERVE, Stall
from fixtures.services.scm.context import PLENTY

SHORT: Final = "insufficient-stock"
QUOTE: Final = "scm.promise.quote"
ALL: Final = scm.STOCK


# --- quotes ---


@pytest.mark.requirement("ORDER-7")
def test_quote_holds_nothing(seller: Caller, stall: Stall) -> None:
    scm.prove(seller, RESERVE)
    for _ in range(2):
        stall.caller(QUOTE, quantity=ALL).accepted()
    stall(RESERVE, stall.order(ALL, PLACE)).accepted()


@pytest.mark.requirement("ORDER-8")
def test_quote_tells_what_other_orders_leave(stall: Stall) -> None:
    stall.order(7, PLACE, RESERVE)
    answer = stall.caller(QUOTE, quantity=5)
    units = answer.value("promisable")
    answer.expect(
        "a quote tells how many units can be promised",
        holds=units == ALL - 7,
        expected=f"{ALL - 7} units",
        observed=f"{units}",
        uses=("promisable",),
    )


# --- what is held ---


@pytest.mark.requirement("ORDER-9")
def test_units_held_for_one_order_are_not_reserved_for_another(stall: Stall) -> None:
    stall.order(8, PLACE, RESERVE)
    other = stall.order(3, PLACE)
    stall(RESERVE, other).refused(None, SHORT)


_BUCKETS: Final = {
    RESERVE: Stock(available=6, reserved=4),
    ALLOCATE: Stock(available=6, allocated=4),
    COMMIT: Stock(available=6, committed=4),
}


@pytest.mark.requirement("ORDER-10")
def test_steps_of_a_promise_show_in_stock(stall: Stall) -> None:
    order_id = stall.order(4, PLACE)
    for step, wanted in _BUCKETS.items():
        stall(step, order_id).accepted()
        stall.look().expect_stock(f"after {step} the units are in its bucket", wanted)


@pytest.mark.requirement("ORDER-11")
def test_reserve_beyond_stock_is_refused(seller: Caller) -> None:
    stall = Stall(seller)
    stall.order(1, PLACE, RESERVE)
    stall(RESERVE, stall.order(PLENTY + 1, PLACE)).refused(None, SHORT)


@pytest.mark.requirement("ORDER-12")
def test_refused_reserve_holds_nothing(seller: Caller, stall: Stall) -> None:
    scm.prove(seller, RESERVE)
    stall(RESERVE, stall.order(ALL + 1, PLACE)).refused(None, SHORT)
    stall(RESERVE, stall.order(ALL, PLACE)).accepted()


@pytest.mark.requirement("ORDER-12")
@pytest.mark.parametrize("short", ["first", "second"])
def test_reserve_holds_all_lines_or_none(stall: Stall, short: str) -> None:
    plenty = scm.stall(stall.caller)
    wanted = (1, ALL + 1) if short == "second" else (ALL + 1, 1)
    second: dict[str, Any] = {"second_variant_id": plenty.variant_id, "second_quantity": wanted[1]}
    both = {**second, "second_quantity": 1}
    fits = stall.caller("scm.order.create", quantity=1, **both).value("order_id")
    for step in (PLACE, RESERVE, RELEASE):
        stall(step, str(fits)).accepted()
    made = stall.caller("scm.order.create", quantity=wanted[0], **second)
    order_id = str(made.value("order_id"))
    stall(PLACE, order_id).accepted()
    stall(RESERVE, order_id).refused(None, SHORT)
    for each in (stall, plenty):
        each.look().expect_stock("no line is held", Stock(available=ALL))


@pytest.mark.requirement("ORDER-19")
def test_order_is_reserved_once(seller: Caller) -> None:
    stall = Stall(seller)
    stall(RESERVE, stall.order(1, PLACE, RESERVE)).refused()


# --- commitment ---


@pytest.mark.requirement("ORDER-14")
def test_committed_units_stay_held(stall: Stall) -> None:
    stall.order(8, PLACE, RESERVE, COMMIT)
    other = stall.order(3, PLACE)
    stall(RESERVE, other).refused(None, SHORT)


@pytest.mark.requirement("ORDER-15")
def test_order_without_a_hold_is_not_committed(seller: Caller) -> None:
    scm.prove(seller, COMMIT)
    stall = Stall(seller)
    stall(COMMIT, stall.order(1, PLACE)).refused()


# --- how a promise ends ---


@pytest.mark.requirement("ORDER-16")
@pytest.mark.parametrize("held", [(RESERVE,), (RESERVE, COMMIT)], ids=["reserved", "committed"])
def test_cancelled_order_gives_its_stock_back(stall: Stall, held: tuple[str, ...]) -> None:
    order_id = stall.order(8, PLACE, *held)
    stall(CANCEL, order_id).accepted()
    stall(RESERVE, stall.order(ALL, PLACE)).accepted()


_SHORT_S: Final = 1.2
_BOUND_S: Final = 8.0


def _soon(answer: Answer) -> str:
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
def test_expired_promise_gives_its_stock_back(stall: Stall) -> None:
    first, last = stall.order(8, PLACE), stall.order(ALL - 1, PLACE)
    end = _soon(stall(RESERVE, stall.order(1, PLACE)))
    _expect_echoed(stall(RESERVE, first, expires_at=end), end)
    granted = eventually(
        lambda: stall(RESERVE, last), lambda answer: answer.ok, bound_s=_BOUND_S, pause_s=0.4
    )
    granted.accepted()


@pytest.mark.requirement("ORDER-18")
@pytest.mark.parametrize("held", [(), (COMMIT,)], ids=["reserved", "committed"])
def test_released_promise_gives_its_units_back_once(stall: Stall, held: tuple[str, ...]) -> None:
    stall.order(3, PLACE, RESERVE)
    order_id = stall.order(4, PLACE, RESERVE, *held)
    for _ in range(2):
        stall(RELEASE, order_id)
    stall.look().expect_stock(
        "the units of the released promise are available", Stock(available=7, reserved=3)
    )


# --- one effect a key ---


@pytest.mark.requirement("ORDER-40")
def test_repeated_reserve_has_one_effect(stall: Stall) -> None:
    order_id = stall.order(4, PLACE)
    key = f"conformance-{secrets.token_hex(8)}"
    for _ in range(3):
        stall(RESERVE, order_id, idempotency_key=key).accepted()
    stall.look().expect_stock("the units are held once", Stock(available=6, reserved=4))


@pytest.mark.requirement("ORDER-40")
def test_order_repeated_at_the_same_time_is_made_once(session: Session, seller: Caller) -> None:
    seller("scm.order.create").accepted()
    key = f"conformance-{secrets.token_hex(8)}"
    with at_once(session, [seller], 6, requests=6) as racers:
        made = together(racers, lambda me: _ordered(me.caller, key))
    again = seller("scm.order.create", AS_PROVEN, idempotency_key=key, quantity=1)
    ids = {each for each in made if each} | {str(again.value("order_id"))}
    again.expect(
        "a request repeated at the same time makes one order",
        holds=len(ids) == 1,
        expected="one order",
        observed=f"{len(ids)} orders",
        uses=("order_id",),
    )


def _ordered(caller: Caller, key: str) -> str | None:
    answer = caller("scm.order.create", AS_PROVEN, idempotency_key=key, quantity=1)
    return str(answer.optional("order_id")) if answer.ok else None
