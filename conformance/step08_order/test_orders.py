"""Step 8: orders, from the draft to what is delivered, and what each keeps of its sale."""

from decimal import Decimal
from typing import Final

import pytest

from conformance.contract.errors import Tag
from fixtures import Answer, Caller, Check, Inconclusive, expect_listed, pages
from fixtures.services.pmc import actions as pmc
from fixtures.services.ppm import actions as ppm
from fixtures.services.pvm.actions import edit, expect_shown, read
from fixtures.services.scm.actions import (
    CANCEL,
    COMMIT,
    PLACE,
    RESERVE,
    TO_COMMITMENT,
    SellableItem,
)


@pytest.mark.requirement("ORDER-1")
def test_order_is_created(scm_owner: Caller) -> None:
    scm_owner("scm.order.create").value("order_id")


@pytest.mark.requirement("ORDER-2")
def test_placed_order_is_actionable(scm_owner: Caller, check: Check) -> None:
    sellable_item = SellableItem(scm_owner)
    sellable_item(RESERVE, sellable_item.create_order(1, PLACE)).accepted()
    early = sellable_item(RESERVE, sellable_item.create_order(1))
    check.reading("stock for an order that is not placed (SCM)", "held" if early.ok else "not held")
    demanded = "demanded" if scm_owner.world["prices"] else "not demanded"
    check.reading("a price for an order that is placed (SCM)", demanded)


@pytest.mark.requirement("ORDER-2")
def test_placed_order_is_read_as_it_was_answered(scm_owner: Caller) -> None:
    sellable_item = SellableItem(scm_owner)
    order_id = sellable_item.create_order(1)
    placed = sellable_item(PLACE, order_id).value("state")
    order = sellable_item.read_order(order_id)
    order.in_state(placed, "a placed order is in the state that placing it answered")


@pytest.mark.requirement("ORDER-3")
def test_order_is_read_back_and_listed(scm_owner: Caller) -> None:
    order_id = SellableItem(scm_owner).create_order(1)
    expect_shown(scm_owner("scm.order.get", order_id=order_id), order_id)
    expect_listed(pages(scm_owner, "scm.order.list", limit=256), order_id)


# The states in the words of the flow on the index page, by the step that leads there (scm/).
_FLOW: Final = {PLACE: "placed", RESERVE: "placed", COMMIT: "allocated"}


@pytest.mark.requirement("ORDER-4")
def test_order_goes_through_the_states_of_the_flow(scm_owner: Caller) -> None:
    sellable_item = SellableItem(scm_owner)
    order_id = sellable_item.create_order(1)
    for step, state in _FLOW.items():
        sellable_item(step, order_id).accepted()
        sellable_item.read_order(order_id).in_state(state, f"the order is {state}")
    sellable_item.create_shipment(order_id, "pick", "pack", "ship", "deliver")
    sellable_item.read_order(order_id).in_state("fulfilled", "the order is fulfilled")


@pytest.mark.requirement("ORDER-5")
def test_shipped_order_is_not_cancelled(scm_owner: Caller) -> None:
    sellable_item = SellableItem(scm_owner)
    sellable_item(CANCEL, sellable_item.create_order(1, *TO_COMMITMENT)).accepted()
    order_id = sellable_item.create_order(1, *TO_COMMITMENT)
    sellable_item.create_shipment(order_id, "pick", "pack", "ship")
    sellable_item(CANCEL, order_id).refused()


@pytest.mark.requirement("ORDER-6")
def test_order_is_placed_once(scm_owner: Caller) -> None:
    sellable_item = SellableItem(scm_owner)
    sellable_item(PLACE, sellable_item.create_order(1, PLACE)).refused()


# --- what an order keeps of its sale ---


@pytest.mark.requirement("ORDER-29")
def test_order_keeps_the_catalogue_of_its_sale(sellable_item: SellableItem) -> None:
    world = sellable_item.caller.world
    named = {name: str(world[name]) for name in ("style_id", "variant_id")}
    caption = str(read(sellable_item.caller, "pvm.variant", named).value("caption"))
    order_id = sellable_item.create_order(1, PLACE)
    _expect_snapshot(sellable_item.read_order(order_id), caption)
    _rename(sellable_item.caller, named)
    after = sellable_item.read_order(order_id)
    kept = caption in str(after.accepted().body)
    after.expect(
        "an order shows its product as it was when it was sold",
        holds=kept,
        expected=f"the caption {caption!r}",
        observed="the caption" if kept else "another one, or none",
    )


def _rename(caller: Caller, named: dict[str, str]) -> None:
    """Give the variant another caption; it is edited while it is inactive (pvm/)."""
    pmc.set_variant_state(caller, named, "inactive")
    revision = read(caller, "pvm.variant", named).value("revision")
    edit(caller, "pvm.variant", {**named, "expected_revision": revision}).accepted()


def _expect_snapshot(answer: Answer, text: str) -> None:
    """An order that shows nothing of its sale proves nothing of its snapshot.

    Raises:
        Inconclusive: the text is nowhere in the answer.
    """
    if text not in str(answer.accepted().body):
        raise Inconclusive(f"the order shows no {text!r}, so its snapshot cannot be seen")


@pytest.mark.requirement("ORDER-30")
def test_order_keeps_the_price_of_its_sale(sellable_item: SellableItem) -> None:
    _set_price(sellable_item, "19.95")
    order_id = sellable_item.create_order(1, PLACE)
    _expect_snapshot(sellable_item.read_order(order_id), "19.95")
    _set_price(sellable_item, "24.50")
    after = sellable_item.read_order(order_id)
    shown = [text for text in ("19.95", "24.50") if text in str(after.accepted().body)]
    after.expect(
        "an order shows its price as it was when it was sold",
        holds="19.95" in shown,
        expected="19.95",
        observed=" and ".join(shown) or "neither price",
    )


def _set_price(sellable_item: SellableItem, amount: str) -> None:
    """Let the variant cost so much from now on.

    Raises:
        Inconclusive: the target resolves another price after it was approved.
    """
    ppm.create_approved_price(sellable_item.caller, sellable_item.variant_id, amount=amount)
    resolved = ppm.resolve(sellable_item.caller, sellable_item.variant_id).decimal("amount")
    if resolved != Decimal(amount):
        raise Inconclusive(f"the price that was approved is {amount}, resolved is {resolved}")


@pytest.mark.requirement("ORDER-50")
@pytest.mark.parametrize("quantity", [0, -1], ids=["none", "less-than-none"])
@pytest.mark.parametrize("operation", ["scm.order.create", "scm.backorder.create"])
def test_order_of_no_units_is_refused(scm_owner: Caller, operation: str, quantity: int) -> None:
    scm_owner(operation, quantity=1).accepted()
    scm_owner(operation, quantity=quantity).refused()


@pytest.mark.requirement("ORDER-49")
@pytest.mark.parametrize("operation", ["scm.order.create", "scm.tender.capture"])
def test_sale_with_an_unknown_reason_code_is_refused(scm_owner: Caller, operation: str) -> None:
    values = (
        {"order_id": SellableItem(scm_owner).create_order(1, PLACE)}
        if "tender" in operation
        else {}
    )
    known, unknown = "FULFILLMENT.SHORT_PICK", "FULFILLMENT.NEVER_REGISTERED"
    scm_owner(operation, **values, reason_code=known).accepted()
    answer = scm_owner(operation, **values, reason_code=unknown)
    answer.refused(None, Tag.INVALID_INPUT)
