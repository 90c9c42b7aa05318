"""A client of ICS: someone who works at a facility that keeps stock."""

import secrets
from dataclasses import dataclass
from typing import Any

from tests.reference.platform_client import Org, Platform
from tests.reference.service_client import ServiceClient


@dataclass(frozen=True, kw_only=True)
class IcsClient(ServiceClient):
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


def new_ics_client(platform: Platform, org: Org | None = None) -> IcsClient:
    """A new facility, in a new org unless one is given, with the org's owner at work."""
    org = org or platform.org()
    return IcsClient(
        platform=platform, org=org, caller=org.owner, logical_guid=platform.facility(org)
    )


def sums(card: list[dict[str, Any]]) -> dict[str, int]:
    names = card[0]["deltas"]
    return {name: sum(entry["deltas"][name] for entry in card) for name in names}
