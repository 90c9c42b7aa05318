"""Inventory: the receiving order, positions, and the three holds."""

import secrets
from dataclasses import replace

import pytest

from tests.reference.ics_client import IcsClient, new_ics_client, sums
from tests.reference.platform_client import Platform


@pytest.fixture(scope="module")
def ics_client(platform: Platform) -> IcsClient:
    """In an org of its own: where PVM has variants of an org, the others are unknown to ICS."""
    return new_ics_client(platform)


def test_goods_go_from_receipt_through_quality_control_into_a_bin(ics_client: IcsClient) -> None:
    zone = ics_client.make("/zone/create", code="Z1", caption="Zone")
    bin_ = ics_client.make("/bin/create", zone_id=zone["zone_id"], code="B1")
    variant_id = f"v-{secrets.token_hex(6)}"
    lines = [{"variant_id": variant_id, "quantity": 7}]
    receipt = ics_client.make(
        "/receive/record", lines=lines, source_refs=[{"type": "po", "id": "1"}]
    )
    named = {"receipt_id": receipt["receipt_id"]}
    assert ics_client.make("/receive/get", **named)["lines"][0]["quantity"] == 7
    assert ics_client.stock(variant_id)["on_hand"] == 0
    place = {**named, "bin_id": bin_["bin_id"]}
    assert ics_client.refused("/putaway/record", **place) == (409, "invalid-state")
    assert ics_client.make("/qc/complete", **named)["status"] == "qc_complete"
    assert ics_client.refused("/qc/complete", **named) == (409, "invalid-state")
    assert ics_client.stock(variant_id)["available"] == 7
    some = [{"variant_id": variant_id, "quantity": 3}]
    assert (
        ics_client.make("/putaway/record", **place, lines=some)["receipt_status"] == "qc_complete"
    )
    assert ics_client.refused("/putaway/record", **place, lines=lines) == (400, "invalid-input")
    assert ics_client.make("/putaway/record", **place)["receipt_status"] == "put_away"
    assert ics_client.refused("/putaway/record", **place) == (409, "invalid-state")
    stock = ics_client.stock(variant_id)
    assert (stock["on_hand"], stock["available"]) == (7, 7)
    assert stock["locations"] == [{"bin_id": bin_["bin_id"], "quantity": 7}]
    assert sums(ics_client.card(variant_id))["on_hand"] == 7


def test_a_unit_goes_from_reservation_to_allocation_to_commit_and_back(
    ics_client: IcsClient,
) -> None:
    variant_id = ics_client.stocked(10)
    reservation = ics_client.make("/reservation/create", variant_id=variant_id, quantity=4)
    assert reservation["status"] == "active"
    assert (
        ics_client.stock(variant_id)["reserved"],
        ics_client.stock(variant_id)["available"],
    ) == (4, 6)
    reserved = {"reservation_id": reservation["reservation_id"]}
    allocation = ics_client.make("/allocation/create", **reserved)
    assert (
        ics_client.stock(variant_id)["allocated"],
        ics_client.stock(variant_id)["reserved"],
    ) == (4, 0)
    assert ics_client.refused("/reservation/release", **reserved) == (409, "invalid-state")
    commit = ics_client.make("/commit/create", allocation_id=allocation["allocation_id"])
    stock = ics_client.stock(variant_id)
    assert (stock["committed"], stock["allocated"], stock["available"]) == (4, 0, 6)
    assert ics_client.make("/commit/release", commit_id=commit["commit_id"])["status"] == "released"
    assert ics_client.refused("/commit/release", commit_id=commit["commit_id"]) == (
        409,
        "invalid-state",
    )
    stock = ics_client.stock(variant_id)
    assert (stock["available"], stock["on_hand"]) == (10, 10)
    totals = sums(ics_client.card(variant_id))
    assert totals == {name: stock[name] for name in totals}


def test_holds_beyond_what_is_available_are_refused_whole(ics_client: IcsClient) -> None:
    variant_id = ics_client.stocked(3)
    wanted = {"variant_id": variant_id, "quantity": 4}
    for path in ("/reservation/create", "/allocation/create", "/commit/create-direct"):
        assert ics_client.refused(path, **wanted) == (409, "insufficient-stock")
    ics_client.make("/allocation/create", variant_id=variant_id, quantity=3)
    assert ics_client.refused("/reservation/create", variant_id=variant_id, quantity=1)[0] == 409
    lowered = {"variant_id": variant_id, "quantity_delta": -1, "reason": "lost"}
    assert ics_client.refused("/adjustment/create", **lowered) == (409, "insufficient-stock")
    stock = ics_client.stock(variant_id)
    assert (stock["allocated"], stock["available"], stock["on_hand"]) == (3, 0, 3)


def test_another_facility_holds_nothing_of_it(ics_client: IcsClient) -> None:
    variant_id = ics_client.stocked(3)
    elsewhere = replace(ics_client, logical_guid=ics_client.platform.facility(ics_client.org))
    assert elsewhere.stock(variant_id)["on_hand"] == 0
    rows = ics_client.ask("/stock/get", {"x-logical-guid": ""}, variant_id=variant_id).json()[
        "data"
    ]
    assert [row["logical_guid"] for row in rows["items"]] == [ics_client.logical_guid]
