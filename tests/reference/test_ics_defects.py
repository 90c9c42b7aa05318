"""A sample of the inventory's defects shows."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from tests.reference.platform_client import running
from tests.reference.stock_shop import Shop, shop_of


def defective(*names: str) -> list[str]:
    return ["--rate-limit-rpm", "0", *(part for name in names for part in ("--defect", name))]


def keyed(shop: Shop, variant_id: str, key: str) -> dict[str, Any]:
    return shop.make("/reservation/create", variant_id=variant_id, quantity=1, idempotency_key=key)


def test_a_race_oversells_where_the_check_stands_before_the_transaction() -> None:
    with running(*defective("oversell-not-atomic")) as platform:
        shop = shop_of(platform)
        variant_id = shop.stocked(1)

        def reserve(_: int) -> bool:
            return shop.ask("/reservation/create", variant_id=variant_id, quantity=1).is_success

        with ThreadPoolExecutor(4) as threads:
            assert sum(threads.map(reserve, range(4))) > 1
        assert shop.stock(variant_id)["available"] < 0
        alone = shop.stocked(1)
        assert reserve(0) is False
        assert shop.refused("/reservation/create", variant_id=alone, quantity=2)[0] == 409


def test_units_and_entries_go_missing() -> None:
    with running(
        *defective("lost-unit-on-transition", "stock-card-entry-rewritten", "hold-not-released")
    ) as platform:
        shop = shop_of(platform)
        variant_id = shop.stocked(5)
        first = shop.card(variant_id)[0]
        move = {"from_bucket": "available", "to_bucket": "damaged", "quantity": 2}
        shop.make("/stock/transition", variant_id=variant_id, reason="wet", **move)
        assert shop.stock(variant_id)["on_hand"] == 4
        assert shop.card(variant_id)[0] == {**first, "reason": "wet"}
        hold = shop.make("/reservation/create", variant_id=variant_id, quantity=1)
        shop.make("/reservation/release", reservation_id=hold["reservation_id"])
        assert shop.stock(variant_id)["reserved"] == 1


def test_keys_are_mixed_up_and_facilities_shared() -> None:
    with running(
        *defective("idempotency-key-shared-between-orgs", "foreign-facility-stock-read")
    ) as platform:
        shop, other = shop_of(platform), shop_of(platform)
        key, variant_id = secrets.token_hex(8), shop.stocked(3)
        first = keyed(shop, variant_id, key)
        assert keyed(other, variant_id, key) == first
        strange = replace(other, logical_guid=shop.logical_guid)
        assert strange.stock(variant_id)["on_hand"] == 3


def test_replays_run_again_and_the_viewer_corrects() -> None:
    with running(*defective("replay-executes-twice", "view-role-adjusts-stock")) as platform:
        shop = shop_of(platform)
        variant_id, key = shop.stocked(3), secrets.token_hex(8)
        assert keyed(shop, variant_id, key) != keyed(shop, variant_id, key)
        viewer = replace(shop, caller=platform.member(shop.org, "ics_view"))
        correction = {"variant_id": variant_id, "quantity_delta": 1, "reason": "found"}
        viewer.make("/adjustment/create", **correction)
