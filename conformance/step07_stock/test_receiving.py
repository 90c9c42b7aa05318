"""Step 7: zones and bins, and goods from their receipt until they are put away, consigned ones."""

from decimal import Decimal
from typing import Final

import pytest

from conformance.contract.errors import Tag
from fixtures import Answer, Caller, Inconclusive, expect_listed, pages, settled, without
from fixtures.context import records
from fixtures.formats.money import decimal_of
from fixtures.services.ics.actions import StockItem
from fixtures.services.ics.context import Stocked

PUTAWAY: Final = "ics.putaway.record"

# --- locations ---


@pytest.mark.requirement("STOCK-1")
def test_zone_is_made_at_a_facility(owner: Caller) -> None:
    owner("ics.zone.create").value("zone_id")


@pytest.mark.requirement("STOCK-2")
def test_bin_is_made_in_a_zone(owner: Caller) -> None:
    zone = records.make(owner, "ics.zone")["zone_id"]
    owner("ics.bin.create", zone_id=zone).value("bin_id")


@pytest.mark.requirement("STOCK-3")
def test_bin_is_read_back_and_listed(owner: Caller) -> None:
    made = records.make(owner, "ics.bin")
    answer = owner("ics.bin.get", bin_id=made["bin_id"])
    answer.shows("bin_id", made["bin_id"], "the bin that was made is read")
    expect_listed(
        pages(owner, "ics.bin.list", listed_zone=made["zone_id"]), made["bin_id"], inferred=True
    )


# --- receiving ---


@pytest.mark.requirement("STOCK-7")
def test_receipt_is_read_back(stock_item: StockItem) -> None:
    receipt = stock_item.receive(4)
    answer = stock_item.caller("ics.receive.get", receipt_id=receipt)
    answer.shows("received", 4, "the receipt shows the quantity that was received")


@pytest.mark.requirement("STOCK-8")
def test_putaway_before_quality_control_is_refused(stock_item: StockItem, stock: Stocked) -> None:
    stock_item.receive_into(stock.bin_id, 1)
    receipt = stock_item.receive(3)
    answer = stock_item.caller(PUTAWAY, receipt_id=receipt, bin_id=stock.bin_id)
    answer.refused(None, Tag.INVALID_STATE)


@pytest.mark.requirement("STOCK-9")
def test_putaway_after_quality_control_is_accepted(stock_item: StockItem) -> None:
    bin_id, receipt = records.make(stock_item.caller, "ics.bin")["bin_id"], stock_item.receive(3)
    stock_item.caller("ics.qc.complete", receipt_id=receipt).accepted()
    answer = stock_item.caller(PUTAWAY, receipt_id=receipt, bin_id=bin_id)
    answer.expect(
        "putaway knows of a quality control that is complete",
        holds=answer.tag != Tag.INVALID_STATE,
        expected="any answer but invalid-state",
    )
    answer.accepted()


@pytest.mark.requirement("STOCK-10")
def test_goods_before_quality_control_are_not_available(stock_item: StockItem) -> None:
    stock_item.receive(3)
    stock_item.look().expect("a receipt alone makes nothing available", available=10)


@pytest.mark.requirement("STOCK-11")
def test_goods_put_away_are_on_hand(stock_item: StockItem, stock: Stocked) -> None:
    stock_item.receive_into(stock.bin_id, 3)
    stock_item.look().expect("10 units and 3 put away are on hand", on_hand=13)


@pytest.mark.requirement("STOCK-12")
def test_on_hand_is_the_sum_over_bins(stock_item: StockItem, stock: Stocked) -> None:
    other = records.make(stock_item.caller, "ics.bin")["bin_id"]
    stock_item.receive_into(stock.bin_id, 3)
    stock_item.receive_into(other, 4)
    stock_item.look().expect("units of all bins are on hand", on_hand=17)


