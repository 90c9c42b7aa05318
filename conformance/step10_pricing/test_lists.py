"""Step 10: lists of prices, whole and narrowed to one article."""

from collections.abc import Sequence
from typing import Final

import pytest

from conformance.contract.paging import LARGEST_LIMIT
from fixtures import Answer, Caller, expect_listed, ids, pages, pages_with
from fixtures.services.ppm import actions as ppm

LIST: Final = "ppm.price.list"


@pytest.mark.requirement("PRICE-12")
def test_prices_are_listed(ppm_owner: Caller) -> None:
    walk = pages(ppm_owner, LIST, limit=LARGEST_LIMIT)
    expect_listed(walk, str(ppm_owner.world["price_id"]))


@pytest.mark.requirement("PRICE-13")
@pytest.mark.parametrize("by", ["variant_id", "sku"])
def test_prices_are_listed_by_article(ppm_owner: Caller, variant_id: str, by: str) -> None:
    sku = ppm.fresh_code(ppm_owner)
    price = ppm.create_draft(ppm_owner, variant_id=variant_id, sku=sku)
    filters = {"variant_id": {"listed_variant": variant_id}, "sku": {"listed_sku": sku}}
    made = str(price["price_id"])
    _expect_only(pages_with(ppm_owner, LIST, made, **filters[by]), made)


def _expect_only(walk: Sequence[Answer], wanted: str) -> None:
    found = ids(walk)
    walk[-1].expect(
        "the list holds the entry of the article, and no other",
        holds=found == [wanted],
        expected=wanted,
        observed=f"{len(found)} entries",
        uses=("items", "item_id"),
    )
