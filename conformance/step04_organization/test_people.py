"""Step 4: members, invites, assignments to facilities, and owners."""

from collections.abc import Callable

import pytest

from conformance.contract.errors import Tag
from conformance.contract.paging import LARGEST_LIMIT
from fixtures import (
    Actor,
    Answer,
    Caller,
    Check,
    Inconclusive,
    Session,
    expect_listed,
    holds,
    ids,
    pages,
    pages_with,
)
from fixtures.context import records, users_and_orgs

RESOLVE, ACCEPT = "ofm.member.resolve", "ofm.member.invite_accept"
PRIMARY, SECONDARY = "ofm.owner.primary_set", "ofm.owner.secondary_add"
REMOVE = "ofm.owner.secondary_remove"
OWNERS_WRITE = "ofm.cost_centre.create"


# --- members and invites ---


@pytest.mark.requirement("ORG-69")
def test_user_that_was_added_is_associated(org_owner: Caller, disposable_user: Caller) -> None:
    user = disposable_user.within(org_owner.world)
    org_owner(RESOLVE).accepted()
    org_owner("ofm.member.add", user_guid=user.actor.user_id).accepted()
    user(RESOLVE).accepted()


def invite(owner: Caller, user: Actor) -> Answer:
    return owner("ofm.member.invite_create", email=user.email)


@pytest.fixture
def newcomer(org_owner: Caller, disposable_user: Caller) -> Caller:
    """A user in context of an org that the owner is known to be associated with, and they not."""
    org_owner(RESOLVE).accepted()
    return disposable_user.within(org_owner.world)


@pytest.mark.requirement("ORG-70")
def test_user_that_accepted_an_invite_is_associated(org_owner: Caller, newcomer: Caller) -> None:
    code = invite(org_owner, newcomer.actor).value("invite_code")
    newcomer(ACCEPT, invite_code=code).accepted()
    newcomer(RESOLVE).accepted()


@pytest.mark.requirement("ORG-71")
def test_user_with_a_pending_invite_is_not_associated(org_owner: Caller, newcomer: Caller) -> None:
    invite(org_owner, newcomer.actor).accepted()
    newcomer(RESOLVE).refused(404, Tag.NOT_FOUND)


@pytest.mark.requirement("ORG-72")
def test_invite_of_another_user_is_not_accepted(
    org_owner: Caller,
    disposable_user: Caller,
    session: Session,
    check: Check,
    prove: Callable[[str], None],
) -> None:
    prove(ACCEPT)
    invited = users_and_orgs.register(session.operator_caller(check), "invited")
    code = invite(org_owner, invited).value("invite_code")
    disposable_user(ACCEPT, invite_code=code).refused()


@pytest.mark.requirement("ORG-73")
def test_revoked_invite_is_not_accepted(
    org_owner: Caller, disposable_user: Caller, prove: Callable[[str], None]
) -> None:
    prove(ACCEPT)
    made = invite(org_owner, disposable_user.actor)
    code, guid = made.value("invite_code"), made.value("invite_guid")
    org_owner("ofm.member.invite_revoke", invite_guid=guid).accepted()
    disposable_user(ACCEPT, invite_code=code).refused()


@pytest.mark.requirement("ORG-92")
def test_invite_is_listed(org_owner: Caller, disposable_user: Caller) -> None:
    made = invite(org_owner, disposable_user.actor)
    walk = pages(org_owner, "ofm.member.invite_list", limit=LARGEST_LIMIT)
    expect_listed(walk, str(made.value("invite_guid")))


# --- assignments ---


@pytest.mark.requirement("ORG-74")
@pytest.mark.parametrize("detached", [False, True], ids=["assigned", "detached"])
def test_assignment_shows_until_it_is_detached(
    owner: Caller, member: Caller, *, detached: bool
) -> None:
    facility = str(records.make(owner, "ofm.logical")["logical_guid"])
    names = {"user_guid": member.actor.user_id, "logical_guid": facility}
    owner("ofm.member.assign_logical", **names).accepted()
    asked = {"user_guid": names["user_guid"], "limit": LARGEST_LIMIT}
    found = pages_with(owner, "ofm.member.assignments", facility, **asked)
    if detached:
        if not holds(found, facility):
            raise Inconclusive("no list shows the assignment before it is detached")
        owner("ofm.member.detach_logical", **names).accepted()
        walk = pages(owner, "ofm.member.assignments", **asked)
        found = walk.until(lambda left: not holds(left, facility))
    found[-1].expect(
        "the member's assignments show what was assigned and not what was detached",
        holds=(str(facility) in ids(found)) is not detached,
        expected="a list without the facility" if detached else "a list with the facility",
        observed="a list with it" if detached else "a list without it",
        uses=("items", "item_id"),
    )


# --- owners ---


