"""Step 7: zones and bins, and goods from their receipt to the shelf."""

from collections.abc import Callable
from functools import cache
from typing import Any, Final

import pytest

from fixtures import records
from fixtures.actors import Actor
from fixtures.answer import Answer
from fixtures.client import Caller
from fixtures.paging import LARGEST_LIMIT, expect_listed, ids, pages
from fixtures.request import without
from fixtures.session import Session
from fixtures.shelves import Shelf
from fixtures.stages.stock import Stocked
from fixtures.world import World

BINS: Final = "ics.bin.list"
DEFAULT_LIMIT: Final = 8
CROWD: Final = 10

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


@pytest.fixture(scope="module")
def crowd(session: Session, owner_actor: Actor, world: World) -> Callable[[], World]:
    """Lets there be ten bins at a facility of their own, once; returns the world around them."""

    @cache
    def build() -> World:
        caller = session.caller(session.stage_check("ten bins", "STOCK-6"), owner_actor, world)
        place = {"logical_guid": records.make(caller, "ofm.logical")["logical_guid"]}
        there = caller.within(world.extended(**place))
        zone = records.make(there, "ics.zone")["zone_id"]
        made = [there("ics.bin.create", zone_id=zone).value("bin_id") for _ in range(CROWD)]
        return there.world.extended(zone_id=zone, crowd=tuple(str(each) for each in made))

    return build


@pytest.fixture
def crowded(owner: Caller, crowd: Callable[[], World]) -> Caller:
    """The owner at a facility with ten bins."""
    return owner.within(crowd())


@pytest.mark.requirement("STOCK-4")
def test_list_of_bins_without_limit_holds_at_most_8(crowded: Caller) -> None:
    answer = crowded(BINS)
    count = len(answer.items())
    answer.expect(
        "a list without limit holds at most 8 bins",
        holds=count <= DEFAULT_LIMIT,
        expected="8 bins at most",
        observed=f"{count} bins",
        uses=("items",),
    )


@pytest.mark.requirement("STOCK-4")
def test_list_of_bins_offers_a_cursor_while_there_is_more(crowded: Caller) -> None:
    answer = crowded(BINS).accepted()
    answer.expect(
        "a list that holds ten bins offers a cursor",
        holds=bool(answer.optional("next_token")),
        expected="next_token",
        observed="no next_token",
        uses=("next_token",),
    )


@pytest.mark.requirement("STOCK-5")
@pytest.mark.parametrize("limit", [0, -1, LARGEST_LIMIT + 1])
def test_limit_of_a_stock_list_is_pulled_into_its_range(crowded: Caller, limit: int) -> None:
    crowded(BINS, limit=1).accepted()
    answer = crowded(BINS, limit=limit).accepted()
    if not answer.ok:
        return  # recorded above: there is nothing to count
    count, most = len(answer.items()), max(1, min(limit, LARGEST_LIMIT))
    answer.expect(
        f"limit {limit} is read as {most}",
        holds=min(most, CROWD) <= count <= most,
        expected=f"{most} bins at most, and not less than there are",
        observed=f"{count} bins",
        uses=("items",),
    )


@pytest.mark.requirement("STOCK-6")
@pytest.mark.parametrize("limit", [1, 3, 5, None])
def test_walk_through_the_bins_shows_each_once(crowded: Caller, limit: int | None) -> None:
    size: dict[str, Any] = {} if limit is None else {"limit": limit}
    walk = pages(crowded, BINS, **size)
    found = ids(walk)
    strays = [each for each in crowded.world["crowd"] if found.count(each) != 1]
    walk[-1].expect(
        "a walk through the pages shows each bin once and comes to an end",
        holds=not strays and not walk[-1].optional("next_token"),
        expected="ten bins, each of them once, and a last page without cursor",
        observed=f"{len(strays)} of ten missing or shown again on {len(walk)} pages",
        uses=("items", "item_id", "next_token"),
    )


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
