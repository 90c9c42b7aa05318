"""IPM: webhooks, the feed of changes, look-ups and key figures. The org is in `x-orgcode`.

All 22 paths are published; of their fields none is, so bodies and bindings are our deduction.

Read from: common/role-matrix.html, ipm/PROTOCOL.md, ipm/calls.html, ipm/openapi.yaml.
"""

from collections.abc import Mapping
from typing import Final

from conformance.contract.envelope import DATA, NEXT_PAGE, in_data
from conformance.contract.facts import documented
from conformance.contract.operation import Access, Binding, Fixed, Operation, RecordKind, bound
from conformance.contract.routes import Routes, Terms, stat
from conformance.contract.services.event_context import STATED, filters
from conformance.contract.shapes import ANY_ORG, PAGE, identity, listed, placed, with_status

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
    "ipm", CALLS, reads=Terms(READERS), writes=Terms(WRITERS, body=STATED), rows=listed("events")
)
# One page calls it public and another asks for a credential (ipm/PROTOCOL.md).
STAT = stat("ipm", CALLS, access=Access.PUBLIC, human_only=False, context=ANY_ORG)

# --- webhooks ---

_WEBHOOK: Final[Mapping[str, Binding]] = {
    **with_status("webhook", "url", "filters", "request_context"),
    "webhook_id": identity("webhook"),
}
_ONE: Final = {"webhook_id": "$webhook_id"}

WEBHOOK_CREATE = route.create(
    "webhook.create",
    body={"url": "$webhook_url", "caption": "$caption", "filters": FILTERS},
    fresh={"caption": "caption"},
    yields={**_WEBHOOK, "secret": placed("webhook", "secret")},
    issues=("secret",),
)
WEBHOOK_GET = route.one("webhook.get", by="webhook_id", acts_on="ipm.webhook", yields=_WEBHOOK)
WEBHOOK_LIST = route.page("webhook.list", shows={"item_id": bound("/webhook_id", "/id")})
# That a webhook is revisioned is not documented, so its revision is sent and never judged.
WEBHOOK_STATUS = route.status(
    "webhook.status_set", by="webhook_id", new="active", acts_on="ipm.webhook", yields=_WEBHOOK
)
WEBHOOK_REPLAY = route.action(
    "webhook.replay",
    acts_on="ipm.active_webhook",
    body={**_ONE, **WINDOW, **PAGE},
    yields={
        "next_token": bound(f"{DATA}{NEXT_PAGE}", f"{DATA}/cursor", NEXT_PAGE),
        "replayed": in_data("replayed_count", "count"),
    },
)

# --- the feed of changes ---

CDC_LIST = route.page(
    "cdc.list",
    by={
        "service": "$?listed_service",
        "logical_guid": "$?listed_place",
        "channel_code": "$?listed_channel",
        **WINDOW,
    },
    shows={
        "item_id": bound("/event_id", "/event/event_id"),
        "item_about": bound("/aggregate_id", "/event/aggregate_id"),
        "item_sources": bound("/source_refs", "/event/source_refs"),
        "item_reason": bound("/reason_code", "/event/reason_code"),
        "item_redaction": bound("/redaction", "/redaction_metadata", "/event/redaction"),
    },
)

# --- look-ups ---


def _look_up(name: str, **item: Binding) -> Operation:
    """What the platform has to tell of itself, service by service."""
    return route.page(name, by={"service": "$?listed_service"}, shows=item)


EVENT_CATALOG = _look_up(
    "event.catalog_list", item_service=bound("/service"), item_action=bound("/action")
)
EXPORT_CONTRACTS = _look_up("export.contract_list", item_service=bound("/service", "/stream"))
LIFECYCLES = _look_up("lifecycle.list", item_entity=bound("/entity", "/name"))
SPECIMEN = route.read(
    "specimen.get",
    body={"service": "$specimen_service", "action": "$specimen_action"},
    yields={"specimen": in_data("specimen", "payload", whole=True)},
)
PAGINATION = route.read(
    "pagination.get",
    yields={
        "default_limit": in_data("default_limit", "limit/default"),
        "min_limit": in_data("min_limit", "limit/min"),
        "max_limit": in_data("max_limit", "limit/max"),
    },
)

# --- key figures ---

_FIGURE: Final = {"metric": "$metric", "value": "$value"}
_MEASURED_AT: Final = {"logical_guid": "$?measured_place", "channel_code": "$?measured_channel"}
_FRESH_FIGURE: Final = {"metric": "metric", "value": Fixed("123.50")}
KPI_RECORD = route.create(
    "kpi.record",
    body={**_FIGURE, "bucket_utc": "$bucket", **_MEASURED_AT},
    fresh={**_FRESH_FIGURE, "bucket": Fixed("2026-01-01T00:00:00Z")},
    yields={
        "kpi_id": in_data("kpi_id", "snapshot/kpi_id", "id"),
        "value": placed("snapshot", "value"),
    },
)
KPI_QUERY = route.page(
    "kpi.query",
    by={"metric": "$metric", **_MEASURED_AT, **WINDOW},
    fresh={"metric": "metric"},
    shows={"item_id": bound("/kpi_id", "/id"), "item_value": bound("/value")},
)
KPI_ALERT = route.action(
    "kpi.alert",
    body={**_FIGURE, "threshold": "$threshold"},
    fresh={**_FRESH_FIGURE, "threshold": Fixed("123.50")},
    yields={"alert_id": identity("alert")},
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
