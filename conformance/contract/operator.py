"""Operator actions: AWS Lambda functions, not HTTPS routes. Paths are function names here."""

from collections.abc import Mapping
from typing import Any, Final

from conformance.contract.envelope import CURRENT_REVISION, DATA, REVISION, TIMESTAMP, in_data
from conformance.contract.facts import Source, documented, inferred
from conformance.contract.operation import (
    Access,
    Binding,
    Kind,
    Operation,
    Placement,
    Radius,
    bound,
)
from conformance.contract.shapes import GUARD, placed

_SOP = documented("common/user-provisioning.html")
_REVISION = bound(*REVISION.pointers, f"{DATA}/user{CURRENT_REVISION}")


def _action(
    name: str,
    source: Source,
    *,
    kind: Kind = Kind.ACTION,
    radius: Radius = Radius.RECORD,
    **more: Any,
) -> Operation:
    return Operation(
        id=f"operator.{name}",
        path=f"/{name}",
        kind=kind,
        source=source,
        access=Access.PUBLIC,
        credentials=Placement.NONE,
        radius=radius if kind.writes else Radius.NONE,
        needs=frozenset({"operator"}),
        **more,
    )


_USER: dict[str, Binding] = {
    "user_id": placed("user", "user_id"),
    "state": placed("user", "status"),
    "revision": _REVISION,
}

# What is set of a user, guarded by the user's revision.
_GUARDED_USER: Final[Mapping[str, Any]] = {
    "yields": _USER,
    "revisioned": True,
    "radius": Radius.USER,
}

USER_CREATE = _action(
    "uas_usercreate",
    _SOP,
    body={"email": "$email", "passcode": "$passcode", "caption": "$caption"},
    fresh={"email": "email", "caption": "caption"},
    yields=_USER,
)
USER_GET = _action(
    "uas_userget",
    inferred("uas/readme.html"),
    kind=Kind.READ,
    body={"user_id": "$user_id"},
    yields=_USER,
)
EMAIL_ISSUE = _action(
    "uas_emailissuetoken",
    _SOP,
    radius=Radius.USER,
    body={"user_id": "$user_id"},
    yields={"token": in_data("token", "email_token")},
    issues=("token",),
)
EMAIL_CONFIRM = _action(
    "uas_emailconfirmtoken",
    _SOP,
    body={"user_id": "$user_id", "token": "$token"},
    yields=_USER,
    radius=Radius.USER,
)
USER_STATUS = _action(
    "uas_userstatusset",
    _SOP,
    body={"user_id": "$user_id", "status": "$status", **GUARD},
    **_GUARDED_USER,
)
USER_CONFIG = _action(
    "uas_userconfigset",
    inferred("usm/playbooks.html"),
    body={"user_id": "$user_id", "max_active_sessions": "$max_active_sessions", **GUARD},
    **_GUARDED_USER,
)
INVITATION_CREATE = _action(
    "ofm_invitationcreate",
    _SOP,
    body={
        "orgcode": "$orgcode",
        "user_guid": "$user_guid",
        "expires_in_seconds": "$?expires_in_seconds",
    },
    yields={
        "invitation_code": in_data("invitation_code", "code"),
        "expires_at": in_data("expires_at_utc", "expires_at"),
        "now": bound(TIMESTAMP),
    },
    issues=("invitation_code",),
)
INVITATION_DOOM = _action(
    "ofm_invitationdoom", inferred("ofm/PROTOCOL.md"), body={"invitation_code": "$invitation_code"}
)
INVITATION_REJECT = _action(
    "ofm_invitationreject",
    inferred("ofm/PROTOCOL.md"),
    body={"invitation_code": "$invitation_code"},
)
INVITATION_GET = _action(
    "ofm_invitationget",
    inferred("ofm/PROTOCOL.md"),
    kind=Kind.READ,
    body={"invitation_code": "$invitation_code"},
    yields={"orgcode": placed("invitation", "orgcode")},
)
INVITATION_LIST = _action(
    "ofm_invitationlist",
    inferred("ofm/PROTOCOL.md"),
    kind=Kind.READ,
    body={"user_guid": "$user_guid"},
)
ORG_STATUS = _action(
    "ofm_orgstatusset",
    documented("common/sdk-snippets.html"),
    body={"org_guid": "$org_guid", "status": "$status", **GUARD},
    yields={"state": placed("org", "status"), "revision": _REVISION},
    revisioned=True,
    radius=Radius.ORG,
)
# Takes a member's access away, in an org that need not be a throwaway.
MEMBER_STATE = _action(
    "ofm_memberstatesetadmin",
    inferred("ofm/PROTOCOL.md"),
    radius=Radius.USER,
    body={"org_guid": "$org_guid", "user_guid": "$user_guid", "state": "$state"},
)
PRIMARY_OWNER = _action(
    "ofm_ownerprimarysetadmin",
    inferred("ofm/PROTOCOL.md"),
    radius=Radius.ORG,
    body={"org_guid": "$org_guid", "user_guid": "$user_guid"},
)
OWNER_STATE = _action(
    "ofm_ownerstatesetadmin",
    inferred("ofm/PROTOCOL.md"),
    radius=Radius.ORG,
    body={"org_guid": "$org_guid", "user_guid": "$user_guid", "state": "$state"},
)


