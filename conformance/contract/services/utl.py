"""UTL: copies of all that an org owns, and the way out.

All seven paths are published; of their fields those of the download and of the request to leave.
Pages disagree on where session and org stand, so a sample carries both in header and body.

Read from: story/utl.html, utl/, utl/calls.html.
"""

from collections.abc import Mapping
from typing import Final

from conformance.contract.envelope import ANSWERED_AT, in_data, in_published_data
from conformance.contract.facts import documented
from conformance.contract.operation import Binding, Placement, Radius, bound, published
from conformance.contract.routes import Routes, Terms, lasting, stat
from conformance.contract.shapes import identity, placed

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


def _routes(roles: frozenset[str]) -> Routes:
    """Routes for users with one of these roles."""
    terms = Terms(roles, body={"orgcode": "$orgcode"})
    both = {"credentials": Placement.BOTH, "human_only": True}
    return Routes("utl", CALLS, reads=terms, writes=terms, more=both)


_exporting, _leaving = _routes(EXPORTERS), _routes(LEAVERS)
STAT = stat("utl", CALLS, yields={"now": ANSWERED_AT})

# --- exports ---

_EXPORT: Final[Mapping[str, Binding]] = {
    "export_id": identity("export"),
    "state": in_data("status", "export/status", "state"),
}
EXPORT_REQUEST = _exporting.create("export.request", yields=_EXPORT)
EXPORT_STATUS = _exporting.read(
    "export.status",
    acts_on="utl.export",
    body={"export_id": "$export_id"},
    yields={
        **_EXPORT,
        "services": in_data("summary/services", "export_summary/services"),
        "total_count": in_data("summary/total_count", "export_summary/total_count"),
        "cost": in_data("summary/cost_total", "export_summary/cost_total"),
        # Places within one of `services`.
        "service_name": bound("/service", "/name"),
        "service_count": bound("/count", "/row_count", "/records"),
        "service_bytes": bound("/bytes", "/size_bytes"),
    },
)
EXPORT_DOWNLOAD = _exporting.read(
    "export.download_start",
    acts_on="utl.export",
    body={"export_id": "$export_id"},
    yields={
        "export_id": in_published_data("export_id"),
        "manifest_bucket": in_published_data("export_manifest/bucket"),
        "manifest_key": in_published_data("export_manifest/key"),
        "bucket": in_published_data("export_location/bucket"),
        "prefix": in_published_data("export_location/prefix"),
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
    "offboarding_id": in_data("offboarding_id", "offboarding/offboarding_id", "request_id", "id"),
    "state": in_data("status", "offboarding/status", "state"),
    "export_at": placed("offboarding", "requested_export_at"),
    "reason": placed("offboarding", "reason"),
    "purge_report": in_data("purge_report", "verification", "offboarding/report"),
    "archived_at": in_data("archived_at_utc", "archived_at"),
}
_REQUEST: Final = {"offboarding_id": "$offboarding_id"}
OFFBOARDING_REQUEST = _leaving.create(
    "offboarding.request",
    acts_on="throwaway.org",
    radius=Radius.ORG,
    body={"requested_export_at": "$requested_export_at", "reason": "$reason"},
    fresh={"requested_export_at": "in_45_days", "reason": "reason"},
    yields=_OFFBOARDING,
    exempt_from_org_status=True,
)
OFFBOARDING_STATUS = _leaving.read(
    "offboarding.status", acts_on="throwaway.offboarding", body=_REQUEST, yields=_OFFBOARDING
)
OFFBOARDING_CANCEL = _leaving.action(
    "offboarding.cancel",
    acts_on="throwaway.offboarding",
    radius=Radius.ORG,
    body=_REQUEST,
    yields=_OFFBOARDING,
    exempt_from_org_status=True,
)

# A copy is kept and then archived; no way to remove one is documented.
RECORDS = (lasting("utl.export", "export_id", EXPORT_REQUEST, EXPORT_STATUS, tried=False),)
