"""IPM: bulk jobs, which take events out as NDJSON and in again."""

from collections.abc import Mapping
from typing import Final

from conformance.contract.operation import Binding, Kind, RecordKind, bound
from conformance.contract.services.ipm.webhooks import FILTERS, WINDOW, route
from conformance.contract.shapes import placed, shown

# The states of a job (ipm/): one "l" in the last.
STATES: Final = ("queued", "running", "completed", "failed", "canceled")
ENDED: Final = frozenset({"completed", "failed", "canceled"})

_JOB: Final[Mapping[str, Binding]] = {
    "job_id": bound("/data/job_id", "/data/job/job_id", "/data/id"),
    "state": placed("job", "status"),
    "processed": bound("/data/processed_count", "/data/progress/processed", "/data/job/processed"),
    "cursor": bound("/data/next_token", "/data/cursor", "/data/progress/cursor"),
    **shown("job", "request_context", "errors"),
    "accepted": bound("/data/accepted_count", "/data/progress/accepted"),
}
_ONE: Final = {"job_id": "$job_id"}
_FILE: Final = {**_JOB, "download_url": bound("/data/download_url", "/data/download/url")}

EXPORT_CREATE = route(
    "export.create",
    "bulk/export/create",
    Kind.CREATE,
    body={"filters": FILTERS, **WINDOW, "limit": "$?part_size"},
    yields=_FILE,
    issues=("download_url",),
)
EXPORT_CONTINUE = route(
    "export.continue",
    "bulk/export/continue",
    Kind.ACTION,
    acts_on="ipm.running_export",
    body={**_ONE, "next_token": "$next_token"},
    yields=_FILE,
    issues=("download_url",),
)
IMPORT_CREATE = route(
    "import.create",
    "bulk/import/create",
    Kind.CREATE,
    yields={**_JOB, "upload_url": bound("/data/upload_url", "/data/upload/url")},
    issues=("upload_url",),
)
IMPORT_COMMIT = route(
    "import.commit",
    "bulk/import/commit",
    Kind.ACTION,
    acts_on="ipm.uploaded_import",
    body={**_ONE, "limit": "$?part_size"},
    yields=_JOB,
)
IMPORT_CONTINUE = route(
    "import.continue",
    "bulk/import/continue",
    Kind.ACTION,
    acts_on="ipm.running_import",
    body=_ONE,
    yields=_JOB,
)
JOB_GET = route.one(
    "job.get",
    "bulk/job/get",
    by="job_id",
    acts_on="ipm.export",
    yields=_FILE,
    issues=("download_url",),
)
JOB_LIST = route.page(
    "job.list",
    "bulk/job/list",
    shows={"item_id": bound("/job_id", "/id"), "item_state": bound("/status")},
)

OPERATIONS = (
    EXPORT_CREATE,
    EXPORT_CONTINUE,
    IMPORT_CREATE,
    IMPORT_COMMIT,
    IMPORT_CONTINUE,
    JOB_GET,
    JOB_LIST,
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
