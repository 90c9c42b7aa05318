"""The troubleshooting map, 503: a maintenance window closes services, and opens them at its end.

A window concerns the whole platform, so it is started on a private reference only.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from fixtures import Answer, Caller, Check, Session
from fixtures.context import users_and_orgs
from fixtures.exchange.actors import garbage_session

# Services cache the maintenance flag that long (common/policies.html, ops/playbooks.html).
CACHE_S = 20.0
CLOSED = 503
PROBES = ("usm.session.validate", "ofm.org.get", "uas.stat")


@contextmanager
def maintenance(operator: Caller) -> Iterator[Answer]:
    """Start a maintenance window, and end it whatever happens inside."""
    started = operator("operator.ops_maintenancestart").accepted()
    try:
        yield started
    finally:
        operator("operator.ops_maintenanceend").accepted()


@pytest.fixture
def private_owner(clock_session: Session, check: Check) -> Caller:
    """The owner of an org on the private reference."""
    org = users_and_orgs.verified_org(clock_session, check, "private_owner")
    return clock_session.caller(check, org.owner, org.world)


def probe(private_owner: Caller, operation: str) -> Answer:
    """A request that is answered with success outside a window."""
    login: dict[str, Any] = {
        "email": private_owner.actor.email,
        "passcode": private_owner.actor.passcode,
    }
    return (
        private_owner(operation, **login) if operation == "uas.stat" else private_owner(operation)
    )


def until_status_changes(private_owner: Caller, operation: str, status: int) -> Answer:
    """Ask until the answer is no longer (or at last) `status`, within the life of the cache."""
    deadline = time.monotonic() + CACHE_S
    answer = probe(private_owner, operation)
    while answer.status == status and time.monotonic() < deadline:
        time.sleep(0.25)
        answer = probe(private_owner, operation)
    return answer


@pytest.mark.requirement("MAP-503")
def test_services_answer_503_while_a_maintenance_window_is_active(
    private_owner: Caller, clock_session: Session, check: Check
) -> None:
    before = {operation: probe(private_owner, operation).accepted() for operation in PROBES}
    with maintenance(clock_session.operator_caller(check)):
        first = until_status_changes(private_owner, PROBES[0], before[PROBES[0]].status)
        during = [first, *(probe(private_owner, operation) for operation in PROBES[1:])]
    statuses = {answer.operation.service: answer.status for answer in during}
    usual = {before[operation].status for operation in PROBES}
    first.expect(
        "a service either answers 503 in a maintenance window or, not being part of it, as usual",
        holds=CLOSED in statuses.values() and set(statuses.values()) <= {CLOSED, *usual},
        expected="503 from at least one service, and nothing else but the usual answers",
        observed=", ".join(f"{service} {status}" for service, status in statuses.items()),
    )


@pytest.mark.requirement("MAP-503R")
@pytest.mark.parametrize("operation", PROBES)
def test_services_answer_again_within_20_seconds_of_the_end(
    private_owner: Caller, clock_session: Session, check: Check, operation: str
) -> None:
    usual = probe(private_owner, operation).accepted()
    with maintenance(clock_session.operator_caller(check)):
        until_status_changes(private_owner, operation, usual.status)
    after = until_status_changes(private_owner, operation, CLOSED)
    # Judged on the answer before the window: an answer of 503 would be taken as inconclusive.
    usual.expect(
        f"{operation} is answered as before, {CACHE_S:.0f} s after the window at the latest",
        holds=after.status == usual.status,
        expected=str(usual.status),
        observed=str(after.status),
    )


# --- what is told of windows ---

LISTS = ("ops.maintenance.list", "ops.maintenance.list_by_get")
GETS = ("ops.maintenance.get", "ops.maintenance.get_by_get")


@pytest.mark.requirement("MAP-503L")
@pytest.mark.parametrize("operation", LISTS)
def test_windows_are_listed_to_who_is_signed_in_and_nobody_else(
    user: Caller, anonymous: Caller, operation: str
) -> None:
    user(operation).accepted()
    anonymous(operation).refused()
    user.as_(garbage_session())(operation).refused(401)


@pytest.mark.requirement("MAP-503G")
@pytest.mark.parametrize("operation", GETS)
def test_window_is_shown_by_its_id(
    private_owner: Caller, clock_session: Session, check: Check, operation: str
) -> None:
    with maintenance(clock_session.operator_caller(check)) as started:
        window = str(started.value("maintenance_id"))
    answer = private_owner(operation, maintenance_id=window)
    answer.shows("maintenance_id", window, "the window asked for is shown")


@pytest.mark.requirement("MAP-503S")
@pytest.mark.parametrize("operation", [*LISTS, *GETS])
def test_windows_are_told_while_one_is_active(
    private_owner: Caller, clock_session: Session, check: Check, operation: str
) -> None:
    operator = clock_session.operator_caller(check)
    with maintenance(operator) as started:
        named = {"maintenance_id": started.value("maintenance_id")} if operation in GETS else {}
    usual = private_owner(operation, **named).accepted()
    with maintenance(operator):
        until_status_changes(private_owner, PROBES[0], usual.status)
        during = private_owner(operation, **named)
    # Judged on the answer outside the window: one of 503 would be taken as inconclusive.
    usual.expect(
        f"{operation} is answered as usual while a window is active",
        holds=during.status == usual.status,
        expected=str(usual.status),
        observed=str(during.status),
    )
