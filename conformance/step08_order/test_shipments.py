"""Step 8: shipments in their order, what leaves the stock with them, and tenders."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

import pytest

from conformance.contract.services.scm.orders import SHIPMENT_STEPS
from fixtures.exchange.answer import Answer
from fixtures.run.client import Caller
from fixtures.services.ics.model import Stock
from fixtures.services.scm import actions as scm
from fixtures.services.scm.actions import (
    CAPTURE,
    PLACE,
    RESERVE,
    SETTLE,
    SHIPMENT,
    TO_COMMITMENT,
    Stall,
)

VERBS: Final = tuple(SHIPMENT_STEPS)


@pytest.mark.requirement("ORDER-20")
def test_shipment_goes_from_pick_to_delivery(seller: Caller) -> None:
    stall = Stall(seller)
    stall.shipped(stall.order(1, *TO_COMMITMENT), *VERBS)


def _skipping() -> list[tuple[tuple[str, ...], str]]:
    """Each step that leaves out the one before it: the steps taken, and the one asked for."""
    return [(VERBS[:n], later) for n, (_, later) in enumerate(pairwise(VERBS))]


@pytest.mark.requirement("ORDER-21")
@pytest.mark.parametrize(("taken", "step"), _skipping(), ids=[step for _, step in _skipping()])
def test_step_out_of_order_is_refused(seller: Caller, taken: tuple[str, ...], step: str) -> None:
    stall = Stall(seller)
    scm.prove(seller, f"scm.shipment.{step}")
    shipment = stall.shipped(stall.order(1, *TO_COMMITMENT), *taken)
    seller(f"scm.shipment.{step}", shipment_id=shipment).refused()


@pytest.mark.requirement("ORDER-22")
def test_shipped_units_are_gone(stall: Stall) -> None:
    stall.shipped(stall.order(4, *TO_COMMITMENT), "pick", "pack", "ship")
    sight = stall.look()
    sight.expect_stock("what was shipped is neither available nor held", Stock(available=6))
    sight.expect("what was shipped is not on hand", on_hand=6)


@pytest.mark.requirement("ORDER-23")
def test_shipment_waits_for_the_commitment(seller: Caller) -> None:
    scm.prove(seller, SHIPMENT)
    stall = Stall(seller)
    stall(SHIPMENT, stall.order(1, PLACE, RESERVE)).refused()


# --- tenders ---


def captured(stall: Stall, **values: Any) -> Answer:
    """A tender against a new order that was placed."""
    return stall(CAPTURE, stall.order(1, PLACE), **values)


@pytest.mark.requirement("ORDER-44")
def test_tender_is_captured_and_settled(seller: Caller) -> None:
    tender = captured(Stall(seller)).value("tender_id")
    seller(SETTLE, tender_id=tender).accepted()


@pytest.mark.requirement("ORDER-45")
def test_tender_is_settled_once(seller: Caller) -> None:
    tender = captured(Stall(seller)).value("tender_id")
    seller(SETTLE, tender_id=tender).accepted()
    seller(SETTLE, tender_id=tender).refused()


@pytest.mark.requirement("ORDER-46")
def test_voided_tender_is_not_settled(seller: Caller) -> None:
    scm.prove(seller, SETTLE)
    tender = captured(Stall(seller)).value("tender_id")
    seller("scm.tender.void", tender_id=tender).accepted()
    seller(SETTLE, tender_id=tender).refused()


_NO_AMOUNTS: Final[Mapping[str, str]] = {
    "nothing": "0.00",
    "less-than-nothing": "-12.50",
    "parts-of-a-cent": "12.505",
}


@pytest.mark.requirement("ORDER-47")
@pytest.mark.parametrize("amount", _NO_AMOUNTS.values(), ids=_NO_AMOUNTS)
def test_amount_that_is_no_money_is_refused(seller: Caller, amount: str) -> None:
    stall = Stall(seller)
    order_id = stall.order(1, PLACE)
    stall(CAPTURE, order_id, amount="12.50").accepted()
    stall(CAPTURE, order_id, amount=amount).refused()


@pytest.mark.requirement("ORDER-48")
@pytest.mark.parametrize("amount", ["0.01", "19.99", "90071992547409.93"])
def test_tender_keeps_its_amount(seller: Caller, amount: str) -> None:
    answer = captured(Stall(seller), amount=amount)
    shown = str(answer.value("amount"))
    answer.expect(
        "the tender has the amount that was captured",
        holds=_is_amount(shown, amount),
        expected=amount,
        observed=shown,
        uses=("amount",),
    )


def _is_amount(shown: str, amount: str) -> bool:
    digits = shown.replace(".", "", 1)
    return digits.isdecimal() and Decimal(shown) == Decimal(amount)
