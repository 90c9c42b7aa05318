"""Step 1: which users get a session, how many, and what they see of their own sessions."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from conformance.contract.errors import Tag
from conformance.contract.paging import LARGEST_LIMIT
from fixtures import (
    Actor,
    Answer,
    Caller,
    Check,
    Inconclusive,
    Session,
    Walk,
    expect_gone,
    expect_listed,
    holds,
    pages,
)
from fixtures.context import users_and_orgs
from fixtures.formats.json_values import objects

CLOSE = "usm.session.close"
CAP = 2


def sign_in(anonymous: Caller, user: Actor, **values: Any) -> Answer:
    """Ask for a session; a `caption` tells it from others in a list."""
    return anonymous("usm.session.create", email=user.email, passcode=user.passcode, **values)


def open_session(anonymous: Caller, user: Actor, **values: Any) -> Caller:
    """The user, calling with a new session."""
    opened = sign_in(anonymous, user, **values)
    return anonymous.as_(user.with_session(str(opened.value("session_guid"))))


# --- which users get a session ---


@pytest.mark.usefixtures("owner_actor")
@pytest.mark.requirement("CRED-25")
def test_user_without_a_confirmed_email_gets_no_session(
    anonymous: Caller, operator: Caller
) -> None:
    user = users_and_orgs.create_user(operator, "unconfirmed")
    sign_in(anonymous, user).refused(403, Tag.USER_NOT_VERIFIED, Tag.EMAIL_NOT_VERIFIED)


@pytest.mark.usefixtures("owner_actor")
@pytest.mark.requirement("CRED-26")
def test_user_not_yet_set_to_verified_gets_no_session(anonymous: Caller, operator: Caller) -> None:
    user = users_and_orgs.create_user(operator, "unverified")
    users_and_orgs.confirm_email(operator, user)
    sign_in(anonymous, user).refused(403, Tag.USER_NOT_VERIFIED)


@pytest.mark.usefixtures("owner_actor")
@pytest.mark.requirement("CRED-27")
def test_confirmed_email_and_verified_user_open_the_way(
    anonymous: Caller, operator: Caller
) -> None:
    user = users_and_orgs.create_user(operator, "verified")
    users_and_orgs.confirm_email(operator, user)
    sign_in(anonymous, user)  # too early, which must not be remembered
    users_and_orgs.set_user_status(operator, user, "verified").accepted()
    sign_in(anonymous, user).accepted()


@pytest.mark.parametrize("spell", [str, str.upper, "  {} ".format], ids=["same", "upper", "padded"])
@pytest.mark.requirement("CRED-30")
def test_second_user_with_the_same_email_is_refused(
    operator: Caller, spell: Callable[[str], str]
) -> None:
    user = users_and_orgs.create_user(operator, "first")
    second = operator("operator.uas_usercreate", email=spell(user.email), passcode=user.passcode)
    second.refused(None, Tag.DUPLICATE_EMAIL)


@pytest.mark.requirement("CRED-36")
def test_suspended_user_gets_no_session(anonymous: Caller, operator: Caller) -> None:
    user = users_and_orgs.register(operator, "suspended")
    sign_in(anonymous, user).accepted()
    users_and_orgs.set_user_status(operator, user, "suspended").accepted()
    sign_in(anonymous, user).refused()


# --- how many sessions a user may have at a time ---


@pytest.fixture
def capped(operator: Caller) -> Actor:
    """A verified user who may have two sessions at a time, and has none."""
    user = users_and_orgs.register(operator, "capped")
    users_and_orgs.set_session_cap(operator, user, CAP)
    return user


def fill_up(anonymous: Caller, user: Actor) -> list[Caller]:
    """Sessions of the user up to the cap.

    Raises:
        Inconclusive: one more is granted, so that the cap leaves room as it is.
    """
    opened = [open_session(anonymous, user) for _ in range(CAP)]
    if sign_in(anonymous, user).ok:
        raise Inconclusive(f"a cap of {CAP} sessions lets one more through")
    return opened


@pytest.mark.requirement("CRED-37")
def test_session_above_the_cap_is_refused(anonymous: Caller, capped: Actor) -> None:
    for _ in range(CAP):
        sign_in(anonymous, capped).accepted()
    sign_in(anonymous, capped).refused(None, Tag.TOO_MANY_SESSIONS)


@pytest.mark.requirement("CRED-38")
def test_closing_a_session_at_the_cap_makes_room(anonymous: Caller, capped: Actor) -> None:
    fill_up(anonymous, capped)[0](CLOSE).accepted()
    sign_in(anonymous, capped).accepted()


@pytest.mark.requirement("CRED-39")
def test_raising_the_cap_makes_room(anonymous: Caller, operator: Caller, capped: Actor) -> None:
    fill_up(anonymous, capped)
    users_and_orgs.set_session_cap(operator, capped, CAP + 1)
    sign_in(anonymous, capped).accepted()


# --- a user's own sessions ---


@pytest.mark.requirement("CRED-40")
def test_session_get_returns_the_session_that_asks(
    disposable_session: Caller, owner_actor: Actor
) -> None:
    answer = disposable_session("usm.session.get")
    answer.shows("user_id", owner_actor.user_id, "the metadata name the user of the session")
    disposable_session(CLOSE).accepted()


def list_sessions(caller: Caller, **filters: str) -> Walk:
    """All pages of the caller's session list."""
    return pages(caller, "usm.session.list", limit=LARGEST_LIMIT, **filters)


