"""Members, invitations into an org, owners.

Read from: common/integration-checklist.html, ofm/PROTOCOL.md, ofm/calls.html.
"""

from typing import Any

from conformance.contract.envelope import REVISION, in_data
from conformance.contract.facts import documented, inferred
from conformance.contract.operation import Access, Binding, Operation, Radius, RecordKind, bound
from conformance.contract.services.ofm.org import CALLS, ORG_GUID, route
from conformance.contract.shapes import GUARD, ROW_STATUS, placed, shown

_PERSON = {**ORG_GUID, "user_guid": "$user_guid"}
_MEMBER: dict[str, Binding] = {
    **shown("member", "user_guid", "roles", "state"),
    "revision": REVISION,
}

RESOLVE = route.resolve(
    "member.resolve",
    documented("common/integration-checklist.html"),
    body={"orgcode": "$orgcode", "logical_guid": "$?logical_guid"},
    yields={
        "org_guid": placed("org", "org_guid"),
        "roles": in_data("roles", "effective_roles", "member/roles"),
        "user_guid": placed("member", "user_guid"),
        "is_owner": in_data("is_owner", "owner"),
    },
)
ADD = route.create(
    "member.add",
    CALLS,
    acts_on="throwaway.user",
    body={**_PERSON, "roles": "$roles"},
    fresh={"roles": "view_roles"},
    yields=_MEMBER,
    needs=frozenset({"operator"}),
)
GET = route.read(
    "member.get",
    inferred("ofm/calls.html"),
    acts_on="ofm.member",
    body=_PERSON,
    yields=_MEMBER,
    needs=frozenset({"member"}),
)
LIST = route.page(
    "member.list",
    inferred("ofm/calls.html"),
    by=ORG_GUID,
    item_id="user_guid",
    shows={"item_state": bound("/state")},
)
ASSIGNMENTS = route.page(
    "member.assignments",
    CALLS,
    acts_on="ofm.member",
    by=_PERSON,
    needs=frozenset({"member"}),
    item_id="logical_guid",
)


def _binding_of_facility(verb: str, record: str) -> Operation:
    return route.access_deduced.action(
        f"member.{verb}_logical",
        CALLS,
        path=f"member/{verb}-logical",
        acts_on=record,
        body={**_PERSON, "logical_guid": "$logical_guid"},
        needs=frozenset({"member"}),
    )


ASSIGN = _binding_of_facility("assign", "ofm.member")
DETACH = _binding_of_facility("detach", "ofm.assignment")

INVITE = route.create(
    "member.invite_create",
    CALLS,
    body={**ORG_GUID, "email": "$email", "roles": "$roles"},
    fresh={"email": "email", "roles": "view_roles"},
    yields={
        "invite_guid": placed("invite", "invite_guid"),
        "invite_code": in_data("invite_code", "code"),
    },
    issues=("invite_code",),
)
INVITE_LIST = route.page(
    "member.invite_list",
    CALLS,
    access=Access.OWNER,
    by=ORG_GUID,
    item_id="invite_guid",
    shows=ROW_STATUS,
)
INVITE_REVOKE = route.action(
    "member.invite_revoke",
    CALLS,
    acts_on="ofm.member_invite",
    body={**ORG_GUID, "invite_guid": "$invite_guid"},
)
INVITE_ACCEPT = route.action(
    "member.invite_accept",
    CALLS,
    access=Access.SELF,
    human_only=True,
    acts_on="throwaway.invite",
    body={"invite_code": "$invite_code"},
    yields=_MEMBER,
    needs=frozenset({"operator"}),
)


def _ownership(name: str, path: str, record: str, **change: Any) -> Operation:
    return route.step(
        f"owner.{name}",
        documented("ofm/PROTOCOL.md"),
        path=f"owner/{path}",
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

RECORDS = (RecordKind("ofm.member_invite", "invite_guid", INVITE.id, list=INVITE_LIST.id),)
