"""CRM: customers and consent, points and their ledger, gift cards, accounts and credit, roles."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from tests.reference.clientele import Clerk, clerk_of
from tests.reference.platform_client import Platform


@pytest.fixture(scope="module")
def desk(platform: Platform) -> Clerk:
    return clerk_of(platform)


# --- customers ---


def test_customers_are_unique_by_email_within_their_org(platform: Platform, desk: Clerk) -> None:
    email = desk.customer()["email"]
    person = {"first_name": "Ada", "last_name": "Byron", "email": email.upper()}
    assert desk.refused("/customer/create", **person) == (409, "duplicate-email")
    assert clerk_of(platform).make("/customer/create", **person)["email"] == email


def test_consents_are_set_one_by_one_under_a_revision(desk: Clerk) -> None:
    customer = desk.customer()
    named = {"customer_id": customer["customer_id"]}
    assert (customer["marketing_consent"], customer["privacy_consent"]) == (False, False)
    assert desk.refused("/customer/consent/set", **named, marketing_consent=True)[0] == 428
    agreed = desk.make(
        "/customer/consent/set", **named, marketing_consent=True, expected_revision=1
    )
    assert (agreed["marketing_consent"], agreed["privacy_consent"]) == (True, False)
    stale = {**named, "privacy_consent": True, "expected_revision": 1}
    assert desk.refused("/customer/consent/set", **stale) == (409, "conflict")
    assert desk.refused("/customer/consent/set", **named, expected_revision=2)[0] == 400


def test_an_anonymised_customer_keeps_figures_and_no_name(desk: Clerk) -> None:
    customer_id = desk.member(30)
    email = desk.make("/customer/get", customer_id=customer_id)["email"]
    named = {"customer_id": customer_id, "expected_revision": 1}
    gone = desk.make("/customer/anonymize", **named)
    assert (gone["status"], gone["email"], gone["loyalty_balance"]) == ("anonymized", None, 30)
    listed = desk.ask("/customer/list", limit=256).text
    assert email not in listed
    assert customer_id in listed
    more = {"customer_id": customer_id, "points": 1}
    assert desk.refused("/loyalty/earn", **more) == (409, "invalid-state")
    again = {"customer_id": customer_id, "expected_revision": 2}
    assert desk.refused("/customer/anonymize", **again) == (409, "invalid-state")
    assert len(desk.ledger(customer_id)) == 1


def test_customers_of_another_org_are_not_there(platform: Platform, desk: Clerk) -> None:
    customer_id, elsewhere = desk.member(5), clerk_of(platform)
    assert elsewhere.refused("/customer/get", customer_id=customer_id) == (404, "not-found")
    points = {"customer_id": customer_id, "points": 1}
    assert elsewhere.refused("/loyalty/redeem", **points) == (404, "not-found")
    card = {"amount": "5.00", "currency": "USD", "customer_id": customer_id}
    assert elsewhere.refused("/giftcard/issue", **card) == (404, "not-found")
    assert customer_id not in elsewhere.ask("/customer/list").text


# --- points ---


def test_every_change_of_points_is_an_entry_and_the_balance_is_their_sum(desk: Clerk) -> None:
    customer_id = desk.member(100)
    named = {"customer_id": customer_id}
    redeemed = desk.make("/loyalty/redeem", **named, points=30)
    assert (redeemed["points"], redeemed["balance"]) == (-30, 70)
    earned = desk.make("/loyalty/earn", **named, points=20)
    desk.make("/loyalty/adjust", **named, points=-5, reason="wrong till")
    before = desk.ledger(customer_id)
    assert desk.make("/loyalty/restore", **named, entry_id=redeemed["entry_id"])["points"] == 30
    assert desk.make("/loyalty/reverse", **named, entry_id=earned["entry_id"])["points"] == -20
    after = desk.ledger(customer_id)
    assert after[: len(before)] == before
    assert [entry["entry_type"] for entry in after] == [
        "earn",
        "redeem",
        "earn",
        "adjust",
        "restore",
        "reverse",
    ]
    assert sum(entry["points"] for entry in after) == desk.balance(customer_id) == 95


def test_points_that_are_not_there_are_not_taken(desk: Clerk) -> None:
    customer_id = desk.member(10)
    named = {"customer_id": customer_id}
    for path, points in (("/loyalty/redeem", 11), ("/loyalty/adjust", -11)):
        assert desk.refused(path, **named, points=points) == (409, "insufficient-points")
    earned = desk.ledger(customer_id)[0]["entry_id"]
    desk.make("/loyalty/redeem", **named, points=10)
    assert desk.refused("/loyalty/reverse", **named, entry_id=earned)[0] == 409
    assert (desk.balance(customer_id), len(desk.ledger(customer_id))) == (0, 2)


def test_an_entry_is_undone_once_by_its_own_call_and_for_its_own_customer(desk: Clerk) -> None:
    customer_id, other = desk.member(10), desk.member(10)
    earned = {"entry_id": desk.ledger(customer_id)[0]["entry_id"]}
    assert desk.refused("/loyalty/reverse", customer_id=other, **earned) == (404, "not-found")
    named = {"customer_id": customer_id, **earned}
    assert desk.refused("/loyalty/restore", **named) == (409, "invalid-state")
    reversal = desk.make("/loyalty/reverse", **named)
    assert desk.refused("/loyalty/reverse", **named) == (409, "invalid-state")
    back = {"customer_id": customer_id, "entry_id": reversal["entry_id"]}
    assert desk.refused("/loyalty/reverse", **back) == (409, "invalid-state")


@pytest.mark.parametrize("points", [0, -1, 1.5, "1", None, 10_000_001])
def test_points_are_positive_whole_numbers(desk: Clerk, points: Any) -> None:
    body = {"customer_id": desk.member(1), "points": points}
    for path in ("/loyalty/earn", "/loyalty/redeem"):
        assert desk.refused(path, **body) == (400, "invalid-input")


def test_points_need_a_customer_a_channel_and_a_known_reason(
    platform: Platform, desk: Clerk
) -> None:
    named = {"customer_id": desk.member(1), "points": 1}
    assert desk.refused("/loyalty/earn", points=1) == (400, "invalid-input")
    for channel in ("", "No Channel"):
        silent = replace(desk, channel=channel)
        assert silent.refused("/loyalty/earn", **named) == (400, "invalid-input")
    unknown = {**named, "reason_code": "LOYALTY.NEVER"}
    assert desk.refused("/loyalty/adjust", **unknown) == (400, "invalid-input")
    assert desk.make("/loyalty/adjust", **named, reason_code="LOYALTY.ADJUST")["points"] == 1
    foreign = {"x-logical-guid": platform.facility(platform.org())}
    assert desk.ask("/loyalty/earn", foreign, **named).status_code == 404


# --- money ---


def test_a_gift_card_is_redeemed_to_the_cent(desk: Clerk) -> None:
    named = {"giftcard_id": desk.card("0.30")}
    first = desk.make("/giftcard/redeem", **named, amount="0.10")
    assert (first["amount"], first["balance"]) == ("0.10", "0.20")
    more = desk.refused("/giftcard/redeem", **named, amount="0.21")
    assert more == (409, "insufficient-balance")
    assert desk.make("/giftcard/redeem", **named, amount="0.2")["balance"] == "0.00"


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
    desk: Clerk, amount: str, currency: str
) -> None:
    card = {"amount": amount, "currency": currency}
    assert desk.refused("/giftcard/issue", **card) == (400, "invalid-input")


def test_amounts_have_the_decimals_of_their_currency(desk: Clerk) -> None:
    for amount, currency, shown in (("5", "JPY", "5"), ("5", "KWD", "5.000"), ("5", "USD", "5.00")):
        issued = desk.make("/giftcard/issue", amount=amount, currency=currency)
        assert issued["balance"] == shown
    other = {"giftcard_id": desk.card("5"), "amount": "1", "currency": "EUR"}
    assert desk.refused("/giftcard/redeem", **other) == (400, "invalid-input")


def test_credit_is_consumed_and_released_within_its_limit(desk: Clerk) -> None:
    named = {"account_id": desk.account("50.00")}
    left = desk.make("/account/credit/consume", **named, amount="20.10")
    assert (left["credit_consumed"], left["credit_available"]) == ("20.10", "29.90")
    beyond = {**named, "amount": "29.91"}
    assert desk.refused("/account/credit/consume", **beyond) == (409, "credit-limit-exceeded")
    more = {**named, "amount": "20.11"}
    assert desk.refused("/account/credit/release", **more) == (409, "invalid-state")
    back = desk.make("/account/credit/release", **named, amount="20.10")
    assert (back["credit_available"], back["revision"]) == ("50.00", 1)
    state = {**named, "status": "inactive", "expected_revision": 1}
    desk.make("/account/status/set", **state)
    assert desk.refused("/account/credit/consume", **beyond) == (409, "invalid-state")


@pytest.mark.parametrize("path", ["/loyalty/redeem", "/giftcard/redeem", "/account/credit/consume"])
def test_takers_at_the_same_time_take_no_more_than_there_is(desk: Clerk, path: str) -> None:
    wanted: dict[str, dict[str, Any]] = {
        "/loyalty/redeem": {"customer_id": desk.member(10), "points": 3},
        "/giftcard/redeem": {"giftcard_id": desk.card("10.00"), "amount": "3.00"},
        "/account/credit/consume": {"account_id": desk.account("10.00"), "amount": "3.00"},
    }

    def take(_: int) -> bool:
        return desk.ask(path, **wanted[path]).is_success

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(take, range(8))) == 3


# --- accounts and contacts ---


def test_contacts_belong_to_an_account_of_the_org(platform: Platform, desk: Clerk) -> None:
    account_id = desk.account("1")
    contact = desk.make("/account/contact/create", account_id=account_id, caption="Buyer")
    named = {"contact_id": contact["contact_id"]}
    edit = {**named, "caption": "Payer", "expected_revision": 1}
    assert desk.make("/account/contact/update", **edit)["caption"] == "Payer"
    assert desk.make("/account/contact/get", **named)["revision"] == 2
    listed = desk.make("/account/contact/list", account_id=account_id)["items"]
    assert [each["caption"] for each in listed] == ["Payer"]
    doomed = {**named, "status": "doomed", "expected_revision": 2}
    desk.make("/account/contact/status/set", **doomed)
    assert not desk.make("/account/contact/list", account_id=account_id)["items"]
    elsewhere = clerk_of(platform)
    strange = {"account_id": account_id, "caption": "Buyer"}
    assert elsewhere.refused("/account/contact/create", **strange) == (404, "not-found")


def test_an_account_is_updated_and_leaves_its_terminal_state_no_more(desk: Clerk) -> None:
    named = {"account_id": desk.account("5")}
    raised = {**named, "credit_limit": "7.5", "expected_revision": 1}
    assert desk.make("/account/update", **raised)["credit_limit"] == "7.50"
    desk.make("/account/status/set", **named, status="doomed", expected_revision=2)
    back = {**named, "status": "active", "expected_revision": 3}
    assert desk.refused("/account/status/set", **back) == (409, "invalid-transition")


# --- roles ---


def test_roles_are_split_between_customers_points_and_cards(
    platform: Platform, desk: Clerk
) -> None:
    customer_id = desk.member(10)
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
        clerk = replace(desk, caller=platform.member(desk.org, role))
        let_in = {path for path, body in calls.items() if clerk.ask(path, **body).is_success}
        assert let_in == paths, role


def test_health_and_policy_are_told(platform: Platform, desk: Clerk) -> None:
    url = f"{platform.base_url}/crm/stat"
    assert platform.client.get(url, headers=desk.caller.headers).is_success
    assert platform.client.get(url).status_code == 401
    assert desk.make("/loyalty/policy/get")["policy_version"] == "1"
