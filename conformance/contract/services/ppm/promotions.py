"""Coupons, dynamic and commission rules, exchange rates.

For coupons and commission rules the inventory of calls names no request schema at all.

Read from: ppm/calls.html.
"""

from typing import Any, Final

from conformance.contract.envelope import in_data
from conformance.contract.facts import Certainty
from conformance.contract.operation import Fixed, Kind, Operation, bound
from conformance.contract.routes import lasting
from conformance.contract.services.ppm.prices import (
    CALLS,
    NOTED,
    NOTED_WITH_KEY,
    PRICE_ADMINS,
    PRICED,
    PROMO_ADMINS,
    route,
)
from conformance.contract.shapes import placed, record, shown

_COUPON: Final = {
    **record("coupon", "coupon_id", "code", "redeemed_count"),
    "valid": in_data("valid", "is_valid", "eligible"),
}
_PERIOD: Final = {"effective_from": "$?effective_from", "effective_to": "$?effective_to"}

# By what a coupon is confined: a check of these reads back what it sent.
_LIMITS: Final = {
    "coupon_channels": placed("coupon", "channel_codes"),
    "coupon_customers": placed("coupon", "customer_ids"),
    **shown("coupon", "max_redemptions", "max_per_customer", *_PERIOD),
}

COUPON_CREATE = route.create(
    "coupon.create",
    CALLS,
    roles=PROMO_ADMINS,
    body={
        "code": "$code",
        "percent_off": "$percent_off",
        "channel_codes": "$?coupon_channels",
        "customer_ids": "$?coupon_customers",
        "max_redemptions": "$?max_redemptions",
        "max_per_customer": "$?max_per_customer",
        **_PERIOD,
        **NOTED,
    },
    fresh={"code": "code", "percent_off": Fixed("10")},
    yields={**_COUPON, **_LIMITS},
)
# Looked up by code, unlike all else (ppm/calls.html).
COUPON_GET = route.one(
    "coupon.get", CALLS, by="code", acts_on="ppm.coupon", yields={**_COUPON, **_LIMITS}
)
COUPON_LIST = route.page(
    "coupon.list",
    CALLS,
    shows={"item_id": bound("/coupon_id", "/code"), "item_code": bound("/code")},
)


def _use(verb: str, kind: Kind) -> Operation:
    writes: dict[str, Any] = {"access_certainty": Certainty.INFERRED, "roles": PROMO_ADMINS}
    return route(
        f"coupon.{verb}",
        kind,
        CALLS,
        acts_on="ppm.coupon",
        context=PRICED,
        body={"code": "$code", "customer_id": "$?customer_id"},
        yields=_COUPON,
        **(writes if kind.writes else {}),
    )


VALIDATE = _use("validate", Kind.RESOLVE)
REDEEM = _use("redeem", Kind.ACTION)
COUPON_STATUS = route.step(
    "coupon.status_set",
    CALLS,
    roles=PROMO_ADMINS,
    acts_on="ppm.coupon",
    body={"coupon_id": "$coupon_id", "status": "$status", **NOTED},
    fresh={"status": "inactive"},
    yields=_COUPON,
)


class _Rules:
    """The four routes of a family of rules, and its record kind."""

    def __init__(self, name: str, roles: frozenset[str], **terms: str) -> None:
        family, path = f"{name}_rule", f"{name}-rule"
        yields = record("rule", "rule_id", "caption", "percent")
        dynamic = "variant_id" in terms
        terms = {"caption": "$caption", **terms, "percent": "$percent", **_PERIOD, **NOTED_WITH_KEY}
        fresh: dict[str, str | Fixed] = {"caption": "caption"}
        fresh["percent"] = Fixed("-10" if dynamic else "10")
        if dynamic:
            # Samples are of articles that other checks read prices of.
            fresh["effective_from"] = "in_200_days"
        kind = f"ppm.{family}"
        writes: dict[str, Any] = {"access_certainty": Certainty.INFERRED, "roles": roles}
        self.set = route.create(
            f"{family}.set",
            CALLS,
            path=f"{path}/set",
            body=terms,
            fresh=fresh,
            yields=yields,
            **writes,
        )
        self.revise = route.update(
            f"{family}.revise",
            CALLS,
            path=f"{path}/set",
            acts_on=kind,
            # Without the id, the same request makes another rule.
            body={"rule_id": "$?rule_id", **terms},
            fresh=fresh,
            yields=yields,
            **writes,
        )
        self.get = route.one(
            f"{family}.get", CALLS, path=f"{path}/get", by="rule_id", acts_on=kind, yields=yields
        )
        self.list = route.page(
            f"{family}.list",
            CALLS,
            path=f"{path}/list",
            by={"status": "$?listed_status"},
            item_id="rule_id",
            shows={"item_state": bound("/status", "/state")},
        )
        self.status = route.step(
            f"{family}.status_set",
            CALLS,
            path=f"{path}/status/set",
            acts_on=kind,
            body={"rule_id": "$rule_id", "status": "$status", **NOTED},
            fresh={"status": "active"},
            yields=yields,
            **writes,
        )
        self.operations = (self.set, self.revise, self.get, self.list, self.status)
        self.record = lasting(kind, "rule_id", self.set, self.get, self.list)


DYNAMIC: Final = _Rules("dynamic", PRICE_ADMINS | PROMO_ADMINS, variant_id="$variant_id")
COMMISSION: Final = _Rules("commission", PRICE_ADMINS)

_RATE: Final = {
    name: in_data(f"{name}", f"fx_rate/{name}")
    for name in ("fx_rate_id", "base_currency", "quote_currency", "rate")
}
RATE_GET = route.read(
    "fx.get",
    CALLS,
    path="fx/rate/get",
    body={
        "fx_rate_id": "$?fx_rate_id",
        "base_currency": "$?base_currency",
        "quote_currency": "$?quote_currency",
    },
    fresh={"base_currency": Fixed("USD"), "quote_currency": Fixed("EUR")},
    yields=_RATE,
)
RATE_LIST = route.page(
    "fx.list",
    CALLS,
    path="fx/rate/list",
    item_id="fx_rate_id",
    shows={**{f"item_{name}": bound(f"/{name}") for name in _RATE if name != "fx_rate_id"}},
)

# Status values of coupons and rules are not documented: nothing here can be closed.
RECORDS = (
    lasting("ppm.coupon", "coupon_id", COUPON_CREATE, COUPON_GET),
    DYNAMIC.record,
    COMMISSION.record,
)
