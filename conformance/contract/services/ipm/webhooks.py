"""IPM: webhooks, the feed of changes, look-ups and key figures. The org is in `x-orgcode`.

All 22 paths are published; of their fields none is, so bodies and bindings are our deduction.
"""

from collections.abc import Mapping
from typing import Final

from conformance.contract.facts import documented
from conformance.contract.operation import (
    REVISION,
    Access,
    Binding,
    Fixed,
    Kind,
    Operation,
    RecordKind,
    bound,
)
from conformance.contract.services.event_context import STATED, filters
from conformance.contract.shapes import ANY_ORG, PAGE, Routes, Terms, listed, placed, shown, stat

CALLS: Final = documented("ipm/calls.html")
# Who may do what (ipm/openapi.yaml, common/role-matrix.html); an owner may do all.
VIEW: Final = "integration_view"
ADMIN: Final = "integration_admin"
READERS: Final = frozenset({VIEW, ADMIN})
WRITERS: Final = frozenset({ADMIN})

# Which events a webhook or an export is about. "Scope can be org, channel or facility."
FILTERS: Final = filters()
WINDOW: Final = {"since_utc": "$?since", "until_utc": "$?until"}

# Read by either role and written by administrators, who state their context.
route: Final = Routes(
    "ipm",
    CALLS,
    reads=Terms(READERS),
    writes=Terms(WRITERS, body=STATED),
    rows=listed("/data/events"),
)
# One page calls it public and another asks for a credential (ipm/PROTOCOL.md).
STAT = stat("ipm", CALLS, access=Access.PUBLIC, human_only=False, context=ANY_ORG)

# --- webhooks ---

_WEBHOOK: Final[Mapping[str, Binding]] = {
    "webhook_id": bound("/data/webhook_id", "/data/webhook/webhook_id", "/data/id"),
    "url": placed("webhook", "url"),
    "state": placed("webhook", "status"),
    **shown("webhook", "filters", "request_context"),
    "revision": REVISION,
}
_ONE: Final = {"webhook_id": "$webhook_id"}

WEBHOOK_CREATE = route(
    "webhook.create",
    "webhook/create",
    Kind.CREATE,
    body={"url": "$webhook_url", "caption": "$caption", "filters": FILTERS},
    fresh={"caption": "caption"},
    yields={**_WEBHOOK, "secret": placed("webhook", "secret")},
    issues=("secret",),
)
WEBHOOK_GET = route.one(
    "webhook.get", "webhook/get", by="webhook_id", acts_on="ipm.webhook", yields=_WEBHOOK
)
WEBHOOK_LIST = route.page(
    "webhook.list", "webhook/list", shows={"item_id": bound("/webhook_id", "/id")}
)
# That a webhook is revisioned is not documented, so its revision is sent and never judged.
WEBHOOK_STATUS = route.status(
    "webhook.status_set",
    "webhook/status/set",
    by="webhook_id",
    new="active",
    acts_on="ipm.webhook",
    yields=_WEBHOOK,
)
WEBHOOK_REPLAY = route(
    "webhook.replay",
    "webhook/replay",
    Kind.ACTION,
    acts_on="ipm.active_webhook",
    body={**_ONE, **WINDOW, **PAGE},
    yields={
        "next_token": bound("/data/next_token", "/data/cursor", "/next_token"),
        "replayed": bound("/data/replayed_count", "/data/count"),
    },
)

# --- the feed of changes ---

CDC_LIST = route.page(
    "cdc.list",
    "cdc/list",
    by={
        "service": "$?listed_service",
        "logical_guid": "$?listed_place",
        "channel_code": "$?listed_channel",
        **WINDOW,
    },
    shows={
        "item_id": bound("/event_id", "/event/event_id"),
        "item_redaction": bound("/redaction", "/redaction_metadata", "/event/redaction"),
    },
)

# --- look-ups ---


def _look_up(name: str, path: str, **item: Binding) -> Operation:
    """What the platform has to tell of itself, service by service."""
    return route.page(name, path, by={"service": "$?listed_service"}, shows=item)


EVENT_CATALOG = _look_up(
    "event.catalog_list",
    "event/catalog/list",
    item_service=bound("/service"),
    item_action=bound("/action"),
)
EXPORT_CONTRACTS = _look_up(
    "export.contract_list", "export/contract/list", item_service=bound("/service", "/stream")
)
LIFECYCLES = _look_up("lifecycle.list", "lifecycle/list", item_entity=bound("/entity", "/name"))
SPECIMEN = route(
    "specimen.get",
    "specimen/get",
    Kind.READ,
    body={"service": "$specimen_service", "action": "$specimen_action"},
    yields={"specimen": bound("/data/specimen", "/data/payload", "/data")},
)
PAGINATION = route(
    "pagination.get",
    "pagination/get",
    Kind.READ,
    yields={
        "default_limit": bound("/data/default_limit", "/data/limit/default"),
        "min_limit": bound("/data/min_limit", "/data/limit/min"),
        "max_limit": bound("/data/max_limit", "/data/limit/max"),
    },
)

# --- key figures ---

_FIGURE: Final = {"metric": "$metric", "value": "$value"}
_FRESH_FIGURE: Final = {"metric": "metric", "value": Fixed("1234.50")}
KPI_RECORD = route(
    "kpi.record",
    "kpi/record",
    Kind.CREATE,
    body={
        **_FIGURE,
        "bucket_utc": "$bucket",
        "logical_guid": "$?measured_place",
        "channel_code": "$?measured_channel",
    },
    fresh={**_FRESH_FIGURE, "bucket": Fixed("2026-01-01T00:00:00Z")},
    yields={
        "kpi_id": bound("/data/kpi_id", "/data/snapshot/kpi_id", "/data/id"),
        "value": placed("snapshot", "value"),
    },
)
KPI_QUERY = route.page(
    "kpi.query",
    "kpi/query",
    by={
        "metric": "$metric",
        "logical_guid": "$?measured_place",
        "channel_code": "$?measured_channel",
        **WINDOW,
    },
    fresh={"metric": "metric"},
    shows={"item_id": bound("/kpi_id", "/id"), "item_value": bound("/value")},
)
KPI_ALERT = route(
    "kpi.alert",
    "kpi/alert",
    Kind.ACTION,
    body={**_FIGURE, "threshold": "$threshold"},
    fresh={**_FRESH_FIGURE, "threshold": Fixed("1234.50")},
    yields={"alert_id": bound("/data/alert_id", "/data/alert/alert_id", "/data/id")},
)

OPERATIONS = (
    STAT,
    WEBHOOK_CREATE,
    WEBHOOK_GET,
    WEBHOOK_LIST,
    WEBHOOK_STATUS,
    WEBHOOK_REPLAY,
    CDC_LIST,
    EVENT_CATALOG,
    EXPORT_CONTRACTS,
    LIFECYCLES,
    SPECIMEN,
    PAGINATION,
    KPI_RECORD,
    KPI_QUERY,
    KPI_ALERT,
)
# No way to remove a webhook is documented; a paused one does no harm. An active one is no record of
# its own, so the kind that the ledger knows comes last.
RECORDS = tuple(
    RecordKind(
        name,
        "webhook_id",
        WEBHOOK_CREATE.id,
        WEBHOOK_GET.id,
        WEBHOOK_LIST.id,
        status=WEBHOOK_STATUS.id,
        terminal="paused",
        turns=("active", "paused"),
        tried=False,
    )
    for name in ("ipm.active_webhook", "ipm.webhook")
)
