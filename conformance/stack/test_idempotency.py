"""Idempotency keys, over all routes that are documented to take one.

What a repeated request may not do twice is checked with the service that does it.
"""

import secrets
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from conformance.contract import OPERATIONS
from conformance.stack.idempotency import KEYED_SERVICES, KeyedRoute, KeyedService
from fixtures import Answer, Caller, Check, ContextBuilder, Session
from fixtures.context import records
from fixtures.context.operation_context import home_of

Values = Mapping[str, Any]


def cells(rule: Callable[[KeyedService], str], *, first: int | None = None) -> list[Any]:
    """The keyed routes of each service, or its `first` ones, with the requirement `rule` names."""
    return [
        pytest.param(route, id=route.operation, marks=pytest.mark.requirement(rule(service)))
        for service in KEYED_SERVICES.values()
        for route in service.routes[:first]
    ]


def keyed(session: Session, check: Check, route: KeyedRoute) -> tuple[Caller, Values]:
    """Who may call the route, and all values of one request with a key of its own."""
    operation, stage = OPERATIONS[route.operation], ContextBuilder(session)
    stage.proven(check, operation)
    prepared = stage.fresh(check, operation)
    return prepared.caller, with_key(prepared.caller, route, prepared.values)


def with_key(caller: Caller, route: KeyedRoute, values: Values) -> Values:
    key = {"idempotency_key": f"conformance-{secrets.token_hex(8)}"}
    return {**caller.fill(OPERATIONS[route.operation], values), **key}


def send(caller: Caller, route: KeyedRoute, values: Values) -> Answer:
    return caller(route.operation, **values)


def id_of(route: KeyedRoute, answer: Answer) -> str:
    return str(answer.accepted().value(route.made))


def expect_new(route: KeyedRoute, first: str, answer: Answer, where: str) -> None:
    made = id_of(route, answer)
    answer.expect(
        f"the key counts anew {where}",
        holds=made != first,
        expected=f"another {route.made}",
        observed=f"the {route.made} that the first request made",
        uses=(route.made,),
    )


@pytest.mark.parametrize("route", cells(lambda service: service.replay))
def test_repeated_request_is_answered_with_the_original_response(
    session: Session, check: Check, route: KeyedRoute
) -> None:
    caller, values = keyed(session, check, route)
    made = id_of(route, send(caller, route, values))
    again = send(caller, route, values).accepted()
    found = again.optional(route.made)
    again.expect(
        "the repeated request is answered with the record that the first one made",
        holds=found is not None and str(found) == made,
        expected=f"the same {route.made}",
        observed=f"no {route.made}" if found is None else f"another {route.made}",
        uses=(route.made,),
    )


@pytest.mark.parametrize("route", cells(lambda service: service.payload))
def test_key_with_another_payload_is_refused(
    session: Session, check: Check, route: KeyedRoute
) -> None:
    caller, values = keyed(session, check, route)
    send(caller, route, values).accepted()
    other = {name: caller.world.fresh(value) for name, value in route.other.items()}
    send(caller, route, {**values, **other}).refused(409)


@pytest.mark.parametrize("route", cells(lambda service: service.org, first=1))
def test_key_counts_anew_in_another_organisation(
    session: Session, check: Check, route: KeyedRoute, stranger_at_home: Caller
) -> None:
    caller, values = keyed(session, check, route)
    first = id_of(route, send(caller, route, values))
    operation = OPERATIONS[route.operation]
    there = home_of(session, stranger_at_home, operation.service)
    foreign = with_key(there, route, records.sample_values(there, operation))
    answer = send(there, route, {**foreign, "idempotency_key": values["idempotency_key"]})
    expect_new(route, first, answer, "in another organisation")


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
    caller, values = keyed(session, check, route)
    send(caller, route, values).accepted()
    elsewhere, sample = keyed(session, check, other)
    send(elsewhere, other, {**sample, "idempotency_key": values["idempotency_key"]}).accepted()
