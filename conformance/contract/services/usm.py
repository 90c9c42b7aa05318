"""Sessions, service accounts, API keys: every route a POST with its credential in the body.

Read from: common/integration-walkthroughs.html, usm/calls.html.
"""

from dataclasses import replace
from typing import Final

from conformance.contract.envelope import ANSWERED_AT, in_data
from conformance.contract.facts import documented
from conformance.contract.operation import Access, Fixed, Placement, Radius, RecordKind, bound
from conformance.contract.routes import Routes, Terms, lasting, underscored
from conformance.contract.shapes import ROW_STATUS, SIGN_IN, placed, shown

CALLS: Final = documented("usm/calls.html")


# Of the caller's own; a validation of a key alone takes it in the header.
_SELF: Final = Terms(access=Access.SELF, context={})
_own: Final = Routes(
    "usm",
    CALLS,
    reads=_SELF,
    writes=_SELF,
    more={"credentials": Placement.BODY},
    spelling=underscored,
)
# For owners: their session and the org in the body.
_OWNED: Final = Terms(access=Access.OWNER, context={}, body={"orgcode": "$orgcode"})
_managed: Final = replace(_own, reads=_OWNED, writes=_OWNED, more={**_own.more, "human_only": True})

SESSION_CREATE = _own.create(
    "session.create",
    documented("common/integration-walkthroughs.html"),
    access=Access.PUBLIC,
    credentials=Placement.NONE,
    body={
        **SIGN_IN,
        "caption": "$caption",
        "session_label": "$?session_label",
        "reason": "$?reason",
    },
    fresh={"caption": "caption"},
    acts_on="usm.login",
    yields={
        # Pages print the names, and no sample of the answer.
        "session_guid": in_data("session_guid"),
        "user_id": in_data("user_id"),
        "expires_at_utc": in_data("expires_at_utc"),
        "ttl_refresh_enabled": in_data("ttl_refresh_enabled"),
        "timestamp_utc": ANSWERED_AT,
    },
    issues=("session_guid",),
)
SESSION_VALIDATE = _own.read(
    "session.validate",
    yields={
        "user_id": in_data("user_id", "session/user_id", "principal/user_id"),
        "expires_at_utc": placed("session", "expires_at_utc"),
        "ttl_refresh_enabled": in_data("ttl_refresh_enabled", "session/ttl_refresh_enabled"),
        "status": in_data("status", "session/status", "valid", "active"),
        "timestamp_utc": ANSWERED_AT,
    },
)
SESSION_GET = _own.read(
    "session.get",
    body={"include_archived": "$?include_archived"},
    yields=shown("session", "user_id", "status", "caption"),
)
SESSION_LIST = _own.page(
    "session.list",
    by={"status": "$?status"},
    shows={
        "item_user": bound("/user_id"),
        "item_caption": bound("/caption"),
        "item_state": bound("/status"),
    },
)
SESSION_CLOSE = _own.action("session.close", acts_on="usm.session")
LOGOUT_OTHERS = _own.action(
    "session.logout_other_devices", acts_on="usm.session", radius=Radius.USER
)
LOGOUT_EVERYWHERE = _own.action(
    "session.logout_everywhere", acts_on="usm.session", radius=Radius.USER
)


ACCOUNT_CREATE = _managed.create(
    "service_account.create",
    body={"caption": "$caption", "roles": "$roles"},
    fresh={"caption": "caption", "roles": "view_roles"},
    yields={
        "service_account_id": in_data("service_account_id", "service_account/service_account_id"),
        "roles": placed("service_account", "roles"),
    },
)
ACCOUNT_LIST = _managed.page(
    "service_account.list",
    by={"include_doomed": "$?include_doomed"},
    item_id="service_account_id",
    shows=ROW_STATUS,
)
ACCOUNT_STATUS = _managed.step(
    "service_account.status",
    body={"service_account_id": "$service_account_id", "status": "$status"},
    fresh={"status": "doomed"},
    acts_on="usm.service_account",
)
_ACCOUNT = {"service_account_id": "$service_account_id"}
KEY_CREATE = _managed.create(
    "api_key.create",
    body={**_ACCOUNT, "caption": "$caption"},
    fresh={"caption": "caption"},
    acts_on="usm.service_account",
    yields={
        "api_key": in_data("api_key", "secret", "api_key/secret"),
        "api_key_id": in_data("api_key_id", "key_id", "api_key/api_key_id"),
    },
    issues=("api_key",),
)
KEY_LIST = _managed.page(
    "api_key.list",
    by={**_ACCOUNT, "include_doomed": "$?include_doomed"},
    acts_on="usm.service_account",
    shows={"item_id": bound("/api_key_id", "/key_id"), "item_state": bound("/status")},
)
KEY_REVOKE = _managed.action(
    "api_key.revoke", body={"api_key_id": "$api_key_id"}, acts_on="usm.api_key"
)
KEY_REVOKE_ALL = _managed.action("api_key.revoke_all", body=_ACCOUNT, acts_on="usm.service_account")
KEY_REVOKE_ORG = _managed.action(
    "api_key.revoke_all_org", radius=Radius.ORG, acts_on="throwaway.org"
)
KEY_POLICY = _managed.action(
    "api_key.policy_set",
    body={"max_age_seconds": "$max_age_seconds"},
    fresh={"max_age_seconds": Fixed(86_400)},
    radius=Radius.ORG,
    acts_on="throwaway.org",
    yields={"max_age_seconds": placed("policy", "max_age_seconds")},
)
KEY_VALIDATE = _own.read(
    "api_key.validate",
    credentials=Placement.HEADER,
    acts_on="usm.api_key",
    yields={
        "orgcode": placed("principal", "orgcode"),
        "org_status": placed("principal", "org_status"),
        "roles": placed("principal", "roles"),
        "status": in_data("status", "principal/status", "valid", "active"),
    },
)

RECORDS = (
    lasting("usm.session", "session_guid", SESSION_CREATE),
    RecordKind(
        "usm.service_account",
        "service_account_id",
        ACCOUNT_CREATE.id,
        list=ACCOUNT_LIST.id,
        status=ACCOUNT_STATUS.id,
    ),
    RecordKind("usm.api_key", "api_key_id", KEY_CREATE.id, list=KEY_LIST.id),
)
