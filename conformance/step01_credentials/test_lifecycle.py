"""Step 1: a user's life as the operator leads it: states, email tokens, and who saw what before."""

import pytest

from conformance.contract.errors import Tag
from fixtures import Caller, Check, Session, without
from fixtures.context import users_and_orgs
from fixtures.run.private_reference import advance

ISSUE, CONFIRM = "operator.uas_emailissuetoken", "operator.uas_emailconfirmtoken"
SET_STATUS = "operator.uas_userstatusset"
# Tokens live for 48 hours (uas/domain.html).
TOKEN_LIFE_S = 48 * 3600


# --- states ---


@pytest.mark.requirement("CRED-58")
def test_verified_user_is_not_set_back_to_unverified(operator: Caller) -> None:
    user = users_and_orgs.register(operator, "set-back")
    answer = users_and_orgs.set_user_status(operator, user, "unverified")
    answer.refused(None, Tag.INVALID_TRANSITION)


@pytest.mark.requirement("CRED-59")
def test_doomed_user_stays_doomed(operator: Caller) -> None:
    user = users_and_orgs.register(operator, "doomed")
    users_and_orgs.set_user_status(operator, user, "doomed").accepted()
    users_and_orgs.set_user_status(operator, user, "verified").refused()


@pytest.mark.requirement("CRED-60")
def test_user_is_verified_only_after_the_email_is_confirmed(operator: Caller) -> None:
    user = users_and_orgs.create_user(operator, "unconfirmed")
    users_and_orgs.set_user_status(operator, user, "verified").refused()
    users_and_orgs.confirm_email(operator, user)
    users_and_orgs.set_user_status(operator, user, "verified").accepted()


@pytest.mark.requirement("CRED-61")
def test_change_of_a_user_without_revision_is_refused(operator: Caller) -> None:
    user = users_and_orgs.register(operator, "unguarded")
    values = {"user_id": user.user_id, "status": "suspended"}
    revision = users_and_orgs.user_revision(operator, user.user_id)
    answer = operator(SET_STATUS, without("expected_revision"), **values)
    answer.refused(None, Tag.EXPECTED_REVISION_REQUIRED)
    operator(SET_STATUS, expected_revision=revision, **values).accepted()


@pytest.mark.requirement("CRED-62")
def test_change_of_a_user_with_an_older_revision_is_refused(operator: Caller) -> None:
    user = users_and_orgs.register(operator, "stale")
    before = users_and_orgs.user_revision(operator, user.user_id)
    users_and_orgs.set_user_status(operator, user, "suspended").accepted()
    answer = operator(SET_STATUS, user_id=user.user_id, status="verified", expected_revision=before)
    answer.refused(None, Tag.CONFLICT)


# --- email tokens ---


def prove_confirmation(operator: Caller) -> None:
    """See a token accepted, so that the refusal of another one means something."""
    users_and_orgs.confirm_email(operator, users_and_orgs.create_user(operator, "confirmed"))


@pytest.mark.requirement("CRED-63")
def test_token_that_was_never_issued_confirms_no_email(operator: Caller) -> None:
    prove_confirmation(operator)
    user = users_and_orgs.create_user(operator, "guessing")
    named = {"user_id": user.user_id, "email": user.email}
    token = str(operator(ISSUE, **named).value("token"))
    # Of the same length, so that the one thing wrong with it is that nobody issued it.
    guessed = token[:-1] + ("0" if token[-1] != "0" else "1")
    operator(CONFIRM, **named, token=guessed).refused(None, Tag.INVALID_TOKEN)
    operator(CONFIRM, **named, token=token).accepted()


@pytest.mark.requirement("CRED-64")
def test_token_that_was_replaced_confirms_no_email(operator: Caller) -> None:
    prove_confirmation(operator)
    user = users_and_orgs.create_user(operator, "replaced")
    named = {"user_id": user.user_id, "email": user.email}
    first, last = (str(operator(ISSUE, **named).value("token")) for _ in range(2))
    operator(CONFIRM, **named, token=first).refused()
    operator(CONFIRM, **named, token=last).accepted()


@pytest.mark.requirement("CRED-65")
def test_token_confirms_no_email_after_its_life(clock_session: Session, check: Check) -> None:
    operator = clock_session.operator_caller(check)
    prove_confirmation(operator)
    user = users_and_orgs.create_user(operator, "late")
    named = {"user_id": user.user_id, "email": user.email}
    token = str(operator(ISSUE, **named).value("token"))
    # The life of two days stands on an internal page; that there is one, on others.
    advance(clock_session, check, 10 * TOKEN_LIFE_S)
    operator(CONFIRM, **named, token=token).refused(None, Tag.TOKEN_EXPIRED)
