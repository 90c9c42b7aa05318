"""Who is let in: which roles are enough and which are not, health, credentials in the body."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pytest

from conformance.contract import OPERATIONS
from conformance.contract.operation import Placement
from conformance.parameters import case
from conformance.stack.access import GRANTED, HEALTH, IN_THE_BODY, WITHHELD, Roles
from fixtures import (
    AS_PROVEN,
    Actor,
    Answer,
    Caller,
    Change,
    Check,
    ContextBuilder,
    OperationContext,
    Session,
)
from fixtures.exchange.actors import garbage_session

IN_BODY: Final = Change(place=Placement.BODY)


@pytest.fixture(scope="module")
def scenes(session: Session) -> ContextBuilder:
    """Scenes shared by the checks of one process."""
    return ContextBuilder(session)


@dataclass(frozen=True)
class Request:
    """One request with all that it names, which anybody may send."""

    prepared: OperationContext
    operation: str

    @property
    def owner(self) -> Actor:
        return self.prepared.caller.actor

    def by(self, actor: Actor, change: Change = AS_PROVEN) -> Answer:
        return self.prepared.caller.as_(actor)(self.operation, change, **self.prepared.values)


@pytest.fixture
def proven(scenes: ContextBuilder, check: Check) -> Callable[[str], Request]:
    """Gives a request of this operation, of which the target accepted a sample before."""

    def ready(operation_id: str) -> Request:
        operation = OPERATIONS[operation_id]
        scenes.proven(check, operation)
        find = scenes.fresh if operation.writes else scenes.kept
        return Request(find(check, operation), operation_id)

    return ready


Proven = Callable[[str], Request]


# --- roles ---


@pytest.mark.parametrize(
    ("granted", "role"),
    [case(each.requirement, each, role) for each in GRANTED for role in each.roles],
)
def test_each_role_alone_is_enough(
    proven: Proven, role_key: Callable[[str], Actor], granted: Roles, role: str
) -> None:
    key = role_key(role)
    for operation in granted.operations:
        proven(operation).by(key).accepted()


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
    proven: Proven, role_key: Callable[[str], Actor], role: str, operation: str
) -> None:
    request = proven(operation)
    request.by(role_key(role)).refused(403)
    # The same request passes, so that it was the role which stood in the way.
    request.by(request.owner).accepted()


# --- health ---


@pytest.mark.parametrize("operation", [case(named, each) for each, named in HEALTH.items()])
def test_health_is_told_to_who_is_signed_in_and_nobody_else(
    owner: Caller, anonymous: Caller, operation: str
) -> None:
    owner(operation).accepted()
    anonymous(operation).refused(401)
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
