"""Prices: what is set, approved and resolved, layer over layer."""

import pytest

from tests.reference.platform_client import Platform
from tests.reference.price_desk import Pricer, article, code, pricer_of

SOON = {"effective_from": "2099-01-01T00:00:00Z"}


@pytest.fixture(scope="module")
def desk(platform: Platform) -> Pricer:
    return pricer_of(platform)


def test_price_holds_once_it_is_approved(desk: Pricer) -> None:
    variant_id = article()
    lines = [{"variant_id": variant_id}]
    assert desk.refused("/price/resolve", lines=lines) == (404, "not-found")
    price = desk.draft("10.00", variant_id=variant_id)
    assert price["status"] == "draft"
    assert desk.refused("/price/resolve", lines=lines) == (409, "invalid-state")
    named = {"price_id": price["price_id"], "expected_revision": price["revision"]}
    assert desk.refused("/price/approval/approve", **named) == (409, "invalid-state")
    submitted = desk.step(price, "submit")
    assert submitted["status"] == "pending_approval"
    assert desk.refused("/price/resolve", lines=lines) == (409, "invalid-state")
    assert desk.step(submitted, "approve")["status"] == "approved"
    assert desk.line(variant_id) == {
        "variant_id": variant_id,
        "quantity": 1,
        "amount": "10.00",
        "total": "10.00",
        "currency": "USD",
        "price_id": price["price_id"],
        "applied": ["base"],
    }


def test_later_layer_sets_the_amount(desk: Pricer) -> None:
    variant_id, place = article(), desk.new_facility()
    asked = {"customer_tier": "gold"}
    there = desk.at(place)
    seen = []
    for amount, terms in (
        ("60.00", {"layer": "base"}),
        ("50.00", {"layer": "override"}),
        ("40.00", {"layer": "promo"}),
        ("30.00", {"layer": "customer_tier", "customer_tier": "gold"}),
        ("20.00", {"layer": "channel", "for_channel": "dtc_generic"}),
        ("10.00", {"layer": "facility", "for_facility": place}),
    ):
        desk.approved(amount, variant_id=variant_id, **terms)
        seen.append(there.cost(variant_id, **asked))
    assert seen == ["60.00", "50.00", "40.00", "30.00", "20.00", "10.00"]
    assert desk.cost(variant_id, **asked) == "20.00"
    assert desk.on("kiosk").cost(variant_id, **asked) == "30.00"
    assert desk.on("kiosk").cost(variant_id) == "40.00"


def test_new_terms_wait_for_their_approval_and_old_ones_are_remembered(desk: Pricer) -> None:
    variant_id = article()
    price = desk.approved("10.00", variant_id=variant_id)
    before = desk.make("/price/resolve", lines=[{"variant_id": variant_id}])["as_of"]
    new = {"price_id": price["price_id"], "variant_id": variant_id}
    changed = desk.draft("12.00", **new, expected_revision=price["revision"])
    assert desk.cost(variant_id) == "10.00"
    desk.step(desk.step(changed, "submit"), "approve")
    assert desk.cost(variant_id) == "12.00"
    assert desk.cost(variant_id, as_of=before) == "10.00"


def test_price_holds_within_its_period(desk: Pricer) -> None:
    variant_id = article()
    then = {"effective_from": "2025-01-01T00:00:00Z", "effective_to": "2025-07-01T00:00:00Z"}
    desk.approved("8.00", variant_id=variant_id, **then)
    desk.approved("9.00", variant_id=variant_id, effective_from="2025-07-01T02:00:00+02:00")
    desk.approved("11.00", variant_id=variant_id, **SOON)
    assert desk.cost(variant_id, as_of="2025-06-30T23:59:59Z") == "8.00"
    assert desk.cost(variant_id, as_of="2025-07-01T00:00:00Z") == "9.00"
    assert desk.cost(variant_id) == "9.00"
    assert desk.cost(variant_id, as_of="2099-01-01T00:00:00Z") == "11.00"
    lines = [{"variant_id": variant_id}]
    early = {"as_of": "2024-12-31T00:00:00Z"}
    assert desk.refused("/price/resolve", lines=lines, **early) == (404, "not-found")


def test_list_is_for_whom_it_is_assigned_to(desk: Pricer) -> None:
    variant_id = article()
    listed = desk.assigned_list(channel_codes=["shopify"])
    contract = desk.assigned_list(customer_ids=["c-1"])
    unassigned = desk.make("/price-list/set", code=code(), caption="List", currency="USD")
    desk.approved("10.00", variant_id=variant_id, price_list_id=listed)
    desk.approved("7.00", variant_id=variant_id, price_list_id=contract)
    named = {"variant_id": variant_id, "price_list_id": unassigned["price_list_id"]}
    desk.approved("1.00", **named)
    assert desk.on("shopify").cost(variant_id) == "10.00"
    assert desk.on("shopify").cost(variant_id, customer_id="c-1") == "7.00"
    assert desk.on("kiosk").cost(variant_id, customer_id="c-1") == "7.00"
    lines = [{"variant_id": variant_id}]
    assert desk.on("kiosk").refused("/price/resolve", lines=lines) == (404, "not-found")


