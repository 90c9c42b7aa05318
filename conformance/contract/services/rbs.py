"""RBS: subscriptions that deliver events to a queue, and notifications. The org is in `x-orgcode`.

All paths are published (rbs/calls.html). Of fields only those of the log of notifications are, so
bodies and bindings are our deduction.

Read from: common/role-matrix.html, rbs/, rbs/PROTOCOL.md, rbs/calls.html, rbs/surfaces/,
story/rbs.html.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from conformance.contract.envelope import in_data, in_published_data
from conformance.contract.facts import documented
from conformance.contract.operation import Binding, Fixed, Kind, RecordKind, bound
from conformance.contract.routes import Routes, Terms, stat
from conformance.contract.services.event_context import STATED, filters
from conformance.contract.shapes import (
    ANY_ORG,
    PAGE,
    REVISED,
    identity,
    listed,
    placed,
    with_status,
)

CALLS: Final = documented("rbs/calls.html")
# Who may do what (rbs/PROTOCOL.md, common/role-matrix.html); an owner may do all. Other pages let
# owners alone (rbs/surfaces/).
VIEW: Final = "rbs_view"
ADMIN: Final = "rbs_admin"
READERS: Final = frozenset({VIEW, ADMIN})
WRITERS: Final = frozenset({ADMIN})
QUEUE: Final = frozenset({"queue"})

# "Filters by service, action prefix, org and channel" (rbs/), facility too (story/rbs.html).
FILTERS: Final = filters(action_prefix="$?listened_prefix")
# Read by either role and written by administrators, who state their context.
route: Final = Routes(
    "rbs",
    CALLS,
    reads=Terms(READERS),
    writes=Terms(WRITERS, body=STATED),
    rows=listed("subscriptions"),
)
STAT = stat("rbs", CALLS, human_only=False, context=ANY_ORG)

# --- subscriptions ---

_SUBSCRIPTION: Final[Mapping[str, Binding]] = {
    **with_status("subscription", "caption", "filters"),
    "subscription_id": identity("subscription"),
}
_ONE: Final = {"subscription_id": "$subscription_id"}
# What only a run with a queue can call.
_queued: Final = replace(route, more={"needs": QUEUE})

REGISTER = _queued.create(
    "subscription.register",
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
)
VERIFY = _queued.action(
    "subscription.verify",
    acts_on="rbs.pending_subscription",
    body={**_ONE, "verification_token": "$verification_token"},
    yields=_SUBSCRIPTION,
)
GET = _queued.one(
    "subscription.get", by="subscription_id", acts_on="rbs.subscription", yields=_SUBSCRIPTION
)
LIST = route.page("subscription.list", shows={"item_id": bound("/subscription_id", "/id")})
# That a subscription is revisioned is not documented, so its revision is never judged.
UPDATE = _queued.update(
    "subscription.update",
    acts_on="rbs.subscription",
    body={**_ONE, "caption": "$caption", "filters": FILTERS, **REVISED},
    fresh={"caption": "caption"},
    yields=_SUBSCRIPTION,
)
STATUS = _queued.status(
    "subscription.status_set",
    by="subscription_id",
    new=Fixed("paused"),
    acts_on="rbs.active_subscription",
    yields=_SUBSCRIPTION,
)
TEST = _queued.action(
    "subscription.test",
    acts_on="rbs.active_subscription",
    body=_ONE,
    yields={"event_id": placed("delivery", "event_id")},
)
UNREGISTER = _queued.action(
    "subscription.unregister",
    acts_on="rbs.subscription",
    body={**_ONE, **REVISED},
    yields=_SUBSCRIPTION,
)

# --- notifications ---

# Who may call these is told for reads and writes in general, and for none of them by name.
_notify: Final = route.deduced
_TEMPLATE: Final[Mapping[str, Binding]] = {
    **with_status("template"),
    "template_id": identity("template"),
    "text": placed("template", "body"),
}
_NAMED: Final = {"template_id": "$template_id"}

TEMPLATE_SET = _notify.create(
    "notification.template_set",
    body={"template_code": "$template_code", "subject": "$caption", "body": "$template_text"},
    fresh={"template_code": "code", "caption": "caption", "template_text": "caption"},
    yields=_TEMPLATE,
)
TEMPLATE_GET = _notify.one(
    "notification.template_get", by="template_id", acts_on="rbs.template", yields=_TEMPLATE
)
TEMPLATE_LIST = _notify.page(
    "notification.template_list", shows={"item_id": bound("/template_id", "/id")}
)
TEMPLATE_STATUS = _notify.status(
    "notification.template_status_set",
    by="template_id",
    new="inactive",
    acts_on="rbs.template",
    yields=_TEMPLATE,
)
SEND = _notify.action(
    "notification.send",
    acts_on="rbs.template",
    body={**_NAMED, "user_guid": "$notified_user"},
    yields={"notification_id": in_data("notification_id", "id")},
)
LOG_LIST = _notify(
    "notification.log_list",
    Kind.LIST,
    paginated=True,
    body=PAGE,
    yields={
        "items": in_published_data("items"),
        "next_token": in_published_data("next_token"),
        "item_id": bound("/notification_id", "/id"),
    },
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