@pytest.fixture
def primary(session: Session, check: Check, owner_actor: Actor) -> Caller:
    """The main owner as primary owner of a new verified org that may be spoilt."""
    org = users_and_orgs.create_org(session, check, owner_actor)
    users_and_orgs.set_org_status(session, check, org, "verified").accepted()
    return session.caller(check, owner_actor, org.world)


@pytest.fixture
def secondary(primary: Caller, member_actor: Actor) -> Caller:
    """A secondary owner of the same org: the plain member of the main one."""
    primary("ofm.member.add", user_guid=member_actor.user_id).accepted()
    govern(primary, SECONDARY, member_actor).accepted()
    return primary.as_(member_actor)


def govern(caller: Caller, operation: str, user: Actor) -> Answer:
    """One of the `/ofm/owner/*` routes about `user`, with the org's current revision."""
    revision = caller("ofm.org.get").value("revision")
    return caller(operation, user_guid=user.user_id, expected_revision=revision)


@pytest.mark.requirement("ORG-76")
@pytest.mark.needs("member")
@pytest.mark.parametrize("operation", ["ofm.member.invite_list", OWNERS_WRITE])
def test_secondary_owner_passes_owner_only_routes(
    primary: Caller, secondary: Caller, operation: str
) -> None:
    primary(operation).accepted()
    secondary(operation).accepted()


@pytest.mark.requirement("ORG-77")
@pytest.mark.needs("member")
@pytest.mark.parametrize("operation", [PRIMARY, REMOVE])
def test_secondary_owner_does_not_govern_owners(
    secondary: Caller, prove: Callable[[str], None], operation: str
) -> None:
    prove(operation)
    govern(secondary, operation, secondary.actor).refused(403)


@pytest.mark.requirement("ORG-77")
@pytest.mark.needs("member")
def test_secondary_owner_does_not_add_owners(
    session: Session, check: Check, primary: Caller, secondary: Caller
) -> None:
    user = users_and_orgs.register(session.operator_caller(check), "third")
    primary("ofm.member.add", user_guid=user.user_id).accepted()
    govern(secondary, SECONDARY, user).refused(403)


@pytest.mark.requirement("ORG-93")
@pytest.mark.needs("member")
@pytest.mark.parametrize("operation", ["ofm.member.invite_list", OWNERS_WRITE])
def test_removed_owner_passes_no_owner_only_route(
    primary: Caller, secondary: Caller, operation: str
) -> None:
    secondary(operation).accepted()
    govern(primary, REMOVE, secondary.actor).accepted()
    secondary(operation).refused()


@pytest.mark.requirement("ORG-98")
@pytest.mark.needs("member")
def test_operator_hands_primary_ownership_over(
    operator: Caller, primary: Caller, secondary: Caller, prove: Callable[[str], None]
) -> None:
    prove(PRIMARY)
    names = {"org_guid": primary.world["org_guid"], "user_guid": secondary.actor.user_id}
    operator("operator.ofm_ownerprimarysetadmin", **names).accepted()
    govern(primary, PRIMARY, primary.actor).refused(403)
    govern(secondary, PRIMARY, primary.actor).accepted()


@pytest.mark.requirement("ORG-79")
@pytest.mark.needs("member")
def test_owner_that_an_operator_deactivated_does_not_pass(
    operator: Caller, secondary: Caller
) -> None:
    secondary(OWNERS_WRITE).accepted()
    names = {"org_guid": secondary.world["org_guid"], "user_guid": secondary.actor.user_id}
    operator("operator.ofm_ownerstatesetadmin", **names, state="inactive").accepted()
    secondary(OWNERS_WRITE).refused()


@pytest.mark.requirement("ORG-79")
@pytest.mark.needs("member")
def test_owner_that_the_primary_owner_deactivated_does_not_pass(
    primary: Caller, secondary: Caller
) -> None:
    secondary(OWNERS_WRITE).accepted()
    user = secondary.actor.user_id
    revision = primary("ofm.member.get", user_guid=user).value("revision")
    state = {"state": "inactive", "expected_revision": revision}
    primary("ofm.owner.state_set", user_guid=user, **state).accepted()
    secondary(OWNERS_WRITE).refused()


@pytest.mark.requirement("ORG-80")
@pytest.mark.needs("member")
def test_new_primary_owner_governs_owners(primary: Caller, secondary: Caller) -> None:
    govern(primary, PRIMARY, secondary.actor).accepted()
    govern(secondary, PRIMARY, primary.actor).accepted()


@pytest.mark.requirement("ORG-80")
@pytest.mark.needs("member")
def test_former_primary_owner_does_not_govern_owners(primary: Caller, secondary: Caller) -> None:
    govern(primary, PRIMARY, secondary.actor).accepted()
    govern(primary, PRIMARY, primary.actor).refused(403)
