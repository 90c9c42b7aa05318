"""Step 7: adjustments, transitions, and the stock card that lists them."""

import json
from collections.abc import Mapping
from typing import Any, Final

import pytest

from conformance.contract.errors import Tag
from conformance.contract.paging import LARGEST_LIMIT
from fixtures import Answer, Inconclusive, Walk, pages, without
from fixtures.formats.money import count_of
from fixtures.services.ics.actions import CARD, CARRIED, StockItem, require_told_events
from fixtures.services.ics.context import Stocked
from fixtures.services.ics.model import Hold

SOURCE: Final = {"type": "conformance_run", "id": "stock-card"}

# --- adjustments ---


@pytest.mark.every
@pytest.mark.requirement("STOCK-16")
@pytest.mark.parametrize("delta", [4, -4, -10])
def test_adjustment_changes_what_is_on_hand_by_its_quantity(
    stock_item: StockItem, delta: int
) -> None:
    stock_item.adjust(delta).accepted()
    stock_item.look().expect(
        "an adjustment changes on_hand by its quantity", on_hand=10 + delta, available=10 + delta
    )


@pytest.mark.requirement("STOCK-17")
def test_unknown_reason_code_is_refused(stock_item: StockItem) -> None:
    stock_item.adjust(1, reason_code="INVENTORY.ADJUST").accepted()
    stock_item.adjust(1, reason_code="INVENTORY.NEVER_REGISTERED").refused(None, Tag.INVALID_INPUT)


# --- transitions ---

MOVES: Final = [
    ("available", "quarantine"),
    ("available", "damaged"),
    ("quarantine", "available"),
    ("quarantine", "damaged"),
    ("damaged", "available"),
]


@pytest.mark.every
@pytest.mark.requirement("STOCK-18")
@pytest.mark.parametrize(("source", "target"), MOVES, ids=["-to-".join(move) for move in MOVES])
def test_transition_moves_units_between_buckets(
    stock_item: StockItem, source: str, target: str
) -> None:
    if source != "available":
        stock_item.move("available", source, 6).accepted()
    before = stock_item.look()
    stock_item.move(source, target, 3).accepted()
    stock_item.look().expect_stock(
        f"3 units go from {source} to {target}", before.stock.moved(source, target, 3)
    )


@pytest.mark.every
@pytest.mark.requirement("STOCK-19")
@pytest.mark.parametrize("aside", ["quarantine", "damaged"])
def test_units_set_aside_are_not_available(stock_item: StockItem, aside: str) -> None:
    stock_item.move("available", aside, 4).accepted()
    stock_item.look().expect(f"units in {aside} are not available", available=6)


@pytest.mark.requirement("STOCK-19")
@pytest.mark.parametrize("aside", ["quarantine", "damaged"])
def test_units_set_aside_cannot_be_held(stock_item: StockItem, aside: str) -> None:
    stock_item.hold(Hold.RESERVATION, 1).accepted()
    stock_item.move("available", aside, 4).accepted()
    stock_item.hold(Hold.RESERVATION, 6).refused()


@pytest.mark.requirement("STOCK-20")
def test_adjustment_below_zero_is_refused(stock_item: StockItem) -> None:
    stock_item.adjust(-1).accepted()
    stock_item.adjust(-10).refused()
    stock_item.look().expect("a refused adjustment changes nothing", available=9)


@pytest.mark.requirement("STOCK-20")
def test_adjustment_below_what_is_held_is_refused(stock_item: StockItem) -> None:
    stock_item.create_hold(Hold.RESERVATION, 6)
    # That there are fewer units than were promised may be a fact, which an adjustment tells.
    answer = stock_item.adjust(-5).refused(inferred=True)
    if not answer.ok:
        stock_item.look().expect("a refused adjustment changes nothing", available=4, reserved=6)


@pytest.mark.requirement("STOCK-20")
@pytest.mark.parametrize("source", ["available", "quarantine", "damaged"])
def test_transition_of_more_than_there_is_is_refused(stock_item: StockItem, source: str) -> None:
    target = "available" if source == "damaged" else "damaged"
    if source != "available":
        stock_item.move("available", source, 4).accepted()
    stock_item.move(source, target, 1).accepted()
    before = stock_item.look()
    stock_item.move(source, target, before.stock[source] + 1).refused()
    stock_item.look().expect_stock("a refused transition changes nothing", before.stock)


# --- stock card ---


def read_card(stock_item: StockItem) -> Walk:
    """All pages of the variant's stock card."""
    caller, variant_id = stock_item.caller, stock_item.variant_id
    return pages(caller, CARD, variant_id=variant_id, limit=LARGEST_LIMIT)


def told(card: list[Answer]) -> list[dict[str, Any]]:
    """What each entry of a card shows of why, by whom and how much."""
    names = (*CARRIED, "item_delta")
    return [{name: card[-1].read_item(entry, name) for name in names} for entry in entries(card)]


def deltas_on(card: list[Answer]) -> list[int | None]:
    """By how much each entry of a card says that it moved."""
    return [count_of(delta) for page in card for delta in page.read_items("item_delta")]


def require_entry(card: list[Answer], delta: int) -> None:
    """Make sure that an entry of a card says that it moved by as much.

    Raises:
        Inconclusive: none does, so that nothing can be said of such an entry.
    """
    if delta not in deltas_on(card):
        raise Inconclusive(f"{CARD}: no entry has the delta {delta}", cause=CARD)


