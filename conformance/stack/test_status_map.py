"""The troubleshooting map: each documented status, over every operation that can answer with it.

A check sends one operation in one wrong way. The target has accepted the right way before, and the
request differs from that in exactly one thing.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest

from conformance.contract import RECORDS, ROUTES
from conformance.contract.errors import Tag
from conformance.contract.operation import (
    OPTIONAL,
    Access,
    Kind,
    Operation,
    Placement,
    Radius,
    parameters,
)
from conformance.requirements import load
from fixtures import (
    ANONYMOUS,
    Actor,
    Answer,
    Caller,
    Check,
    ContextBuilder,
    Inconclusive,
    OperationContext,
    Session,
    Stranger,
    World,
    without,
)
from fixtures.context import grants, records
from fixtures.context.apart import absent_id
from fixtures.exchange.actors import fresh_passcode, garbage_key, garbage_session
from fixtures.formats.revisions import revision_of
from fixtures.probes.indistinguishability import expect_same

# No target accepts these during a run: a parked org can be brought back after 48 hours only, for
# which a check of step 4 advances the clock of a private reference; and the search of comments and
# inbox need not be configured. What settlements of procurement need, the books do not have.
_UNPROVABLE = frozenset(
    {
        "ofm.org.unpark",
        "ics.search.comments",
        "ics.search.inbox",
        "accounting.consignment.settlement.approve",
    }
)
# Whether a failed validation is an error or an answer that says so is not documented.
_VALIDATIONS = frozenset({"usm.session.validate", "usm.api_key.validate"})
_PRIVILEGED = (Access.OWNER, Access.PRIMARY_OWNER, Access.ROLE)


def row(gate: str, *, where: Callable[[Operation], bool]) -> list[Any]:
    """The operations that a row of the map concerns, each with its own service's requirement.

    A row concerns a service if there is a requirement of that name: `MAP-404-PVM` for those of PVM.
    """
    known = {requirement.id for requirement in load().requirements}
    return [
        case(operation, f"{gate}-{operation.service.upper()}")
        for operation in ROUTES.values()
        if f"{gate}-{operation.service.upper()}" in known
        and operation.id not in _UNPROVABLE
        and where(operation)
    ]


def case(operation: Operation, requirement: str) -> Any:
    """A parameter set that says what it proves and what it needs."""
    needs = set(operation.needs)
    if (operation.acts_on or "").startswith("throwaway."):
        needs |= {"operator", "throwaway"}
    if operation.radius is Radius.USER:
        needs |= {"operator"}
    marks = [pytest.mark.requirement(requirement)]
    marks += [pytest.mark.needs(*sorted(needs))] if needs else []
    return pytest.param(operation, id=operation.id, marks=marks)


@pytest.fixture(scope="session")
def contexts(session: Session) -> ContextBuilder:
    """What prepares requests; what it built is shared by the checks of one process."""
    return ContextBuilder(session)


def set_up(contexts: ContextBuilder, check: Check, operation: Operation) -> OperationContext:
    """A caller and values for the operation, of which the target accepted a sample before."""
    contexts.proven(check, operation)
    return contexts.kept(check, operation)


def takes_credentials(operation: Operation) -> bool:
    takes = operation.credentials is not Placement.NONE
    return takes and operation.access is not Access.PUBLIC and operation.id not in _VALIDATIONS


@pytest.mark.requirement("MAP-401-UAS")
@pytest.mark.parametrize("wrong", ["passcode", "email"])
def test_uas_answers_bad_credentials_with_401(user: Caller, owner_actor: Actor, wrong: str) -> None:
    right: dict[str, Any] = {"email": owner_actor.email, "passcode": owner_actor.passcode}
    user("uas.stat", **right).accepted()
    other = (
        {"passcode": fresh_passcode()} if wrong == "passcode" else {"email": f"x.{right['email']}"}
    )
    user("uas.stat", **{**right, **other}).refused(401)


def wrong_credentials(operation: Operation) -> list[Actor]:
    """Each wrong credential that the operation could be sent."""
    in_header = operation.credentials is Placement.HEADER
    return [garbage_session(), *([garbage_key()] if in_header else [])]


@pytest.mark.parametrize("operation", row("MAP-401", where=takes_credentials))
def test_missing_or_unknown_credential_is_answered_with_401(
    contexts: ContextBuilder, check: Check, operation: Operation
) -> None:
    prepared = set_up(contexts, check, operation)
    # Pages tell the status of an invalid credential alone; a missing one may be a missing field.
    prepared.caller.as_(ANONYMOUS)(operation.id, **prepared.values).refused()
    for wrong in wrong_credentials(operation):
        answer = prepared.caller.as_(wrong)(operation.id, **prepared.values)
        answer.refused(401)


@pytest.mark.parametrize("operation", row("MAP-403", where=lambda o: o.access in _PRIVILEGED))
def test_member_without_the_privilege_is_answered_with_403(
    session: Session, contexts: ContextBuilder, check: Check, operation: Operation
) -> None:
    prepared = set_up(contexts, check, operation)
    inferred = not operation.access_certainty.binding
    # The tag is documented for ownership, and not for roles.
    tags = () if operation.access is Access.ROLE else (Tag.NOT_OWNER,)

    def ask(actor: Actor) -> Answer:
        return prepared.caller.as_(actor)(operation.id, **prepared.values)

    member = prepared.member()
    answer = grants.answer_without_role(session, check, operation, ask, member=member)
    answer.refused(403, *tags, inferred=inferred)


def _writes_in_org(operation: Operation) -> bool:
    return operation.writes and operation.org_scoped and not operation.exempt_from_org_status


@pytest.mark.parametrize("operation", row("MAP-403W", where=_writes_in_org))
def test_write_in_an_org_that_is_not_verified_is_answered_with_403(
    contexts: ContextBuilder, check: Check, operation: Operation
) -> None:
    contexts.proven(check, operation)
    prepared = contexts.in_blocked_org(check, operation)
    prepared.caller(operation.id, **prepared.values).refused(403, Tag.ORG_WRITE_BLOCKED)


@pytest.mark.parametrize("operation", row("MAP-404", where=lambda o: o.org_scoped))
def test_stranger_is_answered_with_404(
    contexts: ContextBuilder, check: Check, operation: Operation, stranger_org: Stranger
) -> None:
    prepared = set_up(contexts, check, operation)
    prepared.caller.as_(stranger_org.actor)(operation.id, **prepared.values).refused(
        404, Tag.NOT_FOUND
    )


@pytest.mark.parametrize("operation", row("MAP-404E", where=lambda o: o.org_scoped))
def test_stranger_is_told_nothing_of_whether_an_org_exists(
    contexts: ContextBuilder,
    check: Check,
    operation: Operation,
    stranger_org: Stranger,
    absent_org: Callable[[], World],
) -> None:
    prepared = set_up(contexts, check, operation)
    stranger, nowhere = prepared.caller.as_(stranger_org.actor), dict(absent_org())
    echoes = [*nowhere.values(), *(prepared.caller.world[name] for name in nowhere)]
    rule = f"{operation.id} answers a stranger about a real org as about none"
    expect_same(
        lambda: stranger(operation.id, **prepared.values),
        lambda: stranger(operation.id, **{**prepared.values, **nowhere}),
        echoes=echoes,
        rule=rule,
    )


def _on_one_record(operation: Operation) -> bool:
    kind = RECORDS.get(operation.acts_on or "")
    return kind is not None and kind.id in parameters(operation.body)


@pytest.mark.parametrize("instead", ["absent-id", "code-for-id"])
@pytest.mark.parametrize("operation", row("MAP-404R", where=_on_one_record))
def test_what_names_no_record_is_answered_with_404(
    contexts: ContextBuilder, check: Check, operation: Operation, instead: str
) -> None:
    prepared = set_up(contexts, check, operation)
    kind = RECORDS[operation.acts_on or ""]
    wrong = absent_id(prepared.caller.world, prepared.values.get(kind.id))
    if instead == "code-for-id":
        # Records of some kinds have no code.
        wrong = next((prepared.values[name] for name in _CODES if name in prepared.values), wrong)
    prepared.caller(operation.id, **{**prepared.values, kind.id: wrong}).refused(404, Tag.NOT_FOUND)


_CODES = ("code", "cccode", "channel_code", "caption")


@pytest.mark.every
@pytest.mark.parametrize("operation", row("MAP-404F", where=_on_one_record))
def test_record_of_another_org_is_answered_with_404(
    contexts: ContextBuilder, check: Check, operation: Operation, stranger_at_home: Caller
) -> None:
    prepared = set_up(contexts, check, operation)
    kind = RECORDS[operation.acts_on or ""]
    foreign = contexts.foreign(stranger_at_home, kind.name)
    names = (kind.id, *kind.named_with)
    values = {**prepared.values, **{name: foreign[name] for name in names}}
    if foreign.get("expected_revision") is not None:
        values["expected_revision"] = foreign["expected_revision"]
    prepared.caller(operation.id, **values).refused(404, Tag.NOT_FOUND)


def _seen_to_be_revisioned(operation: Operation, values: Mapping[str, Any]) -> None:
    """The rule is about revisioned records, and no page lists these: one that shows no revision
    may be none of them.
    """
    if values.get("expected_revision") is None:
        raise Inconclusive(
            f"the record that {operation.id} acts on shows no revision; "
            "which records have one is open (ofm/PROTOCOL.md)"
        )


@pytest.mark.parametrize("operation", row("MAP-428", where=lambda o: o.revisioned))
def test_write_without_expected_revision_is_answered_with_428(
    contexts: ContextBuilder, check: Check, operation: Operation
) -> None:
    check.rests_on(operation.revision_certainty)
    prepared = set_up(contexts, check, operation)
    _seen_to_be_revisioned(operation, prepared.values)
    answer = prepared.caller(operation.id, without("expected_revision"), **prepared.values)
    answer.refused(428, Tag.EXPECTED_REVISION_REQUIRED)


@pytest.mark.parametrize("operation", row("MAP-409", where=lambda o: o.revisioned))
def test_stale_expected_revision_is_answered_with_409(
    contexts: ContextBuilder, check: Check, operation: Operation
) -> None:
    check.rests_on(operation.revision_certainty)
    contexts.proven(check, operation)
    prepared = contexts.fresh(check, operation)
    values = dict(prepared.values)
    _seen_to_be_revisioned(operation, values)
    kind = RECORDS.get(operation.acts_on or "")
    if kind is not None and kind.update is not None:
        _expect_moved_on(records.edit(prepared.caller, kind, values), values["expected_revision"])
    elif kind is not None and kind.status is not None:
        records.move(prepared.caller, kind, values, *kind.turns)
    elif isinstance(values["expected_revision"], int):
        # An org was verified after it was made, so the number before is a real, old revision.
        values["expected_revision"] -= 1
    else:
        _expect_conflict_on_repetition(prepared.caller, operation, values)
        return
    prepared.caller(operation.id, **values).refused(409, Tag.CONFLICT)


def _expect_moved_on(edit: Answer, before: Any) -> None:
    """An edit that the platform takes for none leaves the revision current."""
    if edit.revision is not None and edit.revision == revision_of(before):
        raise Inconclusive(f"{edit.operation.id} leaves the revision of the record as it was")


def _expect_conflict_on_repetition(
    caller: Caller, operation: Operation, values: Mapping[str, Any]
) -> None:
    """Revisions are texts, so the only old one that is known is the one that a first call used up.

    Whether the state still allows a second call is another rule, and no page says which of the
    two is looked at first: a refusal for another reason decides nothing.
    """
    caller(operation.id, **values).accepted()
    answer = caller(operation.id, **values)
    if not answer.ok and answer.tag != Tag.CONFLICT:
        raise Inconclusive(
            f"revisions are texts, and a repeated {operation.id} is refused for another reason"
        )
    answer.refused(409, Tag.CONFLICT)


def _required(operation: Operation) -> Iterable[str]:
    for part in operation.body.values():
        if isinstance(part, str) and not part.startswith(OPTIONAL):
            yield part.removeprefix("$")


def incomplete() -> list[Any]:
    """Operations with a field of their own to leave out; org and revision have other answers."""
    spared = {"org_guid", "orgcode", "expected_revision", "invite_code", "invitation_code"}
    return [
        pytest.param(*parameter.values, name, id=f"{parameter.id}-{name}", marks=parameter.marks)
        for parameter in row("MAP-400", where=lambda o: o.kind is not Kind.LIST)
        for name in [n for n in _required(parameter.values[0]) if n not in spared][:1]
    ]


@pytest.mark.parametrize(("operation", "name"), incomplete())
def test_missing_field_is_answered_with_400(
    contexts: ContextBuilder, check: Check, operation: Operation, name: str
) -> None:
    prepared = set_up(contexts, check, operation)
    answer = prepared.caller(operation.id, without(name), **prepared.values)
    answer.refused(400, Tag.INVALID_INPUT, inferred=True)
