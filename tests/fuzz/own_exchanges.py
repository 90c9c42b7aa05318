"""Exchanges with a reference for the operations that a run of the suite is granted nothing by."""

import json
from typing import Any

import httpx

from tests.reference.platform_client import running
from tests.reference.products import Catalogue, code
from tests.reference.scm_client import COMMIT, PLACE, RESERVE, SHIP, new_scm_client


def recorded() -> list[dict[str, Any]]:
    """What was exchanged, in the form in which a run records it."""
    found: list[dict[str, Any]] = []

    def record(response: httpx.Response) -> None:
        response.read()
        found.append(_exchange(response))

    with running("--rate-limit-rpm", "0") as platform:
        platform.client.event_hooks["response"].append(record)
        org = platform.org()
        catalogue = Catalogue(platform, org, org.owner)
        platform.make("/ofm/org/list", {}, org.owner)
        _resolve_an_identifier(catalogue)
        _close_an_order(catalogue)
    return found


def _resolve_an_identifier(catalogue: Catalogue) -> None:
    named = {"identifier_type": "erp", "value": code()}
    catalogue.post("/identifier/add", variant_id=catalogue.variant()["variant_id"], **named)
    catalogue.get("/identifier/resolve", **named)


def _close_an_order(catalogue: Catalogue) -> None:
    client = new_scm_client(catalogue)
    order = client.order(client.goods(), 4, PLACE, RESERVE, COMMIT)["order_id"]
    shipment = client.make(f"{SHIP}/create", order_id=order)["shipment_id"]
    for step in ("pick", "pack", "ship", "deliver"):
        client.make(f"{SHIP}/{step}", shipment_id=shipment)
    client.make("/order/close", order_id=order)


def _exchange(response: httpx.Response) -> dict[str, Any]:
    """One exchange; of what is no JSON, nothing is kept but the status."""
    sent = response.request
    is_json = response.headers.get("content-type", "").startswith("application/json")
    return {
        "request": {
            "method": sent.method,
            "url": str(sent.url),
            "body": json.loads(sent.content) if sent.content else None,
        },
        "response": {
            "status": response.status_code,
            "body": response.json() if is_json else None,
        },
    }
