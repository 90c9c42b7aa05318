"""Step 9: invoices are matched with orders and receipts; differences are disputed and resolved."""

from collections.abc import Callable
from typing import Final

import pytest

from conformance.contract import RECORDS
from conformance.contract.paging import LARGEST_LIMIT
from conformance.contract.services.pcm.invoices import THREE_WAY
from conformance.contract.services.pcm.orders import INVOICE_STATES
from fixtures import Answer, Caller, Check, Session, Values, expect_listed, pages
from fixtures.context import records
from fixtures.probes.races import at_once, together
from fixtures.services.pcm.actions import (
    Order,
    create_issued_order,
    expect_invoice_state,
    state_of,
    take_step,
    try_step,
)
from fixtures.services.pvm.actions import expect_shown

Orders = Callable[[str], Order]

# --- totals ---

# An order's total, its larger tolerance, and what is billed: 50.00 with 1.00, 1049.00 with 10.49.
WITHIN: Final = [("small", "50.90"), ("small", "49.10"), ("large", "1059.40"), ("large", "1038.60")]
ABOVE: Final = [("small", "51.10"), ("large", "1059.60")]
BELOW: Final = [("small", "48.90"), ("large", "1038.40")]


@pytest.mark.every
@pytest.mark.requirement("PROC-30")
@pytest.mark.parametrize(("name", "total"), WITHIN)
def test_invoice_within_the_larger_tolerance_is_matched(
    billable: Orders, name: str, total: str
) -> None:
    expect_invoice_state(billable(name).bill(total), "matched")


@pytest.mark.every
@pytest.mark.requirement("PROC-31")
@pytest.mark.parametrize(("name", "total"), ABOVE)
def test_invoice_above_the_larger_tolerance_is_an_exception(
    billable: Orders, name: str, total: str
) -> None:
    expect_invoice_state(billable(name).bill(total), "exception")


@pytest.mark.every
@pytest.mark.requirement("PROC-32")
@pytest.mark.parametrize(("name", "total"), BELOW)
def test_invoice_below_the_tolerance_is_an_exception_too(
    billable: Orders, name: str, total: str
) -> None:
    expect_invoice_state(billable(name).bill(total), "exception")


# What is billed, which tolerance is given, and what comes of it.
GIVEN: Final = [
    ("large", "1054.00", "2.00", "exception"),
    ("large", "1099.00", "60.00", "matched"),
    ("small", "50.90", "0.50", "exception"),
    ("small", "50.01", "0", "exception"),
    ("small", "50.00", "0", "matched"),
]


@pytest.mark.every
@pytest.mark.requirement("PROC-33")
@pytest.mark.parametrize(("name", "total", "tolerance", "state"), GIVEN)
def test_tolerance_of_an_invoice_overrides_the_default(
    billable: Orders, name: str, total: str, tolerance: str, state: str
) -> None:
    expect_invoice_state(billable(name).bill(total, tolerance=tolerance), state)


# --- quantities ---


def bill_three_way(order: Order, **tolerances: str) -> Answer:
    """A three-way match of exactly what was ordered."""
    return order.bill("125.00", match_mode=THREE_WAY, **tolerances)


@pytest.mark.requirement("PROC-34")
def test_two_way_match_needs_no_receipt(order: Order) -> None:
    expect_invoice_state(order.bill("125.00"), "matched")


@pytest.mark.every
@pytest.mark.requirement("PROC-35")
@pytest.mark.parametrize(
    ("name", "state"), [("received", "matched"), ("nearly", "exception"), ("short", "exception")]
)
def test_three_way_match_wants_the_quantity_exactly(
    billable: Orders, name: str, state: str
) -> None:
    expect_invoice_state(bill_three_way(billable(name)), state)


# Of 10 units 8 were received.
TOLERANCES: Final[list[tuple[dict[str, str], str]]] = [
    ({"qty_amount": "3"}, "matched"),
    ({"qty_amount": "1"}, "exception"),
    ({"qty_percent": "30"}, "matched"),
    ({"qty_percent": "10"}, "exception"),
]


@pytest.mark.every
@pytest.mark.requirement("PROC-36")
@pytest.mark.parametrize(("tolerances", "state"), TOLERANCES, ids=str)
def test_quantity_tolerance_lets_quantities_differ(
    billable: Orders, tolerances: dict[str, str], state: str
) -> None:
    expect_invoice_state(bill_three_way(billable("short"), **tolerances), state)