def _offboarding(name: str, **more: Any) -> Operation:
    """A stage of an offboarding (utl/playbooks.html); ids in its payload are our deduction."""
    body = {"orgcode": "$orgcode", "offboarding_id": "$offboarding_id", **more}
    return _action(
        f"utl_offboarding_{name}",
        documented("utl/playbooks.html"),
        radius=Radius.ORG,
        body=body,
        yields={"state": placed("offboarding", "status")},
    )


OFFBOARDING_APPROVE = _offboarding("approve")
OFFBOARDING_EXPORT_START = _offboarding("export_start")
OFFBOARDING_EXPORT_FINALIZE = _offboarding("export_finalize")
OFFBOARDING_PURGE_START = _offboarding("purge_start")
OFFBOARDING_ARCHIVE_SWEEP = _offboarding("archive_sweep")
OFFBOARDING_LEGAL_HOLD = _offboarding("legal_hold_set", legal_hold="$legal_hold")
MAINTENANCE_START = _action(
    "ops_maintenancestart",
    inferred("ops/playbooks.html"),
    radius=Radius.PLATFORM,
    yields={"maintenance_id": placed("maintenance", "maintenance_id")},
)
MAINTENANCE_END = _action(
    "ops_maintenanceend", inferred("ops/playbooks.html"), radius=Radius.PLATFORM
)

# What only the reference knows: its settings, its clock, what stands in for AWS, a second process
# of its kind.
REFERENCE_SETTINGS = _action(
    "reference_settings",
    inferred("reference"),
    kind=Kind.READ,
    yields={
        "rate_limit_rpm": in_data("rate_limit_rpm"),
        "rate_limit_window_s": in_data("rate_limit_window_s"),
    },
)
REFERENCE_CLOCK = _action(
    "reference_clock",
    inferred("reference"),
    radius=Radius.PLATFORM,
    body={"advance_seconds": "$advance_seconds"},
)
REFERENCE_AWS = _action(
    "reference_aws",
    inferred("reference"),
    kind=Kind.READ,
    yields={"endpoint_url": in_data("endpoint_url"), "region": in_data("region")},
)
REFERENCE_SIBLING = _action(
    "reference_sibling",
    inferred("reference"),
    body={"rate_limit_rpm": "$?rate_limit_rpm", "rate_limit_window_s": "$?rate_limit_window_s"},
    yields={"base_url": in_data("base_url"), "operator_url": in_data("operator_url")},
)
