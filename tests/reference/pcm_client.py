"""A client of PCM: a buyer at a facility, with a supplier and a product."""

import secrets
from dataclasses import dataclass
from typing import Any

from tests.reference.platform_client import Org, Platform, Record
from tests.reference.products import Catalogue
from tests.reference.service_client import ServiceClient


@dataclass(frozen=True, kw_only=True)
class PcmClient(ServiceClient):
    """Someone of an org who buys `variant_id` from `vendor_id` for one facility."""

    service = "pcm"

    vendor_id: str
    variant_id: str

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
        answer = self.ask_of("ics", "/stock/get", variant_id=self.variant_id)
        units: int = answer.json()["data"]["on_hand"]
        return units


def named(order: Record) -> Record:
    """What leads a step to an order."""
    return {"po_id": order["po_id"], "expected_revision": order["revision"]}


def new_pcm_client(platform: Platform, org: Org | None = None) -> PcmClient:
    """The owner of a new org (unless one is given) at a new facility, with a new product."""
    org = org or platform.org()
    catalogue = Catalogue(platform, org, org.owner)
    vendor, variant = catalogue.make("vendor"), catalogue.variant()
    return PcmClient(
        platform=platform,
        org=org,
        caller=org.owner,
        logical_guid=platform.facility(org),
        vendor_id=vendor["vendor_id"],
        variant_id=variant["variant_id"],
    )
