"""Purchase orders and their receipts. Org and facility are in headers, the channel in the body.

Money is decimal text; quantities are whole numbers.
"""

from collections.abc import Mapping
from typing import Any, Final

from conformance.contract.facts import Certainty, Source, documented
from conformance.contract.operation import (
    REVISION,
    Access,
    Binding,
    Edge,
    Fixed,
    Kind,
    Operation,
    Radius,
    RecordKind,
    bound,
    published,
)

CALLS: Final = documented("pcm/calls.html")
PLAYBOOK: Final = documented("pcm/playbooks.html")
ORG: Final = {"x-orgcode": "$orgcode"}
FACILITY: Final = {**ORG, "x-logical-guid": "$logical_guid"}
# Lists and reads may leave the facility out (pcm/openapi.yaml).
ANY_FACILITY: Final = {**ORG, "x-logical-guid": "$?logical_guid"}
PAGE: Final = {"limit": "$?limit", "next_token": "$?next_token"}
# What every write takes beside its own fields.
NOTES: Final = {
    "reason": "$?reason",
    "reason_code": "$?reason_code",
    "source_refs": "$?source_refs",
    "cccode": "$?cccode",
}
KEYED: Final = {**NOTES, "idempotency_key": "$?idempotency_key"}
# Whether documents of procurement are revisioned is not documented, so the revision is sent
# wherever it is known and never judged.
REVISED: Final = {**NOTES, "expected_revision": "$?expected_revision"}

# Who may do what: any one of the roles is enough (pcm/PROTOCOL.md).
READERS: Final = frozenset({"pcm_view", "pcm_buyer", "pcm_po_approve", "finance_audit"})
BUYERS: Final = frozenset({"pcm_buyer"})
APPROVERS: Final = frozenset({"pcm_po_approve"})
CONSIGNERS: Final = READERS | {"pcm_consignment"}

LISTED: Final[Mapping[str, Binding]] = {
    "items": bound("/data/items", "/data/records", "/data"),
    "next_token": published("/data/next_token", "/next_token"),
}
# The states that pages name (pcm/); what comes after them is not documented.
ORDER_STATES: Final = ("draft", "approved", "issued")
INVOICE_STATES: Final = ("matched", "exception", "disputed")
ORDER_EDGES: Final = {
    "approve": Edge("draft", "approved"),
    "issue": Edge("approved", "issued"),
}


def route(name: str, path: str, kind: Kind, source: Source, **more: Any) -> Operation:
    """A PCM route: a POST of the org, open to the roles that read unless told otherwise."""
    more.setdefault("access", Access.ROLE)
    more.setdefault("roles", READERS)
    more.setdefault("radius", Radius.RECORD if kind.writes else Radius.NONE)
    more.setdefault("context", FACILITY if kind.writes else ANY_FACILITY)
    return Operation(id=f"pcm.{name}", path=f"/pcm/{path}", kind=kind, source=source, **more)


def shown(noun: str, *names: str) -> dict[str, Binding]:
    """Where an answer about one document shows these fields."""
    return {name: bound(f"/data/{name}", f"/data/{noun}/{name}") for name in names}


STAT = Operation(
    id="pcm.stat",
    path="/pcm/stat",
    method="GET",
    kind=Kind.READ,
    source=documented("pcm/PROTOCOL.md"),
    access=Access.SELF,
    human_only=True,
)

# --- purchase orders ---

_ORDER: Final[Mapping[str, Binding]] = {
    **shown("po", "po_id", "channel_code", "vendor_id", "credited_total"),
    "total": bound("/data/total", "/data/po/total", "/data/total_amount"),
    "state": bound("/data/status", "/data/state", "/data/po/status"),
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
PO_GET = route(
    "po.get",
    "po/get",
    Kind.READ,
    PLAYBOOK,
    acts_on="pcm.po",
    body={"po_id": "$po_id"},
    yields=_ORDER,
)
PO_LIST = route(
    "po.list",
    "po/list",
    Kind.LIST,
    PLAYBOOK,
    acts_on="pcm.po",
    paginated=True,
    body=PAGE,
    yields={**LISTED, "item_id": bound("/po_id")},
)


def _step(verb: str, on: str, **more: Any) -> Operation:
    return route(
        f"po.{verb}",
        f"po/{verb}",
        Kind.STATUS,
        PLAYBOOK,
        acts_on=on,
        body={"po_id": "$po_id", **REVISED},
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
        "lines": [{"variant_id": "$variant_id", "quantity": "$quantity"}],
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
