"""Inventory: the receiving order, positions, and the three holds."""

import secrets
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest

from tests.reference.platform_client import Org, Platform, User


@dataclass(frozen=True)
class Shop:
    """A facility of an org, and someone who works there."""

    platform: Platform
    org: Org
    caller: User
    logical_guid: str
    channel: str = "g3npos"

    def ask(self, path: str, headers: dict[str, str] | None = None, **body: Any) -> httpx.Response:
        context = {
            "x-orgcode": self.org.code,
            "x-logical-guid": self.logical_guid,
            "x-channel-code": self.channel,
        }
        sent = {**context, **self.caller.headers, **(headers or {})}
        return self.platform.client.post(
            f"{self.platform.base_url}/ics{path}",
            json=body,
            headers={name: value for name, value in sent.items() if value},
        )

    def make(self, path: str, **body: Any) -> dict[str, Any]:
        answer = self.ask(path, **body)
        assert answer.is_success, (path, answer.status_code, answer.text)
        envelope = answer.json()
        return {**envelope["data"], "revision": envelope.get("revision")}

    def refused(self, path: str, **body: Any) -> tuple[int, str]:
        answer = self.ask(path, **body)
        assert not answer.is_success, answer.text
        return answer.status_code, answer.json()["error"]["major"]["tag"]

    def stock(self, variant_id: str) -> dict[str, Any]:
        return self.make("/stock/get", variant_id=variant_id)

    def stocked(self, units: int) -> str:
        """A fresh variant with that many units on hand."""
        variant_id = f"v-{secrets.token_hex(6)}"
        self.make("/adjustment/create", variant_id=variant_id, quantity_delta=units, reason="count")
        return variant_id

    def card(self, variant_id: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.make(
            "/stock-card/list", variant_id=variant_id, limit=256
        )["items"]
        return items


def facility(platform: Platform, org: Org) -> str:
    def code() -> str:
        return "F" + secrets.token_hex(4).upper()

    base = {"org_guid": org.guid, "caption": "Place"}
    physical = platform.make("/ofm/facility/physical/create", {**base, "code": code()}, org.owner)
    legal = platform.make("/ofm/facility/legal/create", {**base, "code": code()}, org.owner)
    parents = {"physical_guid": physical["physical_guid"], "legal_guid": legal["legal_guid"]}
    logical = platform.make(
        "/ofm/facility/logical/create", {**base, **parents, "code": code()}, org.owner
    )
    guid: str = logical["logical_guid"]
    return guid


@pytest.fixture(scope="module")
def shop(platform: Platform, org: Org) -> Shop:
    return Shop(platform, org, org.owner, facility(platform, org))


def sums(card: list[dict[str, Any]]) -> dict[str, int]:
    names = card[0]["deltas"]
    return {name: sum(entry["deltas"][name] for entry in card) for name in names}


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
    elsewhere = replace(shop, logical_guid=facility(shop.platform, shop.org))
    assert elsewhere.stock(variant_id)["on_hand"] == 0
    rows = shop.ask("/stock/get", {"x-logical-guid": ""}, variant_id=variant_id).json()["data"]
    assert [row["logical_guid"] for row in rows["items"]] == [shop.logical_guid]
