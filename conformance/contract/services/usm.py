"""Sessions, service accounts, API keys: every route a POST with its credential in the body."""

from typing import Any

from conformance.contract.facts import documented
from conformance.contract.operation import (
    Access,
    Binding,
    Fixed,
    Kind,
    Operation,
    Placement,
    Radius,
    RecordKind,
    bound,
    published,
)
from conformance.contract.shapes import LISTED, PAGE, placed, shown

_CALLS = documented("usm/calls.html")


def _session(name: str, kind: Kind, **more: Any) -> Operation:
    return Operation(
        id=f"usm.session.{name}",
        path=f"/usm/session/{name}",
        kind=kind,
        source=_CALLS,
        access=Access.SELF,
        credentials=Placement.BODY,
        **more,
    )


SESSION_CREATE = Operation(
    id="usm.session.create",
    path="/usm/session/create",
    kind=Kind.CREATE,
    source=documented("common/integration-walkthroughs.html"),
    access=Access.PUBLIC,
    credentials=Placement.NONE,
    body={
        "email": "$email",
        "passcode": "$passcode",
        "caption": "$caption",
        "session_label": "$?session_label",
        "reason": "$?reason",
    },
    fresh={"caption": "caption"},
    acts_on="usm.login",
    yields={
        "session_guid": published("/data/session_guid"),
        "user_id": published("/data/user_id"),
        "expires_at_utc": published("/data/expires_at_utc"),
        "ttl_refresh_enabled": published("/data/ttl_refresh_enabled"),
        "timestamp_utc": published("/stats/timestamp_utc"),
    },
    issues=("session_guid",),
    radius=Radius.RECORD,
)
SESSION_VALIDATE = _session(
    "validate",
    Kind.READ,
    yields={
        "user_id": bound("/data/user_id", "/data/session/user_id", "/data/principal/user_id"),
        "expires_at_utc": placed("session", "expires_at_utc"),
        "ttl_refresh_enabled": bound(
            "/data/ttl_refresh_enabled", "/data/session/ttl_refresh_enabled"
        ),
        "status": bound("/data/status", "/data/session/status", "/data/valid", "/data/active"),
        "timestamp_utc": published("/stats/timestamp_utc"),
    },
)
SESSION_GET = _session(
    "get",
    Kind.READ,
    body={"include_archived": "$?include_archived"},
    yields=shown("session", "user_id", "status", "caption"),
)
SESSION_LIST = _session(
    "list",
    Kind.LIST,
    body={"status": "$?status", **PAGE},
    paginated=True,
    yields={
        **LISTED,
        "item_user": bound("/user_id"),
        "item_caption": bound("/caption"),
        "item_state": bound("/status"),
    },
)
SESSION_CLOSE = _session("close", Kind.ACTION, acts_on="usm.session", radius=Radius.RECORD)
LOGOUT_OTHERS = _session(
    "logout_other_devices", Kind.ACTION, acts_on="usm.session", radius=Radius.USER
)
LOGOUT_EVERYWHERE = _session(
    "logout_everywhere", Kind.ACTION, acts_on="usm.session", radius=Radius.USER
)


def _managed(family: str, name: str, kind: Kind, **more: Any) -> Operation:
    """An owner-only route: an owner's session and the org in the body."""
    body = {"orgcode": "$orgcode", **more.pop("body", {})}
    return Operation(
        id=f"usm.{family}.{name}",
        path=f"/usm/{family}/{name}",
        kind=kind,
        source=_CALLS,
        access=Access.OWNER,
        credentials=Placement.BODY,
        human_only=True,
        body=body,
        **more,
    )


