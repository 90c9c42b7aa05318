"""Locations, receiving, stock and its card. Org, facility and channel are in headers.

Read from: ics/, ics/PROTOCOL.md, ics/calls.html, ics/openapi.yaml, ics/playbooks.html,
story/ics.html.
"""

from collections.abc import Mapping
from typing import Final

from conformance.contract.envelope import in_data
from conformance.contract.facts import documented, inferred
from conformance.contract.operation import Binding, Fixed, bound
from conformance.contract.routes import Routes, Terms, lasting, stat
from conformance.contract.shapes import (
    ANY_FACILITY,
    FACILITY,
    KEYED,
    LINE,
    LISTED,
    NAMED,
    NAMES,
    NOTES,
    placed,
    record,
    shown,
    with_status,
)

CALLS, PLAYBOOK = documented("ics/calls.html"), documented("ics/playbooks.html")
PATTERN: Final = inferred("ics/calls.html")
# Variant-only lookups may leave the facility out, and the channel (ics/openapi.yaml).
ANY_CHANNEL: Final = {**ANY_FACILITY, "x-channel-code": "$?channel_code"}

# Who may do what: any one of the roles is enough (ics/PROTOCOL.md).
READERS: Final = frozenset(
    {
        "ics_view",
        "ics_operator",
        "ics_planner",
        "ics_adjust",
        "ics_count",
        "ics_transfer_approve",
        "ics_cost_admin",
    }
)
OPERATORS: Final = frozenset({"ics_operator"})
ADJUSTERS: Final = frozenset({"ics_adjust", "ics_operator"})

# The buckets of a position (ics/); their place in an answer is our deduction.
BUCKETS: Final = (
    "on_hand",
    "available",
    "reserved",
    "allocated",
    "committed",
    "quarantine",
    "damaged",
    "in_transit",
)


# Where an answer shows them.
_POSITION: Final = {name: in_data(name, f"position/{name}", f"stock/{name}") for name in BUCKETS}
ROWS: Final[Mapping[str, Binding]] = {
    **LISTED,
    "item_facility": bound("/logical_guid"),
    "item_variant": bound("/variant_id"),
    **{f"item_{name}": bound(f"/{name}", f"/position/{name}") for name in BUCKETS},
}

# A POST at a facility, read by any ICS role and written by operators.
route: Final = Routes(
    "ics", CALLS, reads=Terms(READERS, FACILITY), writes=Terms(OPERATORS, FACILITY)
)
STAT = stat("ics")

# --- locations ---

_BIN: Final = with_status("bin", "bin_id", "zone_id", "code")

ZONE_CREATE = route.access_deduced.create(
    "zone.create",
    PLAYBOOK,
    body={**NAMED, **KEYED},
    fresh=NAMES,
    yields={"zone_id": placed("zone", "zone_id")},
)
BIN_CREATE = route.access_deduced.create(
    "bin.create",
    PLAYBOOK,
    acts_on="ics.zone",
    body={"zone_id": "$zone_id", **NAMED, **KEYED},
    fresh=NAMES,
    yields=_BIN,
)
BIN_GET = route.one("bin.get", CALLS, by="bin_id", acts_on="ics.bin", yields=_BIN)
BIN_LIST = route.page(
    "bin.list", CALLS, by={"zone_id": "$?listed_zone"}, acts_on="ics.zone", item_id="bin_id"
)
# That the record is revisioned is not documented, so its revision is sent and never judged.
BIN_STATUS = route.access_deduced.status(
    "bin.status_set",
    CALLS,
    by="bin_id",
    new="inactive",
    acts_on="ics.bin",
    yields=_BIN,
)

# --- receiving ---

_RECEIPT: Final[Mapping[str, Binding]] = {
    **record("receipt", "receipt_id"),
    "received": in_data("lines/0/quantity", "receipt/lines/0/quantity"),
}
RECEIVE = route.create(
    "receive.record",
    PLAYBOOK,
    acts_on="ics.adjustment",
    body={"lines": [LINE], **KEYED},
    fresh={"quantity": "quantity", "source_refs": "source_refs"},
    yields=_RECEIPT,
)
RECEIVE_GET = route.one(
    "receive.get", PLAYBOOK, by="receipt_id", acts_on="ics.receipt", yields=_RECEIPT
)
QC_COMPLETE = route.access_deduced.action(
    "qc.complete",
    PLAYBOOK,
    acts_on="ics.receipt",
    body={"receipt_id": "$receipt_id", **NOTES},
    yields=_RECEIPT,
)
PUTAWAY = route.action(
    "putaway.record",
    PLAYBOOK,
    acts_on="ics.inspection",
    body={"receipt_id": "$receipt_id", "bin_id": "$bin_id", **KEYED},
    yields={"putaway_id": placed("putaway", "putaway_id")},
)

# --- stock ---

ADJUST = route.create(
    "adjustment.create",
    PLAYBOOK,
    roles=ADJUSTERS,
    acts_on="ics.adjustment",
    body={
        "variant_id": "$variant_id",
        "quantity_delta": "$quantity_delta",
        "bin_id": "$?bin_id",
        **KEYED,
    },
    fresh={"quantity_delta": Fixed(10), "reason": "reason", "source_refs": "source_refs"},
    yields=shown("adjustment", "adjustment_id", "quantity_delta"),
)
STOCK_GET = route.one(
    "stock.get",
    PLAYBOOK,
    by="variant_id",
    acts_on="ics.adjustment",
    context=ANY_FACILITY,
    yields={**ROWS, **_POSITION},
)
STOCK_LIST = route.page(
    "stock.list",
    PLAYBOOK,
    by={"variant_id": "$?listed_variant"},
    acts_on="ics.adjustment",
    context=ANY_FACILITY,
    shows=ROWS,
)
TRANSITION = route.access_deduced.action(
    "stock.transition",
    PLAYBOOK,
    roles=ADJUSTERS,
    acts_on="ics.adjustment",
    body={
        "variant_id": "$variant_id",
        "from_bucket": "$from_bucket",
        "to_bucket": "$to_bucket",
        "quantity": "$quantity",
        **KEYED,
    },
    fresh={
        "from_bucket": Fixed("available"),
        "to_bucket": Fixed("quarantine"),
        "quantity": "quantity",
        "reason": "reason",
    },
)
STOCK_CARD = route.page(
    "stock_card.list",
    inferred("story/ics.html"),
    path="stock-card/list",
    by={"variant_id": "$variant_id"},
    acts_on="ics.adjustment",
    item_id="event_id",
    shows={
        "item_reason": bound("/reason"),
        "item_source_refs": bound("/source_refs"),
        "item_actor": bound("/actor"),
        "item_delta": bound("/quantity_delta", "/deltas/on_hand"),
    },
)
ATP = route.one(
    "atp.query",
    CALLS,
    by="variant_id",
    acts_on="ics.adjustment",
    context=ANY_CHANNEL,
    yields={"promised": in_data("total_quantity", "quantity", "available")},
)

# Status values of bins and receipts are not documented: nothing here can be closed.
RECORDS = (
    lasting("ics.zone", "zone_id", ZONE_CREATE),
    lasting(
        "ics.bin", "bin_id", BIN_CREATE, BIN_GET, BIN_LIST, editable="code", parents=("ics.zone",)
    ),
    lasting("ics.adjustment", "adjustment_id", ADJUST),
    lasting("ics.receipt", "receipt_id", RECEIVE, RECEIVE_GET),
    # A receipt whose quality control is complete.
    lasting(
        "ics.inspection", "receipt_id", QC_COMPLETE, RECEIVE_GET, parents=("ics.receipt", "ics.bin")
    ),
)
