"""A buyer at a facility with a supplier and a product, for the tests of procurement."""

import secrets
from dataclasses import dataclass
from typing import Any

import httpx

from tests.reference.platform_client import Org, Platform, User
from tests.reference.products import Catalogue
from tests.reference.stock_shop import facility

Record = dict[str, Any]


@dataclass(frozen=True)
class Buyer:
    """Someone of an org who buys `variant_id` from `vendor_id` for one facility."""

    platform: Platform
    org: Org
    caller: User
    logical_guid: str
    vendor_id: str
    variant_id: str

    def ask(self, path: str, service: str = "pcm", **body: Any) -> httpx.Response:
        context = {"x-orgcode": self.org.code, "x-logical-guid": self.logical_guid}
        sent = {**context, **self.caller.headers}
        return self.platform.client.post(
            f"{self.platform.base_url}/{service}{path}",
            json=body,
            headers={name: value for name, value in sent.items() if value},
        )

    def make(self, path: str, **body: Any) -> Record:
        answer = self.ask(path, **body)
        assert answer.is_success, (path, answer.status_code, answer.text)
        envelope = answer.json()
        return {**envelope["data"], "revision": envelope.get("revision")}

    def refused(self, path: str, **body: Any) -> tuple[int, str]:
        answer = self.ask(path, **body)
        assert not answer.is_success, answer.text
        return answer.status_code, answer.json()["error"]["major"]["tag"]

    def draft_fields(self, quantity: int = 10, unit_cost: str = "12.50") -> Record:
        line = {"variant_id": self.variant_id, "quantity": quantity, "unit_cost": unit_cost}
        return {"vendor_id": self.vendor_id, "currency": "USD", "lines": [line]}

    def draft(self, quantity: int = 10, unit_cost: str = "12.50") -> Record:
        return self.make("/po/create", **self.draft_fields(quantity, unit_cost))

    def step(self, verb: str, order: Record) -> Record:
        return self.make(f"/po/{verb}", **named(order))

    def issued(self, quantity: int = 10, unit_cost: str = "12.50") -> Record:
        return self.step("issue", self.step("approve", self.draft(quantity, unit_cost)))

    def receive(self, order: Record, quantity: int, **more: Any) -> Record:
        return self.make("/receipt/record", **self.receipt_fields(order, quantity), **more)

    def receipt_fields(self, order: Record, quantity: int) -> Record:
        lines = [{"variant_id": self.variant_id, "quantity": quantity}]
        return {"po_id": order["po_id"], "lines": lines}

    def bill(self, order: Record, total: str, mode: str = "2-way", **more: Any) -> Record:
        quantity = more.pop("quantity", 10)
        lines = [{"variant_id": self.variant_id, "quantity": quantity}]
        number = secrets.token_hex(4)
        invoice = {"invoice_number": number, "total": total, "lines": lines, **more}
        asked = {"po_id": order["po_id"], "match_mode": mode, "invoice": invoice}
        return self.make("/invoice/match", **asked)

    def on_hand(self) -> int:
        answer = self.ask("/stock/get", "ics", variant_id=self.variant_id)
        units: int = answer.json()["data"]["on_hand"]
        return units


def named(order: Record) -> Record:
    """What leads a step to an order."""
    return {"po_id": order["po_id"], "expected_revision": order["revision"]}


def buyer_of(platform: Platform, org: Org | None = None) -> Buyer:
    """The owner of a new org (unless one is given) at a new facility, with a new product."""
    org = org or platform.org()
    catalogue = Catalogue(platform, org, org.owner)
    vendor, variant = catalogue.make("vendor"), catalogue.variant()
    return Buyer(
        platform,
        org,
        org.owner,
        facility(platform, org),
        vendor["vendor_id"],
        variant["variant_id"],
    )
