"""RBS: subscriptions that deliver events to a queue, and notifications. The org is in `x-orgcode`.

All paths are published (rbs/calls.html). Of fields only those of the log of notifications are, so
bodies and bindings are our deduction.
"""

from collections.abc import Mapping
from typing import Any, Final

from conformance.contract.context import STATED
from conformance.contract.facts import Certainty, documented
from conformance.contract.operation import (
    REVISION,
    Access,
    Binding,
    Fixed,
    Kind,
    Operation,
    Radius,
    RecordKind,
    bound,
    published,
)

CALLS: Final = documented("rbs/calls.html")
ORG: Final = {"x-orgcode": "$orgcode"}
PAGE: Final = {"limit": "$?limit", "next_token": "$?next_token"}
# Who may do what (rbs/PROTOCOL.md, common/role-matrix.html); an owner may do all. Other pages let
# owners alone (rbs/surfaces/).
VIEW: Final = "rbs_view"
ADMIN: Final = "rbs_admin"
READERS: Final = frozenset({VIEW, ADMIN})
WRITERS: Final = frozenset({ADMIN})
ACTIVE: Final = "active"
QUEUE: Final = frozenset({"queue"})

# "Filters by service, action prefix, org and channel" (rbs/), facility too (story/rbs.html).
FILTERS: Final = {
    "service": "$?listened_service",
    "action_prefix": "$?listened_prefix",
    "logical_guid": "$?listened_place",
    "channel_code": "$?listened_channel",
}
LISTED: Final[Mapping[str, Binding]] = {
    "items": bound("/data/items", "/data/subscriptions", "/data/records", "/data"),
    "next_token": published("/data/next_token", "/next_token"),
}


def route(name: str, path: str, kind: Kind, **more: Any) -> Operation:
    """An RBS route: a POST, read by either role and written by administrators."""
    more.setdefault("radius", Radius.RECORD if kind.writes else Radius.NONE)
    more["body"] = {**more.get("body", {}), **(STATED if kind.writes else {})}
    return Operation(
        id=f"rbs.{name}",
        path=f"/rbs/{path}",
        kind=kind,
        source=CALLS,
        access=Access.ROLE,
        roles=WRITERS if kind.writes else READERS,
        context=ORG,
        **more,
    )


STAT = Operation(
    id="rbs.stat",
    path="/rbs/stat",
    method="GET",
    kind=Kind.READ,
    source=CALLS,
    access=Access.SELF,
    context={"x-orgcode": "$?orgcode"},
)

# --- subscriptions ---

_SUBSCRIPTION: Final[Mapping[str, Binding]] = {
    "subscription_id": bound(
        "/data/subscription_id", "/data/subscription/subscription_id", "/data/id"
    ),
    "state": bound("/data/status", "/data/subscription/status"),
    "caption": bound("/data/caption", "/data/subscription/caption"),
    "filters": bound("/data/filters", "/data/subscription/filters"),
    "revision": REVISION,
}
_ONE: Final = {"subscription_id": "$subscription_id"}
# That a subscription is revisioned is not documented, so its revision is sent and never judged.
_GUARD: Final = {"expected_revision": "$?expected_revision"}

REGISTER = route(
    "subscription.register",
    "subscription/register",
    Kind.CREATE,
    body={
        "queue_url": "$queue_url",
        "region": "$queue_region",
        "caption": "$caption",
        "filters": FILTERS,
        # An assumed role with an external id is preferred, keys are accepted (rbs/PROTOCOL.md).
        "credentials": "$?queue_credentials",
    },
    fresh={"caption": "caption"},
    yields=_SUBSCRIPTION,
    needs=QUEUE,
)
VERIFY = route(
    "subscription.verify",
    "subscription/verify",
    Kind.ACTION,
    acts_on="rbs.pending_subscription",
    body={**_ONE, "verification_token": "$verification_token"},
    yields=_SUBSCRIPTION,
    needs=QUEUE,
)
GET = route(
    "subscription.get",
    "subscription/get",
    Kind.READ,
    acts_on="rbs.subscription",
    body=_ONE,
    yields=_SUBSCRIPTION,
    needs=QUEUE,
)
LIST = route(
    "subscription.list",
    "subscription/list",
    Kind.LIST,
    paginated=True,
    body=PAGE,
    yields={**LISTED, "item_id": bound("/subscription_id", "/id")},
)
UPDATE = route(
    "subscription.update",
    "subscription/update",
    Kind.UPDATE,
    acts_on="rbs.subscription",
    body={**_ONE, "caption": "$caption", "filters": FILTERS, **_GUARD},
    fresh={"caption": "caption"},
    yields=_SUBSCRIPTION,
    needs=QUEUE,
)
STATUS = route(
    "subscription.status_set",
    "subscription/status/set",
    Kind.STATUS,
    acts_on="rbs.active_subscription",
    body={**_ONE, "status": "$status", **_GUARD},
    fresh={"status": Fixed("paused")},
    yields=_SUBSCRIPTION,
    needs=QUEUE,
)
TEST = route(
    "subscription.test",
    "subscription/test",
    Kind.ACTION,
    acts_on="rbs.active_subscription",
    body=_ONE,
    yields={"event_id": bound("/data/event_id", "/data/delivery/event_id")},
    needs=QUEUE,
)
UNREGISTER = route(
    "subscription.unregister",
    "subscription/unregister",
    Kind.ACTION,
    acts_on="rbs.subscription",
    body={**_ONE, **_GUARD},
    yields=_SUBSCRIPTION,
    needs=QUEUE,
)

