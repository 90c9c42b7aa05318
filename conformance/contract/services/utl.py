"""UTL: copies of all that an org owns, and the way out.

All seven paths are published; of their fields those of the download and of the request to leave.
Pages disagree on where session and org stand, so a sample carries both in header and body.
"""

from collections.abc import Mapping
from typing import Any, Final

from conformance.contract.facts import documented
from conformance.contract.operation import (
    Access,
    Binding,
    Kind,
    Operation,
    Placement,
    Radius,
    RecordKind,
    bound,
    published,
)
from conformance.contract.shapes import ORG, placed, stat

CALLS: Final = documented("utl/calls.html")
EXPORTERS: Final = frozenset({"utl_export_admin"})
LEAVERS: Final = frozenset({"utl_offboarding_admin"})
# Window of the export, in days after the request (story/utl.html).
EARLIEST_DAYS: Final = 30
LATEST_DAYS: Final = 90
# Where a request stands, as far as the pages name it (utl/).
OPEN_WINDOW: Final = "export_window_open"
EXPORTING: Final = "exporting"
EXPORTED: Final = "exported"
PURGED: Final = "purged"

_ORG: Final = {"orgcode": "$orgcode"}


def _route(name: str, kind: Kind, roles: frozenset[str], **more: Any) -> Operation:
    body = {**_ORG, **more.pop("body", {})}
    return Operation(
        id=f"utl.{name}",
        path=f"/utl/{name.replace('.', '/').replace('_', '/')}",
        kind=kind,
        source=CALLS,
        access=Access.ROLE,
        roles=roles,
        credentials=Placement.BOTH,
        context=ORG,
        human_only=True,
        body=body,
        **more,
    )


STAT = stat("utl", CALLS, yields={"now": published("/stats/timestamp_utc")})

# --- exports ---

_EXPORT: Final[Mapping[str, Binding]] = {
    "export_id": bound("/data/export_id", "/data/export/export_id", "/data/id"),
    "state": bound("/data/status", "/data/export/status", "/data/state"),
}
EXPORT_REQUEST = _route(
    "export.request", Kind.CREATE, EXPORTERS, yields=_EXPORT, radius=Radius.RECORD
)
EXPORT_STATUS = _route(
    "export.status",
    Kind.READ,
    EXPORTERS,
    acts_on="utl.export",
    body={"export_id": "$export_id"},
    yields={
        **_EXPORT,
        "services": bound("/data/summary/services", "/data/export_summary/services"),
        "total_count": bound("/data/summary/total_count", "/data/export_summary/total_count"),
        "cost": bound("/data/summary/cost_total", "/data/export_summary/cost_total"),
        # Places within one of `services`.
        "service_name": bound("/service", "/name"),
        "service_count": bound("/count", "/row_count", "/records"),
        "service_bytes": bound("/bytes", "/size_bytes"),
    },
)
EXPORT_DOWNLOAD = _route(
    "export.download_start",
    Kind.READ,
    EXPORTERS,
    acts_on="utl.export",
    body={"export_id": "$export_id"},
    yields={
        "export_id": published("/data/export_id"),
        "manifest_bucket": published("/data/export_manifest/bucket"),
        "manifest_key": published("/data/export_manifest/key"),
        "bucket": published("/data/export_location/bucket"),
        "prefix": published("/data/export_location/prefix"),
        # Places within the manifest, and within one of its services.
        "manifest_services": bound("/services", "/summary/services"),
        "service_name": bound("/service", "/name"),
        "service_count": bound("/count", "/row_count", "/records"),
        "service_bytes": bound("/bytes", "/size_bytes"),
        # Places within an exported row. The first two are published (story/utl.html).
        "row_exported_at": published("/exported_at_utc"),
        "row_revision": published("/source_revision"),
        "row_service": bound("/service", "/source_service"),
        "row_org": bound("/orgcode", "/source/orgcode"),
    },
)

# --- leaving ---

_OFFBOARDING: Final[Mapping[str, Binding]] = {
    "offboarding_id": bound(
        "/data/offboarding_id", "/data/offboarding/offboarding_id", "/data/request_id", "/data/id"
    ),
    "state": bound("/data/status", "/data/offboarding/status", "/data/state"),
    "export_at": placed("offboarding", "requested_export_at"),
    "reason": placed("offboarding", "reason"),
    "purge_report": bound("/data/purge_report", "/data/verification", "/data/offboarding/report"),
    "archived_at": bound("/data/archived_at_utc", "/data/archived_at"),
}
_REQUEST: Final = {"offboarding_id": "$offboarding_id"}
OFFBOARDING_REQUEST = _route(
    "offboarding.request",
    Kind.CREATE,
    LEAVERS,
    acts_on="throwaway.org",
    radius=Radius.ORG,
    body={"requested_export_at": "$requested_export_at", "reason": "$reason"},
    fresh={"requested_export_at": "in_45_days", "reason": "reason"},
    yields=_OFFBOARDING,
    exempt_from_org_status=True,
)
OFFBOARDING_STATUS = _route(
    "offboarding.status",
    Kind.READ,
    LEAVERS,
    acts_on="throwaway.offboarding",
    body=_REQUEST,
    yields=_OFFBOARDING,
)
OFFBOARDING_CANCEL = _route(
    "offboarding.cancel",
    Kind.ACTION,
    LEAVERS,
    acts_on="throwaway.offboarding",
    radius=Radius.ORG,
    body=_REQUEST,
    yields=_OFFBOARDING,
    exempt_from_org_status=True,
)

OPERATIONS = (
    STAT,
    EXPORT_REQUEST,
    EXPORT_STATUS,
    EXPORT_DOWNLOAD,
    OFFBOARDING_REQUEST,
    OFFBOARDING_STATUS,
    OFFBOARDING_CANCEL,
)
# A copy is kept and then archived; no way to remove one is documented.
RECORDS = (
    RecordKind(
        "utl.export",
        "export_id",
        EXPORT_REQUEST.id,
        EXPORT_STATUS.id,
        terminal=None,
        tried=False,
    ),
)
