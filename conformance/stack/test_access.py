"""Access: which roles are enough and which are not, health, credentials and org in two places."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pytest

from conformance.contract import OPERATIONS
from conformance.contract.operation import Placement
from conformance.parameters import case
from conformance.stack.access import (
    AT_A_FACILITY,
    GRANTED,
    HEALTH,
    IN_THE_BODY,
    ORG_TWICE,
    PRECEDENCE,
    WITHHELD,
    Roles,
)
from fixtures import (
    AS_PROVEN,
    Actor,
    Answer,
    Caller,
    Change,
    Check,
    ContextBuilder,
    Inconclusive,
    OperationContext,
    Session,
    Stranger,
)
from fixtures.context import grants, users_and_orgs
from fixtures.exchange.actors import garbage_key, garbage_session
from fixtures.probes.contradicting_context import contradict

IN_BODY: Final = Change(place=Placement.BODY)


@pytest.fixture(scope="module")
def contexts(session: Session) -> ContextBuilder:
    """What prepares requests; what it built is shared by the checks of one process."""
    return ContextBuilder(session)


@dataclass(frozen=True)
class Request:
    """A request with all its values, to be sent as one caller or another."""

    prepared: OperationContext
    operation: str

    @property
    def owner(self) -> Actor:
        """Who may send it for certain."""
        return self.prepared.caller.actor

    def by(self, actor: Actor, change: Change = AS_PROVEN) -> Answer:
        """Send it as this actor."""
        return self.prepared.caller.as_(actor)(self.operation, change, **self.prepared.values)


@pytest.fixture
def proven(contexts: ContextBuilder, check: Check) -> Callable[[str], Request]:
    """Gives a request of this operation, of which the target accepted a sample before."""

    def ready(operation_id: str) -> Request:
        operation = OPERATIONS[operation_id]
        contexts.proven(check, operation)
        prepare = contexts.fresh if operation.writes else contexts.kept
        return Request(prepare(check, operation), operation_id)

    return ready


Proven = Callable[[str], Request]


# --- roles ---


@pytest.mark.parametrize(
    ("granted", "role"),
    [case(each.requirement, each, role) for each in GRANTED for role in each.roles],
)
def test_each_role_alone_is_enough(
    session: Session, check: Check, proven: Proven, granted: Roles, role: str
) -> None:
    for operation in granted.operations:
        request = proven(operation)
        grants.answer_to_role(session, check, role, OPERATIONS[operation], request.by).accepted()


@pytest.mark.parametrize(
    ("role", "operation"),
    [
        case(each.requirement, role, operation)
        for each in WITHHELD
        for role in each.roles
        for operation in each.operations
    ],
)
def test_role_of_another_capability_is_refused(
    session: Session, check: Check, proven: Proven, role: str, operation: str
) -> None:
    request, wanted = proven(operation), OPERATIONS[operation]
    answer = grants.answer_to_key_without_role(session, check, role, wanted, request.by)
    answer.refused(403)
    # The owner's same request passes, so that the refusal was about the role.
    request.by(request.owner).accepted()


# --- grants of facilities ---


@pytest.mark.parametrize(
    ("operation", "role"),
    [case(named, each, role) for each, (named, role) in AT_A_FACILITY.items()],
)
def test_member_works_at_a_facility_with_a_grant_for_it_alone(
    session: Session, check: Check, owner: Caller, proven: Proven, *, operation: str, role: str
) -> None:
    request = proven(operation)
    facility = str(request.prepared.caller.world["logical_guid"])
    member = users_and_orgs.new_member(session, check, owner, "ungranted", [role])
    before, without = grants.is_shown(owner, member, facility, given=False), request.by(member)
    grants.give(owner, member, facility)
    # So that a refusal was about the grant.
    if not (answer := request.by(member)).ok:
        raise Inconclusive(f"{operation}: a member with a grant is refused too ({answer.sketch})")
    # And so that an acceptance was without one: no page says what a new member begins with.
    if before or not grants.is_shown(owner, member, facility, given=True):
        raise Inconclusive("a member's assignments do not tell what facilities were granted")
    without.refused()


# --- health ---


@pytest.mark.parametrize("operation", [case(named, each) for each, named in HEALTH.items()])
def test_health_is_told_to_who_is_signed_in_and_nobody_else(
    owner: Caller, anonymous: Caller, operation: str
) -> None:
    owner(operation).accepted()
    # Pages tell the status of an invalid credential alone; a missing one may be a missing header.
    anonymous(operation).refused()
    owner.as_(garbage_session())(operation).refused(401)


# --- credentials in the body ---


@pytest.mark.parametrize(
    "operation",
    [case(each.requirement, name) for each in IN_THE_BODY for name in each.operations],
)
def test_session_in_the_body_is_taken(proven: Proven, operation: str) -> None:
    request = proven(operation)
    request.by(request.owner, IN_BODY).accepted()


@pytest.mark.parametrize("read", [case(each.requirement, each) for each in IN_THE_BODY])
def test_key_in_the_body_is_taken(
    proven: Proven, role_key: Callable[[str], Actor], read: Roles
) -> None:
    request, key = proven(read.operations[0]), role_key(*read.roles)
    request.by(key).accepted()
    request.by(key, IN_BODY).accepted()


# --- credentials in two places ---

precedence = pytest.mark.parametrize("read", [case(each.requirement, each) for each in PRECEDENCE])


@precedence
def test_session_counts_beside_a_key_that_is_none(proven: Proven, read: Roles) -> None:
    request = proven(read.operations[0])
    request.by(request.owner, Change(headers={"x-api-key": garbage_key().key})).accepted()


@precedence
def test_session_that_is_none_counts_beside_a_key(
    proven: Proven, role_key: Callable[[str], Actor], read: Roles
) -> None:
    request, key = proven(read.operations[0]), role_key(*read.roles)
    request.by(key).accepted()
    request.by(key, Change(headers={"x-session-guid": garbage_session().session})).refused()


@precedence
def test_session_in_the_header_counts_beside_one_in_the_body_that_is_none(
    proven: Proven, read: Roles
) -> None:
    request = proven(read.operations[0])
    request.by(request.owner, Change(body={"session_guid": garbage_session().session})).accepted()


# --- the organisation in two places ---


@pytest.mark.every
@pytest.mark.parametrize("operation", [case(named, each) for each, named in ORG_TWICE.items()])
def test_body_that_names_another_organisation_is_refused(
    proven: Proven, stranger_org: Stranger, operation: str
) -> None:
    request = proven(operation)
    own = str(request.prepared.caller.world["orgcode"])
    contradict(
        lambda change: request.by(request.owner, change),
        {"orgcode": own},
        {"orgcode": stranger_org.orgcode},
    ).refused()
