"""Step 1: service accounts and API keys, and how their lists behave."""

import json
from collections.abc import Callable

import pytest

from conformance.contract.paging import DEFAULT_LIMIT, LARGEST_LIMIT
from fixtures import (
    Actor,
    Caller,
    Inconclusive,
    Organization,
    Walk,
    World,
    expect_gone,
    expect_listed,
    holds,
    pages,
    pages_with,
    read_through,
    settled,
)
from fixtures.context import records, users_and_orgs
from fixtures.context.cast import NO_VIEW_ROLE
from fixtures.probes.indistinguishability import expect_same

ACCOUNTS, DOOM_ACCOUNT = "usm.service_account.list", "usm.service_account.status"
KEYS, CREATE_KEY, VALIDATE = "usm.api_key.list", "usm.api_key.create", "usm.api_key.validate"


def create_account(owner: Caller) -> str:
    """The id of a new service account."""
    return str(records.make(owner, "usm.service_account")["service_account_id"])


def list_accounts(owner: Caller, **filters: bool) -> Walk:
    """All pages of the org's service accounts."""
    return pages(owner, ACCOUNTS, limit=LARGEST_LIMIT, **filters)


# --- service accounts and keys ---


@pytest.mark.requirement("CRED-45")
def test_owner_creates_a_service_account_bound_to_the_organisation(org_owner: Caller) -> None:
    key = users_and_orgs.new_key(org_owner, "bound-key", [NO_VIEW_ROLE])
    answer = org_owner.as_(key.actor)(VALIDATE)
    rule = "the account's key belongs to the organisation of the request"
    answer.shows_ignoring_case("orgcode", str(org_owner.world["orgcode"]), rule)


@pytest.mark.requirement("CRED-46")
def test_owner_creates_a_key_and_gets_its_secret(org_owner: Caller) -> None:
    created = org_owner(CREATE_KEY, service_account_id=create_account(org_owner))
    secret = created.value("api_key")
    shown = created.expect(
        "the secret is a non-empty string",
        holds=isinstance(secret, str) and bool(secret),
        expected="a non-empty string in api_key",
        observed=f"a {type(secret).__name__} of {len(str(secret))} characters",
        uses=("api_key",),
    )
    if shown:
        key = Actor(name="new-key", key=str(secret))
        org_owner.as_(key)(VALIDATE).accepted()


@pytest.mark.requirement("CRED-47")
def test_key_list_never_holds_the_secret(org_owner: Caller) -> None:
    key = users_and_orgs.new_key(org_owner, "listed-key", [NO_VIEW_ROLE])
    found = pages_with(org_owner, KEYS, key.id, service_account_id=key.account)
    if not holds(found, key.id):
        raise Inconclusive(f"{KEYS}: the key whose secret is looked for is not listed", cause=KEYS)
    found[-1].expect(
        "the secret is nowhere in the list of keys",
        holds=not any(json.dumps(key.actor.key) in json.dumps(page.body) for page in found),
        expected="no secret after the answer that created the key",
        observed="the secret as it was created",
    )


@pytest.mark.requirement("CRED-48")
def test_new_service_account_is_listed(org_owner: Caller) -> None:
    account = create_account(org_owner)
    expect_listed(list_accounts(org_owner), account)


@pytest.mark.requirement("CRED-49")
def test_new_key_is_listed(org_owner: Caller) -> None:
    key = users_and_orgs.new_key(org_owner, "listed-key", [NO_VIEW_ROLE])
    found = pages(org_owner, KEYS, service_account_id=key.account)
    expect_listed(found, key.id)


# --- callers who are strangers to the organisation ---

MANAGEMENT = (
    "usm.service_account.create",
    ACCOUNTS,
    DOOM_ACCOUNT,
    CREATE_KEY,
    KEYS,
    "usm.api_key.revoke",
    "usm.api_key.revoke_all",
)
ORG_WIDE = ("usm.api_key.policy_set", "usm.api_key.revoke_all_org")


def expect_indistinguishable(
    stranger: Caller, operation_id: str, real: World, absent: World, **ids: str
) -> None:
    """Expect one answer about an org that is there and one that is not."""
    orgs = [str(org["orgcode"]) for org in (real, absent)]
    rule = f"{operation_id} is refused to a stranger as if there were no such organisation"
    expect_same(
        lambda: stranger.within(real)(operation_id, **ids),
        lambda: stranger.within(absent)(operation_id, **ids),
        echoes=[*orgs, *ids.values()],
        rule=rule,
    )


