"""Coupons, rules and exchange rates: what they are made of, and who may use them."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.reference.platform_client import Platform
from tests.reference.price_desk import Pricer, article, code, pricer_of


@pytest.fixture(scope="module")
def desk(platform: Platform) -> Pricer:
    return pricer_of(platform)


def coupon(desk: Pricer, **terms: Any) -> str:
    made = desk.make("/coupon/create", code=code(), percent_off="10", **terms)
    return str(made["code"])


def fits(desk: Pricer, named: str, **asked: Any) -> bool:
    return bool(desk.make("/coupon/validate", code=named, **asked)["valid"])


def test_coupon_is_redeemed_as_often_as_it_may_be(desk: Pricer) -> None:
    named = coupon(desk, max_redemptions=1)
    assert fits(desk, named)
    assert fits(desk, named)
    assert desk.make("/coupon/redeem", code=named)["redeemed_count"] == 1
    assert not fits(desk, named)
    assert desk.refused("/coupon/redeem", code=named) == (409, "invalid-state")
    assert desk.make("/coupon/get", code=named)["redeemed_count"] == 1


def test_coupon_is_for_its_channels_and_customers(desk: Pricer) -> None:
    named = coupon(desk, channel_codes=["dtc_generic"], customer_ids=["c-1"])
    assert fits(desk, named, customer_id="c-1")
    assert not fits(desk, named, customer_id="c-2")
    assert not fits(desk, named)
    assert not fits(desk.on("kiosk"), named, customer_id="c-1")
    refused = desk.on("kiosk").refused("/coupon/redeem", code=named, customer_id="c-1")
    assert refused == (409, "invalid-state")
    assert desk.on("").refused("/coupon/validate", code=named) == (400, "invalid-input")


def test_customer_redeems_no_more_than_allowed(desk: Pricer) -> None:
    named = coupon(desk, max_per_customer=1)
    desk.make("/coupon/redeem", code=named, customer_id="c-1")
    assert not fits(desk, named, customer_id="c-1")
    assert fits(desk, named, customer_id="c-2")


def test_coupon_rests_and_comes_back(desk: Pricer) -> None:
    named = coupon(desk)
    made = desk.make("/coupon/get", code=named)
    keys = {"coupon_id": made["coupon_id"], "expected_revision": made["revision"]}
    rested = desk.make("/coupon/status/set", **keys, status="inactive")
    assert not fits(desk, named)
    keys["expected_revision"] = rested["revision"]
    desk.make("/coupon/status/set", **keys, status="active")
    assert fits(desk, named)
    late = coupon(desk, effective_to="2020-01-01T00:00:00Z")
    assert not fits(desk, late)


def test_last_redemption_is_granted_once(desk: Pricer) -> None:
    named = coupon(desk, max_redemptions=2)
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(desk.ask, "/coupon/redeem", code=named) for _ in range(8)]
        granted = sum(each.result().is_success for each in asked)
    assert granted == 2
    assert desk.make("/coupon/get", code=named)["redeemed_count"] == 2


def test_coupon_of_another_org_is_none_of_ours(desk: Pricer, platform: Platform) -> None:
    named = coupon(pricer_of(platform))
    for path in ("/coupon/get", "/coupon/validate", "/coupon/redeem"):
        assert desk.refused(path, code=named) == (404, "not-found")


def test_dynamic_rule_moves_the_price_while_it_is_active(desk: Pricer) -> None:
    variant_id = article()
    desk.approved("10.05", variant_id=variant_id)
    terms = {"caption": "Rule", "variant_id": variant_id, "percent": "-50"}
    rule = desk.make("/dynamic-rule/set", **terms)
    assert (rule["status"], desk.cost(variant_id)) == ("inactive", "10.05")
    keys = {"rule_id": rule["rule_id"], "expected_revision": rule["revision"]}
    desk.make("/dynamic-rule/status/set", **keys, status="active")
    assert desk.cost(variant_id) == "5.03"
    assert desk.line(variant_id)["applied"] == ["base", f"dynamic_rule:{rule['rule_id']}"]


@pytest.mark.parametrize("path", ["/dynamic-rule", "/commission-rule"])
def test_rule_is_set_read_listed_and_set_anew(desk: Pricer, path: str) -> None:
    about = {"variant_id": article()} if path == "/dynamic-rule" else {}
    rule = desk.make(f"{path}/set", caption="Rule", percent="5", **about)
    keys = {"rule_id": rule["rule_id"], "expected_revision": rule["revision"]}
    changed = desk.make(f"{path}/set", **keys, caption="Other", percent="6", **about)
    assert desk.make(f"{path}/get", rule_id=rule["rule_id"])["caption"] == "Other"
    keys["expected_revision"] = changed["revision"]
    desk.make(f"{path}/status/set", **keys, status="active")
    active = desk.make(f"{path}/list", status="active", limit=256)["items"]
    assert rule["rule_id"] in {each["rule_id"] for each in active}
    assert desk.make(f"{path}/list", status="doomed")["items"] == []


def test_exchange_rate_is_found_by_id_and_by_pair(desk: Pricer) -> None:
    page = desk.make("/fx/rate/list", limit=3)
    assert len(page["items"]) == 3
    rest = desk.make("/fx/rate/list", limit=256, next_token=page["next_token"])
    assert rest["next_token"] is None
    rate = page["items"][0]
    by_id = desk.make("/fx/rate/get", fx_rate_id=rate["fx_rate_id"])
    pair = {name: rate[name] for name in ("base_currency", "quote_currency")}
    assert by_id["rate"] == desk.make("/fx/rate/get", **pair)["rate"] == rate["rate"]
    other = {"base_currency": "USD", "quote_currency": "XXX"}
    assert desk.refused("/fx/rate/get", **other) == (404, "not-found")
    assert desk.refused("/fx/rate/get", base_currency="USD") == (400, "invalid-input")


def test_promotions_are_kept_by_who_may(desk: Pricer) -> None:
    terms = {"code": code(), "percent_off": "10"}
    assert desk.by("ppm_price_admin").refused("/coupon/create", **terms) == (403, "forbidden")
    assert desk.by("ppm_promo_admin").make("/coupon/create", **terms)["status"] == "active"
    rule = {"caption": "Rule", "percent": "5"}
    refused = desk.by("ppm_promo_admin").refused("/commission-rule/set", **rule)
    assert refused == (403, "forbidden")
