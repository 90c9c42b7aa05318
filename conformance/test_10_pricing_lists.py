"""Step 10: lists of prices, page by page, and narrowed to one article."""

from collections.abc import Sequence
from typing import Any, Final

import pytest

from fixtures import pricing
from fixtures.actors import Actor
from fixtures.answer import Answer
from fixtures.client import Caller
from fixtures.paging import LARGEST_LIMIT, expect_listed, holds, ids, pages
from fixtures.request import without
from fixtures.scenes import main_owner
from fixtures.session import Session
from fixtures.world import World

LIST: Final = "ppm.price.list"
DEFAULT_LIMIT: Final = 8
CROWD: Final = 9


@pytest.fixture(scope="module")
def crowd(session: Session, owner_actor: Actor) -> World:
    """The world with nine entries about one SKU: one more than fits on a page."""
    check = session.stage_check("nine prices", "PRICE-16")
    caller = main_owner(session, check, "ppm").as_(owner_actor)
    sku = pricing.fresh_code(caller)
    no_variant = without("variant_id")
    found = [pricing.draft(caller, no_variant, sku=sku)["price_id"] for _ in range(CROWD)]
    return caller.world.extended(listed_sku=sku, crowd=tuple(map(str, found)))


@pytest.fixture
def crowded(pricer: Caller, crowd: World) -> Caller:
    """The owner looking at the nine entries."""
    return pricer.within(crowd)


def shown(answer: Answer, caller: Caller) -> int:
    """How many of the nine entries a page shows."""
    return sum(holds([answer], each) for each in caller.world["crowd"])


@pytest.mark.requirement("PRICE-12")
def test_prices_are_listed(pricer: Caller) -> None:
    walk = pages(pricer, LIST, limit=LARGEST_LIMIT)
    expect_listed(walk, str(pricer.world["price_id"]), inferred=True)


@pytest.mark.requirement("PRICE-13")
@pytest.mark.parametrize("by", ["variant_id", "sku"])
def test_prices_are_listed_by_article(pricer: Caller, variant_id: str, by: str) -> None:
    sku = pricing.fresh_code(pricer)
    price = pricing.draft(pricer, variant_id=variant_id, sku=sku)
    filters = {"variant_id": {"listed_variant": variant_id}, "sku": {"listed_sku": sku}}
    _expect_only(pages(pricer, LIST, **filters[by]), str(price["price_id"]))


def _expect_only(walk: Sequence[Answer], wanted: str) -> None:
    found = ids(walk)
    walk[-1].expect(
        "the list holds the entry of the article, and no other",
        holds=found == [wanted],
        expected=wanted,
        observed=f"{len(found)} entries",
        uses=("items", "item_id"),
    )


@pytest.mark.requirement("PRICE-14")
def test_price_list_without_limit_holds_8_entries_and_offers_a_cursor(crowded: Caller) -> None:
    answer = crowded(LIST).accepted()
    answer.expect(
        "a list without limit holds at most 8 entries",
        holds=0 < shown(answer, crowded) <= DEFAULT_LIMIT,
        expected="some of nine entries, and 8 at most",
        observed=f"{shown(answer, crowded)} of nine",
    )
    answer.expect(
        "a list of nine entries offers a cursor",
        holds=bool(answer.optional("next_token")),
        expected="next_token",
        observed="no next_token",
        uses=("next_token",),
    )


@pytest.mark.requirement("PRICE-15")
@pytest.mark.parametrize("limit", [0, -1, LARGEST_LIMIT + 1])
def test_limit_of_a_price_list_is_pulled_into_its_range(crowded: Caller, limit: int) -> None:
    crowded(LIST, limit=1).accepted()
    answer, most = crowded(LIST, limit=limit).accepted(), 1 if limit < 1 else CROWD
    answer.expect(
        f"limit {limit} is read as {max(1, min(limit, LARGEST_LIMIT))}",
        holds=shown(answer, crowded) == most,
        expected=f"{most} of nine",
        observed=f"{shown(answer, crowded)} of nine",
    )


@pytest.mark.requirement("PRICE-16")
@pytest.mark.parametrize("limit", [4, None])
def test_walk_through_a_price_list_shows_each_entry_once(
    crowded: Caller, limit: int | None
) -> None:
    size: dict[str, Any] = {} if limit is None else {"limit": limit}
    walk = pages(crowded, LIST, **size)
    counts = [sum(holds([page], each) for page in walk) for each in crowded.world["crowd"]]
    walk[-1].expect(
        "a walk through the pages shows each entry once",
        holds=counts == [1] * CROWD,
        expected="nine entries, each of them on one page",
        observed=f"{counts.count(0)} missing, {sum(n > 1 for n in counts)} on several pages",
    )
    walk[-1].expect(
        "the walk comes to a last page, without a cursor",
        holds=not walk[-1].optional("next_token"),
        expected="an end of the walk",
        observed="a cursor that was handed out before, or no end in sight",
        uses=("next_token",),
    )
