"""IPM: bulk jobs, which take events out as NDJSON and in again.

Read from: ipm/, ipm/calls.html.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from conformance.contract.envelope import in_data
from conformance.contract.operation import Binding, RecordKind, bound
from conformance.contract.routes import slashed
from conformance.contract.services.ipm.webhooks import FILTERS, WINDOW, route
from conformance.contract.shapes import identity, placed, shown

# The states of a job (ipm/): one "l" in the last.
STATES: Final = ("queued", "running", "completed", "failed", "canceled")
ENDED: Final = frozenset({"completed", "failed", "canceled"})


def _below_bulk(name: str) -> str:
    return f"bulk/{slashed(name)}"


_bulk: Final = replace(route, spelling=_below_bulk)
_JOB: Final[Mapping[str, Binding]] = {
    "job_id": identity("job"),
    "state": placed("job", "status"),
    "processed": in_data("processed_count", "progress/processed", "job/processed"),
    "cursor": in_data("next_token", "cursor", "progress/cursor"),
    **shown("job", "request_context", "errors"),
    "accepted": in_data("accepted_count", "progress/accepted"),
}
_ONE: Final = {"job_id": "$job_id"}
_FILE: Final = {**_JOB, "download_url": in_data("download_url", "download/url")}
# What answers with a file to fetch has in common.
_FILED: Final[Mapping[str, Any]] = {"yields": _FILE, "issues": ("download_url",)}

EXPORT_CREATE = _bulk.create(
    "export.create", body={"filters": FILTERS, **WINDOW, "limit": "$?part_size"}, **_FILED
)
EXPORT_CONTINUE = _bulk.action(
    "export.continue",
    acts_on="ipm.running_export",
    body={**_ONE, "next_token": "$next_token"},
    **_FILED,
)
IMPORT_CREATE = _bulk.create(
    "import.create",
    yields={**_JOB, "upload_url": in_data("upload_url", "upload/url")},
    issues=("upload_url",),
)
IMPORT_COMMIT = _bulk.action(
    "import.commit",
    acts_on="ipm.uploaded_import",
    body={**_ONE, "limit": "$?part_size"},
    yields=_JOB,
)
IMPORT_CONTINUE = _bulk.action(
    "import.continue", acts_on="ipm.running_import", body=_ONE, yields=_JOB
)
JOB_GET = _bulk.one("job.get", by="job_id", acts_on="ipm.export", **_FILED)
JOB_LIST = _bulk.page(
    "job.list", shows={"item_id": bound("/job_id", "/id"), "item_state": bound("/status")}
)

# Jobs end by themselves; no way to cancel one is documented.
RECORDS = tuple(
    RecordKind(name, "job_id", create, JOB_GET.id, JOB_LIST.id, terminal=None, tried=False)
    for name, create in (
        ("ipm.running_export", EXPORT_CREATE.id),
        ("ipm.export", EXPORT_CREATE.id),
        ("ipm.uploaded_import", IMPORT_CREATE.id),
        ("ipm.running_import", IMPORT_CREATE.id),
        ("ipm.import", IMPORT_CREATE.id),
    )
)