def test_zone_prices_hold_at_its_facilities(desk: Pricer) -> None:
    variant_id, inside, outside = article(), desk.new_facility(), desk.new_facility()
    zone = desk.make("/price-zone/set", code=code(), caption="North")
    named = {"price_zone_id": zone["price_zone_id"], "expected_revision": zone["revision"]}
    desk.make("/price-zone/assign", **named, logical_guids=[inside])
    desk.approved("10.00", variant_id=variant_id)
    terms = {"layer": "facility", "price_zone_id": zone["price_zone_id"]}
    desk.approved("9.00", variant_id=variant_id, **terms)
    assert desk.at(inside).cost(variant_id) == "9.00"
    assert desk.at(outside).cost(variant_id) == "10.00"


def test_sku_alone_is_enough_where_the_entry_names_it(desk: Pricer) -> None:
    variant_id, sku = article(), article()
    desk.approved("10.00", variant_id=variant_id, sku=sku)
    found = desk.make("/price/resolve", lines=[{"sku": sku, "quantity": 3}])["lines"][0]
    assert (found["amount"], found["total"]) == ("10.00", "30.00")
    assert desk.refused("/price/resolve", lines=[{"sku": article()}]) == (404, "not-found")


def test_prices_of_another_org_are_none_of_ours(desk: Pricer, platform: Platform) -> None:
    other, sku = pricer_of(platform), article()
    there = other.approved("1.00", sku=sku)
    assert desk.refused("/price/resolve", lines=[{"sku": sku}]) == (404, "not-found")
    assert desk.refused("/price/get", price_id=there["price_id"]) == (404, "not-found")
    foreign = other.assigned_list(channel_codes=["shopify"])
    terms = {"variant_id": article(), "amount": "1.00", "currency": "USD"}
    assert desk.refused("/price/set", **terms, price_list_id=foreign) == (404, "not-found")
    place = other.new_facility()
    assert desk.refused("/price/set", **terms, for_facility=place) == (404, "not-found")
    assert desk.at(place).refused("/price/list") == (404, "not-found")


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
def test_terms_that_cannot_be_are_refused(desk: Pricer, wrong: dict[str, object]) -> None:
    terms = {"variant_id": article(), "amount": "1.00", "currency": "USD"}
    assert desk.refused("/price/set", **{**terms, **wrong}) == (400, "invalid-input")


def test_resolution_needs_a_channel(desk: Pricer) -> None:
    variant_id = article()
    desk.approved("10.00", variant_id=variant_id)
    lines = [{"variant_id": variant_id}]
    assert desk.on("").refused("/price/resolve", lines=lines) == (400, "invalid-input")
    assert desk.on("no_such").refused("/price/resolve", lines=lines) == (400, "invalid-input")


def test_update_of_a_record_needs_its_revision(desk: Pricer) -> None:
    variant_id = article()
    price = desk.draft("10.00", variant_id=variant_id)
    named = {"price_id": price["price_id"], "variant_id": variant_id}
    terms = {**named, "amount": "11.00", "currency": "USD"}
    assert desk.refused("/price/set", **terms) == (428, "expected-revision-required")
    assert desk.refused("/price/set", **terms, expected_revision=9) == (409, "conflict")
    assert desk.make("/price/set", **terms, expected_revision=1)["amount"] == "11.00"
    assert desk.make("/price/get", price_id=price["price_id"])["revision"] == 2


@pytest.mark.parametrize("role", ["ppm_approver", "ppm_admin", "ppm_approve"])
def test_approver_by_whatever_name_sets_and_approves(desk: Pricer, role: str) -> None:
    assert desk.by(role).approved("10.00", variant_id=article())["status"] == "approved"


def test_roles_are_kept_apart(desk: Pricer) -> None:
    price = desk.draft("10.00", variant_id=article())
    named = {"price_id": price["price_id"], "expected_revision": price["revision"]}
    for role in ("ppm_view", "ppm_promo_admin", "ppm_analyst", "finance_audit"):
        keyed = desk.by(role)
        assert keyed.make("/price/get", price_id=price["price_id"])["amount"] == "10.00"
        assert keyed.refused("/price/approval/submit", **named) == (403, "forbidden")
    submitted = desk.by("ppm_price_admin").step(price, "submit")
    named["expected_revision"] = submitted["revision"]
    refused = desk.by("ppm_price_admin").refused("/price/approval/approve", **named)
    assert refused == (403, "forbidden")


def test_list_of_prices_is_filtered(desk: Pricer) -> None:
    variant_id = article()
    made = {desk.draft("1.00", variant_id=variant_id)["price_id"] for _ in range(3)}
    desk.draft("1.00", variant_id=article())
    found = desk.make("/price/list", variant_id=variant_id)
    assert {each["price_id"] for each in found["items"]} == made
    assert found["next_token"] is None
