"""Step 8: orders, from the draft to what is delivered, and what each keeps of its sale."""

from decimal import Decimal
from typing import Final

import pytest

from fixtures.exchange.answer import Answer
from fixtures.exchange.check import Check
from fixtures.exchange.outcome import Inconclusive
from fixtures.exchange.request import AS_PROVEN
from fixtures.run.client import Caller
from fixtures.run.paging import expect_listed, pages
from fixtures.services.pmc import actions as pmc
from fixtures.services.ppm import actions as ppm
from fixtures.services.pvm.actions import edit, expect_shown, read
from fixtures.services.scm.actions import CANCEL, COMMIT, PLACE, RESERVE, TO_COMMITMENT, Stall


@pytest.mark.requirement("ORDER-1")
def test_order_is_created(seller: Caller) -> None:
    seller("scm.order.create").value("order_id")


@pytest.mark.requirement("ORDER-2")
def test_placed_order_is_actionable(seller: Caller, check: Check) -> None:
    stall = Stall(seller)
    stall(RESERVE, stall.order(1, PLACE)).accepted()
    early = stall(RESERVE, stall.order(1))
    check.reading("stock for an order that is not placed (SCM)", "held" if early.ok else "not held")
    demanded = "demanded" if seller.world["prices"] else "not demanded"
    check.reading("a price for an order that is placed (SCM)", demanded)


@pytest.mark.requirement("ORDER-2")
def test_placed_order_is_read_as_it_was_answered(seller: Caller) -> None:
    stall = Stall(seller)
    order_id = stall.order(1)
    told = str(stall(PLACE, order_id).value("state"))
    answer = stall.read(order_id)
    shown = str(answer.value("state"))
    answer.expect(
        "a placed order is in the state that placing it answered",
        holds=shown == told,
        expected=told,
        observed=shown,
        uses=("state",),
    )


@pytest.mark.requirement("ORDER-3")
def test_order_is_read_back_and_listed(seller: Caller) -> None:
    order_id = Stall(seller).order(1)
    expect_shown(seller("scm.order.get", order_id=order_id), order_id, inferred=True)
    expect_listed(pages(seller, "scm.order.list", limit=256), order_id, inferred=True)


# The states in the words of the flow on the index page, by the step that leads there (scm/).
_FLOW: Final = {PLACE: "placed", RESERVE: "placed", COMMIT: "allocated"}


def expect_state(answer: Answer, state: str) -> None:
    shown = str(answer.value("state"))
    answer.expect(
        f"the order is {state}",
        holds=shown == state,
        expected=state,
        observed=shown,
        uses=("state",),
    )


@pytest.mark.requirement("ORDER-4")
def test_order_goes_through_the_states_of_the_flow(seller: Caller) -> None:
    stall = Stall(seller)
    order_id = stall.order(1)
    for step, state in _FLOW.items():
        stall(step, order_id).accepted()
        expect_state(stall.read(order_id), state)
    stall.shipped(order_id, "pick", "pack", "ship", "deliver")
    expect_state(stall.read(order_id), "fulfilled")


@pytest.mark.requirement("ORDER-5")
def test_shipped_order_is_not_cancelled(seller: Caller) -> None:
    stall = Stall(seller)
    stall(CANCEL, stall.order(1, *TO_COMMITMENT)).accepted()
    order_id = stall.order(1, *TO_COMMITMENT)
    stall.shipped(order_id, "pick", "pack", "ship")
    stall(CANCEL, order_id).refused()


@pytest.mark.requirement("ORDER-6")
def test_order_is_placed_once(seller: Caller) -> None:
    stall = Stall(seller)
    stall(PLACE, stall.order(1, PLACE)).refused()


# --- what an order keeps of its sale ---


@pytest.mark.requirement("ORDER-29")
def test_order_keeps_the_catalogue_of_its_sale(stall: Stall) -> None:
    named = {"variant_id": stall.variant_id}
    caption = str(read(stall.caller, "pvm.variant", named).value("caption"))
    order_id = stall.order(1, PLACE)
    _expect_snapshot(stall.read(order_id), caption)
    _rename(stall.caller, named)
    after = stall.read(order_id)
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
def test_order_keeps_the_price_of_its_sale(stall: Stall) -> None:
    _price(stall, "19.95")
    order_id = stall.order(1, PLACE)
    _expect_snapshot(stall.read(order_id), "19.95")
    _price(stall, "24.50")
    after = stall.read(order_id)
    shown = [text for text in ("19.95", "24.50") if text in str(after.accepted().body)]
    after.expect(
        "an order shows its price as it was when it was sold",
        holds=shown == ["19.95"],
        expected="19.95",
        observed=" and ".join(shown) or "neither price",
    )


def _price(stall: Stall, amount: str) -> None:
    """Let the variant cost so much from now on.

    Raises:
        Inconclusive: the target resolves another price after it was approved.
    """
    ppm.approved_price(stall.caller, stall.variant_id, amount=amount)
    resolved = ppm.amount_of(ppm.resolve(stall.caller, stall.variant_id).accepted())
    if resolved != Decimal(amount):
        raise Inconclusive(f"the price that was approved is {amount}, resolved is {resolved}")


@pytest.mark.requirement("ORDER-50")
@pytest.mark.parametrize("quantity", [0, -1], ids=["none", "less-than-none"])
@pytest.mark.parametrize("operation", ["scm.order.create", "scm.backorder.create"])
def test_order_of_no_units_is_refused(seller: Caller, operation: str, quantity: int) -> None:
    seller(operation, quantity=1).accepted()
    seller(operation, AS_PROVEN, quantity=quantity).refused()


@pytest.mark.requirement("ORDER-49")
@pytest.mark.parametrize("operation", ["scm.order.create", "scm.tender.capture"])
def test_sale_with_an_unknown_reason_code_is_refused(seller: Caller, operation: str) -> None:
    values = {"order_id": Stall(seller).order(1, PLACE)} if "tender" in operation else {}
    known, unknown = "FULFILLMENT.SHORT_PICK", "FULFILLMENT.NEVER_REGISTERED"
    seller(operation, AS_PROVEN, **values, reason_code=known).accepted()
    answer = seller(operation, AS_PROVEN, **values, reason_code=unknown)
    answer.refused(None, "invalid-input")