# --- notifications ---

# Who may call these is told for reads and writes in general, and for none of them by name.
_UNTOLD: Final = {"access_certainty": Certainty.INFERRED}
_TEMPLATE: Final[Mapping[str, Binding]] = {
    "template_id": bound("/data/template_id", "/data/template/template_id", "/data/id"),
    "state": bound("/data/status", "/data/template/status"),
    "text": bound("/data/body", "/data/template/body"),
    "revision": REVISION,
}
_NAMED: Final = {"template_id": "$template_id"}

TEMPLATE_SET = route(
    "notification.template_set",
    "notification/template/set",
    Kind.CREATE,
    body={"template_code": "$template_code", "subject": "$caption", "body": "$template_text"},
    fresh={"template_code": "code", "caption": "caption", "template_text": "caption"},
    yields=_TEMPLATE,
    **_UNTOLD,
)
TEMPLATE_GET = route(
    "notification.template_get",
    "notification/template/get",
    Kind.READ,
    acts_on="rbs.template",
    body=_NAMED,
    yields=_TEMPLATE,
    **_UNTOLD,
)
TEMPLATE_LIST = route(
    "notification.template_list",
    "notification/template/list",
    Kind.LIST,
    paginated=True,
    body=PAGE,
    yields={**LISTED, "item_id": bound("/template_id", "/id")},
    **_UNTOLD,
)
TEMPLATE_STATUS = route(
    "notification.template_status_set",
    "notification/template/status/set",
    Kind.STATUS,
    acts_on="rbs.template",
    body={**_NAMED, "status": "$status", **_GUARD},
    fresh={"status": "inactive"},
    yields=_TEMPLATE,
    **_UNTOLD,
)
SEND = route(
    "notification.send",
    "notification/send",
    Kind.ACTION,
    acts_on="rbs.template",
    body={**_NAMED, "user_guid": "$notified_user"},
    yields={"notification_id": bound("/data/notification_id", "/data/id")},
    **_UNTOLD,
)
LOG_LIST = route(
    "notification.log_list",
    "notification/log/list",
    Kind.LIST,
    paginated=True,
    body=PAGE,
    yields={
        "items": published("/data/items"),
        "next_token": published("/data/next_token"),
        "item_id": bound("/notification_id", "/id"),
    },
    **_UNTOLD,
)

OPERATIONS = (
    STAT,
    REGISTER,
    VERIFY,
    GET,
    LIST,
    UPDATE,
    STATUS,
    TEST,
    UNREGISTER,
    TEMPLATE_SET,
    TEMPLATE_GET,
    TEMPLATE_LIST,
    TEMPLATE_STATUS,
    SEND,
    LOG_LIST,
)
# A pending or active subscription is no record of its own, so the kind that the ledger knows comes
# last. What ends one is `unregister`, which takes no status.
RECORDS = (
    *(
        RecordKind(
            name,
            "subscription_id",
            REGISTER.id,
            GET.id,
            LIST.id,
            update=UPDATE.id,
            status=UNREGISTER.id,
            terminal="revoked",
            tried=False,
        )
        for name in ("rbs.pending_subscription", "rbs.active_subscription", "rbs.subscription")
    ),
    RecordKind(
        "rbs.template",
        "template_id",
        TEMPLATE_SET.id,
        TEMPLATE_GET.id,
        TEMPLATE_LIST.id,
        status=TEMPLATE_STATUS.id,
        terminal="inactive",
        tried=False,
    ),
)
