"""Step 1: acquire credentials. A session from email and passcode, and checking without one."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from conformance.contract.errors import Tag
from fixtures import Actor, Answer, Caller, Change, World, instant
from fixtures.context.organization import Org
from fixtures.exchange.actors import fresh_passcode
from fixtures.probes.indistinguishability import expect_same

STAT = "uas.stat"
SPELLINGS = {
    "other-case": str.upper,
    "padded": lambda email: f"  {email} ",
    "both": lambda email: f" {email.title()}  ",
}
spellings = pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS.keys())
Spelling = Callable[[str], str]


def login_of(user: Actor, **values: Any) -> dict[str, Any]:
    """The user's email and passcode, or these values in their place."""
    return {"email": user.email, "passcode": user.passcode, **values}


def sign_in(anonymous: Caller, user: Actor, **values: Any) -> Answer:
    """Ask for a session with the user's email and passcode, or with these values."""
    return anonymous("usm.session.create", **login_of(user, **values))


def check_credentials(anonymous: Caller, user: Actor, **values: Any) -> Answer:
    """Ask for the user's snapshot with the user's email and passcode, or with these values."""
    return anonymous(STAT, **login_of(user, **values))


def expect_one_refusal(send: Callable[..., Answer], anonymous: Caller, user: Actor) -> None:
    """Expect the same refusal of a wrong passcode and of an email that nobody has."""
    email, passcode = str(anonymous.world.fresh("email")), fresh_passcode()
    expect_same(
        lambda: send(anonymous, user, passcode=passcode),
        lambda: send(anonymous, user, passcode=passcode, email=email),
        echoes=(user.email, email),
        rule="both refusals are the same",
    )


def close(anonymous: Caller, user: Actor, opened: Answer) -> None:
    """Close the session that the answer opened, if it did."""
    if secret := opened.optional("session_guid"):
        anonymous.as_(user.with_session(str(secret)))("usm.session.close")


# --- a session from email and passcode ---


@pytest.fixture
def opened(anonymous: Caller, owner_actor: Actor) -> Iterator[Answer]:
    """The answer that opens a session; the session is closed after the check."""
    answer = sign_in(anonymous, owner_actor)
    yield answer
    close(anonymous, owner_actor, answer)


@pytest.mark.requirement("CRED-1")
def test_email_and_passcode_of_a_verified_user_open_a_session(opened: Answer) -> None:
    secret = opened.value("session_guid")
    opened.expect(
        "the session is a non-empty string",
        holds=isinstance(secret, str) and bool(secret),
        expected="a non-empty string in session_guid",
        observed=f"a {type(secret).__name__}",
        uses=("session_guid",),
    )


@pytest.mark.requirement("CRED-2")
def test_new_session_names_its_user(opened: Answer, owner_actor: Actor) -> None:
    opened.shows("user_id", owner_actor.user_id, "user_id names the user who signed in")


@pytest.mark.requirement("CRED-3")
def test_new_session_says_when_it_ends(opened: Answer) -> None:
    ends, now = (instant(opened.value(name)) for name in ("expires_at_utc", "timestamp_utc"))
    opened.expect(
        "expires_at_utc is an instant in UTC that lies in the future",
        holds=ends is not None and now is not None and ends > now,
        expected="an ISO 8601 instant in UTC, later than the answer's own timestamp",
        observed=f"{opened.value('expires_at_utc')}, answered at {opened.value('timestamp_utc')}",
        uses=("expires_at_utc", "timestamp_utc"),
    )


@pytest.mark.requirement("CRED-4")
def test_new_session_says_whether_its_end_slides(opened: Answer) -> None:
    found = opened.optional("ttl_refresh_enabled")
    opened.accepted().expect(
        "ttl_refresh_enabled is a boolean",
        holds=isinstance(found, bool),
        expected="true or false",
        observed=f"{found!r}",
        uses=("ttl_refresh_enabled",),
    )


@pytest.mark.requirement("CRED-5")
def test_new_session_lasts_an_hour(opened: Answer) -> None:
    ends, now = (instant(opened.value(name)) for name in ("expires_at_utc", "timestamp_utc"))
    lasts = ends - now if ends and now else None
    opened.expect(
        "the session ends an hour after the answer",
        holds=lasts is not None and abs(lasts - timedelta(hours=1)) <= timedelta(minutes=1),
        expected="3,600 seconds, give or take a minute",
        observed=f"{lasts.total_seconds():.0f} seconds" if lasts else "no instant in UTC",
        uses=("expires_at_utc", "timestamp_utc"),
    )


@pytest.mark.requirement("CRED-7")
def test_wrong_passcode_is_refused(anonymous: Caller, owner_actor: Actor) -> None:
    sign_in(anonymous, owner_actor, passcode=fresh_passcode()).refused(401, Tag.INVALID_PASSCODE)


@pytest.mark.requirement("CRED-8")
def test_email_of_nobody_is_refused(anonymous: Caller, owner_actor: Actor) -> None:
    answer = sign_in(anonymous, owner_actor, email=anonymous.world.fresh("email"))
    answer.refused(401, Tag.INVALID_PASSCODE)


@pytest.mark.requirement("CRED-9")
def test_session_create_does_not_tell_whether_an_email_exists(
    anonymous: Caller, owner_actor: Actor
) -> None:
    expect_one_refusal(sign_in, anonymous, owner_actor)


@spellings
@pytest.mark.requirement("CRED-10")
def test_session_create_canonicalises_the_email(
    anonymous: Caller, owner_actor: Actor, spell: Spelling
) -> None:
    answer = sign_in(anonymous, owner_actor, email=spell(owner_actor.email))
    answer.expect(
        "another spelling of the email opens a session of the same user",
        holds=answer.ok and str(answer.optional("user_id")) == owner_actor.user_id,
        expected="the session of the same user",
    )
    close(anonymous, owner_actor, answer)


