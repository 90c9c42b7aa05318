"""Step 2: validate credentials. Sessions, from their first use to their end."""

from collections.abc import Callable, Iterable
from datetime import datetime

import pytest

from conformance.contract.errors import Tag
from conformance.contract.operation import Placement
from conformance.step02_validation.credential_state import (
    Ending,
    ended,
    expect_ended,
    expect_spared,
    live_answer,
)
from fixtures import (
    Actor,
    Answer,
    Caller,
    Change,
    Check,
    Inconclusive,
    Session,
    World,
    eventually,
    instant,
)
from fixtures.context import users_and_orgs
from fixtures.exchange.actors import garbage_session
from fixtures.run.private_reference import advance

VALIDATE, CLOSE, READ = "usm.session.validate", "usm.session.close", "ofm.org.get"
LOG_OUT_EVERYWHERE = "usm.session.logout_everywhere"
LOG_OUT_OTHERS = "usm.session.logout_other_devices"


@pytest.fixture
def open_session(session: Session, check: Check) -> Callable[[Actor], Caller]:
    """Signs a user in once more."""
    return lambda user: session.caller(check, users_and_orgs.log_in(session, check, user))


def live_session(caller: Caller) -> Answer:
    """What the platform says of a session that nobody ended."""
    return live_answer(lambda: caller(VALIDATE))


# --- what validates ---


@pytest.mark.requirement("VALID-1")
def test_active_session_validates(user: Caller) -> None:
    user(VALIDATE).accepted()


@pytest.mark.requirement("VALID-2")
def test_session_that_was_never_issued_does_not_validate(user: Caller) -> None:
    live = user(VALIDATE).accepted()
    expect_ended(user.as_(garbage_session())(VALIDATE), live)


# --- sliding expiry ---


def end_of(answer: Answer) -> datetime:
    """When the session ends, as the answer says."""
    text = answer.value("expires_at_utc")
    found = instant(text)
    answer.expect(
        "expires_at_utc is an instant in UTC",
        holds=found is not None,
        expected="ISO 8601 in UTC",
        observed=str(text),
        uses=("expires_at_utc",),
    )
    if found is None:
        raise Inconclusive("the session's end cannot be read", cause=f"{VALIDATE}:expires_at_utc")
    return found


def lifetime_left(answer: Answer) -> float:
    """Seconds from the answer to the session's end, by the platform's own clock."""
    now = instant(answer.value("timestamp_utc"))
    return (end_of(answer) - now).total_seconds() if now else 0.0


@pytest.mark.requirement("VALID-3")
def test_validation_moves_the_end_of_a_session_on(disposable_session: Caller) -> None:
    first = disposable_session(VALIDATE)
    start = end_of(first)
    if first.optional("ttl_refresh_enabled") is False:
        # The target's sessions do not slide; what is left of the rule is that none ends earlier.
        first.check.reading("the end of a session", "does not slide")
        end = end_of(disposable_session(VALIDATE))
        first.expect(
            "the end of a session that does not slide stays where it is",
            holds=end >= start,
            expected=f"an end not before {start.isoformat()}",
            observed=end.isoformat(),
            uses=("expires_at_utc",),
        )
        return
    first.check.reading("the end of a session", "slides with its use")
    later = eventually(
        lambda: disposable_session(VALIDATE),
        lambda answer: end_of(answer) != start,
        bound_s=disposable_session.target.patience(3.0),
        pause_s=0.2,
    )
    later.expect(
        "the session's end has moved on",
        holds=end_of(later) > start,
        expected=f"an end later than {start.isoformat()}",
        observed=end_of(later).isoformat(),
        uses=("expires_at_utc",),
    )
    disposable_session(CLOSE).accepted()


@pytest.fixture
def clocked_user(clock_session: Session, check: Check) -> Caller:
    """A user with a new session, on a platform whose clock may be advanced."""
    return clock_session.caller(check, users_and_orgs.new_user(clock_session, check, "clocked"))


@pytest.mark.requirement("VALID-4")
def test_session_in_use_outlives_its_first_end(
    clock_session: Session, check: Check, clocked_user: Caller
) -> None:
    first = clocked_user(VALIDATE)
    left = lifetime_left(first)
    # Where the end stands, by the platform's own flag, the session lives up to it and no longer.
    for _ in range(1 if first.optional("ttl_refresh_enabled") is False else 2):
        advance(clock_session, check, left * 0.7)
        clocked_user(VALIDATE).accepted()


@pytest.mark.requirement("VALID-5")
def test_session_past_its_end_does_not_validate(
    clock_session: Session, check: Check, clocked_user: Caller
) -> None:
    live = clocked_user(VALIDATE)
    advance(clock_session, check, lifetime_left(live) + 1)
    expect_ended(clocked_user(VALIDATE), live, Tag.TTL_EXPIRED, Tag.SESSION_DOOMED)


# --- close ---


@pytest.mark.requirement("VALID-6")
def test_closed_session_does_not_validate(disposable_session: Caller) -> None:
    live = disposable_session(VALIDATE).accepted()
    disposable_session(CLOSE).accepted()
    expect_ended(disposable_session(VALIDATE), live)