@pytest.mark.requirement("STOCK-13")
def test_stock_of_a_facility_is_listed(stock_item: StockItem, other_facility: str) -> None:
    there = stock_item.at(other_facility)
    there.adjust(4).accepted()
    there.receive_into(str(records.make(there.caller, "ics.bin")["bin_id"]), 3)

    def shown_in(listed: Answer) -> list[Decimal | None]:
        # By location: a variant may have a row for each place where it lies.
        places = zip(
            listed.read_items("item_variant"),
            map(decimal_of, listed.read_items("item_on_hand")),
            strict=True,
        )
        return [count for variant, count in places if str(variant) == stock_item.variant_id]

    answer = settled(
        lambda: there.caller("ics.stock.list"), lambda it: sum(filter(None, shown_in(it))) == 7
    )
    shown = shown_in(answer)
    if shown and not any(count is not None for count in shown):
        raise Inconclusive("no row of the variant shows how much there is", cause="ics.stock.list")
    answer.expect(
        "the variant is listed with all its units at the facility",
        holds=None not in shown and sum(filter(None, shown)) == 7,
        expected="7 on hand",
        observed=f"{', '.join(map(str, shown)) or 'none'} among {len(answer.items())} rows",
        uses=("items", "item_variant", "item_on_hand"),
    )


# --- consignments ---


def consume(stock_item: StockItem, consignment_id: str, quantity: int) -> Answer:
    """Use up so many units of a consignment."""
    named = {"consignment_id": consignment_id, "quantity": quantity}
    return stock_item.caller("ics.consignment.consume", **named)


@pytest.mark.requirement("STOCK-72")
def test_consigned_goods_are_taken_in_and_used_up(stock_item: StockItem) -> None:
    before = stock_item.look().on_hand
    taken_in = stock_item("ics.consignment.receive", quantity=5).accepted()
    answer = stock_item("ics.stock.get")
    answer.shows("on_hand", before + 5, "consigned goods are on hand", inferred=True)
    consume(stock_item, str(taken_in.value("consignment_id")), 2).accepted()


@pytest.mark.requirement("STOCK-73")
def test_no_more_of_a_consignment_is_consumed_than_was_received(stock_item: StockItem) -> None:
    taken_in = stock_item("ics.consignment.receive", quantity=3).value("consignment_id")
    consume(stock_item, str(taken_in), 2).accepted()
    consume(stock_item, str(taken_in), 2).refused()


# --- facilities ---


@pytest.fixture
def other_facility(owner: Caller) -> str:
    """One more logical facility of the main org."""
    return str(records.make(owner, "ofm.logical")["logical_guid"])


@pytest.mark.requirement("STOCK-14")
def test_stock_is_kept_by_facility(stock_item: StockItem, other_facility: str) -> None:
    stock_item.at(other_facility).adjust(4).accepted()
    stock_item.look().expect("units at another facility are not on hand here", on_hand=10)
    stock_item.at(other_facility).look().expect("units are on hand where they are", on_hand=4)


@pytest.mark.requirement("STOCK-15")
def test_stock_without_a_facility_is_a_list_over_facilities(
    stock_item: StockItem, other_facility: str
) -> None:
    stock_item.at(other_facility).adjust(4).accepted()
    stock_item.look()
    answer = stock_item("ics.stock.get", without("logical_guid"))
    _expect_facility_in_each_row(answer)
    shown = set(answer.read_items("item_facility"))
    answer.expect(
        "both facilities that have the variant are in the list",
        holds={stock_item.caller.world["logical_guid"], other_facility} <= shown,
        expected="a row for each of the two facilities",
        observed=f"{len(shown)} facilities",
        uses=("items", "item_facility"),
    )


def _expect_facility_in_each_row(answer: Answer) -> None:
    shown = answer.read_items("item_facility")
    answer.expect(
        "each row carries logical_guid",
        holds=bool(shown) and all(shown),
        expected="rows with logical_guid",
        observed=f"{len(shown) - sum(map(bool, shown))} of {len(shown)} rows without",
        uses=("items", "item_facility"),
    )
