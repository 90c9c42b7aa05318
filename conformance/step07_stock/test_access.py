"""Step 7: what roles of ICS do alone, and the context that a request stands in."""

from collections.abc import Callable
from typing import Final

import pytest

from conformance.contract import OPERATIONS
from fixtures.context.cast import Stranger
from fixtures.context.operation_context import Stage
from fixtures.exchange.actors import Actor
from fixtures.exchange.check import Check
from fixtures.exchange.request import Change, without
from fixtures.run.client import Caller
from fixtures.run.session import Session
from fixtures.services.ics.actions import Shelf
from fixtures.services.ics.context import Stocked

STOCK, RECEIVE, ADJUST = "ics.stock.get", "ics.receive.record", "ics.adjustment.create"


@pytest.fixture
def keyed(shelf: Shelf, role_key: Callable[[str], Actor], role: str) -> Shelf:
    """The shelf in the hands of a service account that has this role alone."""
    return shelf.by(shelf.caller.as_(role_key(role)))


# --- roles ---


@pytest.mark.requirement("STOCK-52")
@pytest.mark.parametrize("role", ["ics_operator"])
def test_operator_receives_and_puts_away(keyed: Shelf, stock: Stocked, role: str) -> None:
    del role
    keyed.receive_into(stock.bin_id, 2)


# --- context ---

_AT_A_FACILITY: Final = (
    "ics.zone.create",
    "ics.bin.create",
    RECEIVE,
    ADJUST,
    "ics.stock.transition",
    "ics.reservation.create",
    "ics.allocation.create",
    "ics.commit.create_direct",
)


@pytest.mark.requirement("STOCK-56")
@pytest.mark.parametrize("operation_id", _AT_A_FACILITY)
def test_operational_action_without_a_facility_is_refused(
    session: Session, check: Check, operation_id: str
) -> None:
    operation, stage = OPERATIONS[operation_id], Stage(session)
    stage.proven(check, operation)
    scene = stage.fresh(check, operation)
    scene.caller(operation_id, without("logical_guid"), **scene.values).refused()


@pytest.mark.requirement("STOCK-57")
@pytest.mark.parametrize("operation_id", _AT_A_FACILITY)
def test_nothing_is_written_at_a_facility_of_another_organisation(
    session: Session, check: Check, stranger_org: Stranger, operation_id: str
) -> None:
    operation, stage = OPERATIONS[operation_id], Stage(session)
    stage.proven(check, operation)
    scene = stage.fresh(check, operation)
    there = {**scene.values, "logical_guid": stranger_org.facilities.logical_guid}
    scene.caller(operation_id, **there).refused()


@pytest.mark.requirement("STOCK-57")
def test_no_bin_is_shown_of_a_facility_of_another_organisation(
    owner: Caller, stranger_at_home: Caller
) -> None:
    owner("ics.bin.list").accepted()
    zone = stranger_at_home("ics.zone.create").value("zone_id")
    foreign = str(stranger_at_home("ics.bin.create", zone_id=zone).value("bin_id"))
    there = stranger_at_home.world["logical_guid"]
    answer = owner("ics.bin.list", logical_guid=there)
    shown = [] if not answer.ok else [answer.read_item(i, "item_id") for i in answer.items()]
    answer.expect(
        "a facility of another organisation shows none of its bins",
        holds=foreign not in shown,
        expected="a refusal, or a list without that bin",
        observed=f"{answer.sketch}, {len(shown)} bins",
        uses=("items", "item_id") if answer.ok else (),
    )


@pytest.mark.requirement("STOCK-58")
def test_orgcode_counts_in_any_letter_case(shelf: Shelf) -> None:
    shelf(STOCK).accepted()
    code = str(shelf.caller.world["orgcode"])
    shelf(STOCK, Change(headers={"x-orgcode": code.lower()})).accepted()