@pytest.mark.requirement("VALID-7")
def test_refusal_of_a_closed_session_says_that_it_is_doomed(disposable_session: Caller) -> None:
    disposable_session(VALIDATE).accepted()
    disposable_session(CLOSE).accepted()
    disposable_session(VALIDATE).refused(None, Tag.SESSION_DOOMED)


@pytest.mark.parametrize("operation_id", ["usm.session.get", "usm.session.list"])
@pytest.mark.requirement("VALID-8")
def test_closed_session_opens_nothing_else(disposable_session: Caller, operation_id: str) -> None:
    disposable_session(operation_id).accepted()
    disposable_session(CLOSE).accepted()
    disposable_session(operation_id).refused()


@pytest.mark.requirement("VALID-8")
def test_second_close_brings_nothing_back(check: Check, disposable_session: Caller) -> None:
    live = disposable_session(VALIDATE).accepted()
    disposable_session(CLOSE).accepted()
    again = disposable_session(CLOSE)
    check.reading("closing a closed session", "succeeds" if again.ok else "is refused")
    expect_ended(disposable_session(VALIDATE), live)


@pytest.mark.requirement("VALID-9")
def test_closing_a_session_spares_its_siblings(
    disposable_session: Caller, open_session: Callable[[Actor], Caller]
) -> None:
    sibling = open_session(disposable_session.actor)
    live, before = live_session(disposable_session), live_session(sibling)
    disposable_session(CLOSE).accepted()
    ending = Ending(live, disposable_session(VALIDATE))
    expect_spared(sibling(VALIDATE), before, ending)
    sibling(CLOSE).accepted("a session whose sibling was closed can still be closed itself")


# --- logging out, and what else ends sessions ---


def expect_all_ended(callers: Iterable[Caller], live: Answer) -> None:
    for caller in callers:
        expect_ended(caller(VALIDATE), live)


@pytest.mark.needs("operator")
@pytest.mark.requirement("VALID-10")
def test_logging_out_other_devices_ends_the_other_sessions(
    disposable_user: Caller, open_session: Callable[[Actor], Caller]
) -> None:
    others = [open_session(disposable_user.actor) for _ in range(2)]
    live = others[0](VALIDATE).accepted()
    disposable_user(LOG_OUT_OTHERS).accepted()
    expect_all_ended(others, live)


@pytest.mark.needs("operator")
@pytest.mark.requirement("VALID-11")
def test_logging_out_other_devices_keeps_the_session_that_asks(
    disposable_user: Caller, open_session: Callable[[Actor], Caller]
) -> None:
    other = open_session(disposable_user.actor)
    live, before = live_session(other), live_session(disposable_user)
    disposable_user(LOG_OUT_OTHERS).accepted()
    expect_spared(disposable_user(VALIDATE), before, Ending(live, other(VALIDATE)))


@pytest.mark.needs("operator")
@pytest.mark.requirement("VALID-12")
def test_logging_out_everywhere_ends_every_session_of_the_user(
    disposable_user: Caller, open_session: Callable[[Actor], Caller]
) -> None:
    mine = [disposable_user, open_session(disposable_user.actor)]
    live = disposable_user(VALIDATE).accepted()
    disposable_user(LOG_OUT_EVERYWHERE).accepted()
    expect_all_ended(mine, live)


@pytest.mark.needs("operator")
@pytest.mark.requirement("VALID-13")
def test_logging_out_everywhere_spares_other_users(
    disposable_user: Caller, operator: Caller, open_session: Callable[[Actor], Caller]
) -> None:
    bystander = open_session(users_and_orgs.register(operator, "bystander"))
    live, before = live_session(disposable_user), live_session(bystander)
    disposable_user(LOG_OUT_EVERYWHERE).accepted()
    expect_spared(bystander(VALIDATE), before, Ending(live, disposable_user(VALIDATE)))


@pytest.mark.parametrize("status", ["suspended", "doomed"])
@pytest.mark.requirement("VALID-15")
def test_user_no_longer_verified_loses_live_sessions(
    disposable_user: Caller, operator: Caller, status: str
) -> None:
    live = disposable_user(VALIDATE).accepted()
    users_and_orgs.set_user_status(operator, disposable_user.actor, status).accepted()
    answer = eventually(lambda: disposable_user(VALIDATE), lambda found: ended(found, live))
    expect_ended(answer, live)


@pytest.mark.requirement("VALID-18")
def test_closed_session_is_refused_by_ofm_within_its_cache(
    disposable_session: Caller, org_world: World
) -> None:
    caller = disposable_session.within(org_world)
    caller(READ).accepted()
    caller(CLOSE).accepted()
    eventually(lambda: caller(READ), lambda answer: not answer.ok).refused()


# --- where a session may stand ---


@pytest.mark.parametrize("operation_id", [VALIDATE, "usm.session.get", "usm.session.list"])
@pytest.mark.requirement("VALID-16")
def test_session_in_a_header_does_not_authenticate_at_usm(user: Caller, operation_id: str) -> None:
    user(operation_id).accepted()
    user(operation_id, Change(place=Placement.HEADER)).refused()


@pytest.mark.requirement("VALID-16")
def test_session_in_a_header_does_not_count_beside_garbage_in_the_body(user: Caller) -> None:
    live = user(VALIDATE).accepted()
    change = Change(headers={"x-session-guid": user.actor.session})
    expect_ended(user.as_(garbage_session())(VALIDATE, change), live)
