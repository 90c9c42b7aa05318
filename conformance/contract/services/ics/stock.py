"""Locations, receiving, stock and its card. Org, facility and channel are in headers."""

from collections.abc import Mapping
from typing import Final

from conformance.contract.facts import Certainty, documented, inferred
from conformance.contract.operation import REVISION, Binding, Fixed, Kind, RecordKind, bound
from conformance.contract.shapes import (
    ANY_FACILITY,
    FACILITY,
    KEYED,
    LINE,
    LISTED,
    NAMED,
    NAMES,
    NOTES,
    Routes,
    Terms,
    placed,
    shown,
    stat,
    state,
)

CALLS: Final = documented("ics/calls.html")
PLAYBOOK: Final = documented("ics/playbooks.html")
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


def position(prefix: str = "/data") -> dict[str, Binding]:
    """Where an answer shows the buckets of one position."""
    return {
        name: bound(f"{prefix}/{name}", f"{prefix}/position/{name}", f"{prefix}/stock/{name}")
        for name in BUCKETS
    }


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

_BIN: Final[Mapping[str, Binding]] = {
    **shown("bin", "bin_id", "zone_id", "code"),
    "state": placed("bin", "status"),
    "revision": REVISION,
}

ZONE_CREATE = route(
    "zone.create",
    "zone/create",
    Kind.CREATE,
    PLAYBOOK,
    access_certainty=Certainty.INFERRED,
    body={**NAMED, **KEYED},
    fresh=NAMES,
    yields={"zone_id": placed("zone", "zone_id")},
)
BIN_CREATE = route(
    "bin.create",
    "bin/create",
    Kind.CREATE,
    PLAYBOOK,
    access_certainty=Certainty.INFERRED,
    acts_on="ics.zone",
    body={"zone_id": "$zone_id", **NAMED, **KEYED},
    fresh=NAMES,
    yields=_BIN,
)
BIN_GET = route.one("bin.get", "bin/get", CALLS, by="bin_id", acts_on="ics.bin", yields=_BIN)
BIN_LIST = route.page(
    "bin.list",
    "bin/list",
    CALLS,
    by={"zone_id": "$?listed_zone"},
    acts_on="ics.zone",
    shows={"item_id": bound("/bin_id")},
)
# That the record is revisioned is not documented, so its revision is sent and never judged.
BIN_STATUS = route.status(
    "bin.status_set",
    "bin/status/set",
    CALLS,
    by="bin_id",
    new="inactive",
    access_certainty=Certainty.INFERRED,
    acts_on="ics.bin",
    yields=_BIN,
)

# --- receiving ---

_RECEIPT: Final[Mapping[str, Binding]] = {
    "receipt_id": placed("receipt", "receipt_id"),
    "state": state("receipt"),
    "received": bound("/data/lines/0/quantity", "/data/receipt/lines/0/quantity"),
    "revision": REVISION,
}
RECEIVE = route(
    "receive.record",
    "receive/record",
    Kind.CREATE,
    PLAYBOOK,
    acts_on="ics.adjustment",
    body={"lines": [LINE], **KEYED},
    fresh={"quantity": "quantity", "source_refs": "source_refs"},
    yields=_RECEIPT,
)
RECEIVE_GET = route.one(
    "receive.get", "receive/get", PLAYBOOK, by="receipt_id", acts_on="ics.receipt", yields=_RECEIPT
)
QC_COMPLETE = route(
    "qc.complete",
    "qc/complete",
    Kind.ACTION,
    PLAYBOOK,
    access_certainty=Certainty.INFERRED,
    acts_on="ics.receipt",
    body={"receipt_id": "$receipt_id", **NOTES},
    yields=_RECEIPT,
)
PUTAWAY = route(
    "putaway.record",
    "putaway/record",
    Kind.ACTION,
    PLAYBOOK,
    acts_on="ics.inspection",
    body={"receipt_id": "$receipt_id", "bin_id": "$bin_id", **KEYED},
    yields={"putaway_id": placed("putaway", "putaway_id")},
)

# --- stock ---

ADJUST = route(
    "adjustment.create",
    "adjustment/create",
    Kind.CREATE,
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
    "stock/get",
    PLAYBOOK,
    by="variant_id",
    acts_on="ics.adjustment",
    context=ANY_FACILITY,
    yields={**ROWS, **position()},
)
STOCK_LIST = route.page(
    "stock.list",
    "stock/list",
    PLAYBOOK,
    by={"variant_id": "$?listed_variant"},
    acts_on="ics.adjustment",
    context=ANY_FACILITY,
    shows=ROWS,
)
TRANSITION = route(
    "stock.transition",
    "stock/transition",
    Kind.ACTION,
    PLAYBOOK,
    roles=ADJUSTERS,
    access_certainty=Certainty.INFERRED,
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
    "stock-card/list",
    inferred("story/ics.html"),
    by={"variant_id": "$variant_id"},
    acts_on="ics.adjustment",
    shows={
        "item_id": bound("/event_id"),
        "item_reason": bound("/reason"),
        "item_source_refs": bound("/source_refs"),
        "item_actor": bound("/actor"),
        "item_delta": bound("/quantity_delta", "/deltas/on_hand"),
    },
)
ATP = route.one(
    "atp.query",
    "atp/query",
    CALLS,
    by="variant_id",
    acts_on="ics.adjustment",
    context=ANY_CHANNEL,
    yields={"promised": bound("/data/total_quantity", "/data/quantity", "/data/available")},
)

OPERATIONS = (
    STAT,
    ZONE_CREATE,
    BIN_CREATE,
    BIN_GET,
    BIN_LIST,
    BIN_STATUS,
    RECEIVE,
    RECEIVE_GET,
    QC_COMPLETE,
    PUTAWAY,
    ADJUST,
    STOCK_GET,
    STOCK_LIST,
    TRANSITION,
    STOCK_CARD,
    ATP,
)
# Status values of bins and receipts are not documented: nothing here can be closed.
RECORDS = (
    RecordKind("ics.zone", "zone_id", ZONE_CREATE.id, terminal=None),
    RecordKind(
        "ics.bin",
        "bin_id",
        BIN_CREATE.id,
        BIN_GET.id,
        BIN_LIST.id,
        terminal=None,
        editable="code",
        parents=("ics.zone",),
    ),
    RecordKind("ics.adjustment", "adjustment_id", ADJUST.id, terminal=None),
    RecordKind("ics.receipt", "receipt_id", RECEIVE.id, RECEIVE_GET.id, terminal=None),
    # A receipt whose quality control is complete.
    RecordKind(
        "ics.inspection",
        "receipt_id",
        QC_COMPLETE.id,
        RECEIVE_GET.id,
        terminal=None,
        parents=("ics.receipt", "ics.bin"),
    ),
)
