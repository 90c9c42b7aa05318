"""Step 7: zones and bins, and goods from their receipt to the shelf."""

from typing import Final

import pytest

from fixtures.context import records
from fixtures.exchange.answer import Answer
from fixtures.exchange.request import without
from fixtures.run.client import Caller
from fixtures.run.paging import expect_listed, pages
from fixtures.services.ics.actions import Shelf
from fixtures.services.ics.context import Stocked

BINS: Final = "ics.bin.list"

# --- locations ---


@pytest.mark.requirement("STOCK-1")
def test_zone_is_made_at_a_facility(owner: Caller) -> None:
    _implemented(owner("ics.zone.create")).value("zone_id")


@pytest.mark.requirement("STOCK-2")
def test_bin_is_made_in_a_zone(owner: Caller) -> None:
    zone = records.make(owner, "ics.zone")["zone_id"]
    _implemented(owner("ics.bin.create", zone_id=zone)).value("bin_id")


def _implemented(answer: Answer) -> Answer:
    """A documented route may dislike our body, but it may not be missing."""
    answer.expect(
        f"{answer.operation.path} is implemented",
        holds=answer.status != 501,
        expected="any answer but 501",
    )
    return answer


@pytest.mark.requirement("STOCK-3")
def test_bin_is_read_back_and_listed(owner: Caller) -> None:
    made = records.make(owner, "ics.bin")
    answer = owner("ics.bin.get", bin_id=made["bin_id"])
    shown = answer.value("bin_id")
    answer.expect(
        "the bin that was made is read",
        holds=shown == made["bin_id"],
        expected=str(made["bin_id"]),
        observed=str(shown),
        uses=("bin_id",),
    )
    expect_listed(pages(owner, BINS, listed_zone=made["zone_id"]), made["bin_id"], inferred=True)


# --- receiving ---


@pytest.mark.requirement("STOCK-7")
def test_receipt_is_read_back(shelf: Shelf) -> None:
    receipt = shelf.receive(4)
    answer = shelf.caller("ics.receive.get", receipt_id=receipt)
    shown = answer.value("received")
    answer.expect(
        "the receipt shows the quantity that was received",
        holds=shown == 4,
        expected="4",
        observed=f"{shown}",
        uses=("received",),
    )


@pytest.mark.requirement("STOCK-8")
def test_putaway_before_quality_control_is_refused(shelf: Shelf, stock: Stocked) -> None:
    shelf.receive_into(stock.bin_id, 1)
    answer = shelf.caller("ics.putaway.record", receipt_id=shelf.receive(3), bin_id=stock.bin_id)
    answer.refused(None, "invalid-state")


@pytest.mark.requirement("STOCK-9")
def test_putaway_after_quality_control_is_accepted(shelf: Shelf) -> None:
    place, receipt = records.make(shelf.caller, "ics.bin")["bin_id"], shelf.receive(3)
    shelf.caller("ics.qc.complete", receipt_id=receipt).accepted()
    answer = shelf.caller("ics.putaway.record", receipt_id=receipt, bin_id=place)
    answer.expect(
        "putaway knows of a quality control that is complete",
        holds=answer.tag != "invalid-state",
        expected="any answer but invalid-state",
    )
    answer.accepted()


@pytest.mark.requirement("STOCK-10")
def test_goods_before_quality_control_are_not_available(shelf: Shelf) -> None:
    shelf.receive(3)
    shelf.look().expect("a receipt alone makes nothing available", available=10)


@pytest.mark.requirement("STOCK-11")
def test_goods_put_away_are_on_hand(shelf: Shelf, stock: Stocked) -> None:
    shelf.receive_into(stock.bin_id, 3)
    shelf.look().expect("10 units and 3 put away are on hand", on_hand=13)


@pytest.mark.requirement("STOCK-12")
def test_on_hand_is_the_sum_over_bins(shelf: Shelf, stock: Stocked) -> None:
    other = records.make(shelf.caller, "ics.bin")["bin_id"]
    shelf.receive_into(stock.bin_id, 3)
    shelf.receive_into(other, 4)
    shelf.look().expect("units of all bins are on hand", on_hand=17)


@pytest.mark.requirement("STOCK-13")
def test_stock_of_a_facility_is_listed(shelf: Shelf, other_facility: str) -> None:
    there = shelf.at(other_facility)
    there.adjust(4).accepted()
    there.receive_into(str(records.make(there.caller, "ics.bin")["bin_id"]), 3)
    answer = there.caller("ics.stock.list")
    shown = {
        answer.read_item(row, "item_variant"): answer.read_item(row, "item_on_hand")
        for row in answer.items()
    }
    answer.expect(
        "the variant is listed with all its units at the facility",
        holds=shown.get(shelf.variant_id) == 7,
        expected="7 on hand",
        observed=f"{shown.get(shelf.variant_id)} among {len(shown)} variants",
        uses=("items", "item_variant", "item_on_hand"),
    )


# --- facilities ---


@pytest.fixture
def other_facility(owner: Caller) -> str:
    """One more logical facility of the main org."""
    return str(records.make(owner, "ofm.logical")["logical_guid"])


@pytest.mark.requirement("STOCK-14")
def test_stock_is_kept_by_facility(shelf: Shelf, other_facility: str) -> None:
    shelf.at(other_facility).adjust(4).accepted()
    shelf.look().expect("units at another facility are not on hand here", on_hand=10)
    shelf.at(other_facility).look().expect("units are on hand where they are", on_hand=4)


@pytest.mark.requirement("STOCK-15")
def test_stock_without_a_facility_is_a_list_over_facilities(
    shelf: Shelf, other_facility: str
) -> None:
    shelf.at(other_facility).adjust(4).accepted()
    shelf.look()
    answer = shelf("ics.stock.get", without("logical_guid"))
    _rows_name_their_facility(answer)
    shown = {answer.read_item(row, "item_facility") for row in answer.items()}
    answer.expect(
        "both facilities that have the variant are in the list",
        holds={shelf.caller.world["logical_guid"], other_facility} <= shown,
        expected="a row for each of the two facilities",
        observed=f"{len(shown)} facilities",
        uses=("items", "item_facility"),
    )


def _rows_name_their_facility(answer: Answer) -> None:
    rows = answer.items()
    nameless = [row for row in rows if not answer.read_item(row, "item_facility")]
    answer.expect(
        "each row carries logical_guid",
        holds=bool(rows) and not nameless,
        expected="rows with logical_guid",
        observed=f"{len(nameless)} of {len(rows)} rows without",
        uses=("items", "item_facility"),
    )
