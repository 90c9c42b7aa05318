"""A desk where prices are made, for the tests of the pricing service."""

import secrets
from dataclasses import dataclass, replace
from typing import Any

import httpx

from tests.reference.platform_client import Org, Platform, User
from tests.reference.stock_shop import facility


@dataclass(frozen=True)
class Desk:
    """Someone of an org at work on its prices, on one channel and, where set, at one facility."""

    platform: Platform
    org: Org
    headers: dict[str, str]
    channel: str = "dtc_generic"
    logical_guid: str = ""

    def ask(self, path: str, **body: Any) -> httpx.Response:
        context = {
            "x-orgcode": self.org.code,
            "x-channel-code": self.channel,
            "x-logical-guid": self.logical_guid,
        }
        sent = {**context, **self.headers}
        return self.platform.client.post(
            f"{self.platform.base_url}/ppm{path}",
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

    def by(self, *roles: str) -> "Desk":
        """The desk of a service account with these roles."""
        return replace(self, headers={"x-api-key": self.platform.key(self.org, *roles)})

    def on(self, channel: str) -> "Desk":
        return replace(self, channel=channel)

    def at(self, logical_guid: str) -> "Desk":
        return replace(self, logical_guid=logical_guid)

    def new_facility(self) -> str:
        return facility(self.platform, self.org)


def desk_of(platform: Platform) -> Desk:
    """The owner of a new org."""
    org = platform.org()
    owner: User = org.owner
    return Desk(platform, org, owner.headers)


def code() -> str:
    return "P" + secrets.token_hex(4).upper()


def article() -> str:
    return f"v-{secrets.token_hex(6)}"
