"""Step 7: what roles of ICS do alone, and the context that a request stands in."""

from typing import Final

import pytest

from conformance.contract import OPERATIONS
from fixtures import (
    Caller,
    Change,
    Check,
    ContextBuilder,
    OperationContext,
    Session,
    Stranger,
    without,
)
from fixtures.context.apart import make_foreign
from fixtures.services.ics.actions import StockItem

STOCK = "ics.stock.get"


# --- context ---

_AT_A_FACILITY: Final = (
    "ics.zone.create",
    "ics.bin.create",
    "ics.receive.record",
    "ics.adjustment.create",
    "ics.stock.transition",
    "ics.reservation.create",
    "ics.allocation.create",
    "ics.commit.create_direct",
)


def prepare(session: Session, check: Check, operation_id: str) -> OperationContext:
    """A caller and values for the operation, of which the target accepted a sample before."""
    operation, builder = OPERATIONS[operation_id], ContextBuilder(session)
    builder.proven(check, operation)
    return builder.fresh(check, operation)


@pytest.mark.requirement("STOCK-56")
@pytest.mark.parametrize("operation_id", _AT_A_FACILITY)
def test_operational_action_without_a_facility_is_refused(
    session: Session, check: Check, operation_id: str
) -> None:
    prepared = prepare(session, check, operation_id)
    prepared.caller(operation_id, without("logical_guid"), **prepared.values).refused()


@pytest.mark.every
@pytest.mark.requirement("STOCK-57")
@pytest.mark.parametrize("operation_id", _AT_A_FACILITY)
def test_nothing_is_written_at_a_facility_of_another_organisation(
    session: Session, check: Check, stranger_org: Stranger, operation_id: str
) -> None:
    prepared = prepare(session, check, operation_id)
    there = {**prepared.values, "logical_guid": stranger_org.facilities.logical_guid}
    prepared.caller(operation_id, **there).refused()


@pytest.mark.requirement("STOCK-57")
def test_no_bin_is_shown_of_a_facility_of_another_organisation(
    owner: Caller, stranger_at_home: Caller
) -> None:
    owner("ics.bin.list").accepted()
    foreign = str(make_foreign(owner, stranger_at_home, "ics.bin")["bin_id"])
    there = stranger_at_home.world["logical_guid"]
    answer = owner("ics.bin.list", logical_guid=there)
    shown = answer.read_items("item_id") if answer.ok else []
    answer.expect(
        "a facility of another organisation shows none of its bins",
        holds=foreign not in shown,
        expected="a refusal, or a list without that bin",
        observed=f"{answer.sketch}, {len(shown)} bins",
        uses=("items", "item_id") if answer.ok else (),
    )


@pytest.mark.requirement("STOCK-58")
def test_orgcode_counts_in_any_letter_case(stock_item: StockItem) -> None:
    stock_item(STOCK).accepted()
    code = str(stock_item.caller.world["orgcode"])
    stock_item(STOCK, Change(headers={"x-orgcode": code.lower()})).accepted()
