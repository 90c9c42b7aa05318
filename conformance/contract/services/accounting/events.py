"""Accounting: financial events, their export, reconciliation and storage usage.

The org is in `x-orgcode`; facility and channel of an event are in headers. The paths are published,
many as drafts; of bodies only those of the usage window are, so the rest is our deduction.

Read from: accounting/PROTOCOL.md, accounting/calls.html, accounting/playbooks.html,
common/role-matrix.html, common/storage-billing.html.
"""

from collections.abc import Mapping
from functools import partial
from typing import Final

from conformance.contract.envelope import ANSWERED_AT, REVISION, in_data
from conformance.contract.facts import Certainty, documented
from conformance.contract.operation import Binding, Fixed, Operation, bound
from conformance.contract.routes import Routes, Terms, lasting, stat
from conformance.contract.shapes import CHANNEL, PAGE, REASON, identity, placed, shown

CALLS: Final = documented("accounting/calls.html")
PLAYBOOK: Final = documented("accounting/playbooks.html")
PERIOD: Final = {"from_utc": "$from_utc", "to_utc": "$to_utc"}
# A period in which everything lies that a run records.
EVER: Final[Mapping[str, str | Fixed]] = {
    "from_utc": Fixed("2020-01-01T00:00:00Z"),
    "to_utc": Fixed("2099-01-01T00:00:00Z"),
}

# These three read (accounting/PROTOCOL.md); that the first alone reads and the second exports, too.
READERS: Final = frozenset({"acct_view", "acct_export_admin", "finance_audit"})
EXPORTERS: Final = frozenset({"acct_export_admin"})
# What these two are for follows from their names alone (common/role-matrix.html).
COMMISSIONERS: Final = frozenset({"commission_admin"})

BATCH_ENDED: Final = ("ready", "sent", "failed")

# Read by three roles and written by who administers exports; that events and usage are recorded
# with the role for exports is a deduction.
route: Final = Routes(
    "accounting",
    CALLS,
    reads=Terms(READERS),
    writes=Terms(EXPORTERS, certainty=Certainty.INFERRED, body=REASON),
)
STAT = stat("accounting")

# --- financial events ---

_EVENT: Final[Mapping[str, Binding]] = {
    "event_id": identity("event"),
    "event_type": in_data("event_type", "event/event_type", "type"),
    **shown("event", "amount", "currency"),
    "source_refs": in_data("source_refs", "event/source_refs", "lineage"),
    "timestamp_utc": ANSWERED_AT,
}
EVENT_RECORD = route.create(
    "event.record",
    source=PLAYBOOK,
    context=CHANNEL,
    body={
        "event_type": "$event_type",
        "amount": "$amount",
        "currency": "$currency",
        "source_refs": [{"type": "$source_type", "id": "$source_id"}],
    },
    fresh={
        "event_type": Fixed("sale"),
        "amount": Fixed("123.50"),
        "currency": Fixed("USD"),
        "source_type": Fixed("order"),
        "source_id": "tag",
    },
    yields=_EVENT,
)
EVENT_GET = route.one(
    "event.get", PLAYBOOK, by="event_id", acts_on="accounting.event", yields=_EVENT
)
EVENT_LIST = route.page(
    "event.list",
    PLAYBOOK,
    by={"event_type": "$?listed_type", "logical_guid": "$?listed_place"},
    shows={"item_id": bound("/event_id", "/id"), "item_amount": bound("/amount")},
)

# --- export batches ---

_BATCH: Final[Mapping[str, Binding]] = {
    "batch_id": identity("batch"),
    "state": placed("batch", "status"),
    "manifest": in_data("manifest", "batch/manifest", "manifest_ref"),
    "record_count": in_data("manifest/record_count", "record_count", "count"),
    "checksum": in_data("manifest/checksum", "checksum"),
    "totals": in_data("manifest/totals", "totals"),
    "download_url": in_data("manifest/download_url", "download_url"),
    "revision": REVISION,
}
_WANTED: Final = {
    "filters": {
        "event_type": "$?exported_type",
        "logical_guid": "$?exported_place",
        "from_utc": "$?exported_from",
        "to_utc": "$?exported_to",
    }
}


def _create(name: str) -> Operation:
    """The two ways to ask for a batch are given as equal choices."""
    return route.create(
        f"export.{name}",
        source=PLAYBOOK,
        access_certainty=Certainty.DOCUMENTED,
        body=_WANTED,
        yields=_BATCH,
    )


BATCH_CREATE, EXPORT_CREATE = _create("batch.create"), _create("create")
BATCH_STATUS = route.status(
    "export.batch.status_set",
    PLAYBOOK,
    by="batch_id",
    new=Fixed("sent"),
    access_certainty=Certainty.DOCUMENTED,
    acts_on="accounting.ready_batch",
    revisioned=True,
    yields=_BATCH,
)
BATCH_GET = route.one(
    "export.batch.get", PLAYBOOK, by="batch_id", acts_on="accounting.batch", yields=_BATCH
)
BATCH_LIST = route.page(
    "export.batch.list",
    PLAYBOOK,
    shows={"item_id": bound("/batch_id", "/id"), "item_state": bound("/status")},
)

# --- reconciliation and usage ---

RECONCILE = route.read(
    "reconcile.report",
    source=PLAYBOOK,
    body={"logical_guid": "$?listed_place", **PAGE},
    yields=shown("report", "discrepancies", "lineage"),
)
USAGE_RECORD = route.create(
    "usage.record",
    path="storage/usage/record",
    source=PLAYBOOK,
    body={
        **PERIOD,
        "measured_at": "$measured_at",
        "resource_prefix": "$resource_prefix",
        "logical_bytes": "$logical_bytes",
    },
    fresh={
        **EVER,
        "measured_at": "a_day_ago",
        "resource_prefix": "tag",
        "logical_bytes": Fixed(1024),
    },
    yields={"usage_id": in_data("usage_id", "id")},
)
# The fields are published (common/storage-billing.html), but for the prefix of the resource.
USAGE_RECONCILE = route.action(
    "usage.reconcile",
    path="storage/usage/reconcile",
    source=PLAYBOOK,
    body={
        **PERIOD,
        "resource_prefix": "$?resource_prefix",
        "limit": "$?limit",
        "cursor": "$?cursor",
        "dry_run": "$?dry_run",
    },
    fresh={"from_utc": Fixed("2026-01-01T00:00:00Z"), "to_utc": Fixed("2026-01-01T00:01:00Z")},
    yields={
        "added_count": in_data("added_count", "added"),
        "added_bytes": in_data("added_bytes", "bytes"),
    },
)


# Nothing in accounting is ever taken back.
_kind: Final = partial(lasting, tried=False)

RECORDS = (
    _kind("accounting.event", "event_id", EVENT_RECORD, EVENT_GET),
    # A ready batch is no record of its own, so the kind that the ledger knows comes last.
    _kind("accounting.ready_batch", "batch_id", BATCH_CREATE, BATCH_GET),
    _kind("accounting.alternative_batch", "batch_id", EXPORT_CREATE, BATCH_GET),
    _kind("accounting.batch", "batch_id", BATCH_CREATE, BATCH_GET),
    _kind("accounting.usage", "usage_id", USAGE_RECORD),
)
