"""Step 9: purchase orders, from their draft to the supplier, and what they may be drawn up of."""

from typing import Any, Final

import pytest

from conformance.contract.errors import Tag
from conformance.contract.paging import LARGEST_LIMIT
from conformance.contract.services.pcm.orders import ORDER_EDGES
from fixtures import Answer, Caller, expect_listed, pages, without
from fixtures.context import records
from fixtures.services.pcm import actions as pcm
from fixtures.services.pcm.actions import (
    ISSUE,
    Order,
    create_draft,
    expect_order_state,
    take_step,
    try_step,
)
from fixtures.services.pvm.actions import expect_shown, new_variant

CREATE: Final = "pcm.po.create"
ORDERS: Final = "pcm.po.list"

# --- life of an order ---


@pytest.mark.requirement("PROC-1")
def test_order_is_made(pmc_owner: Caller) -> None:
    pmc_owner(CREATE).value("po_id")


@pytest.mark.requirement("PROC-2")
def test_order_that_was_made_is_listed(pmc_owner: Caller) -> None:
    made = str(create_draft(pmc_owner)["po_id"])
    expect_listed(pages(pmc_owner, ORDERS, limit=LARGEST_LIMIT), made)


@pytest.mark.requirement("PROC-3")
def test_order_goes_by_approval_and_issue(pmc_owner: Caller) -> None:
    order = create_draft(pmc_owner)
    for verb, edge in ORDER_EDGES.items():
        order = take_step(pmc_owner, f"pcm.po.{verb}", order)
        expect_order_state(pmc_owner("pcm.po.get", po_id=order["po_id"]), edge.after)


@pytest.mark.requirement("PROC-4")
def test_issue_before_approval_is_refused(pmc_owner: Caller) -> None:
    pcm.create_issued_order(pmc_owner)
    order = create_draft(pmc_owner)
    try_step(pmc_owner, ISSUE, order).refused(None, Tag.INVALID_STATE)
    expect_order_state(pmc_owner("pcm.po.get", po_id=order["po_id"]), "draft")


# --- context ---


@pytest.mark.requirement("PROC-8")
def test_order_without_a_facility_is_refused(pcm_owner: Caller) -> None:
    pcm_owner(CREATE).accepted()
    pcm_owner(CREATE, without("logical_guid")).refused()


@pytest.mark.requirement("PROC-8")
def test_receipt_without_a_facility_is_refused(order: Order) -> None:
    order.receive(1).accepted()
    order.receive(1, without("logical_guid")).refused()


@pytest.mark.requirement("PROC-9")
def test_channel_of_an_order_comes_in_the_body(pcm_owner: Caller) -> None:
    code = str(pcm_owner.world.fresh("channel_code"))
    order = create_draft(pcm_owner, channel_code=code)
    expect_shown(
        pcm_owner("pcm.po.get", po_id=order["po_id"]), code, sent=("pcm.po.create", "channel_code")
    )


# --- what an order is drawn up of ---


def expect_refused_with(caller: Caller, **wrong: Any) -> Answer:
    """The refusal of an order that differs from an accepted one in this."""
    caller(CREATE).accepted()
    return caller(CREATE, **wrong).refused()


@pytest.mark.requirement("PROC-10")
def test_order_to_an_unknown_supplier_is_refused(pcm_owner: Caller) -> None:
    expect_refused_with(pcm_owner, vendor_id=pcm_owner.world.fresh("guid"))


@pytest.mark.requirement("PROC-11")
def test_order_of_an_unknown_item_is_refused(pcm_owner: Caller) -> None:
    expect_refused_with(pcm_owner, variant_id=pcm_owner.world.fresh("guid"))


@pytest.mark.requirement("PROC-12")
def test_code_of_a_supplier_does_not_stand_for_its_id(pcm_owner: Caller) -> None:
    code = records.make(pcm_owner, "pvm.vendor")["code"]
    expect_refused_with(pcm_owner, vendor_id=code)


@pytest.mark.every
@pytest.mark.requirement("PROC-13")
@pytest.mark.parametrize("name", ["vendor_id", "variant_id"])
def test_order_of_what_another_organisation_has_is_refused(
    pcm_owner: Caller, pcm_owner_elsewhere: Caller, name: str
) -> None:
    expect_refused_with(pcm_owner, **{name: pcm_owner_elsewhere.world[name]})


# Sums that binary floats do not hit.
SUMS: Final = [(3, "1.10"), (7, "19.99"), (60, "0.07")]


@pytest.mark.every
@pytest.mark.requirement("PROC-14")
@pytest.mark.parametrize(("quantity", "unit_cost"), SUMS)
@pytest.mark.parametrize("operation", [CREATE, "pcm.consignment.settle"])
def test_total_is_exact(pcm_owner: Caller, operation: str, quantity: int, unit_cost: str) -> None:
    answer = pcm_owner(operation, quantity=quantity, unit_cost=unit_cost)
    total = pcm.total_of(quantity, unit_cost)
    answer.shows_money("total", total, f"{quantity} at {unit_cost} come to {total}")


@pytest.mark.requirement("PROC-14")
def test_total_is_the_sum_over_lines(pcm_owner: Caller) -> None:
    item = new_variant(pcm_owner)
    answer = pcm_owner(CREATE, second_item=item, second_quantity=7, second_cost="0.10")
    answer.shows_money("total", "125.70", "125.00 and 0.70 come to 125.70")


@pytest.mark.requirement("PROC-15")
@pytest.mark.parametrize("quantity", [0, -1])
def test_order_of_nothing_or_less_is_refused(pcm_owner: Caller, quantity: int) -> None:
    expect_refused_with(pcm_owner, quantity=quantity)


@pytest.mark.requirement("PROC-15")
def test_order_of_one_unit_is_accepted(pcm_owner: Caller) -> None:
    pcm_owner(CREATE).accepted()
    pcm_owner(CREATE, quantity=1).accepted("an order of one unit is accepted")


@pytest.mark.requirement("PROC-16")
@pytest.mark.parametrize("unit_cost", ["-1.00", "12.505"])
def test_order_at_a_cost_that_is_no_amount_is_refused(pcm_owner: Caller, unit_cost: str) -> None:
    expect_refused_with(pcm_owner, unit_cost=unit_cost)


@pytest.mark.requirement("PROC-17")
def test_order_in_an_unknown_currency_is_refused(pcm_owner: Caller) -> None:
    expect_refused_with(pcm_owner, currency="QQQ")


@pytest.mark.requirement("PROC-18")
def test_unknown_reason_of_an_order_is_refused(pcm_owner: Caller) -> None:
    pcm_owner(CREATE, reason_code="INVENTORY.ADJUST").accepted()
    answer = pcm_owner(CREATE, reason_code="RECEIVING.NEVER_REGISTERED")
    answer.refused(None, Tag.INVALID_INPUT)