def entries(card: list[Answer]) -> list[Mapping[str, Any]]:
    """The entries on all pages of a card."""
    return [entry for page in card for entry in page.items()]


@pytest.fixture
def used_stock_item(stock_item: StockItem, stock: Stocked) -> StockItem:
    """A stock item after an adjustment, a receipt, two holds, a release and a transition."""
    stock_item.adjust(-2).accepted()
    stock_item.receive_into(stock.bin_id, 5)
    reservation = stock_item.create_hold(Hold.RESERVATION, 3)
    stock_item.create_hold(Hold.COMMIT, 2)
    stock_item.release(Hold.RESERVATION, reservation).accepted()
    stock_item.move("available", "damaged", 1).accepted()
    return stock_item


def _names_source(refs: Any) -> bool:
    """Whether these references have ours, whatever else they and it have."""
    found = refs if isinstance(refs, list) else []
    return any(SOURCE.items() <= each.items() for each in found if isinstance(each, dict))


def _lacks(entry: Mapping[str, Any]) -> list[str]:
    """What an entry does not tell of the adjustment, with what stands there instead."""
    told = {
        "the reason": ("item_reason", entry["item_reason"] == "counted again"),
        "the source": ("item_source_refs", _names_source(entry["item_source_refs"])),
        "an actor": ("item_actor", bool(entry["item_actor"])),
        "the delta 3": ("item_delta", count_of(entry["item_delta"]) == 3),
    }
    return [
        f"{what} (there: {json.dumps(entry[name])})"
        for what, (name, is_there) in told.items()
        if not is_there
    ]


@pytest.mark.requirement("STOCK-41")
def test_entry_of_the_card_tells_why_by_whom_and_how_much(stock_item: StockItem) -> None:
    stock_item.adjust(3, reason="counted again", source_refs=[SOURCE]).accepted()
    card = read_card(stock_item).until(lambda it: [] in map(_lacks, told(it)))
    shown = told(card)
    require_told_events(shown)
    mine = [each for each in shown if each["item_reason"] == "counted again"]
    lacking = sorted((_lacks(each) for each in shown), key=len)
    nearest = ", ".join(lacking[0]) if lacking else "all of it"
    card[-1].expect(
        "the adjustment is on the card with reason, source_refs, actor and quantity delta",
        holds=bool(mine) and [] in lacking,
        expected="an entry with the reason, the source refs and the delta 3, and an actor",
        observed=f"{len(mine)} entries with the reason"
        if [] in lacking
        else f"the nearest of {len(shown)} entries lacks {nearest}",
        uses=("items", *CARRIED, "item_delta"),
    )


@pytest.mark.requirement("STOCK-41")
def test_no_entry_of_the_card_is_without_a_reason(stock_item: StockItem) -> None:
    answer = stock_item("ics.adjustment.create", without("reason"), quantity_delta=7)
    card = read_card(stock_item).until(lambda it: not answer.ok or 7 in deltas_on(it))
    shown = told(card)
    if answer.ok:
        require_told_events(shown)
        require_entry(card, 7)
    bare = [each for each in shown if count_of(each["item_delta"]) == 7 and not each["item_reason"]]
    answer.expect(
        "an adjustment without a reason is refused, or its entry has one all the same",
        holds=not answer.ok or not bare,
        expected="a refusal, or an entry with a reason",
        observed=f"{answer.sketch}, {len(bare)} entries without reason",
    )


@pytest.mark.requirement("STOCK-42")
def test_deltas_of_the_card_sum_to_what_is_on_hand(used_stock_item: StockItem) -> None:
    position = used_stock_item.look()
    card = read_card(used_stock_item).until(
        lambda it: sum(filter(None, deltas_on(it))) == position.on_hand
    )
    shown = deltas_on(card)
    deltas = [count for count in shown if count is not None]
    if len(deltas) != len(shown):
        raise Inconclusive(f"{CARD}: an entry has no delta where it is looked for", cause=CARD)
    card[-1].expect(
        "the deltas of the stock card sum to on_hand",
        holds=sum(deltas) == position.on_hand,
        expected=f"{position.on_hand}, as the position shows",
        observed=f"{sum(deltas)} over {len(deltas)} entries",
        uses=("items", "item_delta"),
    )


@pytest.mark.requirement("STOCK-43")
def test_entries_of_the_card_stay_as_they_were(used_stock_item: StockItem) -> None:
    before = entries(read_card(used_stock_item).until(lambda it: bool(entries(it))))
    allocation = used_stock_item.create_hold(Hold.ALLOCATION, 2)
    used_stock_item.adjust(1).accepted()
    used_stock_item.caller("ics.allocation.expire", allocation_id=allocation).accepted()
    card = read_card(used_stock_item).until(lambda it: len(entries(it)) > len(before))
    after = [json.dumps(entry, sort_keys=True) for entry in entries(card)]
    changed = [entry for entry in before if json.dumps(entry, sort_keys=True) not in after]
    card[-1].expect(
        "the entries read before are read the same after further movements",
        holds=bool(before) and not changed,
        expected=f"the same {len(before)} entries, and more",
        observed=f"{len(changed)} of them changed or gone",
        uses=("items",),
    )
