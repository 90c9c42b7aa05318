"""Prices: what is set, approved and resolved, layer over layer."""

import pytest

from tests.reference.platform_client import Platform
from tests.reference.ppm_client import PpmClient, article, code, new_ppm_client

SOON = {"effective_from": "2099-01-01T00:00:00Z"}


@pytest.fixture(scope="module")
def ppm_client(platform: Platform) -> PpmClient:
    return new_ppm_client(platform)


def test_price_holds_once_it_is_approved(ppm_client: PpmClient) -> None:
    variant_id = article()
    lines = [{"variant_id": variant_id}]
    assert ppm_client.refused("/price/resolve", lines=lines) == (404, "not-found")
    price = ppm_client.draft("10.00", variant_id=variant_id)
    assert price["status"] == "draft"
    assert ppm_client.refused("/price/resolve", lines=lines) == (409, "invalid-state")
    named = {"price_id": price["price_id"], "expected_revision": price["revision"]}
    assert ppm_client.refused("/price/approval/approve", **named) == (409, "invalid-state")
    submitted = ppm_client.step(price, "submit")
    assert submitted["status"] == "pending_approval"
    assert ppm_client.refused("/price/resolve", lines=lines) == (409, "invalid-state")
    assert ppm_client.step(submitted, "approve")["status"] == "approved"
    assert ppm_client.line(variant_id) == {
        "variant_id": variant_id,
        "quantity": 1,
        "amount": "10.00",
        "total": "10.00",
        "currency": "USD",
        "price_id": price["price_id"],
        "applied": ["base"],
    }


def test_later_layer_sets_the_amount(ppm_client: PpmClient) -> None:
    variant_id, place = article(), ppm_client.new_facility()
    asked = {"customer_tier": "gold"}
    there = ppm_client.at(place)
    seen = []
    for amount, terms in (
        ("60.00", {"layer": "base"}),
        ("50.00", {"layer": "override"}),
        ("40.00", {"layer": "promo"}),
        ("30.00", {"layer": "customer_tier", "customer_tier": "gold"}),
        ("20.00", {"layer": "channel", "for_channel": "dtc_generic"}),
        ("10.00", {"layer": "facility", "for_facility": place}),
    ):
        ppm_client.approved(amount, variant_id=variant_id, **terms)
        seen.append(there.cost(variant_id, **asked))
    assert seen == ["60.00", "50.00", "40.00", "30.00", "20.00", "10.00"]
    assert ppm_client.cost(variant_id, **asked) == "20.00"
    assert ppm_client.on("kiosk").cost(variant_id, **asked) == "30.00"
    assert ppm_client.on("kiosk").cost(variant_id) == "40.00"


def test_new_terms_wait_for_their_approval_and_old_ones_are_remembered(
    ppm_client: PpmClient,
) -> None:
    variant_id = article()
    price = ppm_client.approved("10.00", variant_id=variant_id)
    before = ppm_client.make("/price/resolve", lines=[{"variant_id": variant_id}])["as_of"]
    new = {"price_id": price["price_id"], "variant_id": variant_id}
    changed = ppm_client.draft("12.00", **new, expected_revision=price["revision"])
    assert ppm_client.cost(variant_id) == "10.00"
    ppm_client.step(ppm_client.step(changed, "submit"), "approve")
    assert ppm_client.cost(variant_id) == "12.00"
    assert ppm_client.cost(variant_id, as_of=before) == "10.00"


def test_price_holds_within_its_period(ppm_client: PpmClient) -> None:
    variant_id = article()
    then = {"effective_from": "2025-01-01T00:00:00Z", "effective_to": "2025-07-01T00:00:00Z"}
    ppm_client.approved("8.00", variant_id=variant_id, **then)
    ppm_client.approved("9.00", variant_id=variant_id, effective_from="2025-07-01T02:00:00+02:00")
    ppm_client.approved("11.00", variant_id=variant_id, **SOON)
    assert ppm_client.cost(variant_id, as_of="2025-06-30T23:59:59Z") == "8.00"
    assert ppm_client.cost(variant_id, as_of="2025-07-01T00:00:00Z") == "9.00"
    assert ppm_client.cost(variant_id) == "9.00"
    assert ppm_client.cost(variant_id, as_of="2099-01-01T00:00:00Z") == "11.00"
    lines = [{"variant_id": variant_id}]
    early = {"as_of": "2024-12-31T00:00:00Z"}
    assert ppm_client.refused("/price/resolve", lines=lines, **early) == (404, "not-found")


def test_list_is_for_whom_it_is_assigned_to(ppm_client: PpmClient) -> None:
    variant_id = article()
    listed = ppm_client.assigned_list(channel_codes=["shopify"])
    contract = ppm_client.assigned_list(customer_ids=["c-1"])
    unassigned = ppm_client.make("/price-list/set", code=code(), caption="List", currency="USD")
    ppm_client.approved("10.00", variant_id=variant_id, price_list_id=listed)
    ppm_client.approved("7.00", variant_id=variant_id, price_list_id=contract)
    named = {"variant_id": variant_id, "price_list_id": unassigned["price_list_id"]}
    ppm_client.approved("1.00", **named)
    assert ppm_client.on("shopify").cost(variant_id) == "10.00"
    assert ppm_client.on("shopify").cost(variant_id, customer_id="c-1") == "7.00"
    assert ppm_client.on("kiosk").cost(variant_id, customer_id="c-1") == "7.00"
    lines = [{"variant_id": variant_id}]
    assert ppm_client.on("kiosk").refused("/price/resolve", lines=lines) == (404, "not-found")