@pytest.mark.requirement("CRED-41")
def test_session_list_holds_nobody_elses_sessions(
    anonymous: Caller, owner_actor: Actor, member_actor: Actor
) -> None:
    mine, theirs = (str(anonymous.world.fresh("caption")) for _ in range(2))
    own = open_session(anonymous, owner_actor, caption=mine)
    other = open_session(anonymous, member_actor, caption=theirs)
    # Looked for before they are closed: a list may lag, and a closed session asks for none.
    found = list_sessions(own).until(lambda walk: holds(walk, mine, "item_caption"))
    control = list_sessions(other).until(lambda walk: holds(walk, theirs))
    for caller in (own, other):
        caller(CLOSE).accepted()
    expect_listed(found, mine, by="item_caption")
    if not holds(control, theirs):
        raise Inconclusive("a session's caption is not shown in its own user's list either")
    expect_listed(found, theirs, listed=False)
    # Whichever of their sessions it is: a row that names another user is none of one's own.
    if member_actor.user_id:
        expect_listed(found, member_actor.user_id, listed=False)


@pytest.fixture
def closed(anonymous: Caller, owner_actor: Actor, user: Caller) -> str:
    """The caption of a session that its user's list held until it was closed."""
    caption = str(anonymous.world.fresh("caption"))
    opened = open_session(anonymous, owner_actor, caption=caption)
    expect_listed(list_sessions(user), caption, by="item_caption")
    opened(CLOSE).accepted()
    return caption


@pytest.mark.requirement("CRED-42")
def test_session_list_holds_open_sessions_and_no_closed_ones(user: Caller, closed: str) -> None:
    expect_gone(list_sessions(user), closed)


@pytest.mark.requirement("CRED-66")
def test_session_list_of_every_status_has_a_cursor_for_each(
    session: Session, check: Check, disposable_user: Caller
) -> None:
    actor = disposable_user.actor
    others = [users_and_orgs.log_in(session, check, actor) for _ in range(4)]
    for closed in others[:2]:
        disposable_user.as_(closed)(CLOSE).accepted()
    answer = disposable_user("usm.session.list", status="all", limit=1).accepted()
    cursors = sorted(_cursors(answer.body))
    answer.expect(
        "the list has a cursor for active sessions and one for doomed ones",
        holds=len(cursors) > 1,
        expected="two cursors",
        observed=", ".join(cursors) or "none",
        inferred=True,
    )


def _cursors(body: Any) -> set[str]:
    """The names under which an answer tells where it goes on: one for each state that it has."""
    found: dict[str, Any] = {}
    for part in objects(body):
        for name, value in part.items():
            if "token" in name or "cursor" in name:
                inner = value if isinstance(value, Mapping) else {"": value}
                found |= {f"{name} {each}".strip(): token for each, token in inner.items()}
    return {name for name, token in found.items() if token and not isinstance(token, list)}


@pytest.mark.requirement("CRED-43")
def test_session_list_of_every_status_holds_closed_sessions(user: Caller, closed: str) -> None:
    expect_listed(list_sessions(user, status="all"), closed, by="item_caption")
