"""A sample of the inventory's defects shows."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from tests.reference.ics_client import IcsClient, new_ics_client
from tests.reference.platform_client import running


def defective(*names: str) -> list[str]:
    return ["--rate-limit-rpm", "0", *(part for name in names for part in ("--defect", name))]


def keyed(ics_client: IcsClient, variant_id: str, key: str) -> dict[str, Any]:
    return ics_client.make(
        "/reservation/create", variant_id=variant_id, quantity=1, idempotency_key=key
    )


def test_a_race_oversells_where_the_check_stands_before_the_transaction() -> None:
    with running(*defective("oversell-not-atomic")) as platform:
        ics_client = new_ics_client(platform)
        variant_id = ics_client.stocked(1)

        def reserve(_: int) -> bool:
            return ics_client.ask(
                "/reservation/create", variant_id=variant_id, quantity=1
            ).is_success

        with ThreadPoolExecutor(4) as threads:
            assert sum(threads.map(reserve, range(4))) > 1
        assert ics_client.stock(variant_id)["available"] < 0
        alone = ics_client.stocked(1)
        assert reserve(0) is False
        assert ics_client.refused("/reservation/create", variant_id=alone, quantity=2)[0] == 409


def test_units_and_entries_go_missing() -> None:
    with running(
        *defective("lost-unit-on-transition", "stock-card-entry-rewritten", "hold-not-released")
    ) as platform:
        ics_client = new_ics_client(platform)
        variant_id = ics_client.stocked(5)
        first = ics_client.card(variant_id)[0]
        move = {"from_bucket": "available", "to_bucket": "damaged", "quantity": 2}
        ics_client.make("/stock/transition", variant_id=variant_id, reason="wet", **move)
        assert ics_client.stock(variant_id)["on_hand"] == 4
        assert ics_client.card(variant_id)[0] == {**first, "reason": "wet"}
        hold = ics_client.make("/reservation/create", variant_id=variant_id, quantity=1)
        ics_client.make("/reservation/release", reservation_id=hold["reservation_id"])
        assert ics_client.stock(variant_id)["reserved"] == 1


def test_keys_are_mixed_up_and_facilities_shared() -> None:
    with running(
        *defective("idempotency-key-shared-between-orgs", "foreign-facility-stock-read")
    ) as platform:
        ics_client, other = new_ics_client(platform), new_ics_client(platform)
        key, variant_id = secrets.token_hex(8), ics_client.stocked(3)
        first = keyed(ics_client, variant_id, key)
        assert keyed(other, variant_id, key) == first
        strange = replace(other, logical_guid=ics_client.logical_guid)
        assert strange.stock(variant_id)["on_hand"] == 3


def test_replays_run_again_and_the_viewer_corrects() -> None:
    with running(*defective("replay-executes-twice", "view-role-adjusts-stock")) as platform:
        ics_client = new_ics_client(platform)
        variant_id, key = ics_client.stocked(3), secrets.token_hex(8)
        assert keyed(ics_client, variant_id, key) != keyed(ics_client, variant_id, key)
        here = ics_client.logical_guid
        viewer = replace(ics_client, caller=platform.member_at(ics_client.org, here, "ics_view"))
        correction = {"variant_id": variant_id, "quantity_delta": 1, "reason": "found"}
        viewer.make("/adjustment/create", **correction)