ACCOUNT_CREATE = _managed(
    "service_account",
    "create",
    Kind.CREATE,
    body={"caption": "$caption", "roles": "$roles"},
    fresh={"caption": "caption", "roles": "view_roles"},
    yields={
        "service_account_id": bound(
            "/data/service_account_id", "/data/service_account/service_account_id"
        ),
        "roles": placed("service_account", "roles"),
    },
    radius=Radius.RECORD,
)
ACCOUNT_LIST = _managed(
    "service_account",
    "list",
    Kind.LIST,
    body={"include_doomed": "$?include_doomed", **PAGE},
    paginated=True,
    yields={**LISTED, "item_id": bound("/service_account_id"), "item_state": bound("/status")},
)
ACCOUNT_STATUS = _managed(
    "service_account",
    "status",
    Kind.STATUS,
    body={"service_account_id": "$service_account_id", "status": "$status"},
    fresh={"status": "doomed"},
    acts_on="usm.service_account",
    radius=Radius.RECORD,
)
_ACCOUNT = {"service_account_id": "$service_account_id"}
KEY_CREATE = _managed(
    "api_key",
    "create",
    Kind.CREATE,
    body={**_ACCOUNT, "caption": "$caption"},
    fresh={"caption": "caption"},
    acts_on="usm.service_account",
    yields={
        "api_key": bound("/data/api_key", "/data/secret", "/data/api_key/secret"),
        "api_key_id": bound("/data/api_key_id", "/data/key_id", "/data/api_key/api_key_id"),
    },
    issues=("api_key",),
    radius=Radius.RECORD,
)
KEY_LIST = _managed(
    "api_key",
    "list",
    Kind.LIST,
    body={**_ACCOUNT, "include_doomed": "$?include_doomed", **PAGE},
    acts_on="usm.service_account",
    paginated=True,
    yields={
        **LISTED,
        "item_id": bound("/api_key_id", "/key_id"),
        "item_state": bound("/status"),
    },
)
KEY_REVOKE = _managed(
    "api_key",
    "revoke",
    Kind.ACTION,
    body={"api_key_id": "$api_key_id"},
    acts_on="usm.api_key",
    radius=Radius.RECORD,
)
KEY_REVOKE_ALL = _managed(
    "api_key",
    "revoke_all",
    Kind.ACTION,
    body=_ACCOUNT,
    acts_on="usm.service_account",
    radius=Radius.RECORD,
)
KEY_REVOKE_ORG = _managed(
    "api_key", "revoke_all_org", Kind.ACTION, radius=Radius.ORG, acts_on="throwaway.org"
)
KEY_POLICY = _managed(
    "api_key",
    "policy_set",
    Kind.ACTION,
    body={"max_age_seconds": "$max_age_seconds"},
    fresh={"max_age_seconds": Fixed(86_400)},
    radius=Radius.ORG,
    acts_on="throwaway.org",
    yields={"max_age_seconds": placed("policy", "max_age_seconds")},
)
KEY_VALIDATE = Operation(
    id="usm.api_key.validate",
    path="/usm/api_key/validate",
    kind=Kind.READ,
    source=_CALLS,
    access=Access.SELF,
    credentials=Placement.HEADER,
    acts_on="usm.api_key",
    yields={
        "orgcode": Binding(("/data/orgcode", "/data/principal/orgcode")),
        "org_status": Binding(("/data/org_status", "/data/principal/org_status")),
        "roles": Binding(("/data/roles", "/data/principal/roles")),
        "status": bound("/data/status", "/data/principal/status", "/data/valid", "/data/active"),
    },
)

OPERATIONS = (
    SESSION_CREATE,
    SESSION_VALIDATE,
    SESSION_GET,
    SESSION_LIST,
    SESSION_CLOSE,
    LOGOUT_OTHERS,
    LOGOUT_EVERYWHERE,
    ACCOUNT_CREATE,
    ACCOUNT_LIST,
    ACCOUNT_STATUS,
    KEY_CREATE,
    KEY_LIST,
    KEY_REVOKE,
    KEY_REVOKE_ALL,
    KEY_REVOKE_ORG,
    KEY_POLICY,
    KEY_VALIDATE,
)
RECORDS = (
    RecordKind("usm.session", "session_guid", SESSION_CREATE.id, terminal=None),
    RecordKind(
        "usm.service_account",
        "service_account_id",
        ACCOUNT_CREATE.id,
        list=ACCOUNT_LIST.id,
        status=ACCOUNT_STATUS.id,
    ),
    RecordKind("usm.api_key", "api_key_id", KEY_CREATE.id, list=KEY_LIST.id),
)