# --- checking credentials without a session ---


@pytest.mark.requirement("CRED-12")
def test_credential_check_names_the_user(anonymous: Caller, owner_actor: Actor) -> None:
    answer = check_credentials(anonymous, owner_actor)
    rule = "user_id names the user whose credentials were sent"
    answer.shows("user_id", owner_actor.user_id, rule)


@pytest.mark.requirement("CRED-13")
def test_credential_check_refuses_a_wrong_passcode(anonymous: Caller, owner_actor: Actor) -> None:
    check_credentials(anonymous, owner_actor).accepted()
    check_credentials(anonymous, owner_actor, passcode=fresh_passcode()).refused(401)


@pytest.mark.requirement("CRED-14")
def test_credential_check_refuses_the_email_of_nobody(
    anonymous: Caller, owner_actor: Actor
) -> None:
    check_credentials(anonymous, owner_actor).accepted()
    check_credentials(anonymous, owner_actor, email=anonymous.world.fresh("email")).refused(401)


@pytest.mark.requirement("CRED-15")
def test_credential_check_does_not_tell_whether_an_email_exists(
    anonymous: Caller, owner_actor: Actor
) -> None:
    check_credentials(anonymous, owner_actor).accepted()
    expect_one_refusal(check_credentials, anonymous, owner_actor)


@spellings
@pytest.mark.requirement("CRED-16")
def test_credential_check_canonicalises_the_email(
    anonymous: Caller, owner_actor: Actor, spell: Spelling
) -> None:
    check_credentials(anonymous, owner_actor).accepted()
    answer = check_credentials(anonymous, owner_actor, email=spell(owner_actor.email))
    answer.expect(
        "another spelling of the email reaches the same user",
        holds=answer.ok and str(answer.optional("user_id")) == owner_actor.user_id,
        expected="the snapshot of the same user",
    )


@pytest.mark.requirement("CRED-17")
def test_snapshot_marks_the_primary_email(anonymous: Caller, owner_actor: Actor) -> None:
    answer = check_credentials(anonymous, owner_actor)
    emails = answer.value("emails")
    primary = [e for e in emails if answer.read_item(e, "email_is_primary") is True]
    known = [str(answer.read_item(e, "email_address")).casefold() for e in emails]
    answer.expect(
        "the snapshot lists the emails and marks one as primary",
        holds=len(primary) == 1 and owner_actor.email.strip().casefold() in known,
        expected="the email of the sign-in in emails[], and is_primary true on one of them",
        observed=f"{len(known)} emails, {len(primary)} of them primary",
        uses=("emails", "email_address", "email_is_primary"),
    )


@pytest.mark.requirement("CRED-18")
def test_snapshot_tells_that_a_passcode_is_set_and_not_which(
    anonymous: Caller, owner_actor: Actor
) -> None:
    answer = check_credentials(anonymous, owner_actor).accepted()
    answer.expect(
        "the answer does not hold the passcode",
        holds=json.dumps(owner_actor.passcode) not in json.dumps(answer.body),
        expected="the passcode nowhere in the answer",
        observed="the passcode as it was sent",
    )
    answer.expect(
        "the snapshot says that a passcode is set",
        holds=answer.optional("passcode_set") is True,
        expected="passcode.set is true",
        observed=f"passcode.set is {answer.optional('passcode_set')!r}",
        uses=("passcode_set",),
    )


@pytest.mark.requirement("CRED-19")
def test_credential_check_emits_no_session(anonymous: Caller, owner_actor: Actor) -> None:
    answer = check_credentials(anonymous, owner_actor).accepted()
    answer.expect(
        "the answer has no field session_guid",
        holds='"session_guid":' not in json.dumps(answer.body),
        expected="no session_guid at any depth",
        observed="a field session_guid",
    )


@pytest.mark.requirement("CRED-20")
def test_credential_check_passes_any_orgcode_through(
    anonymous: Caller, owner_actor: Actor, main_org: Org, absent_org: Callable[[], World]
) -> None:
    user = check_credentials(anonymous, owner_actor).value("user_id")
    for orgcode in (main_org.orgcode, absent_org()["orgcode"]):
        answer = check_credentials(anonymous, owner_actor, orgcode=orgcode)
        answer.expect(
            "naming an organisation does not change the outcome",
            holds=answer.ok and str(answer.optional("user_id")) == str(user),
            expected="the same snapshot as without orgcode",
        )


@pytest.mark.requirement("CRED-21")
def test_differing_cccodes_in_body_and_header_are_refused(
    anonymous: Caller, owner_actor: Actor
) -> None:
    sent, other = (anonymous.world.fresh("cccode") for _ in range(2))
    check_credentials(anonymous, owner_actor, cccode=sent).accepted()
    login = login_of(owner_actor, cccode=sent)
    agreeing = anonymous(STAT, Change(headers={"x-cccode": sent}), **login)
    differing = anonymous(STAT, Change(headers={"x-cccode": other}), **login)
    agreeing.accepted()
    differing.refused(400)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(Change(body={"cccode": "AB12-CD34"}), id="body"),
        pytest.param(Change(headers={"x-cccode": "AB12-CD34"}), id="header"),
    ],
)
@pytest.mark.requirement("CRED-22")
def test_cccode_outside_its_pattern_is_refused(
    anonymous: Caller, owner_actor: Actor, change: Change
) -> None:
    check_credentials(anonymous, owner_actor).accepted()
    anonymous(STAT, change, **login_of(owner_actor)).refused(400)
