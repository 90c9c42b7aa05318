"""Invoices and their disputes, supplier credits, consignment.

There is no route that creates an invoice, so that matching is what makes one (our deduction).

Read from: pcm/, pcm/calls.html, pcm/playbooks.html.
"""

from collections.abc import Mapping
from typing import Final

from conformance.contract.envelope import REVISION, in_data
from conformance.contract.facts import Source
from conformance.contract.operation import Binding, Fixed, Operation
from conformance.contract.routes import lasting
from conformance.contract.services.pcm.orders import (
    CALLS,
    CONSIGNERS,
    ORDER_LINES,
    PLAYBOOK,
    PRICED,
    route,
)
from conformance.contract.shapes import KEYED, NOTES, REVISED, placed, shown

TWO_WAY: Final = "2-way"
THREE_WAY: Final = "3-way"

# --- invoices ---

_INVOICE: Final[Mapping[str, Binding]] = {
    **shown("invoice", "invoice_id", "match_mode", "tolerance", "qty_amount", "qty_percent"),
    "state": in_data("status", "state", "invoice/status", "match_status"),
    "total": placed("invoice", "total"),
    "billed": in_data("lines/0/quantity", "invoice/lines/0/quantity"),
    "reason": in_data("dispute_reason", "invoice/dispute_reason", "reason"),
    "revision": REVISION,
}
MATCH = route.access_deduced.create(
    "invoice.match",
    CALLS,
    acts_on="pcm.standing_po",
    body={
        "po_id": "$po_id",
        "match_mode": "$match_mode",
        "invoice": {
            "invoice_number": "$invoice_number",
            "total": "$invoice_total",
            "lines": [{"variant_id": "$variant_id", "quantity": "$billed"}],
            # The one field of the request whose place a page tells (pcm/).
            "tolerance": "$?tolerance",
            "qty_amount": "$?qty_amount",
            "qty_percent": "$?qty_percent",
        },
        **KEYED,
    },
    fresh={
        "match_mode": Fixed(TWO_WAY),
        "invoice_number": "code",
        "invoice_total": Fixed("125.00"),
        "billed": Fixed(10),
    },
    yields=_INVOICE,
)
INVOICE_GET, INVOICE_LIST = route.get_and_list("invoice", _INVOICE, CALLS)


def _step(verb: str, on: str, source: Source) -> Operation:
    return route.access_deduced.step(
        f"invoice.{verb}",
        source,
        acts_on=on,
        body={"invoice_id": "$invoice_id", **NOTES, **REVISED},
        fresh={"reason": "reason"},
        yields=_INVOICE,
    )


DISPUTE = _step("dispute", "pcm.invoice", PLAYBOOK)
RESOLVE = _step("resolve", "pcm.disputed_invoice", PLAYBOOK)

# --- credits and consignment ---

CREDIT_APPLY = route.access_deduced.create(
    "credit.apply",
    CALLS,
    acts_on="pcm.standing_po",
    body={"po_id": "$po_id", "amount": "$amount", **NOTES},
    fresh={"amount": Fixed("12.50"), "reason": "reason"},
    yields={**shown("rtv", "rtv_id", "amount")},
)
_SETTLEMENT: Final[Mapping[str, Binding]] = {
    **shown("settlement", "settlement_id", "total", "vendor_id"),
    "state": placed("settlement", "status"),
}
SETTLE = route.create(
    "consignment.settle",
    CALLS,
    roles=CONSIGNERS,
    body={"vendor_id": "$vendor_id", "currency": "$currency", "lines": ORDER_LINES, **NOTES},
    fresh=PRICED,
    yields=_SETTLEMENT,
)
SETTLEMENT_GET, SETTLEMENT_LIST = route.get_and_list(
    "settlement", _SETTLEMENT, CALLS, stem="consignment.", roles=CONSIGNERS
)

RECORDS = (
    lasting("pcm.invoice", "invoice_id", MATCH, INVOICE_GET, INVOICE_LIST),
    lasting("pcm.disputed_invoice", "invoice_id", DISPUTE, INVOICE_GET),
    lasting("pcm.credit", "rtv_id", CREDIT_APPLY),
    lasting("pcm.settlement", "settlement_id", SETTLE, SETTLEMENT_GET, SETTLEMENT_LIST),
)
