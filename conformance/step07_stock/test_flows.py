"""Step 7: transfers between facilities, the parked search, available-to-promise."""

from collections.abc import Callable
from itertools import product
from typing import Final

import pytest

from conformance.contract.services.ics.flows import (
    MOST_LINES,
    PARTIAL,
    TRANSFER_EDGES,
    TRANSFER_IN,
    WITH_EXCEPTIONS,
)
from fixtures import (
    Answer,
    Caller,
    Change,
    Check,
    Values,
    eventually,
    expect_listed,
    holds,
)
from fixtures.context import records
from fixtures.services.ics import actions as ics
from fixtures.services.ics.actions import StockItem
from fixtures.services.pvm.actions import expect_shown, new_variant

# --- transfers ---


def step(caller: Caller, transfer: Values, verb: str) -> Answer:
    """Take a transfer through one step of its lifecycle, with its current revision."""
    names = {name: transfer[name] for name in ("transfer_id", "expected_revision")}
    return caller(f"ics.transfer.{verb}", **names)


@pytest.mark.requirement("STOCK-60")
@pytest.mark.parametrize("verb", TRANSFER_EDGES)
def test_transfer_takes_each_drawn_step(ics_owner: Caller, verb: str) -> None:
    edge = TRANSFER_EDGES[verb]
    answer = step(ics_owner, records.make(ics_owner, TRANSFER_IN[edge.before]), verb)
    answer.in_state(edge.after, f"a transfer that is {edge.before} becomes {edge.after}")


# Shipping twice is left out: a second shipment may follow the first while something is left.
_NOT_DRAWN: Final = [
    (state, verb)
    for state, verb in product(TRANSFER_IN, TRANSFER_EDGES)
    if TRANSFER_EDGES[verb].before != state and (state, verb) != ("shipped", "ship")
]


@pytest.mark.requirement("STOCK-61")
@pytest.mark.parametrize(("state", "verb"), _NOT_DRAWN)
def test_transfer_takes_no_other_step(
    ics_owner: Caller, prove: Callable[[str], None], state: str, verb: str
) -> None:
    prove(f"ics.transfer.{verb}")
    step(ics_owner, records.make(ics_owner, TRANSFER_IN[state]), verb).refused()


@pytest.mark.requirement("STOCK-62")
def test_transfer_moves_units_and_loses_none(ics_owner: Caller) -> None:
    transfer = records.make(ics_owner, "ics.shipped_transfer")
    here = StockItem(ics_owner, str(transfer["variant_id"]))
    there = here.at(str(transfer["dest_logical_guid"]))
    here.look().expect("the units have left", on_hand=7)
    _expect_ten(here, there)
    step(ics_owner, transfer, "receive").accepted()
    there.look().expect("the units have arrived", on_hand=3, in_transit=0)
    _expect_ten(here, there)


def _expect_ten(here: StockItem, there: StockItem) -> None:
    one, other = here.look(), there.look()
    found = one.on_hand + one.in_transit + other.on_hand + other.in_transit
    other.answer.expect(
        "both facilities and the way between them hold the 10 units",
        holds=found == 10,
        expected="10",
        observed=f"{found}",
        uses=("on_hand", "in_transit"),
    )


@pytest.mark.requirement("STOCK-82")
def test_transfer_received_in_part_is_received_with_exceptions(ics_owner: Caller) -> None:
    transfer = records.make(ics_owner, "ics.shipped_transfer")
    names = {name: transfer[name] for name in ("transfer_id", "expected_revision")}
    came = [{"variant_id": transfer["variant_id"], "quantity": 2}]
    answer = ics_owner("ics.transfer.receive", **names, received_lines=came).accepted()
    answer.in_state(WITH_EXCEPTIONS, "the transfer is received with exceptions", inferred=True)
    expect_shown(answer, PARTIAL, inferred=True)


@pytest.mark.requirement("STOCK-63")
def test_transfer_names_its_facilities_in_the_body(ics_owner: Caller) -> None:
    stock_item, other = ics.create_stock_item(ics_owner), records.make(ics_owner, "ofm.logical")
    here = str(ics_owner.world["logical_guid"])
    places = {"source_logical_guid": here, "dest_logical_guid": other["logical_guid"]}
    with_header = Change(headers={"x-logical-guid": here})
    first = stock_item("ics.transfer.request", with_header, **places)
    second = stock_item("ics.transfer.request", **places)
    if not first.ok:
        second.accepted()
    second.expect(
        "a transfer is requested without x-logical-guid as with it",
        holds=second.ok or not first.ok,
        expected="both are accepted",
        observed=f"with the header {first.sketch}, without {second.sketch}",
    )


