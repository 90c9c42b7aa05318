"""Idempotency keys, over all routes that are documented to take one.

That a repeated request has its effect once is checked with the service whose effect it is.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest

from conformance.contract import OPERATIONS
from conformance.idempotency_keys import expect_own_answer, expect_same_record, new_key
from conformance.stack.idempotency import KEYED_SERVICES, KeyedRoute, KeyedService
from fixtures import Answer, Caller, Check, ContextBuilder, Session, require_telling
from fixtures.context import layers, organization, records, users_and_orgs
from fixtures.context.operation_context import home_of
from fixtures.run.private_reference import advance

Values = Mapping[str, Any]

ALMOST_A_DAY_S: Final = 23.9 * 3600


def cases(rule: Callable[[KeyedService], str | None], *, first: int | None = None) -> list[Any]:
    """The keyed routes of each service, or its `first` ones, with the requirement `rule` names."""
    return [
        pytest.param(route, id=route.operation, marks=pytest.mark.requirement(rule(service)))
        for service in KEYED_SERVICES.values()
        if rule(service) is not None
        for route in service.routes[:first]
    ]


def prepare(session: Session, check: Check, route: KeyedRoute) -> tuple[Caller, Values]:
    """Who may call the route, and all values of one request with a key of its own."""
    operation, stage = OPERATIONS[route.operation], ContextBuilder(session)
    stage.proven(check, operation)
    prepared = stage.fresh(check, operation)
    return prepared.caller, with_key(prepared.caller, route, prepared.values)


def with_key(caller: Caller, route: KeyedRoute, values: Values) -> Values:
    """All values of one request, with a new key."""
    return {**caller.fill(OPERATIONS[route.operation], values), "idempotency_key": new_key()}


def send(caller: Caller, route: KeyedRoute, values: Values) -> Answer:
    return caller(route.operation, **values)


def id_of(route: KeyedRoute, answer: Answer) -> str:
    return str(answer.accepted().value(route.made))


@pytest.mark.parametrize("route", cases(lambda service: service.replay))
def test_repeated_request_is_answered_with_the_original_response(
    session: Session, check: Check, route: KeyedRoute
) -> None:
    caller, values = prepare(session, check, route)
    made = id_of(route, send(caller, route, values))
    expect_same_record(send(caller, route, values), route.made, made)


@pytest.mark.parametrize("route", cases(lambda service: service.payload))
def test_key_with_another_payload_is_refused(
    session: Session, check: Check, route: KeyedRoute
) -> None:
    caller, values = prepare(session, check, route)
    send(caller, route, values).accepted()
    other = {name: caller.world.fresh(value) for name, value in route.other.items()}
    send(caller, route, {**values, **other}).refused(409)


@pytest.mark.every
@pytest.mark.parametrize("route", cases(lambda service: service.org, first=1))
def test_key_counts_anew_in_another_organisation(
    session: Session, check: Check, route: KeyedRoute, stranger_at_home: Caller
) -> None:
    caller, values = prepare(session, check, route)
    first = id_of(route, send(caller, route, values))
    operation = OPERATIONS[route.operation]
    there = home_of(session, stranger_at_home, operation.service)
    foreign = with_key(there, route, records.sample_values(there, operation))
    answer = send(there, route, {**foreign, "idempotency_key": values["idempotency_key"]})
    if id_of(route, answer) == first:
        require_telling(first)
    answer.expect(
        "the key counts anew in another organisation",
        holds=id_of(route, answer) != first,
        expected=f"another {route.made}",
        observed=f"the {route.made} that the first request made",
        uses=(route.made,),
    )


@pytest.mark.needs("clock")
@pytest.mark.parametrize("route", cases(lambda service: service.kept, first=1))
def test_key_counts_for_a_day(clock_session: Session, check: Check, route: KeyedRoute) -> None:
    operation = OPERATIONS[route.operation]
    org = organization.furnished_org(clock_session, check, "owner-of-old-keys")
    owner = clock_session.caller(check, org.owner, org.world)
    caller = layers.added(owner, layers.by_service()[operation.service])
    values = with_key(caller, route, records.sample_values(caller, operation))
    made = id_of(route, send(caller, route, values))
    advance(clock_session, check, ALMOST_A_DAY_S)
    again = users_and_orgs.log_in(clock_session, check, caller.actor)
    expect_same_record(send(caller.as_(again), route, values), route.made, made)


def pairs() -> list[Any]:
    """The first two routes of each service."""
    return [
        pytest.param(*service.routes[:2], id=name, marks=pytest.mark.requirement(service.route))
        for name, service in KEYED_SERVICES.items()
    ]


@pytest.mark.parametrize(("route", "other"), pairs())
def test_key_counts_anew_on_another_route(
    session: Session, check: Check, route: KeyedRoute, other: KeyedRoute
) -> None:
    caller, values = prepare(session, check, route)
    first = send(caller, route, values).accepted()
    alike, own = prepare(session, check, other)
    control = send(alike, other, own).accepted()
    elsewhere, sample = prepare(session, check, other)
    answer = send(elsewhere, other, {**sample, "idempotency_key": values["idempotency_key"]})
    expect_own_answer(answer, other.made, control=control, first=first)
