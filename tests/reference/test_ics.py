"""Inventory: the receiving order, positions, and the three holds."""

import secrets
from dataclasses import replace

import pytest

from tests.reference.platform_client import Platform
from tests.reference.stock_shop import Shop, shop_of, sums


@pytest.fixture(scope="module")
def shop(platform: Platform) -> Shop:
    """In an org of its own: where PVM has variants of an org, the others are unknown to ICS."""
    return shop_of(platform)


def test_goods_go_from_receipt_through_quality_control_into_a_bin(shop: Shop) -> None:
    zone = shop.make("/zone/create", code="Z1", caption="Zone")
    bin_ = shop.make("/bin/create", zone_id=zone["zone_id"], code="B1")
    variant_id = f"v-{secrets.token_hex(6)}"
    lines = [{"variant_id": variant_id, "quantity": 7}]
    receipt = shop.make("/receive/record", lines=lines, source_refs=[{"type": "po", "id": "1"}])
    named = {"receipt_id": receipt["receipt_id"]}
    assert shop.make("/receive/get", **named)["lines"][0]["quantity"] == 7
    assert shop.stock(variant_id)["on_hand"] == 0
    place = {**named, "bin_id": bin_["bin_id"]}
    assert shop.refused("/putaway/record", **place) == (409, "invalid-state")
    assert shop.make("/qc/complete", **named)["status"] == "qc_complete"
    assert shop.refused("/qc/complete", **named) == (409, "invalid-state")
    assert shop.stock(variant_id)["available"] == 7
    some = [{"variant_id": variant_id, "quantity": 3}]
    assert shop.make("/putaway/record", **place, lines=some)["receipt_status"] == "qc_complete"
    assert shop.refused("/putaway/record", **place, lines=lines) == (400, "invalid-input")
    assert shop.make("/putaway/record", **place)["receipt_status"] == "put_away"
    assert shop.refused("/putaway/record", **place) == (409, "invalid-state")
    stock = shop.stock(variant_id)
    assert (stock["on_hand"], stock["available"]) == (7, 7)
    assert stock["locations"] == [{"bin_id": bin_["bin_id"], "quantity": 7}]
    assert sums(shop.card(variant_id))["on_hand"] == 7


def test_a_unit_goes_from_reservation_to_allocation_to_commit_and_back(shop: Shop) -> None:
    variant_id = shop.stocked(10)
    reservation = shop.make("/reservation/create", variant_id=variant_id, quantity=4)
    assert reservation["status"] == "active"
    assert (shop.stock(variant_id)["reserved"], shop.stock(variant_id)["available"]) == (4, 6)
    reserved = {"reservation_id": reservation["reservation_id"]}
    allocation = shop.make("/allocation/create", **reserved)
    assert (shop.stock(variant_id)["allocated"], shop.stock(variant_id)["reserved"]) == (4, 0)
    assert shop.refused("/reservation/release", **reserved) == (409, "invalid-state")
    commit = shop.make("/commit/create", allocation_id=allocation["allocation_id"])
    stock = shop.stock(variant_id)
    assert (stock["committed"], stock["allocated"], stock["available"]) == (4, 0, 6)
    assert shop.make("/commit/release", commit_id=commit["commit_id"])["status"] == "released"
    assert shop.refused("/commit/release", commit_id=commit["commit_id"]) == (409, "invalid-state")
    stock = shop.stock(variant_id)
    assert (stock["available"], stock["on_hand"]) == (10, 10)
    totals = sums(shop.card(variant_id))
    assert totals == {name: stock[name] for name in totals}


def test_holds_beyond_what_is_available_are_refused_whole(shop: Shop) -> None:
    variant_id = shop.stocked(3)
    wanted = {"variant_id": variant_id, "quantity": 4}
    for path in ("/reservation/create", "/allocation/create", "/commit/create-direct"):
        assert shop.refused(path, **wanted) == (409, "insufficient-stock")
    shop.make("/allocation/create", variant_id=variant_id, quantity=3)
    assert shop.refused("/reservation/create", variant_id=variant_id, quantity=1)[0] == 409
    lowered = {"variant_id": variant_id, "quantity_delta": -1, "reason": "lost"}
    assert shop.refused("/adjustment/create", **lowered) == (409, "insufficient-stock")
    stock = shop.stock(variant_id)
    assert (stock["allocated"], stock["available"], stock["on_hand"]) == (3, 0, 3)


def test_another_facility_holds_nothing_of_it(shop: Shop) -> None:
    variant_id = shop.stocked(3)
    elsewhere = replace(shop, logical_guid=shop.platform.facility(shop.org))
    assert elsewhere.stock(variant_id)["on_hand"] == 0
    rows = shop.ask("/stock/get", {"x-logical-guid": ""}, variant_id=variant_id).json()["data"]
    assert [row["logical_guid"] for row in rows["items"]] == [shop.logical_guid]
