"""Step 2: validate credentials. Which credential counts, and where it may stand."""

import pytest

from conformance.contract.operation import Placement
from fixtures import Answer, Caller, Change, World
from fixtures.context import users_and_orgs
from fixtures.context.cast import NO_VIEW_ROLE
from fixtures.exchange.actors import garbage_key, garbage_session

READ = "ofm.org.get"
BODY, NOWHERE = Placement.BODY, Placement.NONE


# --- a session and a key ---


@pytest.mark.requirement("VALID-36")
def test_session_counts_beside_a_garbage_key(org_owner: Caller) -> None:
    org_owner(READ).accepted()
    org_owner(READ, Change(headers={"x-api-key": garbage_key().key})).accepted()


@pytest.mark.requirement("VALID-36")
def test_garbage_session_counts_beside_a_key(key_view: Caller) -> None:
    key_view(READ).accepted()
    key_view(READ, Change(headers={"x-session-guid": garbage_session().session})).refused()


# --- header and body ---


@pytest.mark.requirement("VALID-37")
def test_session_in_the_header_counts_beside_garbage_in_the_body(org_owner: Caller) -> None:
    org_owner(READ).accepted()
    org_owner(READ, Change(body={"session_guid": garbage_session().session})).accepted()


@pytest.mark.requirement("VALID-37")
def test_garbage_in_the_header_counts_beside_a_session_in_the_body(org_owner: Caller) -> None:
    org_owner(READ).accepted()
    change = Change(body={"session_guid": org_owner.actor.session})
    org_owner.as_(garbage_session())(READ, change).refused()


@pytest.mark.requirement("VALID-40")
def test_ofm_takes_a_session_from_the_body(org_owner: Caller) -> None:
    org_owner(READ).accepted()
    org_owner(READ, Change(place=BODY)).accepted()


@pytest.mark.requirement("VALID-40")
def test_ofm_takes_a_key_from_the_body(key_view: Caller) -> None:
    key_view(READ).accepted()
    key_view(READ, Change(place=BODY)).accepted()


# --- the query string ---


def ask_by_query(caller: Caller, operation_id: str) -> Answer:
    """A call that is accepted, then the same with its credentials in the query string."""
    caller(operation_id).accepted()
    query = caller.actor.credentials(BODY)
    return caller(operation_id, Change(place=NOWHERE, query=query))


@pytest.mark.parametrize("operation_id", ["usm.session.validate", READ])
@pytest.mark.requirement("VALID-17")
def test_session_in_the_query_string_does_not_authenticate(
    disposable_session: Caller, org_world: World, operation_id: str
) -> None:
    caller = disposable_session.within(org_world)
    answer = ask_by_query(caller, operation_id)
    # What stood in a URL stands in logs: nobody shall use it again.
    caller("usm.session.close").accepted()
    answer.refused()


@pytest.mark.parametrize("operation_id", ["usm.api_key.validate", READ])
@pytest.mark.requirement("VALID-17")
def test_key_in_the_query_string_does_not_authenticate(
    org_owner: Caller, operation_id: str
) -> None:
    key = users_and_orgs.new_key(org_owner, "query-key", ["ofm_view", NO_VIEW_ROLE])
    answer = ask_by_query(org_owner.as_(key.actor), operation_id)
    org_owner("usm.api_key.revoke", api_key_id=key.id).accepted()
    answer.refused()
