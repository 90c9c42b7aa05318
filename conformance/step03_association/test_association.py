"""Step 3: confirm org association."""

from collections.abc import Callable

import pytest

from conformance.contract.errors import OTHER_ORG, Tag
from fixtures import Actor, Caller, Change, Check, Keys, Session, Stranger, World
from fixtures.context import users_and_orgs
from fixtures.context.organization import Facilities
from fixtures.probes.indistinguishability import expect_same

RESOLVE, READ_ORG = "ofm.member.resolve", "ofm.org.get"
# What profile `store_manager` expands to (common/member-access-roles.html).
STORE_MANAGER = frozenset(
    {
        "crm_view",
        "crm_manage",
        "ics_view",
        "ics_operator",
        "scm_view",
        "scm_order",
        "scm_fulfillment",
        "scm_returns",
        "ppm_view",
        "pcm_view",
        "slc_view",
    }
)
SPELLINGS = {
    "lower-case": str.lower,
    "padded": lambda code: f"  {code} ",
    "both": lambda code: f" {code.lower()}  ",
}


@pytest.fixture
def outsider(stranger: Caller, org_owner: Caller) -> Caller:
    """A stranger asking about the main org, after its owner was accepted there."""
    org_owner(RESOLVE).accepted()
    return stranger.within(org_owner.world)


# --- those who are associated ---


@pytest.mark.requirement("ASSOC-1")
def test_owner_is_associated(org_owner: Caller) -> None:
    org_owner(RESOLVE).accepted()


@pytest.mark.requirement("ASSOC-3")
def test_member_is_associated(org_owner: Caller, member: Caller, org_world: World) -> None:
    org_owner(RESOLVE).accepted()
    member.within(org_world)(RESOLVE).accepted()


@pytest.mark.requirement("ASSOC-4")
def test_roles_of_a_member_are_listed(member: Caller, org_world: World) -> None:
    answer = member.within(org_world)(RESOLVE)
    roles = answer.value("roles")
    answer.expect(
        "the association lists the effective roles by name",
        holds=isinstance(roles, list) and all(isinstance(role, str) for role in roles),
        expected="a list of role names",
        observed=f"{type(roles).__name__}",
        uses=("roles",),
    )


@pytest.mark.requirement("ASSOC-4")
@pytest.mark.needs("operator")
def test_role_that_was_granted_is_among_the_effective(
    session: Session, check: Check, org_owner: Caller
) -> None:
    user = users_and_orgs.new_member(session, check, org_owner, "viewer", ["ofm_view"])
    answer = org_owner.as_(user)(RESOLVE)
    answer.expect(
        "the association lists the role that the member was given",
        holds="ofm_view" in answer.value("roles"),
        expected="a list with ofm_view",
        observed=f"{answer.value('roles')}",
        uses=("roles",),
    )


@pytest.mark.requirement("ASSOC-5")
def test_member_is_not_shown_as_owner(org_owner: Caller, member: Caller) -> None:
    # The owner's own flag first: a flag that is read in the wrong place shows nobody as owner.
    org_owner(RESOLVE).value("is_owner")
    answer = member.within(org_owner.world)(RESOLVE).accepted()
    answer.expect(
        "the association of a plain member does not show the owner flag",
        holds=not answer.optional("is_owner"),
        expected="no owner flag, or a false one",
        uses=("is_owner",),
    )


@pytest.mark.requirement("ASSOC-6")
def test_owner_has_no_role_twice(org_owner: Caller) -> None:
    _expect_no_role_twice(org_owner)


@pytest.mark.requirement("ASSOC-6")
@pytest.mark.needs("operator")
def test_grant_that_a_profile_holds_too_is_listed_once(
    session: Session, check: Check, org_owner: Caller
) -> None:
    roles = ["store_manager", "ics_view"]
    user = users_and_orgs.new_member(session, check, org_owner, "store-manager", roles)
    _expect_no_role_twice(org_owner.as_(user))


@pytest.mark.requirement("ASSOC-21")
def test_profile_expands_to_its_roles(session: Session, check: Check, org_owner: Caller) -> None:
    user = users_and_orgs.new_member(session, check, org_owner, "store-manager", ["store_manager"])
    answer = org_owner.as_(user)(RESOLVE)
    missing = sorted(STORE_MANAGER - set(answer.value("roles")))
    answer.expect(
        "the profile's roles are among the effective ones",
        holds=not missing,
        expected=f"{len(STORE_MANAGER)} roles of store_manager",
        observed=f"without {', '.join(missing)}",
        uses=("roles",),
        inferred=True,
    )


def _expect_no_role_twice(caller: Caller) -> None:
    answer = caller(RESOLVE)
    roles = answer.value("roles")
    twice = sorted({role for role in roles if roles.count(role) > 1})
    answer.expect(
        "effective roles hold no role twice",
        holds=not twice,
        expected="each role once",
        observed=f"twice: {', '.join(twice)}",
        uses=("roles",),
    )


@pytest.mark.every
@pytest.mark.requirement("ASSOC-7")
@pytest.mark.parametrize("name", ["key_owner", "key_view"])
def test_key_is_associated_with_its_own_org(keys: Keys, org_owner: Caller, name: str) -> None:
    org_owner(RESOLVE).accepted()
    org_owner.as_(keys.by_name[name])(RESOLVE).accepted()


@pytest.mark.requirement("ASSOC-8")
@pytest.mark.parametrize("name", ["key_owner", "key_view"])
def test_key_has_the_roles_of_its_account(keys: Keys, org_owner: Caller, name: str) -> None:
    key = keys.by_name[name]
    answer = org_owner.as_(key)(RESOLVE)
    found = answer.value("roles")
    answer.expect(
        "the association of a key lists the roles of its service account",
        holds=set(key.roles) <= set(found),
        expected=f"a list with {', '.join(key.roles)}",
        observed=f"{found}",
        uses=("roles",),
    )


