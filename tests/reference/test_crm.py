"""CRM: customers and consent, points and their ledger, gift cards, accounts and credit, roles."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from tests.reference.crm_client import CrmClient, new_crm_client
from tests.reference.platform_client import Platform


@pytest.fixture(scope="module")
def crm_client(platform: Platform) -> CrmClient:
    return new_crm_client(platform)


# --- customers ---


def test_customers_are_unique_by_email_within_their_org(
    platform: Platform, crm_client: CrmClient
) -> None:
    email = crm_client.customer()["email"]
    person = {"first_name": "Ada", "last_name": "Byron", "email": email.upper()}
    assert crm_client.refused("/customer/create", **person) == (409, "duplicate-email")
    assert new_crm_client(platform).make("/customer/create", **person)["email"] == email


def test_consents_are_set_one_by_one_under_a_revision(crm_client: CrmClient) -> None:
    customer = crm_client.customer()
    named = {"customer_id": customer["customer_id"]}
    assert (customer["marketing_consent"], customer["privacy_consent"]) == (False, False)
    assert crm_client.refused("/customer/consent/set", **named, marketing_consent=True)[0] == 428
    agreed = crm_client.make(
        "/customer/consent/set", **named, marketing_consent=True, expected_revision=1
    )
    assert (agreed["marketing_consent"], agreed["privacy_consent"]) == (True, False)
    stale = {**named, "privacy_consent": True, "expected_revision": 1}
    assert crm_client.refused("/customer/consent/set", **stale) == (409, "conflict")
    assert crm_client.refused("/customer/consent/set", **named, expected_revision=2)[0] == 400


def test_an_anonymised_customer_keeps_figures_and_no_name(crm_client: CrmClient) -> None:
    customer_id = crm_client.member(30)
    email = crm_client.make("/customer/get", customer_id=customer_id)["email"]
    named = {"customer_id": customer_id, "expected_revision": 1}
    gone = crm_client.make("/customer/anonymize", **named)
    assert (gone["status"], gone["email"], gone["loyalty_balance"]) == ("anonymized", None, 30)
    listed = crm_client.ask("/customer/list", limit=256).text
    assert email not in listed
    assert customer_id in listed
    more = {"customer_id": customer_id, "points": 1}
    assert crm_client.refused("/loyalty/earn", **more) == (409, "invalid-state")
    again = {"customer_id": customer_id, "expected_revision": 2}
    assert crm_client.refused("/customer/anonymize", **again) == (409, "invalid-state")
    assert len(crm_client.ledger(customer_id)) == 1


def test_customers_of_another_org_are_not_there(platform: Platform, crm_client: CrmClient) -> None:
    customer_id, elsewhere = crm_client.member(5), new_crm_client(platform)
    assert elsewhere.refused("/customer/get", customer_id=customer_id) == (404, "not-found")
    points = {"customer_id": customer_id, "points": 1}
    assert elsewhere.refused("/loyalty/redeem", **points) == (404, "not-found")
    card = {"amount": "5.00", "currency": "USD", "customer_id": customer_id}
    assert elsewhere.refused("/giftcard/issue", **card) == (404, "not-found")
    assert customer_id not in elsewhere.ask("/customer/list").text


# --- points ---


def test_every_change_of_points_is_an_entry_and_the_balance_is_their_sum(
    crm_client: CrmClient,
) -> None:
    customer_id = crm_client.member(100)
    named = {"customer_id": customer_id}
    redeemed = crm_client.make("/loyalty/redeem", **named, points=30)
    assert (redeemed["points"], redeemed["balance"]) == (-30, 70)
    earned = crm_client.make("/loyalty/earn", **named, points=20)
    crm_client.make("/loyalty/adjust", **named, points=-5, reason="wrong scm_client")
    before = crm_client.ledger(customer_id)
    assert (
        crm_client.make("/loyalty/restore", **named, entry_id=redeemed["entry_id"])["points"] == 30
    )
    assert (
        crm_client.make("/loyalty/reverse", **named, entry_id=earned["entry_id"])["points"] == -20
    )
    after = crm_client.ledger(customer_id)
    assert after[: len(before)] == before
    assert [entry["entry_type"] for entry in after] == [
        "earn",
        "redeem",
        "earn",
        "adjust",
        "restore",
        "reverse",
    ]
    assert sum(entry["points"] for entry in after) == crm_client.balance(customer_id) == 95


def test_points_that_are_not_there_are_not_taken(crm_client: CrmClient) -> None:
    customer_id = crm_client.member(10)
    named = {"customer_id": customer_id}
    for path, points in (("/loyalty/redeem", 11), ("/loyalty/adjust", -11)):
        assert crm_client.refused(path, **named, points=points) == (409, "insufficient-points")
    earned = crm_client.ledger(customer_id)[0]["entry_id"]
    crm_client.make("/loyalty/redeem", **named, points=10)
    assert crm_client.refused("/loyalty/reverse", **named, entry_id=earned)[0] == 409
    assert (crm_client.balance(customer_id), len(crm_client.ledger(customer_id))) == (0, 2)


def test_an_entry_is_undone_once_by_its_own_call_and_for_its_own_customer(
    crm_client: CrmClient,
) -> None:
    customer_id, other = crm_client.member(10), crm_client.member(10)
    earned = {"entry_id": crm_client.ledger(customer_id)[0]["entry_id"]}
    assert crm_client.refused("/loyalty/reverse", customer_id=other, **earned) == (404, "not-found")
    named = {"customer_id": customer_id, **earned}
    assert crm_client.refused("/loyalty/restore", **named) == (409, "invalid-state")
    reversal = crm_client.make("/loyalty/reverse", **named)
    assert crm_client.refused("/loyalty/reverse", **named) == (409, "invalid-state")
    back = {"customer_id": customer_id, "entry_id": reversal["entry_id"]}
    assert crm_client.refused("/loyalty/reverse", **back) == (409, "invalid-state")


@pytest.mark.parametrize("points", [0, -1, 1.5, "1", None, 10_000_001])
def test_points_are_positive_whole_numbers(crm_client: CrmClient, points: Any) -> None:
    body = {"customer_id": crm_client.member(1), "points": points}
    for path in ("/loyalty/earn", "/loyalty/redeem"):
        assert crm_client.refused(path, **body) == (400, "invalid-input")


def test_points_need_a_customer_a_channel_and_a_known_reason(
    platform: Platform, crm_client: CrmClient
) -> None:
    named = {"customer_id": crm_client.member(1), "points": 1}
    assert crm_client.refused("/loyalty/earn", points=1) == (400, "invalid-input")
    for channel in ("", "No Channel"):
        silent = replace(crm_client, channel=channel)
        assert silent.refused("/loyalty/earn", **named) == (400, "invalid-input")
    unknown = {**named, "reason_code": "LOYALTY.NEVER"}
    assert crm_client.refused("/loyalty/adjust", **unknown) == (400, "invalid-input")
    assert crm_client.make("/loyalty/adjust", **named, reason_code="LOYALTY.ADJUST")["points"] == 1
    foreign = {"x-logical-guid": platform.facility(platform.org())}
    assert crm_client.ask("/loyalty/earn", foreign, **named).status_code == 404


# --- money ---


def test_a_gift_card_is_redeemed_to_the_cent(crm_client: CrmClient) -> None:
    named = {"giftcard_id": crm_client.card("0.30")}
    first = crm_client.make("/giftcard/redeem", **named, amount="0.10")
    assert (first["amount"], first["balance"]) == ("0.10", "0.20")
    more = crm_client.refused("/giftcard/redeem", **named, amount="0.21")
    assert more == (409, "insufficient-balance")
    assert crm_client.make("/giftcard/redeem", **named, amount="0.2")["balance"] == "0.00"


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        ("0", "USD"),
        ("-1.00", "USD"),
        ("1.005", "USD"),
        ("1.5", "JPY"),
        ("1e3", "USD"),
        ("NaN", "USD"),
        ("1.00", "QQQ"),
    ],
)
def test_what_is_no_amount_of_a_currency_is_refused(
    crm_client: CrmClient, amount: str, currency: str
) -> None:
    card = {"amount": amount, "currency": currency}
    assert crm_client.refused("/giftcard/issue", **card) == (400, "invalid-input")


def test_amounts_have_the_decimals_of_their_currency(crm_client: CrmClient) -> None:
    for amount, currency, shown in (("5", "JPY", "5"), ("5", "KWD", "5.000"), ("5", "USD", "5.00")):
        issued = crm_client.make("/giftcard/issue", amount=amount, currency=currency)
        assert issued["balance"] == shown
    other = {"giftcard_id": crm_client.card("5"), "amount": "1", "currency": "EUR"}
    assert crm_client.refused("/giftcard/redeem", **other) == (400, "invalid-input")


def test_credit_is_consumed_and_released_within_its_limit(crm_client: CrmClient) -> None:
    named = {"account_id": crm_client.account("50.00")}
    left = crm_client.make("/account/credit/consume", **named, amount="20.10")
    assert (left["credit_consumed"], left["credit_available"]) == ("20.10", "29.90")
    beyond = {**named, "amount": "29.91"}
    assert crm_client.refused("/account/credit/consume", **beyond) == (409, "credit-limit-exceeded")
    more = {**named, "amount": "20.11"}
    assert crm_client.refused("/account/credit/release", **more) == (409, "invalid-state")
    back = crm_client.make("/account/credit/release", **named, amount="20.10")
    assert (back["credit_available"], back["revision"]) == ("50.00", 1)
    state = {**named, "status": "inactive", "expected_revision": 1}
    crm_client.make("/account/status/set", **state)
    assert crm_client.refused("/account/credit/consume", **beyond) == (409, "invalid-state")


@pytest.mark.parametrize("path", ["/loyalty/redeem", "/giftcard/redeem", "/account/credit/consume"])
def test_takers_at_the_same_time_take_no_more_than_there_is(
    crm_client: CrmClient, path: str
) -> None:
    wanted: dict[str, dict[str, Any]] = {
        "/loyalty/redeem": {"customer_id": crm_client.member(10), "points": 3},
        "/giftcard/redeem": {"giftcard_id": crm_client.card("10.00"), "amount": "3.00"},
        "/account/credit/consume": {"account_id": crm_client.account("10.00"), "amount": "3.00"},
    }

    def take(_: int) -> bool:
        return crm_client.ask(path, **wanted[path]).is_success

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(take, range(8))) == 3


# --- accounts and contacts ---


def test_contacts_belong_to_an_account_of_the_org(
    platform: Platform, crm_client: CrmClient
) -> None:
    account_id = crm_client.account("1")
    contact = crm_client.make("/account/contact/create", account_id=account_id, caption="PcmClient")
    named = {"contact_id": contact["contact_id"]}
    edit = {**named, "caption": "Payer", "expected_revision": 1}
    assert crm_client.make("/account/contact/update", **edit)["caption"] == "Payer"
    assert crm_client.make("/account/contact/get", **named)["revision"] == 2
    listed = crm_client.make("/account/contact/list", account_id=account_id)["items"]
    assert [each["caption"] for each in listed] == ["Payer"]
    doomed = {**named, "status": "doomed", "expected_revision": 2}
    crm_client.make("/account/contact/status/set", **doomed)
    assert not crm_client.make("/account/contact/list", account_id=account_id)["items"]
    elsewhere = new_crm_client(platform)
    strange = {"account_id": account_id, "caption": "PcmClient"}
    assert elsewhere.refused("/account/contact/create", **strange) == (404, "not-found")


def test_an_account_is_updated_and_leaves_its_terminal_state_no_more(crm_client: CrmClient) -> None:
    named = {"account_id": crm_client.account("5")}
    raised = {**named, "credit_limit": "7.5", "expected_revision": 1}
    assert crm_client.make("/account/update", **raised)["credit_limit"] == "7.50"
    crm_client.make("/account/status/set", **named, status="doomed", expected_revision=2)
    back = {**named, "status": "active", "expected_revision": 3}
    assert crm_client.refused("/account/status/set", **back) == (409, "invalid-transition")


# --- roles ---


def test_roles_are_split_between_customers_points_and_cards(
    platform: Platform, crm_client: CrmClient
) -> None:
    customer_id = crm_client.member(10)
    named = {"customer_id": customer_id}
    person = {"first_name": "Ada", "last_name": "Byron"}
    calls: dict[str, dict[str, Any]] = {
        "/customer/get": named,
        "/customer/create": person,
        "/loyalty/earn": {**named, "points": 1},
        "/giftcard/issue": {"amount": "1", "currency": "USD"},
    }
    open_to = {
        "crm_view": {"/customer/get"},
        "crm_manage": {"/customer/get", "/customer/create"},
        "crm_edit": {"/customer/create"},
        "loyalty_admin": {"/customer/get", "/loyalty/earn"},
        "giftcard_admin": {"/customer/get", "/giftcard/issue"},
    }
    for role, paths in open_to.items():
        clerk = replace(crm_client, caller=platform.member(crm_client.org, role))
        let_in = {path for path, body in calls.items() if clerk.ask(path, **body).is_success}
        assert let_in == paths, role


def test_health_and_policy_are_told(platform: Platform, crm_client: CrmClient) -> None:
    url = f"{platform.base_url}/crm/stat"
    assert platform.client.get(url, headers=crm_client.caller.headers).is_success
    assert platform.client.get(url).status_code == 401
    assert crm_client.make("/loyalty/policy/get")["policy_version"] == "1"
