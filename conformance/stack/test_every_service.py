"""What ends, names or limits a caller does so in every service alike."""

from collections.abc import Callable, Mapping
from typing import Final

import pytest

from conformance.contract import OPERATIONS, ROUTES
from conformance.contract.operation import Access, Operation
from conformance.parameters import operation_case
from conformance.stack.access import BY_ORGCODE, READS
from fixtures import Actor, Answer, Caller, Check, ContextBuilder, Inconclusive, Session, without
from fixtures.context import grants, users_and_orgs
from fixtures.run.waiting import eventually

# What of each service only reads.
VIEWERS: Final = frozenset(role for role in READS.values() if role != "ofm_view")


@pytest.fixture(scope="module")
def contexts(session: Session) -> ContextBuilder:
    """What prepares requests; what it built is shared by the checks of one process."""
    return ContextBuilder(session)


@pytest.fixture
def asked(contexts: ContextBuilder, check: Check) -> Callable[[Actor], Mapping[str, Answer]]:
    """Asks each service for what it reads, as this actor."""
    for name in READS:
        contexts.proven(check, OPERATIONS[name])
    prepared = {name: contexts.kept(check, OPERATIONS[name]) for name in READS}

    def ask(actor: Actor) -> Mapping[str, Answer]:
        return {
            name: each.caller.as_(actor)(name, **each.values) for name, each in prepared.items()
        }

    return ask


def expect_none_lets_through(
    ask: Callable[[Actor], Mapping[str, Answer]], actor: Actor, end: Callable[[], object]
) -> None:
    """Expect that who was let through before is refused by every service after its end.

    Raises:
        Inconclusive: no service let it through before.
    """
    before = [name for name, answer in ask(actor).items() if answer.ok]
    if not before:
        raise Inconclusive(f"no service lets {actor.name} through")
    end()

    def answers() -> list[Answer]:
        return [answer for name, answer in ask(actor).items() if name in before]

    for answer in eventually(answers, lambda found: not any(each.ok for each in found)):
        answer.refused()


@pytest.mark.requirement("VALID-41")
def test_closed_session_opens_no_service(
    asked: Callable[[Actor], Mapping[str, Answer]], disposable_session: Caller
) -> None:
    expect_none_lets_through(
        asked,
        disposable_session.actor,
        lambda: disposable_session("usm.session.close").accepted(),
    )


@pytest.mark.requirement("VALID-42")
def test_revoked_key_opens_no_service(
    asked: Callable[[Actor], Mapping[str, Answer]], org_owner: Caller
) -> None:
    key = users_and_orgs.new_key(org_owner, "reader-everywhere", sorted(READS.values()))
    expect_none_lets_through(
        asked,
        key.actor,
        lambda: org_owner("usm.api_key.revoke", api_key_id=key.id).accepted(),
    )


@pytest.mark.requirement("ASSOC-23")
def test_key_of_another_organisation_opens_no_service(
    asked: Callable[[Actor], Mapping[str, Answer]], stranger_at_home: Caller
) -> None:
    key = users_and_orgs.new_key(stranger_at_home, "reader-elsewhere", sorted(READS.values()))
    stranger_at_home.as_(key.actor)("ofm.cost_centre.list").accepted()
    for answer in asked(key.actor).values():
        answer.refused()


@pytest.mark.requirement("ASSOC-24")
def test_role_of_a_member_counts_in_every_service(
    session: Session,
    check: Check,
    owner: Caller,
    asked: Callable[[Actor], Mapping[str, Answer]],
) -> None:
    roles = sorted(READS.values())
    member = users_and_orgs.new_member(session, check, owner, "member-who-reads", roles)
    told = owner.as_(member)("ofm.member.resolve").value("roles")
    if not set(roles) <= set(told):
        raise Inconclusive(
            "the roles that a member was added with are not among its effective ones"
        )
    grants.give(owner, member, str(owner.world["logical_guid"]))
    for name, answer in asked(member).items():
        # One page has it that owners alone work with the bus.
        if OPERATIONS[name].service != "rbs":
            answer.accepted()


@pytest.mark.parametrize(
    "operation", [operation_case("ASSOC-22", OPERATIONS[name]) for name in BY_ORGCODE]
)
def test_every_service_takes_the_orgcode_in_any_letter_case(
    contexts: ContextBuilder, check: Check, operation: Operation
) -> None:
    contexts.proven(check, operation)
    prepared = contexts.kept(check, operation)
    code = str(prepared.caller.world["orgcode"])
    for spelt in (code.lower(), code.title()):
        prepared.caller(operation.id, **{**prepared.values, "orgcode": spelt}).accepted()


def told_by_header() -> list[Operation]:
    """Operations of the services whose settled pages ask for `x-orgcode` on every tenant call."""
    asking = {"pvm", "pcm", "rbs", "ipm"}
    header = ("x-orgcode", "$orgcode")
    return [e for e in ROUTES.values() if e.service in asking and header in e.context.items()]


@pytest.mark.parametrize(
    "operation", [operation_case("ASSOC-25", each) for each in told_by_header()]
)
def test_request_that_names_no_organisation_is_refused(
    contexts: ContextBuilder, check: Check, operation: Operation
) -> None:
    contexts.proven(check, operation)
    prepared = contexts.kept(check, operation)
    prepared.caller(operation.id, without("orgcode"), **prepared.values).refused()


def writes_of_others() -> list[tuple[Operation, str]]:
    """Writes that ask for a role, each with the role of its service that only reads."""
    views = {role: OPERATIONS[name].service for name, role in READS.items()}
    of_service = {service: role for role, service in views.items() if role in VIEWERS}
    return [
        (each, of_service[each.service])
        for each in ROUTES.values()
        if each.writes
        and each.access is Access.ROLE
        and of_service.get(each.service, "") not in {"", *each.roles}
        and each.id != "accounting.consignment.settlement.approve"
    ]


@pytest.mark.parametrize(
    ("operation", "role"),
    [operation_case("MAP-403V", each, role) for each, role in writes_of_others()],
)
def test_role_that_reads_writes_nothing(
    session: Session, contexts: ContextBuilder, check: Check, operation: Operation, role: str
) -> None:
    check.rests_on(operation.access_certainty)
    contexts.proven(check, operation)
    prepared = contexts.kept(check, operation)

    def ask(actor: Actor) -> Answer:
        return prepared.caller.as_(actor)(operation.id, **prepared.values)

    grants.answer_to_key_without_role(session, check, role, operation, ask).refused(403)
