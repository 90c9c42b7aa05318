"""Step 2: validate credentials. API keys, and what their principals say."""

import json
from dataclasses import replace

import pytest

from conformance.contract.operation import Placement
from conformance.step02_validation.credential_state import (
    Ending,
    ended,
    expect_ended,
    expect_spared,
    live_answer,
)
from fixtures import Answer, Caller, Change, Check, Keys, Organization, Session, eventually
from fixtures.context import users_and_orgs
from fixtures.context.cast import NO_VIEW_ROLE
from fixtures.context.users_and_orgs import ApiKey
from fixtures.exchange.actors import garbage_key

VALIDATE, REVOKE = "usm.api_key.validate", "usm.api_key.revoke"
REVOKE_ALL, REVOKE_ALL_OF_ORG = "usm.api_key.revoke_all", "usm.api_key.revoke_all_org"
IN_BODY = Change(place=Placement.BODY)


def make_key(owner: Caller, account: str | None = None) -> ApiKey:
    """A key of a new service account, or of `account`."""
    return users_and_orgs.new_key(owner, "disposable-key", [NO_VIEW_ROLE], account)


def validate(caller: Caller, key: ApiKey) -> Answer:
    return caller.as_(key.actor)(VALIDATE)


def live_key(caller: Caller, key: ApiKey) -> Answer:
    """What the platform says of a key that nobody revoked."""
    return live_answer(lambda: validate(caller, key))


# --- what validates ---


@pytest.mark.requirement("VALID-19")
def test_key_in_the_header_validates(key_view: Caller) -> None:
    in_body, in_header = key_view(VALIDATE, IN_BODY), key_view(VALIDATE)
    # Where the body's key is taken, the refusal of the same key in the header is about the place.
    replace(in_header, proven=in_header.proven or in_body.ok).accepted()


@pytest.mark.requirement("VALID-20")
def test_key_in_the_body_validates(key_view: Caller) -> None:
    key_view(VALIDATE).accepted()
    key_view(VALIDATE, IN_BODY).accepted()


@pytest.mark.requirement("VALID-21")
def test_key_in_the_header_counts_beside_garbage_in_the_body(key_view: Caller) -> None:
    key_view(VALIDATE).accepted()
    key_view(VALIDATE, Change(body={"api_key": garbage_key().key})).accepted()


@pytest.mark.requirement("VALID-21")
def test_garbage_in_the_header_counts_beside_a_key_in_the_body(key_view: Caller) -> None:
    live = key_view(VALIDATE).accepted()
    change = Change(body={"api_key": key_view.actor.key})
    expect_ended(key_view.as_(garbage_key())(VALIDATE, change), live)


@pytest.mark.requirement("VALID-22")
def test_principal_names_its_organisation(key_view: Caller) -> None:
    answer = key_view(VALIDATE)
    rule = "the principal names the organisation that the key belongs to"
    answer.shows_ignoring_case("orgcode", str(key_view.world["orgcode"]), rule)


@pytest.mark.requirement("VALID-23")
def test_principal_gives_the_state_of_its_organisation(key_view: Caller) -> None:
    answer = key_view(VALIDATE).accepted()
    answer.expect(
        "the answer has a field org_status, wherever it stands",
        holds='"org_status":' in json.dumps(answer.body),
        expected="org_status in the principal",
        observed="no field of that name",
    )
    found = answer.optional("org_status")
    answer.expect(
        "the principal gives the organisation's state",
        holds=found == "verified",
        expected="org_status verified",
        observed=f"org_status {found}",
        uses=("org_status",),
    )


@pytest.mark.parametrize("name", ["key_owner", "key_view", "key_blind"])
@pytest.mark.requirement("VALID-24")
def test_principal_lists_the_roles_of_its_service_account(
    org_owner: Caller, keys: Keys, name: str
) -> None:
    actor = keys.by_name[name]
    answer = org_owner.as_(actor)(VALIDATE)
    roles = answer.value("roles")
    answer.expect(
        "the principal lists the account's roles, no more and no fewer",
        holds=sorted(roles) == sorted(actor.roles),
        expected=f"roles {sorted(actor.roles)}",
        observed=f"roles {sorted(roles)}",
        uses=("roles",),
    )


@pytest.mark.requirement("VALID-25")
def test_key_of_a_suspended_organisation_is_not_told_verified(
    session: Session, check: Check, disposable_org: Organization, disposable_owner: Caller
) -> None:
    key = make_key(disposable_owner)
    live = validate(disposable_owner, key)
    live.value("org_status")  # the principal is where we look for it
    users_and_orgs.set_org_status(session, check, disposable_org, "suspended").accepted()

    def no_longer_verified(answer: Answer) -> bool:
        return ended(answer, live) or answer.optional("org_status") != "verified"

    answer = eventually(lambda: validate(disposable_owner, key), no_longer_verified)
    answer.expect(
        "the principal does not go on calling its organisation verified",
        holds=no_longer_verified(answer),
        expected="another org_status, or no valid key",
        observed="org_status verified",
        uses=("org_status",),
    )