@pytest.mark.requirement("STOCK-64")
def test_transfer_of_more_than_20_lines_is_refused(ics_owner: Caller) -> None:
    made = records.make(ics_owner, "ics.transfer")
    variants = [new_variant(ics_owner) for _ in range(MOST_LINES + 1)]
    for variant in variants:
        ics.StockItem(ics_owner, variant).adjust(1).accepted()
    units = [{"variant_id": variant, "quantity": 1} for variant in variants]
    most, more = (ics_owner.lines("ics.transfer.request", *each) for each in (units[1:], units))
    ics_owner("ics.transfer.request", most, **made).accepted()
    ics_owner("ics.transfer.request", more, **made).refused()


# --- search and availability ---


# How long search of the reference may lag.
_FRESH_OF_REFERENCE_S: Final = 15.0


@pytest.mark.requirement("STOCK-67")
def test_search_of_comments_finds_one_or_is_said_to_be_parked(owner: Caller, check: Check) -> None:
    made = records.make(owner, "ics.comment")

    def ask() -> Answer:
        return owner("ics.search.comments", q=made["body"])

    if not _parked(ask(), check):
        _expect_found(owner, ask, made["comment_id"])


@pytest.mark.requirement("STOCK-67")
def test_search_of_the_inbox_is_answered_or_said_to_be_parked(owner: Caller, check: Check) -> None:
    _parked(owner("ics.search.inbox", q="conformance", org_wide=True), check)


def _expect_found(owner: Caller, search: Callable[[], Answer], comment: str) -> None:
    """Expect that a search finds the comment, sooner or later."""
    bound_s = owner.target.patience(_FRESH_OF_REFERENCE_S)
    expect_listed([eventually(search, lambda it: holds([it], comment), bound_s=bound_s)], comment)


def _parked(answer: Answer, check: Check) -> bool:
    """Whether the platform says that this search is not configured, as it may (501)."""
    answer.expect(
        "the search plane answers, or says that it is not configured",
        holds=answer.ok or answer.status == 501,
        expected="501, or a result",
    )
    check.reading("the search plane of comments and inbox", "at work" if answer.ok else "parked")
    return not answer.ok


@pytest.mark.requirement("STOCK-68")
def test_query_of_availability_changes_nothing(stock_item: StockItem) -> None:
    before = stock_item.look()
    stock_item("ics.atp.query").accepted()
    stock_item.look().expect_stock("the query changed no bucket", before.stock)


@pytest.mark.requirement("STOCK-76")
def test_allocation_is_suggested_of_what_is_available(stock_item: StockItem) -> None:
    stock_item.adjust(5).accepted()
    answer = stock_item("ics.allocation.suggest", quantity=3).accepted()
    answer.expect(
        "of the units that are there some are suggested",
        holds=answer.decimal("suggested") > 0,
        expected="some of the 5 that are there",
        observed=str(answer.value("suggested")),
        uses=("suggested",),
    )


@pytest.mark.requirement("STOCK-77")
def test_status_of_a_bin_is_set_and_read(ics_owner: Caller) -> None:
    made = records.make(ics_owner, "ics.bin")
    ics_owner("ics.bin.status_set", status="inactive", **_bin(made)).accepted()
    answer = ics_owner("ics.bin.get", bin_id=made["bin_id"])
    answer.in_state("inactive", "the bin has the status that was set")


def _bin(made: Values) -> Values:
    return {name: made[name] for name in ("bin_id", "expected_revision") if name in made}


@pytest.mark.requirement("STOCK-78")
@pytest.mark.parametrize("named", ["services", "target_type", "target_id"])
def test_search_of_comments_takes_its_filters(owner: Caller, check: Check, named: str) -> None:
    made = records.make(owner, "ics.comment")
    filters = {"services": ["ics"], **{each: made[each] for each in ("target_type", "target_id")}}

    def ask() -> Answer:
        return owner("ics.search.comments", q=made["body"], **{named: filters[named]})

    if not _parked(ask(), check):
        _expect_found(owner, ask, made["comment_id"])
