"""Step 4: an organisation's state, and what it does to writes."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest

from conformance.contract.errors import Tag
from conformance.contract.services.ofm.org import BLOCKED_ORG_STATES
from fixtures import Actor, Caller, Check, Organization, Session
from fixtures.context import users_and_orgs
from fixtures.run.private_reference import advance

READ, UNPARK, WRITE = "ofm.org.get", "ofm.org.unpark", "ofm.cost_centre.create"
HOUR_S = 3600
COOLDOWN_S = 48 * HOUR_S
# Documented paths of several services, none of which needs a record to act on, or a facility.
WRITES = (
    WRITE,
    "ofm.physical.create",
    "ofm.legal.create",
    "ofm.member.invite_create",
    "pvm.brand.create",
    "pmc.pack.create",
    "scm.carrier.config_set",
    "ppm.coupon.create",
    "crm.customer.create",
    "rbs.notification.template_set",
)
BLOCKED = {
    "unverified": "ORG-17",
    "suspended": "ORG-18",
    "parked": "ORG-19",
    "frozen": "ORG-20",
    "doomed": "ORG-21",
}
# The states that the operator takes a new org through; parking it is then up to its owner.
STEPS_TO = {
    "unverified": (),
    "suspended": ("verified", "suspended"),
    "parked": ("verified",),
    "frozen": ("verified", "frozen"),
    "doomed": ("verified", "doomed"),
}
OrgIn = Callable[[str], Organization]


def park(owner: Caller) -> None:
    """Park the org as its owner."""
    revision = owner(READ).value("revision")
    owner("ofm.org.park", expected_revision=revision).accepted()


@pytest.fixture(scope="module")
def org_in(session: Session, owner_actor: Actor) -> OrgIn:
    """Makes an org in a state, once for all checks of this module; it is not to be changed."""

    @cache
    def build(state: str) -> Organization:
        check = session.stage_check(f"{state}-org", BLOCKED[state])
        org = users_and_orgs.create_org(session, check, owner_actor)
        for status in STEPS_TO[state]:
            users_and_orgs.set_org_status(session, check, org, status).accepted()
        if state == "parked":
            park(session.caller(check, owner_actor, org.world))
        return org

    return build


@pytest.fixture
def spare(session: Session, check: Check, owner_actor: Actor) -> Caller:
    """The main owner in a new verified org that may be spoilt; needs `operator`."""
    org = users_and_orgs.create_org(session, check, owner_actor)
    users_and_orgs.set_org_status(session, check, org, "verified").accepted()
    return session.caller(check, owner_actor, org.world)


# --- writes ---


# Every blocked state with a few writes, at the requirement that names the state.
CELLS = [
    pytest.param(state, write, id=f"{state}-{write}", marks=pytest.mark.requirement(BLOCKED[state]))
    for state in BLOCKED_ORG_STATES
    for write in WRITES
]


@pytest.mark.parametrize(("state", "write"), CELLS)
def test_write_is_blocked(
    user: Caller, prove: Callable[[str], None], org_in: OrgIn, state: str, write: str
) -> None:
    prove(write)
    user.within(org_in(state).world)(write).refused(403, Tag.ORG_WRITE_BLOCKED)


@pytest.mark.requirement("ORG-22")
@pytest.mark.parametrize("read", [READ, "ofm.cost_centre.list", "ofm.physical.list"])
def test_suspended_org_is_still_read(user: Caller, org_in: OrgIn, read: str) -> None:
    user.within(org_in("suspended").world)(read).accepted()


@pytest.mark.requirement("ORG-23")
def test_org_that_is_verified_again_takes_writes(
    session: Session, check: Check, spare: Caller
) -> None:
    spare(WRITE).accepted()
    org = Organization(spare.actor, spare.world)
    for status in ("suspended", "verified"):
        users_and_orgs.set_org_status(session, check, org, status).accepted()
    spare(WRITE).accepted()


# --- the end of an org ---


def move(session: Session, owner: Caller, *states: str) -> None:
    """Let the operator take the org through these states."""
    org = Organization(owner.actor, owner.world)
    for status in states:
        users_and_orgs.set_org_status(session, owner.check, org, status).accepted()


@pytest.mark.requirement("ORG-94")
def test_frozen_org_is_doomed(session: Session, spare: Caller) -> None:
    move(session, spare, "frozen", "doomed")


@pytest.mark.requirement("ORG-95")
@pytest.mark.parametrize("state", ["verified", "suspended", "frozen"])
def test_doomed_org_takes_no_other_state(session: Session, spare: Caller, state: str) -> None:
    move(session, spare, "doomed")
    org = Organization(spare.actor, spare.world)
    users_and_orgs.set_org_status(session, spare.check, org, state).refused()


# --- parking ---


@pytest.mark.requirement("ORG-25")
@pytest.mark.needs("operator")
def test_owner_parks_the_org(spare: Caller) -> None:
    park(spare)
    spare(READ).in_state("parked", "the organisation is parked")


@pytest.fixture
def parked(clock_session: Session, check: Check) -> Caller:
    """The owner of an org that was just parked, on a platform whose clock may be advanced."""
    org = users_and_orgs.verified_org(clock_session, check, "parking-owner")
    owner = clock_session.caller(check, org.owner, org.world)
    # A write that is accepted now; what is refused later is refused for the org's state.
    owner(WRITE).accepted()
    park(owner)
    return owner


def pass_time(session: Session, owner: Caller, seconds: int) -> Caller:
    """Advance the clock; the owner signs in again, because sessions end meanwhile."""
    advance(session, owner.check, seconds)
    return owner.as_(users_and_orgs.log_in(session, owner.check, owner.actor))


@pytest.mark.requirement("ORG-26")
@pytest.mark.needs("operator", "clock")
@pytest.mark.parametrize("hours", [0, 47])
def test_org_is_not_unparked_within_48_hours(
    clock_session: Session, parked: Caller, hours: int
) -> None:
    owner = pass_time(clock_session, parked, hours * HOUR_S) if hours else parked
    revision = owner(READ).value("revision")
    early = owner(UNPARK, expected_revision=revision)
    if not early.ok:
        # The same request after the cooldown proves that only the time was wrong with it.
        late = pass_time(clock_session, owner, COOLDOWN_S)
        late(UNPARK, expected_revision=revision).accepted()
        early = replace(early, proven=True)
    early.refused()


@pytest.mark.requirement("ORG-27")
def test_org_is_unparked_after_48_hours_and_takes_writes(
    clock_session: Session, parked: Caller
) -> None:
    owner = pass_time(clock_session, parked, COOLDOWN_S)
    revision = owner(READ).value("revision")
    owner(UNPARK, expected_revision=revision).accepted()
    owner(WRITE).accepted()