@pytest.mark.parametrize("operation_id", MANAGEMENT)
@pytest.mark.requirement("CRED-52")
def test_stranger_cannot_tell_an_organisation_from_none(
    stranger: Caller, org_owner: Caller, absent_org: Callable[[], World], operation_id: str
) -> None:
    key = users_and_orgs.new_key(org_owner, "managed-key", [NO_VIEW_ROLE])
    ids = {"service_account_id": key.account, "api_key_id": key.id}
    expect_indistinguishable(stranger, operation_id, org_owner.world, absent_org(), **ids)


@pytest.mark.needs("operator", "throwaway")
@pytest.mark.parametrize("operation_id", ORG_WIDE)
@pytest.mark.requirement("CRED-52")
def test_stranger_cannot_tell_an_organisation_from_none_org_wide(
    stranger: Caller,
    disposable_org: Organization,
    absent_org: Callable[[], World],
    operation_id: str,
) -> None:
    absent = absent_org()
    stranger.allow_orgs(str(absent["orgcode"]), throwaway=True)
    expect_indistinguishable(stranger, operation_id, disposable_org.world, absent)


# --- lists ---


@pytest.mark.requirement("CRED-53")
def test_doomed_service_account_leaves_the_list(org_owner: Caller) -> None:
    account = create_account(org_owner)
    expect_listed(list_accounts(org_owner), account)
    org_owner(DOOM_ACCOUNT, service_account_id=account).accepted()
    expect_gone(list_accounts(org_owner), account)


@pytest.mark.requirement("CRED-54")
def test_include_doomed_brings_service_accounts_back(org_owner: Caller) -> None:
    account = create_account(org_owner)
    expect_listed(list_accounts(org_owner), account)
    org_owner(DOOM_ACCOUNT, service_account_id=account).accepted()
    expect_listed(list_accounts(org_owner, include_doomed=True), account)


def create_account_with_keys(owner: Caller, count: int) -> tuple[str, list[str]]:
    """A new service account, and the ids of as many keys."""
    account = create_account(owner)
    created = [owner(CREATE_KEY, service_account_id=account) for _ in range(count)]
    return account, [str(key.value("api_key_id")) for key in created]


@pytest.mark.requirement("CRED-55")
def test_list_without_limit_holds_eight_and_offers_more(org_owner: Caller) -> None:
    account, _ = create_account_with_keys(org_owner, DEFAULT_LIMIT + 1)
    answer = settled(
        lambda: org_owner(KEYS, service_account_id=account),
        lambda it: it.optional("next_token") is not None,
    )
    count = len(answer.items())
    answer.expect(
        "a page without limit holds at most eight items",
        holds=count <= DEFAULT_LIMIT,
        expected="at most 8 of the 9 keys",
        observed=f"{count} keys",
        uses=("items",),
    )
    answer.expect(
        "a cursor leads to the rest",
        holds=answer.optional("next_token") is not None,
        expected="next_token, as one key is left",
        observed="no next_token",
        uses=("next_token",),
    )


@pytest.mark.requirement("CRED-56")
def test_cursor_shows_each_item_once_and_ends(org_owner: Caller) -> None:
    account, created = create_account_with_keys(org_owner, 5)
    whole = pages(org_owner, KEYS, service_account_id=account, limit=LARGEST_LIMIT)
    shown = [expect_listed(whole, key) for key in created]
    found = pages(org_owner, KEYS, service_account_id=account, limit=2)
    times = [sum(holds([page], key) for page in found) for key in created]
    found[-1].expect(
        "the pages show each key once",
        holds=set(times) == {1},
        expected=f"each of the {len(created)} keys on one page",
        observed=f"{times.count(0)} keys on no page, {sum(n > 1 for n in times)} on several",
        uses=read_through(found[-1], *created),
        inferred=not all(shown),
    )
    found[-1].expect(
        "the last page has no cursor",
        holds=not found[-1].optional("next_token"),
        expected="next_token null or absent",
        observed=f"next_token on page {len(found)}, whose cursor was given out before",
        uses=("next_token",),
    )


@pytest.mark.parametrize("limit", [0, -1, LARGEST_LIMIT + 1, 100_000])
@pytest.mark.requirement("CRED-57")
def test_limit_out_of_range_is_pulled_into_it(org_owner: Caller, limit: int) -> None:
    account, _ = create_account_with_keys(org_owner, 2)
    most = 1 if limit < 1 else LARGEST_LIMIT
    org_owner(KEYS, service_account_id=account).accepted()
    answer = org_owner(KEYS, service_account_id=account, limit=limit)
    count = len(answer.items()) if answer.ok else None
    # A page that leads on may have no record yet.
    least = 0 if answer.optional("next_token") else 1
    answer.expect(
        f"limit {limit} counts as {most}",
        holds=count is not None and least <= count <= most,
        expected=f"success with {least} to {most} items",
        observed=answer.sketch if count is None else f"{count} items",
        uses=("items",),
    )
