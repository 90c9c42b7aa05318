"""A client of PPM: someone of an org who sets and approves prices."""

import secrets
from dataclasses import dataclass, replace
from typing import Any

from tests.reference.platform_client import Key, Platform
from tests.reference.service_client import ServiceClient


@dataclass(frozen=True, kw_only=True)
class PpmClient(ServiceClient):
    """Someone of an org at work on its prices, on one channel and, where set, at one facility."""

    service = "ppm"

    channel: str = "dtc_generic"

    def draft(self, amount: str, **terms: Any) -> dict[str, Any]:
        """A price entry that nobody has submitted."""
        return self.make("/price/set", **{"amount": amount, "currency": "USD", **terms})

    def step(self, price: dict[str, Any], verb: str) -> dict[str, Any]:
        named = {"price_id": price["price_id"], "expected_revision": price["revision"]}
        return self.make(f"/price/approval/{verb}", **named)

    def approved(self, amount: str, **terms: Any) -> dict[str, Any]:
        return self.step(self.step(self.draft(amount, **terms), "submit"), "approve")

    def line(self, variant_id: str, **asked: Any) -> dict[str, Any]:
        """What one unit of a variant costs."""
        lines = [{"variant_id": variant_id}]
        found: dict[str, Any] = self.make("/price/resolve", lines=lines, **asked)["lines"][0]
        return found

    def cost(self, variant_id: str, **asked: Any) -> str:
        amount: str = self.line(variant_id, **asked)["amount"]
        return amount

    def assigned_list(self, **attached: list[str]) -> str:
        made = self.make("/price-list/set", code=code(), caption="List", currency="USD")
        named = {"price_list_id": made["price_list_id"], "expected_revision": made["revision"]}
        list_id: str = self.make("/price-list/assign", **named, **attached)["price_list_id"]
        return list_id

    def by(self, *roles: str) -> "PpmClient":
        """The same as a service account with these roles."""
        return replace(self, caller=Key(self.platform.key(self.org, *roles)))

    def on(self, channel: str) -> "PpmClient":
        return replace(self, channel=channel)

    def at(self, logical_guid: str) -> "PpmClient":
        return replace(self, logical_guid=logical_guid)

    def new_facility(self) -> str:
        return self.platform.facility(self.org)


def new_ppm_client(platform: Platform) -> PpmClient:
    """The owner of a new org."""
    org = platform.org()
    return PpmClient(platform=platform, org=org, caller=org.owner)


def code() -> str:
    return "P" + secrets.token_hex(4).upper()


def article() -> str:
    return f"v-{secrets.token_hex(6)}"
