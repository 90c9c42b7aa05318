"""Step 9: what comes in for an order raises the stock, and settles what was short or over."""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from conformance.contract.errors import Tag
from conformance.contract.paging import LARGEST_LIMIT
from fixtures import Caller, Check, Inconclusive, Session, eventually, pages
from fixtures.formats.money import count_of
from fixtures.probes.races import at_once, together
from fixtures.services.ics.actions import CARRIED, require_told_events
from fixtures.services.pcm import actions as pcm
from fixtures.services.pcm.actions import APPROVE, Order, create_draft, take_step
from fixtures.services.pvm.actions import new_variant

CAME: Final = datetime(2026, 1, 15, 10, 30, tzinfo=UTC)
WRITERS: Final = 6


@pytest.mark.requirement("PROC-19")
def test_order_shows_what_was_received(order: Order) -> None:
    order.receive(4).accepted()
    order.expect_received(4, "4 of 10 units are shown as received")


@pytest.mark.requirement("PROC-19")
def test_receipt_keeps_the_time_that_it_is_given(order: Order) -> None:
    answer = order.receive(4, received_at=CAME.isoformat().replace("+00:00", "Z"))
    shown = str(answer.value("received_at"))
    answer.expect(
        "the receipt keeps when the goods came",
        holds=_instant(shown) == CAME,
        expected=CAME.isoformat(),
        observed=shown,
        uses=("received_at",),
    )


def _instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


# --- stock ---


@pytest.mark.requirement("PROC-20")
def test_receipt_raises_what_is_on_hand(stocked_order: Order) -> None:
    stocked_order.receive(4).accepted()
    stocked_order.expect_on_hand("4 of 10 units that came are on hand", 4)


@pytest.mark.requirement("PROC-21")
def test_receipt_is_on_the_stock_card(stocked_order: Order) -> None:
    stocked_order.receive(4, reason="came in").accepted()
    entries = eventually(
        lambda: _read_stock_card(stocked_order),
        lambda found: bool(_of_four(found)),
        bound_s=stocked_order.caller.target.patience(pcm.STOCK_OF_REFERENCE_S),
        pause_s=pcm.STOCK_PAUSE_S,
    )
    answer = stocked_order.caller("ics.stock_card.list").accepted()
    require_told_events(entries)
    whole = _of_four(entries)
    if entries and all(entry["item_delta"] is None for entry in entries):
        raise Inconclusive("no entry of the stock card shows how much it moved")
    answer.expect(
        "the receipt is on the stock card with reason, source references, actor and delta",
        holds=bool(whole),
        expected="an entry of 4 units with all of them",
        observed=f"{len(whole)} of {len(entries)} entries",
        uses=("items", "item_delta", *CARRIED),
    )


