"""A client of CRM: someone of an org who works with customers, cards and accounts."""

import secrets
from dataclasses import dataclass
from typing import Any

from tests.reference.platform_client import Org, Platform
from tests.reference.service_client import ServiceClient


@dataclass(frozen=True, kw_only=True)
class CrmClient(ServiceClient):
    """Someone of an org who works with its customers, at a channel."""

    service = "crm"

    channel: str = "g3npos"

    def customer(self, **more: Any) -> dict[str, Any]:
        email = f"{secrets.token_hex(6)}@example.test"
        person = {"first_name": "Ada", "last_name": "Byron", "email": email}
        return self.make("/customer/create", **{**person, **more})

    def member(self, points: int) -> str:
        """A customer with so many points."""
        customer_id: str = self.customer()["customer_id"]
        self.make("/loyalty/earn", customer_id=customer_id, points=points)
        return customer_id

    def balance(self, customer_id: str) -> int:
        balance: int = self.make("/customer/get", customer_id=customer_id)["loyalty_balance"]
        return balance

    def ledger(self, customer_id: str) -> list[dict[str, Any]]:
        listed = self.make("/loyalty/ledger/list", customer_id=customer_id, limit=256)
        items: list[dict[str, Any]] = listed["items"]
        return items

    def card(self, amount: str, currency: str = "USD") -> str:
        card_id: str = self.make("/giftcard/issue", amount=amount, currency=currency)["giftcard_id"]
        return card_id

    def account(self, limit: str) -> str:
        account = self.make(
            "/account/create", caption="PcmClient", credit_limit=limit, currency="USD"
        )
        account_id: str = account["account_id"]
        return account_id


def new_crm_client(platform: Platform, org: Org | None = None) -> CrmClient:
    """The owner at work, in a new org unless one is given."""
    org = org or platform.org()
    return CrmClient(platform=platform, org=org, caller=org.owner)
