"""Coupons, rules and exchange rates: what they are made of, and who may use them."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.reference.platform_client import Platform
from tests.reference.ppm_client import PpmClient, article, code, new_ppm_client


@pytest.fixture(scope="module")
def ppm_client(platform: Platform) -> PpmClient:
    return new_ppm_client(platform)


def coupon(ppm_client: PpmClient, **terms: Any) -> str:
    made = ppm_client.make("/coupon/create", code=code(), percent_off="10", **terms)
    return str(made["code"])


def fits(ppm_client: PpmClient, named: str, **asked: Any) -> bool:
    return bool(ppm_client.make("/coupon/validate", code=named, **asked)["valid"])


def test_coupon_is_redeemed_as_often_as_it_may_be(ppm_client: PpmClient) -> None:
    named = coupon(ppm_client, max_redemptions=1)
    assert fits(ppm_client, named)
    assert fits(ppm_client, named)
    assert ppm_client.make("/coupon/redeem", code=named)["redeemed_count"] == 1
    assert not fits(ppm_client, named)
    assert ppm_client.refused("/coupon/redeem", code=named) == (409, "invalid-state")
    assert ppm_client.make("/coupon/get", code=named)["redeemed_count"] == 1


def test_coupon_is_for_its_channels_and_customers(ppm_client: PpmClient) -> None:
    named = coupon(ppm_client, channel_codes=["dtc_generic"], customer_ids=["c-1"])
    assert fits(ppm_client, named, customer_id="c-1")
    assert not fits(ppm_client, named, customer_id="c-2")
    assert not fits(ppm_client, named)
    assert not fits(ppm_client.on("kiosk"), named, customer_id="c-1")
    refused = ppm_client.on("kiosk").refused("/coupon/redeem", code=named, customer_id="c-1")
    assert refused == (409, "invalid-state")
    assert ppm_client.on("").refused("/coupon/validate", code=named) == (400, "invalid-input")


def test_customer_redeems_no_more_than_allowed(ppm_client: PpmClient) -> None:
    named = coupon(ppm_client, max_per_customer=1)
    ppm_client.make("/coupon/redeem", code=named, customer_id="c-1")
    assert not fits(ppm_client, named, customer_id="c-1")
    assert fits(ppm_client, named, customer_id="c-2")


def test_coupon_rests_and_comes_back(ppm_client: PpmClient) -> None:
    named = coupon(ppm_client)
    made = ppm_client.make("/coupon/get", code=named)
    keys = {"coupon_id": made["coupon_id"], "expected_revision": made["revision"]}
    rested = ppm_client.make("/coupon/status/set", **keys, status="inactive")
    assert not fits(ppm_client, named)
    keys["expected_revision"] = rested["revision"]
    ppm_client.make("/coupon/status/set", **keys, status="active")
    assert fits(ppm_client, named)
    late = coupon(ppm_client, effective_to="2020-01-01T00:00:00Z")
    assert not fits(ppm_client, late)


def test_last_redemption_is_granted_once(ppm_client: PpmClient) -> None:
    named = coupon(ppm_client, max_redemptions=2)
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(ppm_client.ask, "/coupon/redeem", code=named) for _ in range(8)]
        granted = sum(each.result().is_success for each in asked)
    assert granted == 2
    assert ppm_client.make("/coupon/get", code=named)["redeemed_count"] == 2


def test_coupon_of_another_org_is_none_of_ours(ppm_client: PpmClient, platform: Platform) -> None:
    named = coupon(new_ppm_client(platform))
    for path in ("/coupon/get", "/coupon/validate", "/coupon/redeem"):
        assert ppm_client.refused(path, code=named) == (404, "not-found")


def test_dynamic_rule_moves_the_price_while_it_is_active(ppm_client: PpmClient) -> None:
    variant_id = article()
    ppm_client.approved("10.05", variant_id=variant_id)
    terms = {"caption": "Rule", "variant_id": variant_id, "percent": "-50"}
    rule = ppm_client.make("/dynamic-rule/set", **terms)
    assert (rule["status"], ppm_client.cost(variant_id)) == ("inactive", "10.05")
    keys = {"rule_id": rule["rule_id"], "expected_revision": rule["revision"]}
    ppm_client.make("/dynamic-rule/status/set", **keys, status="active")
    assert ppm_client.cost(variant_id) == "5.03"
    assert ppm_client.line(variant_id)["applied"] == ["base", f"dynamic_rule:{rule['rule_id']}"]


@pytest.mark.parametrize("path", ["/dynamic-rule", "/commission-rule"])
def test_rule_is_set_read_listed_and_set_anew(ppm_client: PpmClient, path: str) -> None:
    about = {"variant_id": article()} if path == "/dynamic-rule" else {}
    rule = ppm_client.make(f"{path}/set", caption="Rule", percent="5", **about)
    keys = {"rule_id": rule["rule_id"], "expected_revision": rule["revision"]}
    changed = ppm_client.make(f"{path}/set", **keys, caption="Other", percent="6", **about)
    assert ppm_client.make(f"{path}/get", rule_id=rule["rule_id"])["caption"] == "Other"
    keys["expected_revision"] = changed["revision"]
    ppm_client.make(f"{path}/status/set", **keys, status="active")
    active = ppm_client.make(f"{path}/list", status="active", limit=256)["items"]
    assert rule["rule_id"] in {each["rule_id"] for each in active}
    assert ppm_client.make(f"{path}/list", status="doomed")["items"] == []


def test_exchange_rate_is_found_by_id_and_by_pair(ppm_client: PpmClient) -> None:
    page = ppm_client.make("/fx/rate/list", limit=3)
    assert len(page["items"]) == 3
    rest = ppm_client.make("/fx/rate/list", limit=256, next_token=page["next_token"])
    assert rest["next_token"] is None
    rate = page["items"][0]
    by_id = ppm_client.make("/fx/rate/get", fx_rate_id=rate["fx_rate_id"])
    pair = {name: rate[name] for name in ("base_currency", "quote_currency")}
    assert by_id["rate"] == ppm_client.make("/fx/rate/get", **pair)["rate"] == rate["rate"]
    other = {"base_currency": "USD", "quote_currency": "XXX"}
    assert ppm_client.refused("/fx/rate/get", **other) == (404, "not-found")
    assert ppm_client.refused("/fx/rate/get", base_currency="USD") == (400, "invalid-input")


def test_promotions_are_kept_by_who_may(ppm_client: PpmClient) -> None:
    terms = {"code": code(), "percent_off": "10"}
    assert ppm_client.by("ppm_price_admin").refused("/coupon/create", **terms) == (403, "forbidden")
    assert ppm_client.by("ppm_promo_admin").make("/coupon/create", **terms)["status"] == "active"
    rule = {"caption": "Rule", "percent": "5"}
    refused = ppm_client.by("ppm_promo_admin").refused("/commission-rule/set", **rule)
    assert refused == (403, "forbidden")