def _of_four(entries: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The entries that moved four units and carry all that they must; others may stand beside."""
    return [
        entry
        for entry in entries
        if count_of(entry["item_delta"]) == 4 and all(entry[name] for name in CARRIED)
    ]


def _read_stock_card(order: Order) -> list[Mapping[str, Any]]:
    """The entries of the stock card of the order's variant at its facility."""
    names = ("item_delta", *CARRIED)
    return [
        {name: answer.read_item(entry, name) for name in names}
        for answer in pages(order.caller, "ics.stock_card.list", limit=LARGEST_LIMIT)
        for entry in answer.items()
    ]


# --- short and over ---


@pytest.mark.requirement("PROC-22")
def test_receipts_of_one_order_add_up(stocked_order: Order) -> None:
    for quantity in (4, 6):
        stocked_order.receive(quantity).accepted()
    stocked_order.expect_received(10, "what came first and what came later are received")
    stocked_order.expect_on_hand("both receipts are on hand", 10)


@pytest.mark.requirement("PROC-23")
def test_what_came_beyond_the_order_is_settled_by_a_credit(order: Order, check: Check) -> None:
    order.receive(1).accepted()
    over = order.receive(11)
    check.reading("receiving more than was ordered", "taken" if over.ok else "refused")
    order.caller("pcm.credit.apply", po_id=order.po_id, amount="25.00").accepted()
    order.expect_received(12 if over.ok else 1, "a credit edits no receipt")
    order.read().shows_money("credited_total", "25.00", "the credit is noted")


@pytest.mark.requirement("PROC-24")
def test_credit_leaves_a_return_to_the_vendor(order: Order) -> None:
    answer = order.caller("pcm.credit.apply", po_id=order.po_id, amount="12.50")
    answer.value("rtv_id")
    answer.shows_money("amount", "12.50", "the credit is of what was applied")


# --- refusals ---


@pytest.mark.requirement("PROC-25")
@pytest.mark.parametrize("state", ["draft", "approved"])
def test_goods_of_an_order_that_is_not_issued_are_refused(order: Order, state: str) -> None:
    order.receive(1).accepted()
    made = create_draft(order.caller)
    if state == "approved":
        made = take_step(order.caller, APPROVE, made)
    Order(order.caller, str(made["po_id"])).receive(1).refused()


@pytest.mark.requirement("PROC-26")
@pytest.mark.parametrize("quantity", [0, -2])
def test_receipt_of_nothing_or_less_is_refused(stocked_order: Order, quantity: int) -> None:
    stocked_order.receive(3).accepted()
    stocked_order.receive(quantity).refused()
    stocked_order.expect_on_hand("a refused receipt changes no stock", 3)


@pytest.mark.requirement("PROC-26")
def test_receipt_of_what_was_not_ordered_is_refused(order: Order) -> None:
    order.receive(1).accepted()
    order.receive(1, variant_id=new_variant(order.caller)).refused()


@pytest.mark.every
@pytest.mark.requirement("PROC-27")
@pytest.mark.parametrize(
    "operation", ["pcm.receipt.record", "pcm.invoice.match", "pcm.credit.apply"]
)
def test_order_of_another_organisation_is_not_there(
    order: Order, pcm_owner_elsewhere: Caller, operation: str
) -> None:
    order.caller(operation, po_id=order.po_id).accepted()
    theirs = {name: pcm_owner_elsewhere.world[name] for name in ("po_id", "variant_id")}
    order.caller(operation, **theirs).refused(404, Tag.NOT_FOUND)


# --- repeated, and at the same moment ---


def _new_key() -> str:
    return f"conformance-{secrets.token_hex(8)}"


@pytest.mark.requirement("PROC-28")
def test_repeated_receipt_raises_the_stock_once(stocked_order: Order) -> None:
    key = _new_key()
    for _ in range(3):
        stocked_order.receive(4, idempotency_key=key).accepted()
    stocked_order.expect_on_hand("the receipt counts once", 4)


@pytest.mark.requirement("PROC-28")
def test_receipt_repeated_at_the_same_time_raises_the_stock_once(
    session: Session, stocked_order: Order
) -> None:
    key = _new_key()
    with at_once(session, [stocked_order.caller], WRITERS, requests=WRITERS) as writers:
        together(
            writers, lambda me: stocked_order.by(me.caller).receive(4, idempotency_key=key).status
        )
    stocked_order.receive(4, idempotency_key=key).accepted()
    stocked_order.expect_on_hand("the receipt counts once", 4)


@pytest.mark.requirement("PROC-29")
def test_receipts_at_the_same_time_each_count(session: Session, stocked_order: Order) -> None:
    stocked_order.receive(1).accepted()
    with at_once(session, [stocked_order.caller], WRITERS, requests=WRITERS) as writers:
        done = sum(together(writers, lambda me: stocked_order.by(me.caller).receive(1).ok))
    stocked_order.expect_received(1 + done, "each receipt that was accepted counts")
    stocked_order.expect_on_hand("each receipt that was accepted is on hand", 1 + done)
