"""Locations, receiving, stock and its card. Org, facility and channel are in headers."""

from collections.abc import Mapping
from typing import Final

from conformance.contract.facts import Certainty, documented, inferred
from conformance.contract.operation import REVISION, Binding, Kind, RecordKind, bound
from conformance.contract.shapes import (
    ANY_FACILITY,
    FACILITY,
    KEYED,
    LINE,
    LISTED,
    NAMED,
    NAMES,
    NOTES,
    PAGE,
    REVISED,
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
BIN_GET = route(
    "bin.get",
    "bin/get",
    Kind.READ,
    CALLS,
    acts_on="ics.bin",
    body={"bin_id": "$bin_id"},
    yields=_BIN,
)
BIN_LIST = route(
    "bin.list",
    "bin/list",
    Kind.LIST,
    CALLS,
    acts_on="ics.zone",
    paginated=True,
    body={"zone_id": "$?listed_zone", **PAGE},
    yields={**LISTED, "item_id": bound("/bin_id")},
)
# That the record is revisioned is not documented, so its revision is sent and never judged.
BIN_STATUS = route(
    "bin.status_set",
    "bin/status/set",
    Kind.STATUS,
    CALLS,
    access_certainty=Certainty.INFERRED,
    acts_on="ics.bin",
    body={
        "bin_id": "$bin_id",
        "status": "$status",
        **REVISED,
    },
    fresh={"status": "inactive"},
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
RECEIVE_GET = route(
    "receive.get",
    "receive/get",
    Kind.READ,
    PLAYBOOK,
    acts_on="ics.receipt",
    body={"receipt_id": "$receipt_id"},
    yields=_RECEIPT,
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
    fresh={"quantity_delta": "stock", "reason": "reason", "source_refs": "source_refs"},
    yields=shown("adjustment", "adjustment_id", "quantity_delta"),
)
STOCK_GET = route(
    "stock.get",
    "stock/get",
    Kind.READ,
    PLAYBOOK,
    acts_on="ics.adjustment",
    context=ANY_FACILITY,
    body={"variant_id": "$variant_id"},
    yields={**ROWS, **position()},
)
STOCK_LIST = route(
    "stock.list",
    "stock/list",
    Kind.LIST,
    PLAYBOOK,
    acts_on="ics.adjustment",
    context=ANY_FACILITY,
    paginated=True,
    body={"variant_id": "$?listed_variant", **PAGE},
    yields=ROWS,
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
        "from_bucket": "from_bucket",
        "to_bucket": "to_bucket",
        "quantity": "quantity",
        "reason": "reason",
    },
)
STOCK_CARD = route(
    "stock_card.list",
    "stock-card/list",
    Kind.LIST,
    inferred("story/ics.html"),
    acts_on="ics.adjustment",
    paginated=True,
    body={"variant_id": "$variant_id", **PAGE},
    yields={
        **LISTED,
        "item_id": bound("/event_id"),
        "item_reason": bound("/reason"),
        "item_source_refs": bound("/source_refs"),
        "item_actor": bound("/actor"),
        "item_delta": bound("/quantity_delta", "/deltas/on_hand"),
    },
)
ATP = route(
    "atp.query",
    "atp/query",
    Kind.READ,
    CALLS,
    acts_on="ics.adjustment",
    context=ANY_CHANNEL,
    body={"variant_id": "$variant_id"},
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
