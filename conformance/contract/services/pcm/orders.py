"""Purchase orders and their receipts. Org and facility are in headers, the channel in the body.

Money is decimal text; quantities are whole numbers.
"""

from collections.abc import Mapping
from typing import Any, Final

from conformance.contract.facts import Certainty, documented
from conformance.contract.operation import (
    REVISION,
    Binding,
    Edge,
    Fixed,
    Kind,
    Operation,
    RecordKind,
    bound,
)
from conformance.contract.shapes import (
    ANY_FACILITY,
    FACILITY,
    KEYED,
    LINE,
    NOTES,
    REVISED,
    Routes,
    Terms,
    shown,
    stat,
    state,
)

CALLS: Final = documented("pcm/calls.html")
PLAYBOOK: Final = documented("pcm/playbooks.html")

# Who may do what: any one of the roles is enough (pcm/PROTOCOL.md).
READERS: Final = frozenset({"pcm_view", "pcm_buyer", "pcm_po_approve", "finance_audit"})
BUYERS: Final = frozenset({"pcm_buyer"})
APPROVERS: Final = frozenset({"pcm_po_approve"})
CONSIGNERS: Final = READERS | {"pcm_consignment"}

# The states that pages name (pcm/); what comes after them is not documented.
ORDER_STATES: Final = ("draft", "approved", "issued")
INVOICE_STATES: Final = ("matched", "exception", "disputed")
ORDER_EDGES: Final = {
    "approve": Edge("draft", "approved"),
    "issue": Edge("approved", "issued"),
}

# Open to the roles that read unless told otherwise; reads may leave the facility out
# (pcm/openapi.yaml).
route: Final = Routes(
    "pcm", CALLS, reads=Terms(READERS, ANY_FACILITY), writes=Terms(READERS, FACILITY)
)
STAT = stat("pcm")

# --- purchase orders ---

_ORDER: Final[Mapping[str, Binding]] = {
    **shown("po", "po_id", "channel_code", "vendor_id", "credited_total"),
    "total": bound("/data/total", "/data/po/total", "/data/total_amount"),
    "state": state("po"),
    "ordered": bound("/data/lines/0/quantity", "/data/po/lines/0/quantity"),
    "received": bound("/data/lines/0/received_quantity", "/data/po/lines/0/received_quantity"),
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

PO_CREATE = route(
    "po.create",
    "po/create",
    Kind.CREATE,
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
PO_GET = route.one("po.get", "po/get", PLAYBOOK, by="po_id", acts_on="pcm.po", yields=_ORDER)
PO_LIST = route.page(
    "po.list", "po/list", PLAYBOOK, acts_on="pcm.po", shows={"item_id": bound("/po_id")}
)


# That documents of procurement are revisioned is not documented, so their revision is never judged.
def _step(verb: str, on: str, **more: Any) -> Operation:
    return route(
        f"po.{verb}",
        f"po/{verb}",
        Kind.STATUS,
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

RECEIPT_RECORD = route(
    "receipt.record",
    "receipt/record",
    Kind.CREATE,
    PLAYBOOK,
    access_certainty=Certainty.INFERRED,
    acts_on="pcm.issued_po",
    body={
        "po_id": "$po_id",
        "lines": [LINE],
        "received_at": "$?received_at",
        **KEYED,
    },
    fresh={"quantity": "quantity", "reason": "reason"},
    yields={
        **shown("receipt", "receipt_id", "received_at"),
        "received": bound("/data/lines/0/quantity", "/data/receipt/lines/0/quantity"),
    },
)

OPERATIONS = (
    STAT,
    PO_CREATE,
    PO_GET,
    PO_LIST,
    PO_APPROVE,
    PO_ISSUE,
    RECEIPT_RECORD,
)
# No page names a way to close a document of procurement.
RECORDS = (
    RecordKind("pcm.po", "po_id", PO_CREATE.id, PO_GET.id, PO_LIST.id, terminal=None),
    RecordKind("pcm.approved_po", "po_id", PO_APPROVE.id, PO_GET.id, terminal=None),
    RecordKind("pcm.issued_po", "po_id", PO_ISSUE.id, PO_GET.id, terminal=None),
    # The issued order that the context of the run holds, for documents that leave it as it is.
    RecordKind("pcm.standing_po", "po_id", PO_ISSUE.id, PO_GET.id, terminal=None),
    RecordKind("pcm.receipt", "receipt_id", RECEIPT_RECORD.id, terminal=None),
)