def test_zone_prices_hold_at_its_facilities(ppm_client: PpmClient) -> None:
    variant_id, inside, outside = article(), ppm_client.new_facility(), ppm_client.new_facility()
    zone = ppm_client.make("/price-zone/set", code=code(), caption="North")
    named = {"price_zone_id": zone["price_zone_id"], "expected_revision": zone["revision"]}
    ppm_client.make("/price-zone/assign", **named, logical_guids=[inside])
    ppm_client.approved("10.00", variant_id=variant_id)
    terms = {"layer": "facility", "price_zone_id": zone["price_zone_id"]}
    ppm_client.approved("9.00", variant_id=variant_id, **terms)
    assert ppm_client.at(inside).cost(variant_id) == "9.00"
    assert ppm_client.at(outside).cost(variant_id) == "10.00"


def test_sku_alone_is_enough_where_the_entry_names_it(ppm_client: PpmClient) -> None:
    variant_id, sku = article(), article()
    ppm_client.approved("10.00", variant_id=variant_id, sku=sku)
    found = ppm_client.make("/price/resolve", lines=[{"sku": sku, "quantity": 3}])["lines"][0]
    assert (found["amount"], found["total"]) == ("10.00", "30.00")
    assert ppm_client.refused("/price/resolve", lines=[{"sku": article()}]) == (404, "not-found")


def test_prices_of_another_org_are_none_of_ours(ppm_client: PpmClient, platform: Platform) -> None:
    other, sku = new_ppm_client(platform), article()
    there = other.approved("1.00", sku=sku)
    assert ppm_client.refused("/price/resolve", lines=[{"sku": sku}]) == (404, "not-found")
    assert ppm_client.refused("/price/get", price_id=there["price_id"]) == (404, "not-found")
    foreign = other.assigned_list(channel_codes=["shopify"])
    terms = {"variant_id": article(), "amount": "1.00", "currency": "USD"}
    assert ppm_client.refused("/price/set", **terms, price_list_id=foreign) == (404, "not-found")
    place = other.new_facility()
    assert ppm_client.refused("/price/set", **terms, for_facility=place) == (404, "not-found")
    assert ppm_client.at(place).refused("/price/list") == (404, "not-found")


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "1.001"},
        {"amount": "-1.00"},
        {"amount": "1,00"},
        {"amount": 1.0},
        {"currency": "XXX"},
        {"currency": "JPY", "amount": "1.50"},
        {"reason_code": "PRICING.NO_SUCH"},
        {"layer": "facility"},
        {"effective_from": "2026-01-01T00:00:00"},
        {"effective_from": "2026-01-02T00:00:00Z", "effective_to": "2026-01-01T00:00:00Z"},
        {"for_channel": "no_such"},
    ],
    ids=str,
)
def test_terms_that_cannot_be_are_refused(ppm_client: PpmClient, wrong: dict[str, object]) -> None:
    terms = {"variant_id": article(), "amount": "1.00", "currency": "USD"}
    assert ppm_client.refused("/price/set", **{**terms, **wrong}) == (400, "invalid-input")


def test_resolution_needs_a_channel(ppm_client: PpmClient) -> None:
    variant_id = article()
    ppm_client.approved("10.00", variant_id=variant_id)
    lines = [{"variant_id": variant_id}]
    assert ppm_client.on("").refused("/price/resolve", lines=lines) == (400, "invalid-input")
    assert ppm_client.on("no_such").refused("/price/resolve", lines=lines) == (400, "invalid-input")


def test_update_of_a_record_needs_its_revision(ppm_client: PpmClient) -> None:
    variant_id = article()
    price = ppm_client.draft("10.00", variant_id=variant_id)
    named = {"price_id": price["price_id"], "variant_id": variant_id}
    terms = {**named, "amount": "11.00", "currency": "USD"}
    assert ppm_client.refused("/price/set", **terms) == (428, "expected-revision-required")
    assert ppm_client.refused("/price/set", **terms, expected_revision=9) == (409, "conflict")
    assert ppm_client.make("/price/set", **terms, expected_revision=1)["amount"] == "11.00"
    assert ppm_client.make("/price/get", price_id=price["price_id"])["revision"] == 2


@pytest.mark.parametrize("role", ["ppm_approver", "ppm_admin", "ppm_approve"])
def test_approver_by_whatever_name_sets_and_approves(ppm_client: PpmClient, role: str) -> None:
    assert ppm_client.by(role).approved("10.00", variant_id=article())["status"] == "approved"


def test_roles_are_kept_apart(ppm_client: PpmClient) -> None:
    price = ppm_client.draft("10.00", variant_id=article())
    named = {"price_id": price["price_id"], "expected_revision": price["revision"]}
    for role in ("ppm_view", "ppm_promo_admin", "ppm_analyst", "finance_audit"):
        keyed = ppm_client.by(role)
        assert keyed.make("/price/get", price_id=price["price_id"])["amount"] == "10.00"
        assert keyed.refused("/price/approval/submit", **named) == (403, "forbidden")
    submitted = ppm_client.by("ppm_price_admin").step(price, "submit")
    named["expected_revision"] = submitted["revision"]
    refused = ppm_client.by("ppm_price_admin").refused("/price/approval/approve", **named)
    assert refused == (403, "forbidden")


def test_list_of_prices_is_filtered(ppm_client: PpmClient) -> None:
    variant_id = article()
    made = {ppm_client.draft("1.00", variant_id=variant_id)["price_id"] for _ in range(3)}
    ppm_client.draft("1.00", variant_id=article())
    found = ppm_client.make("/price/list", variant_id=variant_id)
    assert {each["price_id"] for each in found["items"]} == made
    assert found["next_token"] is None
