"""Consignments, transfers between facilities, and the org-wide search plane.

Read from: common/comments-inbox.html, common/state-machines.html, ics/calls.html.
"""

from collections.abc import Mapping
from typing import Final

from conformance.contract.facts import Certainty, documented, inferred
from conformance.contract.operation import Access, Binding, Edge, Fixed, Kind, Operation
from conformance.contract.routes import lasting
from conformance.contract.services.ics.stock import CALLS, route
from conformance.contract.shapes import (
    KEYED,
    LINE,
    LISTED,
    NOTES,
    ORG,
    PAGE,
    REVISED,
    record,
    with_status,
)

# --- consignments ---

# What they do to stock, and who may call them, is not documented.
_CONSIGNMENT: Final[Mapping[str, Binding]] = with_status("consignment", "consignment_id")
CONSIGNMENT_RECEIVE = route.access_deduced.create(
    "consignment.receive",
    CALLS,
    acts_on="ics.adjustment",
    body={**LINE, **NOTES},
    fresh={"quantity": "quantity", "reason": "reason", "source_refs": "source_refs"},
    yields=_CONSIGNMENT,
)
CONSIGNMENT_CONSUME = route.access_deduced.action(
    "consignment.consume",
    CALLS,
    acts_on="ics.consignment",
    body={"consignment_id": "$consignment_id", "quantity": "$quantity", **NOTES},
    fresh={"quantity": Fixed(1), "reason": "reason", "source_refs": "source_refs"},
    yields=_CONSIGNMENT,
)

# --- transfers ---

# The lifecycle is drawn; how its routes are spelt is our deduction.
_DRAWN: Final = inferred("common/state-machines.html")
_COMMENTS: Final = documented("common/comments-inbox.html")
_APPROVERS: Final = frozenset({"ics_transfer_approve"})
_TRANSFER: Final[Mapping[str, Binding]] = record("transfer", "transfer_id")

TRANSFER_EDGES: Final = {
    "submit": Edge("requested", "submitted"),
    "approve": Edge("submitted", "approved"),
    "ship": Edge("approved", "shipped"),
    "receive": Edge("shipped", "received"),
}
# A transfer in each state, under the name of the record kind that is one.
TRANSFER_IN: Final = {
    "requested": "ics.transfer",
    "submitted": "ics.submitted_transfer",
    "approved": "ics.approved_transfer",
    "shipped": "ics.shipped_transfer",
}
MOST_LINES: Final = 20

TRANSFER_REQUEST = route.access_deduced.create(
    "transfer.request",
    _DRAWN,
    roles=frozenset({"ics_operator", "ics_transfer_approve"}),
    acts_on="ics.transfer",
    context=ORG,
    body={
        "request_context": {
            "source_logical_guid": "$source_logical_guid",
            "dest_logical_guid": "$dest_logical_guid",
        },
        "lines": [LINE],
        **KEYED,
    },
    fresh={"quantity": "quantity", "reason": "reason"},
    yields=_TRANSFER,
)


# What came in of a shipment, where that is not all of it.
_LINES: Final = {"receive": {"lines": "$?received_lines"}}


def _step(verb: str) -> Operation:
    submits = verb == "submit"
    return route.step(
        f"transfer.{verb}",
        _DRAWN,
        access_certainty=Certainty.DOCUMENTED if submits else Certainty.INFERRED,
        roles=_APPROVERS if verb in ("submit", "approve") else frozenset({"ics_operator"}),
        acts_on=TRANSFER_IN[TRANSFER_EDGES[verb].before],
        context=ORG,
        body={"transfer_id": "$transfer_id", **_LINES.get(verb, {}), **REVISED, **NOTES},
        yields=_TRANSFER,
    )


STEPS: Final = {verb: _step(verb) for verb in TRANSFER_EDGES}
# The states of what did not come in whole (common/state-machines.html).
WITH_EXCEPTIONS: Final = "received_with_exceptions"
PARTIAL: Final = "received_partial"


def _search(name: str, body: Mapping[str, str]) -> Operation:
    return route.access_deduced(
        f"search.{name}",
        Kind.LIST,
        _COMMENTS,
        access=Access.ASSOCIATED,
        context=ORG,
        body=body,
        yields=LISTED,
    )


_NARROWED: Final = {name: f"$?{name}" for name in ("services", "target_type", "target_id")}
SEARCH_COMMENTS = _search("comments", {"q": "$?q", **_NARROWED, **PAGE})
SEARCH_INBOX = _search("inbox", {"q": "$?q", "org_wide": "$?org_wide", **PAGE})

# No way back is documented for either.
RECORDS = (
    lasting("ics.consignment", "consignment_id", CONSIGNMENT_RECEIVE),
    lasting("ics.transfer", "transfer_id", TRANSFER_REQUEST),
    *(
        lasting(TRANSFER_IN[edge.after], "transfer_id", STEPS[verb])
        for verb, edge in TRANSFER_EDGES.items()
        if edge.after in TRANSFER_IN
    ),
)
