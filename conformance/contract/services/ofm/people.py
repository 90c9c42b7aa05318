"""Members, invitations into an org, owners."""

from typing import Any

from conformance.contract.facts import Certainty, documented, inferred
from conformance.contract.operation import (
    REVISION,
    Access,
    Binding,
    Kind,
    Operation,
    Radius,
    RecordKind,
    bound,
)
from conformance.contract.services.ofm.org import CALLS, ORG_GUID, operation
from conformance.contract.shapes import GUARD, placed, shown

_PERSON = {**ORG_GUID, "user_guid": "$user_guid"}
_MEMBER: dict[str, Binding] = {
    **shown("member", "user_guid", "roles", "state"),
    "revision": REVISION,
}

RESOLVE = operation(
    "member.resolve",
    "member/resolve",
    Kind.RESOLVE,
    documented("common/integration-checklist.html"),
    body={"orgcode": "$orgcode", "logical_guid": "$?logical_guid"},
    yields={
        "org_guid": placed("org", "org_guid"),
        "roles": bound("/data/roles", "/data/effective_roles", "/data/member/roles"),
        "user_guid": placed("member", "user_guid"),
        "is_owner": bound("/data/is_owner", "/data/owner"),
    },
)
ADD = operation(
    "member.add",
    "member/add",
    Kind.CREATE,
    CALLS,
    acts_on="throwaway.user",
    body={**_PERSON, "roles": "$roles"},
    fresh={"roles": "view_roles"},
    yields=_MEMBER,
    needs=frozenset({"operator"}),
)
GET = operation(
    "member.get",
    "member/get",
    Kind.READ,
    inferred("ofm/calls.html"),
    acts_on="ofm.member",
    body=_PERSON,
    yields=_MEMBER,
    needs=frozenset({"member"}),
)
LIST = operation.page(
    "member.list",
    "member/list",
    inferred("ofm/calls.html"),
    by=ORG_GUID,
    shows={"item_id": bound("/user_guid"), "item_state": bound("/state")},
)
ASSIGNMENTS = operation.page(
    "member.assignments",
    "member/assignments",
    CALLS,
    acts_on="ofm.member",
    by=_PERSON,
    needs=frozenset({"member"}),
    shows={"item_id": bound("/logical_guid")},
)


def _binding_of_facility(verb: str, record: str) -> Operation:
    return operation(
        f"member.{verb}_logical",
        f"member/{verb}-logical",
        Kind.ACTION,
        CALLS,
        acts_on=record,
        body={**_PERSON, "logical_guid": "$logical_guid"},
        access_certainty=Certainty.INFERRED,
        needs=frozenset({"member"}),
    )


ASSIGN = _binding_of_facility("assign", "ofm.member")
DETACH = _binding_of_facility("detach", "ofm.assignment")

INVITE = operation(
    "member.invite_create",
    "member/invite/create",
    Kind.CREATE,
    CALLS,
    body={**ORG_GUID, "email": "$email", "roles": "$roles"},
    fresh={"email": "email", "roles": "view_roles"},
    yields={
        "invite_guid": placed("invite", "invite_guid"),
        "invite_code": bound("/data/invite_code", "/data/code"),
    },
    issues=("invite_code",),
)
INVITE_LIST = operation.page(
    "member.invite_list",
    "member/invite/list",
    CALLS,
    access=Access.OWNER,
    by=ORG_GUID,
    shows={"item_id": bound("/invite_guid"), "item_state": bound("/status")},
)
INVITE_REVOKE = operation(
    "member.invite_revoke",
    "member/invite/revoke",
    Kind.ACTION,
    CALLS,
    acts_on="ofm.member_invite",
    body={**ORG_GUID, "invite_guid": "$invite_guid"},
)
INVITE_ACCEPT = operation(
    "member.invite_accept",
    "member/invite/accept",
    Kind.ACTION,
    CALLS,
    access=Access.SELF,
    human_only=True,
    acts_on="throwaway.invite",
    body={"invite_code": "$invite_code"},
    yields=_MEMBER,
    needs=frozenset({"operator"}),
)


def _ownership(name: str, path: str, record: str, **change: Any) -> Operation:
    return operation(
        f"owner.{name}",
        f"owner/{path}",
        Kind.STATUS,
        documented("ofm/PROTOCOL.md"),
        access=Access.PRIMARY_OWNER,
        human_only=True,
        acts_on=record,
        body={**_PERSON, **change, **GUARD},
        needs=frozenset({"throwaway", "operator"}),
        radius=Radius.ORG,
    )


PRIMARY_SET = _ownership("primary_set", "primary/set", "throwaway.org_with_member")
SECONDARY_ADD = _ownership("secondary_add", "secondary/add", "throwaway.org_with_member")
SECONDARY_REMOVE = _ownership("secondary_remove", "secondary/remove", "throwaway.org_with_owner")
OWNER_STATE = _ownership("state_set", "state/set", "throwaway.org_with_owner_state", state="$state")

OPERATIONS = (
    RESOLVE,
    ADD,
    GET,
    LIST,
    ASSIGNMENTS,
    ASSIGN,
    DETACH,
    INVITE,
    INVITE_LIST,
    INVITE_REVOKE,
    INVITE_ACCEPT,
    PRIMARY_SET,
    SECONDARY_ADD,
    SECONDARY_REMOVE,
    OWNER_STATE,
)
RECORDS = (RecordKind("ofm.member_invite", "invite_guid", INVITE.id, list=INVITE_LIST.id),)