# --- disputes ---

DISPUTE: Final = "pcm.invoice.dispute"
RESOLVE: Final = "pcm.invoice.resolve"
WRITERS: Final = 6
OFF: Final = "999.00"
MATCHED: Final = "125.00"


def match_invoice(caller: Caller, total: str = MATCHED) -> Values:
    """A new invoice of a new order: exact, or far off."""
    given = {"po_id": create_issued_order(caller).po_id, "invoice_total": total}
    return records.create(caller, RECORDS["pcm.invoice"], given)


def read_invoice(caller: Caller, invoice: Values) -> Answer:
    return caller("pcm.invoice.get", invoice_id=invoice["invoice_id"])


@pytest.mark.requirement("PROC-38")
def test_matched_and_exceptional_invoices_are_disputed(pcm_owner: Caller) -> None:
    for total, state in ((OFF, "exception"), (MATCHED, "matched")):
        invoice = match_invoice(pcm_owner, total)
        expect_invoice_state(read_invoice(pcm_owner, invoice), state)
        take_step(pcm_owner, DISPUTE, invoice)
        expect_invoice_state(read_invoice(pcm_owner, invoice), "disputed")


@pytest.mark.requirement("PROC-39")
@pytest.mark.parametrize("total", [MATCHED, OFF])
def test_disputed_invoice_is_not_disputed_again(pcm_owner: Caller, total: str) -> None:
    disputed = take_step(pcm_owner, DISPUTE, match_invoice(pcm_owner, total))
    try_step(pcm_owner, DISPUTE, disputed).refused()


@pytest.mark.requirement("PROC-39")
def test_of_disputes_at_the_same_time_one_is_accepted(session: Session, pcm_owner: Caller) -> None:
    take_step(pcm_owner, DISPUTE, match_invoice(pcm_owner))
    invoice = match_invoice(pcm_owner)
    with at_once(session, [pcm_owner], WRITERS, requests=WRITERS) as writers:
        done = sum(together(writers, lambda me: try_step(me.caller, DISPUTE, invoice).ok))
    read_invoice(pcm_owner, invoice).accepted().expect(
        f"of {WRITERS} disputes of one invoice at the same moment one is accepted",
        holds=done == 1,
        expected="one",
        observed=f"{done}",
    )


@pytest.mark.requirement("PROC-40")
@pytest.mark.parametrize("total", [MATCHED, OFF])
def test_invoice_that_is_not_disputed_is_not_resolved(pcm_owner: Caller, total: str) -> None:
    take_step(pcm_owner, RESOLVE, take_step(pcm_owner, DISPUTE, match_invoice(pcm_owner)))
    try_step(pcm_owner, RESOLVE, match_invoice(pcm_owner, total)).refused()


@pytest.mark.requirement("PROC-41")
def test_resolved_invoice_is_not_disputed_any_more(pcm_owner: Caller, check: Check) -> None:
    invoice = take_step(pcm_owner, DISPUTE, match_invoice(pcm_owner))
    take_step(pcm_owner, RESOLVE, invoice)
    answer = read_invoice(pcm_owner, invoice)
    found, uses = state_of(answer, INVOICE_STATES)
    check.reading("the state of a resolved invoice", found)
    answer.expect(
        "a resolved invoice is in another state than disputed",
        holds=found != "disputed",
        expected="any other state",
        observed=found,
        uses=uses,
    )


@pytest.mark.requirement("PROC-42")
def test_dispute_records_its_reason(pcm_owner: Caller) -> None:
    why = str(pcm_owner.world.fresh("caption"))
    invoice = match_invoice(pcm_owner)
    take_step(pcm_owner, DISPUTE, invoice, reason=why)
    expect_shown(read_invoice(pcm_owner, invoice), why, sent=(DISPUTE, "reason"))


@pytest.mark.requirement("PROC-43")
def test_invoice_is_read_back_and_listed(pcm_owner: Caller) -> None:
    invoice = str(match_invoice(pcm_owner)["invoice_id"])
    expect_shown(pcm_owner("pcm.invoice.get", invoice_id=invoice), invoice)
    walk = pages(pcm_owner, "pcm.invoice.list", limit=LARGEST_LIMIT)
    expect_listed(walk, invoice)
