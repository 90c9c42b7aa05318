"""A facility with stock, for the tests of the inventory service."""

import secrets
from dataclasses import dataclass
from typing import Any

import httpx

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


def shop_of(platform: Platform, org: Org | None = None) -> Shop:
    """A new facility, in a new org unless one is given, with the org's owner at work."""
    org = org or platform.org()
    return Shop(platform, org, org.owner, facility(platform, org))


def sums(card: list[dict[str, Any]]) -> dict[str, int]:
    names = card[0]["deltas"]
    return {name: sum(entry["deltas"][name] for entry in card) for name in names}
