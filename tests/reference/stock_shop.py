"""A facility with stock, for the tests of the inventory service."""

import secrets
from dataclasses import dataclass
from typing import Any

from tests.reference.desk import Desk
from tests.reference.platform_client import Org, Platform


@dataclass(frozen=True, kw_only=True)
class Shop(Desk):
    """A facility of an org, and someone who works there."""

    service = "ics"

    channel: str = "g3npos"

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


def shop_of(platform: Platform, org: Org | None = None) -> Shop:
    """A new facility, in a new org unless one is given, with the org's owner at work."""
    org = org or platform.org()
    return Shop(platform=platform, org=org, caller=org.owner, logical_guid=platform.facility(org))


def sums(card: list[dict[str, Any]]) -> dict[str, int]:
    names = card[0]["deltas"]
    return {name: sum(entry["deltas"][name] for entry in card) for name in names}
