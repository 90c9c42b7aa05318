"""Step 4: an organisation comes to be, by an operator's invitation; and who may read it."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from conformance.contract import OPERATIONS
from conformance.contract.errors import Tag
from fixtures import (
    Actor,
    Answer,
    Caller,
    Check,
    ContextBuilder,
    Inconclusive,
    Keys,
    Organization,
    Session,
    expect_listed,
    instant,
)
from fixtures.context import users_and_orgs

CREATE, READ, RESOLVE = "ofm.org.create", "ofm.org.get", "ofm.resolve.orgcode"
INVITE = "operator.ofm_invitationcreate"
# The longest end of an invitation that is waited for.
PATIENCE_S = 10.0
Invitation = Mapping[str, Any]


@pytest.fixture
def proven(session: Session, check: Check) -> None:
    """The target has accepted the creation of an org in this run."""
    ContextBuilder(session).proven(check, OPERATIONS[CREATE])


@pytest.fixture
def new_org(session: Session, check: Check, owner_actor: Actor) -> Organization:
    """An org as the main owner just created it; needs `operator`."""
    return users_and_orgs.create_org(session, check, owner_actor)


def invite(operator: Caller, user: Caller, orgcode: str = "") -> dict[str, Any]:
    """What the user sends to create an org by a new invitation."""
    orgcode = orgcode or users_and_orgs.new_orgcode(user)
    code = users_and_orgs.invite_to_create(operator, user.actor, orgcode)
    return {"orgcode": orgcode, "invitation_code": code, "user_guid": user.actor.user_id}


# --- creation ---


@pytest.mark.requirement("ORG-1")
@pytest.mark.usefixtures("main_org")
def test_invited_user_creates_an_org(operator: Caller, user: Caller) -> None:
    user(CREATE, **invite(operator, user)).value("org_guid")


def expect_org_state(user: Caller, org: Organization, state: str) -> None:
    user.within(org.world)(READ).in_state(state, f"the organisation is {state}")


@pytest.mark.requirement("ORG-2")
def test_new_org_is_unverified(user: Caller, new_org: Organization) -> None:
    expect_org_state(user, new_org, "unverified")


@pytest.mark.requirement("ORG-3")
def test_operator_verifies_an_org(
    session: Session, check: Check, user: Caller, new_org: Organization
) -> None:
    users_and_orgs.set_org_status(session, check, new_org, "verified").accepted()
    expect_org_state(user, new_org, "verified")


@pytest.mark.requirement("ORG-4")
def test_new_org_has_a_first_cost_centre(
    session: Session, check: Check, operator: Caller, user: Caller
) -> None:
    ContextBuilder(session).proven(check, OPERATIONS["ofm.cost_centre.get"])
    answer = user(CREATE, **invite(operator, user))
    org_guid, centre = str(answer.value("org_guid")), str(answer.value("cc_guid"))
    user.allow_orgs(org_guid, throwaway=True)
    user("ofm.cost_centre.get", org_guid=org_guid, cc_guid=centre).accepted()


@pytest.mark.requirement("ORG-5")
@pytest.mark.parametrize("operation", ["ofm.cost_centre.create", "ofm.member.invite_list"])
def test_invited_user_is_owner_of_the_new_org(
    session: Session, check: Check, owner: Caller, new_org: Organization, operation: str
) -> None:
    owner(operation).accepted()
    users_and_orgs.set_org_status(session, check, new_org, "verified").accepted()
    owner.within(new_org.world)(operation).accepted()


@pytest.mark.requirement("ORG-5")
@pytest.mark.needs("member", "throwaway")
def test_invited_user_is_primary_owner_of_the_new_org(
    session: Session, check: Check, user: Caller, new_org: Organization, member_actor: Actor
) -> None:
    users_and_orgs.set_org_status(session, check, new_org, "verified").accepted()
    owner, person = user.within(new_org.world), member_actor.user_id
    owner("ofm.member.add", user_guid=person).accepted()
    revision = owner(READ).value("revision")
    owner("ofm.owner.secondary_add", user_guid=person, expected_revision=revision).accepted()


@pytest.mark.requirement("ORG-6")
@pytest.mark.usefixtures("proven")
def test_orgcode_is_canonicalised_on_creation(
    session: Session, check: Check, operator: Caller, user: Caller
) -> None:
    ContextBuilder(session).proven(check, OPERATIONS[RESOLVE])
    values = invite(operator, user)
    code = str(values["orgcode"])
    answer = user(CREATE, **{**values, "orgcode": f" {code.lower()} "})
    guid = answer.value("org_guid")
    answer.shows("orgcode", code, "the new org's orgcode is trimmed and in upper case")
    found = user(RESOLVE, orgcode=code)
    found.shows("org_guid", guid, "the canonical orgcode leads to the new org")


# --- invitations that create nothing ---


@pytest.mark.requirement("ORG-7")
@pytest.mark.usefixtures("proven")
def test_expired_invitation_is_refused(operator: Caller, user: Caller) -> None:
    values = {"orgcode": users_and_orgs.new_orgcode(user), "user_guid": user.actor.user_id}
    invitation = operator(INVITE, **values, expires_in_seconds=1)
    code = str(invitation.value("invitation_code"))
    _outwait(invitation)
    user(CREATE, **values, invitation_code=code).refused(409, Tag.INVITATION_EXPIRED)


def _outwait(invitation: Answer) -> None:
    """Wait until the invitation has ended by the platform's own account of its end.

    Raises:
        Inconclusive: the platform did not take the short life that was asked for.
    """
    now, end = instant(invitation.optional("now")), instant(invitation.value("expires_at"))
    if now is None or end is None or (left := (end - now).total_seconds()) > PATIENCE_S:
        raise Inconclusive(
            "the invitation does not end soon by what the platform says",
            cause=f"{INVITE}:expires_at",
            line=f'operations."{INVITE}".body = {{ ... }}',
        )
    time.sleep(max(left, 0.0) + 0.1)


@pytest.mark.requirement("ORG-8")
@pytest.mark.parametrize("again", ["same-orgcode", "other-orgcode"])
def test_invitation_is_used_once(operator: Caller, user: Caller, again: str) -> None:
    values = invite(operator, user)
    user(CREATE, **values).accepted()
    if again == "other-orgcode":
        values["orgcode"] = user.world.fresh("orgcode")
    user(CREATE, **values).refused()


@pytest.mark.requirement("ORG-9")
@pytest.mark.usefixtures("proven")
@pytest.mark.parametrize("named", ["invited-user", "caller"])
def test_invitation_of_another_user_is_refused(
    operator: Caller, user: Caller, disposable_user: Caller, named: str
) -> None:
    values = invite(operator, user)
    if named == "caller":
        values["user_guid"] = disposable_user.actor.user_id
    disposable_user(CREATE, **values).refused()


@pytest.mark.requirement("ORG-10")
@pytest.mark.usefixtures("proven")
def test_doomed_invitation_is_refused(operator: Caller, user: Caller) -> None:
    _expect_useless_after("operator.ofm_invitationdoom", operator, user)


@pytest.mark.requirement("ORG-10")
@pytest.mark.usefixtures("proven")
def test_invitation_that_was_never_issued_is_refused(operator: Caller, user: Caller) -> None:
    code = f"never-issued-{user.world.fresh('guid')}"
    user(CREATE, **{**invite(operator, user), "invitation_code": code}).refused()


@pytest.mark.requirement("ORG-97")
@pytest.mark.usefixtures("proven")
def test_rejected_invitation_is_refused(operator: Caller, user: Caller) -> None:
    _expect_useless_after("operator.ofm_invitationreject", operator, user)


def _expect_useless_after(step: str, operator: Caller, user: Caller) -> None:
    values = invite(operator, user)
    operator(step, invitation_code=values["invitation_code"]).accepted()
    user(CREATE, **values).refused()


@pytest.mark.requirement("ORG-96")
def test_operator_reads_an_invitation(operator: Caller, user: Caller) -> None:
    values = invite(operator, user)
    code = values["invitation_code"]
    answer = operator("operator.ofm_invitationget", invitation_code=code)
    answer.shows("orgcode", values["orgcode"], "the invitation names the org it is for")


@pytest.mark.requirement("ORG-96")
def test_operator_lists_the_invitations_of_a_user(operator: Caller, user: Caller) -> None:
    values = invite(operator, user)
    found = operator("operator.ofm_invitationlist", user_guid=values["user_guid"]).accepted()
    expect_listed([found], str(values["orgcode"]), inferred=True)


@pytest.mark.requirement("ORG-11")
@pytest.mark.usefixtures("proven")
@pytest.mark.parametrize("name", ["key_owner", "key_view"])
def test_key_creates_no_org(operator: Caller, user: Caller, keys: Keys, name: str) -> None:
    user.as_(keys.by_name[name])(CREATE, **invite(operator, user)).refused()


@pytest.mark.requirement("ORG-12")
@pytest.mark.parametrize("spell", [str, str.lower], ids=["as-it-is", "lower-case"])
def test_orgcode_that_is_taken_is_refused(
    operator: Caller, user: Caller, spell: Callable[[str], str]
) -> None:
    # Both invitations before the first org: an operator may refuse to mint one for a taken code.
    first = invite(operator, user)
    second = invite(operator, user, str(first["orgcode"]))
    user(CREATE, **first).accepted()
    user(CREATE, **{**second, "orgcode": spell(str(second["orgcode"]))}).refused()


# --- reading it ---


@pytest.mark.requirement("ORG-13")
def test_owner_reads_the_org(org_owner: Caller) -> None:
    answer = org_owner(READ)
    rule = "the organisation asked for is returned"
    answer.shows_ignoring_case("org_guid", org_owner.world["org_guid"], rule)


@pytest.mark.requirement("ORG-14")
@pytest.mark.parametrize("operation", [READ, "ofm.cost_centre.get", "ofm.logical.list"])
def test_member_reads_the_org(owner: Caller, member: Caller, operation: str) -> None:
    owner(operation).accepted()
    member(operation).accepted()


@pytest.mark.requirement("ORG-15")
def test_org_guid_may_be_spelled_in_either_case(org_owner: Caller) -> None:
    org_owner(READ).accepted()
    guid = org_owner.world["org_guid"].swapcase()
    org_owner(READ, org_guid=guid).accepted()


@pytest.mark.requirement("ORG-16")
def test_health_needs_no_credential(anonymous: Caller) -> None:
    # Nothing in this request is a reading of ours, so that a refusal contradicts the page even
    # where no other sample was ever accepted.
    answer = replace(anonymous("ofm.stat"), proven=True)
    answer.expect(
        "health answers without any credential", holds=answer.ok, expected="success (2xx)"
    )
