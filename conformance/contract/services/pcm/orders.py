"""Purchase orders and their receipts. Org and facility are in headers, the channel in the body.

Money is decimal text; quantities are whole numbers.

Read from: pcm/, pcm/PROTOCOL.md, pcm/calls.html, pcm/openapi.yaml, pcm/playbooks.html.
"""

from collections.abc import Mapping
from typing import Any, Final

from conformance.contract.envelope import REVISION, in_data
from conformance.contract.facts import Certainty, documented
from conformance.contract.operation import Binding, Edge, Fixed, Operation
from conformance.contract.routes import Routes, Terms, lasting, stat
from conformance.contract.shapes import (
    ANY_FACILITY,
    FACILITY,
    KEYED,
    LINE,
    NOTES,
    REVISED,
    shown,
    state,
)

CALLS, PLAYBOOK = documented("pcm/calls.html"), documented("pcm/playbooks.html")

# Who may do what: any one of the roles is enough (pcm/PROTOCOL.md).
READERS: Final = frozenset({"pcm_view", "pcm_buyer", "pcm_po_approve", "finance_audit"})
BUYERS: Final = frozenset({"pcm_buyer"})
APPROVERS: Final = frozenset({"pcm_po_approve"})
CONSIGNERS: Final = READERS | {"pcm_consignment"}

# The states that pages name (pcm/); what comes after them is not documented.
ORDER_STATES: Final = ("draft", "approved", "issued")
INVOICE_STATES: Final = ("matched", "exception", "disputed")
ORDER_EDGES: Final = {"approve": Edge("draft", "approved"), "issue": Edge("approved", "issued")}

# Open to the roles that read unless told otherwise; reads may leave the facility out
# (pcm/openapi.yaml).
route: Final = Routes(
    "pcm", CALLS, reads=Terms(READERS, ANY_FACILITY), writes=Terms(READERS, FACILITY)
)
STAT = stat("pcm")

# --- purchase orders ---

_ORDER: Final[Mapping[str, Binding]] = {
    **shown("po", "po_id", "channel_code", "vendor_id", "credited_total"),
    "total": in_data("total", "po/total", "total_amount"),
    "state": state("po"),
    "ordered": in_data("lines/0/quantity", "po/lines/0/quantity"),
    "received": in_data("lines/0/received_quantity", "po/lines/0/received_quantity"),
    "revision": REVISION,
}
ORDER_LINES: Final = [
    {"variant_id": "$variant_id", "quantity": "$quantity", "unit_cost": "$unit_cost"},
    {"variant_id": "$?second_item", "quantity": "$?second_quantity", "unit_cost": "$?second_cost"},
]
PRICED: Final = {
    "quantity": Fixed(10),
    "unit_cost": Fixed("12.50"),
    "currency": Fixed("USD"),
    "reason": "reason",
}

PO_CREATE = route.create(
    "po.create",
    PLAYBOOK,
    roles=BUYERS,
    body={
        "vendor_id": "$vendor_id",
        "currency": "$currency",
        "channel_code": "$?channel_code",
        "terms": "$?terms",
        "lines": ORDER_LINES,
        **KEYED,
    },
    fresh={**PRICED, "terms": Fixed({"payment": "net 30 days"})},
    yields=_ORDER,
)
PO_GET, PO_LIST = route.get_and_list("po", _ORDER, PLAYBOOK)


# That documents of procurement are revisioned is not documented, so their revision is never judged.
def _step(verb: str, on: str, **more: Any) -> Operation:
    return route.step(
        f"po.{verb}",
        PLAYBOOK,
        acts_on=on,
        body={"po_id": "$po_id", **NOTES, **REVISED},
        fresh={"reason": "reason"},
        yields=_ORDER,
        **more,
    )


PO_APPROVE = _step("approve", "pcm.po", roles=APPROVERS)
PO_ISSUE = _step("issue", "pcm.approved_po", access_certainty=Certainty.INFERRED)

# --- receipts ---

RECEIPT_RECORD = route.access_deduced.create(
    "receipt.record",
    PLAYBOOK,
    acts_on="pcm.issued_po",
    body={"po_id": "$po_id", "lines": [LINE], "received_at": "$?received_at", **KEYED},
    fresh={"quantity": "quantity", "reason": "reason"},
    yields={
        **shown("receipt", "receipt_id", "received_at"),
        "received": in_data("lines/0/quantity", "receipt/lines/0/quantity"),
    },
)

# No page names a way to close a document of procurement.
RECORDS = (
    lasting("pcm.po", "po_id", PO_CREATE, PO_GET, PO_LIST),
    lasting("pcm.approved_po", "po_id", PO_APPROVE, PO_GET),
    lasting("pcm.issued_po", "po_id", PO_ISSUE, PO_GET),
    # The issued order that the context of the run holds, for documents that leave it as it is.
    lasting("pcm.standing_po", "po_id", PO_ISSUE, PO_GET),
    lasting("pcm.receipt", "receipt_id", RECEIPT_RECORD),
)