@pytest.mark.requirement("VALID-26")
def test_key_that_was_never_issued_does_not_validate(key_view: Caller) -> None:
    live = key_view(VALIDATE).accepted()
    expect_ended(key_view.as_(garbage_key())(VALIDATE), live)


# --- revocation ---


@pytest.mark.requirement("VALID-27")
def test_revoked_key_does_not_validate(org_owner: Caller) -> None:
    key = make_key(org_owner)
    live = validate(org_owner, key).accepted()
    org_owner(REVOKE, api_key_id=key.id).accepted()
    expect_ended(validate(org_owner, key), live)


def expect_other_spared(
    owner: Caller, key: ApiKey, other: ApiKey, revoke: str, **named: str | None
) -> None:
    """Revoke a key, and expect that another one validates as before."""
    live, before = live_key(owner, key), live_key(owner, other)
    owner(revoke, **named).accepted()
    expect_spared(validate(owner, other), before, Ending(live, validate(owner, key)))


@pytest.mark.requirement("VALID-28")
def test_revoking_a_key_spares_its_siblings(org_owner: Caller) -> None:
    key = make_key(org_owner)
    sibling = make_key(org_owner, key.account)
    expect_other_spared(org_owner, key, sibling, REVOKE, api_key_id=key.id)


@pytest.mark.requirement("VALID-29")
def test_revoking_all_keys_of_an_account_ends_each(org_owner: Caller) -> None:
    first = make_key(org_owner)
    both = [first, make_key(org_owner, first.account)]
    live = validate(org_owner, first).accepted()
    org_owner(REVOKE_ALL, service_account_id=first.account).accepted()
    for key in both:
        expect_ended(validate(org_owner, key), live)


@pytest.mark.requirement("VALID-30")
def test_revoking_all_keys_of_an_account_spares_other_accounts(org_owner: Caller) -> None:
    key, other = make_key(org_owner), make_key(org_owner)
    expect_other_spared(org_owner, key, other, REVOKE_ALL, service_account_id=key.account)


@pytest.mark.requirement("VALID-31")
def test_key_made_after_a_mass_revocation_validates(org_owner: Caller) -> None:
    key = make_key(org_owner)
    live = live_key(org_owner, key)
    org_owner(REVOKE_ALL, service_account_id=key.account).accepted()
    ending = Ending(live, validate(org_owner, key))
    later = make_key(org_owner, key.account)
    validate(org_owner, later).accepted("a key that was made after the mass revocation validates")
    expect_spared(validate(org_owner, later), live, ending)


@pytest.mark.requirement("VALID-32")
def test_revoking_all_keys_of_an_organisation_ends_every_account_s(
    disposable_owner: Caller,
) -> None:
    both = [make_key(disposable_owner) for _ in range(2)]
    live = validate(disposable_owner, both[0]).accepted()
    disposable_owner(REVOKE_ALL_OF_ORG).accepted()
    for key in both:
        expect_ended(validate(disposable_owner, key), live)


@pytest.mark.requirement("VALID-33")
def test_revoking_all_keys_of_an_organisation_spares_other_organisations(
    org_owner: Caller, disposable_owner: Caller
) -> None:
    key, foreign = make_key(disposable_owner), make_key(org_owner)
    live, before = live_key(disposable_owner, key), live_key(org_owner, foreign)
    disposable_owner(REVOKE_ALL_OF_ORG).accepted()
    ending = Ending(live, validate(disposable_owner, key))
    expect_spared(validate(org_owner, foreign), before, ending)


@pytest.mark.requirement("VALID-34")
def test_key_of_a_doomed_account_does_not_validate(org_owner: Caller) -> None:
    key = make_key(org_owner)
    live = validate(org_owner, key).accepted()
    org_owner("usm.service_account.status", service_account_id=key.account).accepted()
    expect_ended(validate(org_owner, key), live)


@pytest.mark.needs("operator")
@pytest.mark.requirement("VALID-35")
def test_key_older_than_the_organisation_allows_does_not_validate(
    disposable_owner: Caller,
) -> None:
    key = make_key(disposable_owner)
    live = validate(disposable_owner, key).accepted()
    policy = disposable_owner("usm.api_key.policy_set", max_age_seconds=1)
    # The page names no field for the age: it has to come back before the rule is judged on it.
    policy.shows("max_age_seconds", 1, "the policy says the age that was sent")
    answer = eventually(
        lambda: validate(disposable_owner, key),
        lambda found: ended(found, live),
        bound_s=disposable_owner.target.patience(5.0),
        pause_s=0.25,
    )
    expect_ended(answer, live)