@pytest.mark.requirement("ASSOC-9")
@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_orgcode_may_be_spelled_otherwise(org_owner: Caller, spell: Callable[[str], str]) -> None:
    org_owner(RESOLVE).accepted()
    answer = org_owner(RESOLVE, orgcode=spell(org_owner.world["orgcode"])).accepted()
    rule = "another spelling of the orgcode resolves to the same organisation"
    answer.shows("org_guid", org_owner.world["org_guid"], rule)


@pytest.mark.requirement("ASSOC-13")
def test_owner_is_associated_with_a_facility_of_the_org(
    org_owner: Caller, facilities: Facilities
) -> None:
    org_owner(RESOLVE).accepted()
    org_owner(RESOLVE, logical_guid=facilities.logical_guid).accepted()


# --- those who are not ---


@pytest.mark.requirement("ASSOC-10")
def test_stranger_is_not_associated(outsider: Caller) -> None:
    outsider(RESOLVE).refused(404, Tag.NOT_FOUND)


@pytest.mark.requirement("ASSOC-11")
def test_nobody_is_associated_with_an_absent_org(
    org_owner: Caller, absent_org: Callable[[], World]
) -> None:
    org_owner(RESOLVE).accepted()
    org_owner.within(absent_org())(RESOLVE).refused(404, Tag.NOT_FOUND)


@pytest.mark.requirement("ASSOC-12")
def test_stranger_cannot_tell_whether_an_org_exists(
    outsider: Caller, absent_org: Callable[[], World]
) -> None:
    nowhere = absent_org()
    expect_same(
        lambda: outsider(RESOLVE).refused(404),
        lambda: outsider.within(nowhere)(RESOLVE).refused(404),
        echoes=(outsider.world["orgcode"], nowhere["orgcode"]),
    )


@pytest.mark.requirement("ASSOC-14")
def test_facility_of_another_org_is_refused(owner: Caller, stranger_org: Stranger) -> None:
    owner(RESOLVE).accepted()
    owner(RESOLVE, logical_guid=stranger_org.facilities.logical_guid).refused(404)


@pytest.mark.requirement("ASSOC-15")
def test_facility_of_another_org_is_told_as_one_that_does_not_exist(
    owner: Caller, stranger_org: Stranger
) -> None:
    owner(RESOLVE).accepted()
    foreign, absent = stranger_org.facilities.logical_guid, str(owner.world.fresh("guid"))
    expect_same(
        lambda: owner(RESOLVE, logical_guid=foreign).refused(404),
        lambda: owner(RESOLVE, logical_guid=absent).refused(404),
        echoes=(foreign, absent),
    )


@pytest.mark.requirement("ASSOC-16")
def test_key_is_not_associated_with_another_org(
    keys: Keys, org_owner: Caller, stranger_org: Stranger
) -> None:
    key = org_owner.as_(keys.by_name["key_owner"])
    key(RESOLVE).accepted()
    key(RESOLVE, orgcode=stranger_org.orgcode).refused(404, Tag.NOT_FOUND)


@pytest.mark.requirement("ASSOC-17")
def test_key_cannot_tell_whether_another_org_exists(
    keys: Keys, org_owner: Caller, stranger_org: Stranger, absent_org: Callable[[], World]
) -> None:
    key, nowhere = org_owner.as_(keys.by_name["key_owner"]), absent_org()
    key(RESOLVE).accepted()
    expect_same(
        lambda: key(RESOLVE, orgcode=stranger_org.orgcode).refused(404),
        lambda: key(RESOLVE, orgcode=nowhere["orgcode"]).refused(404),
        echoes=(stranger_org.orgcode, nowhere["orgcode"]),
    )


@pytest.mark.requirement("ASSOC-18")
@pytest.mark.parametrize("operation", [RESOLVE, READ_ORG])
def test_header_that_names_no_org_contradicts_the_body(
    org_owner: Caller, absent_org: Callable[[], World], operation: str
) -> None:
    org_owner(operation).accepted()
    answer = org_owner(operation, Change(headers={"x-orgcode": absent_org()["orgcode"]}))
    answer.refused(None, *OTHER_ORG)


@pytest.mark.every
@pytest.mark.requirement("ASSOC-18")
@pytest.mark.needs("operator")
@pytest.mark.parametrize("operation", [RESOLVE, READ_ORG])
def test_header_that_names_another_org_of_the_caller_contradicts_the_body(
    session: Session, check: Check, org_owner: Caller, owner_actor: Actor, operation: str
) -> None:
    other = users_and_orgs.create_org(session, check, owner_actor)
    org_owner(operation).accepted()
    answer = org_owner(operation, Change(headers={"x-orgcode": other.orgcode}))
    answer.refused(None, Tag.CONTEXT_MISMATCH, Tag.INVALID_INPUT)


@pytest.mark.requirement("ASSOC-20")
def test_deactivated_member_is_no_longer_associated(
    session: Session, check: Check, org_owner: Caller, operator: Caller
) -> None:
    user = users_and_orgs.new_member(session, check, org_owner, "former-member")
    member = org_owner.as_(user)
    member(RESOLVE).accepted()
    names = {"org_guid": org_owner.world["org_guid"], "user_guid": user.user_id}
    operator("operator.ofm_memberstatesetadmin", **names, state="inactive").accepted()
    member(RESOLVE).refused(404, Tag.NOT_FOUND)
