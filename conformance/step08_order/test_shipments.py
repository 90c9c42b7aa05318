"""Step 8: shipments in their order, what leaves the stock with them, and tenders."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

import pytest

from conformance.contract.services.scm.orders import SHIPMENT_STEPS
from fixtures import Answer, Caller
from fixtures.services.ics.model import Stock
from fixtures.services.scm import actions as scm
from fixtures.services.scm.actions import (
    CAPTURE,
    PLACE,
    RESERVE,
    SETTLE,
    SHIPMENT,
    TO_COMMITMENT,
    SellableItem,
)

VERBS: Final = tuple(SHIPMENT_STEPS)


@pytest.mark.requirement("ORDER-20")
def test_shipment_goes_from_pick_to_delivery(scm_owner: Caller) -> None:
    sellable_item = SellableItem(scm_owner)
    sellable_item.create_shipment(sellable_item.create_order(1, *TO_COMMITMENT), *VERBS)


def _skipping() -> list[tuple[tuple[str, ...], str]]:
    """Each step that leaves out the one before it: the steps taken, and the one asked for."""
    return [(VERBS[:n], later) for n, (_, later) in enumerate(pairwise(VERBS))]


@pytest.mark.requirement("ORDER-21")
@pytest.mark.parametrize(("taken", "step"), _skipping(), ids=[step for _, step in _skipping()])
def test_step_out_of_order_is_refused(scm_owner: Caller, taken: tuple[str, ...], step: str) -> None:
    sellable_item = SellableItem(scm_owner)
    scm.prove(scm_owner, f"scm.shipment.{step}")
    shipment = sellable_item.create_shipment(sellable_item.create_order(1, *TO_COMMITMENT), *taken)
    scm_owner(f"scm.shipment.{step}", shipment_id=shipment).refused()


@pytest.mark.requirement("ORDER-22")
def test_shipped_units_are_gone(sellable_item: SellableItem) -> None:
    sellable_item.create_shipment(
        sellable_item.create_order(4, *TO_COMMITMENT), "pick", "pack", "ship"
    )
    rule = "what was shipped is neither available nor held"
    reading = sellable_item.expect_stock(rule, Stock(available=6))
    reading.expect("what was shipped is not on hand", on_hand=6)


@pytest.mark.requirement("ORDER-23")
def test_shipment_waits_for_the_commitment(scm_owner: Caller) -> None:
    scm.prove(scm_owner, SHIPMENT)
    sellable_item = SellableItem(scm_owner)
    sellable_item(SHIPMENT, sellable_item.create_order(1, PLACE, RESERVE)).refused()


# --- tenders ---


def capture_tender(sellable_item: SellableItem, **values: Any) -> Answer:
    """A tender against a new order that was placed."""
    return sellable_item(CAPTURE, sellable_item.create_order(1, PLACE), **values)


@pytest.mark.requirement("ORDER-44")
def test_tender_is_captured_and_settled(scm_owner: Caller) -> None:
    tender = capture_tender(SellableItem(scm_owner)).value("tender_id")
    scm_owner(SETTLE, tender_id=tender).accepted()


@pytest.mark.requirement("ORDER-45")
def test_tender_is_settled_once(scm_owner: Caller) -> None:
    tender = capture_tender(SellableItem(scm_owner)).value("tender_id")
    scm_owner(SETTLE, tender_id=tender).accepted()
    scm_owner(SETTLE, tender_id=tender).refused()


@pytest.mark.requirement("ORDER-46")
def test_voided_tender_is_not_settled(scm_owner: Caller) -> None:
    scm.prove(scm_owner, SETTLE)
    tender = capture_tender(SellableItem(scm_owner)).value("tender_id")
    scm_owner("scm.tender.void", tender_id=tender).accepted()
    scm_owner(SETTLE, tender_id=tender).refused()


_NO_AMOUNTS: Final[Mapping[str, str]] = {
    "nothing": "0.00",
    "less-than-nothing": "-12.50",
    "parts-of-a-cent": "12.505",
}


@pytest.mark.every
@pytest.mark.requirement("ORDER-47")
@pytest.mark.parametrize("amount", _NO_AMOUNTS.values(), ids=_NO_AMOUNTS)
def test_amount_that_is_no_money_is_refused(scm_owner: Caller, amount: str) -> None:
    sellable_item = SellableItem(scm_owner)
    order_id = sellable_item.create_order(1, PLACE)
    sellable_item(CAPTURE, order_id, amount="12.50").accepted()
    sellable_item(CAPTURE, order_id, amount=amount).refused()


@pytest.mark.every
@pytest.mark.requirement("ORDER-48")
@pytest.mark.parametrize("amount", ["0.01", "19.99", "90071992547409.93"])
def test_tender_keeps_its_amount(scm_owner: Caller, amount: str) -> None:
    answer = capture_tender(SellableItem(scm_owner), amount=amount)
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
