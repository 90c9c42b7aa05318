"""Price zones, price lists, prices, their approval, and what they make an article cost.

The playbook gives the routes and their order; what they take and show is our deduction, but for
`as_of`, `variant_id` and `sku`. The channel stands in a header, and so does a facility.

Read from: ppm/, ppm/PROTOCOL.md, ppm/calls.html, ppm/playbooks.html, story/ppm.html.
"""

from typing import Any, Final

from conformance.contract.envelope import ANSWERED_AT, in_data
from conformance.contract.facts import documented
from conformance.contract.operation import Binding, Fixed, Operation, bound
from conformance.contract.routes import Routes, Terms, lasting, stat
from conformance.contract.shapes import KEY, NAMED, NAMES, ORG, REASON, REVISED, record

CALLS, PLAYBOOK = documented("ppm/calls.html"), documented("ppm/playbooks.html")
# Required for resolution and eligibility (story/ppm.html); the facility where a price is its own.
PRICED: Final = {**ORG, "x-channel-code": "$channel_code", "x-logical-guid": "$?logical_guid"}
# That records of PPM are revisioned is not documented, so their revision is sent and never judged.
NOTED: Final = {**REASON, **REVISED}
NOTED_WITH_KEY: Final = {**NOTED, **KEY}

# Any one of the roles is enough; `ppm_admin` and `ppm_approve` are older names of the approver's
# (ppm/PROTOCOL.md).
ALIASES: Final = ("ppm_admin", "ppm_approve")
APPROVERS: Final = frozenset({"ppm_approver", *ALIASES})
PRICE_ADMINS: Final = APPROVERS | {"ppm_price_admin"}
PROMO_ADMINS: Final = APPROVERS | {"ppm_promo_admin"}
READERS: Final = PRICE_ADMINS | PROMO_ADMINS | {"ppm_view", "ppm_analyst", "finance_audit"}

# From the layer that yields to all others to the one that yields to none (ppm/). A channel's and a
# facility's stand beside each other. How a request names a layer is our deduction.
LAYERS: Final = (("base",), ("override",), ("promo",), ("customer_tier",), ("channel", "facility"))
# As-of questions are answered for so long at least (story/ppm.html).
HISTORY_MONTHS: Final = 24

# Read by any role of PPM and written by price admins.
route: Final = Routes("ppm", CALLS, reads=Terms(READERS), writes=Terms(PRICE_ADMINS))
STAT = stat("ppm")

# --- zones and lists ---

_ZONE: Final = record("price_zone", "price_zone_id")
_LIST: Final = record("price_list", "price_list_id")

ZONE_SET = route.create(
    "zone.set",
    PLAYBOOK,
    path="price-zone/set",
    body={**NAMED, **NOTED_WITH_KEY},
    fresh=NAMES,
    yields=_ZONE,
)
ZONE_ASSIGN = route.action(
    "zone.assign",
    PLAYBOOK,
    path="price-zone/assign",
    acts_on="ppm.zone",
    body={"price_zone_id": "$price_zone_id", "logical_guids": "$zone_facilities", **NOTED_WITH_KEY},
    yields=_ZONE,
)
LIST_SET = route.create(
    "list.set",
    PLAYBOOK,
    path="price-list/set",
    body={**NAMED, "currency": "$currency", **NOTED_WITH_KEY},
    fresh={**NAMES, "currency": Fixed("USD")},
    yields=_LIST,
)
LIST_ASSIGN = route.action(
    "list.assign",
    PLAYBOOK,
    path="price-list/assign",
    acts_on="ppm.list",
    body={
        "price_list_id": "$price_list_id",
        "channel_codes": "$?list_channels",
        "customer_ids": "$?list_customers",
        **NOTED_WITH_KEY,
    },
    yields=_LIST,
)

# --- prices ---

_PRICE: Final = record(
    "price",
    "price_id",
    "amount",
    "currency",
    "layer",
    "variant_id",
    "sku",
    "effective_from",
    "effective_to",
    "for_channel",
    "for_facility",
    "price_zone_id",
    "customer_tier",
)
_TERMS: Final = {
    "price_list_id": "$?price_list_id",
    "variant_id": "$?variant_id",
    "sku": "$?sku",
    "amount": "$amount",
    "currency": "$currency",
    "layer": "$?layer",
    "for_channel": "$?for_channel",
    "for_facility": "$?for_facility",
    "price_zone_id": "$?in_zone",
    "customer_id": "$?for_customer",
    "customer_tier": "$?customer_tier",
    "effective_from": "$?effective_from",
    "effective_to": "$?effective_to",
}
_MONEY: Final = {"amount": Fixed("10.00"), "currency": Fixed("USD")}

PRICE_SET = route.create(
    "price.set", PLAYBOOK, body={**_TERMS, **NOTED_WITH_KEY}, fresh=_MONEY, yields=_PRICE
)
# The same route with the id of an entry: new terms for it.
PRICE_REVISE = route.update(
    "price.revise",
    PLAYBOOK,
    path="price/set",
    acts_on="ppm.price",
    # Without the id, the same request makes another entry.
    body={"price_id": "$?price_id", **_TERMS, **NOTED_WITH_KEY},
    fresh=_MONEY,
    yields=_PRICE,
)


def _approval(verb: str, acts_on: str, roles: frozenset[str]) -> Operation:
    return route.access_deduced.step(
        f"approval.{verb}",
        PLAYBOOK,
        path=f"price/approval/{verb}",
        roles=roles,
        acts_on=acts_on,
        body={"price_id": "$price_id", **NOTED},
        yields=_PRICE,
    )


SUBMIT = _approval("submit", "ppm.price", PRICE_ADMINS)
APPROVE = _approval("approve", "ppm.submitted_price", APPROVERS)
PRICE_GET = route.one("price.get", PLAYBOOK, by="price_id", acts_on="ppm.price", yields=_PRICE)
PRICE_LIST = route.page(
    "price.list",
    PLAYBOOK,
    by={"variant_id": "$?listed_variant", "sku": "$?listed_sku"},
    item_id="price_id",
    shows={
        "item_variant": bound("/variant_id"),
        "item_sku": bound("/sku"),
        "item_state": bound("/status", "/state"),
    },
)


def _resolution(name: str, lines: Any, **more: Binding) -> Operation:
    """A resolution of these lines, for a channel, and for a facility where there is one."""
    return route.access_deduced.resolve(
        name,
        PLAYBOOK,
        path="price/resolve",
        context=PRICED,
        body={
            "lines": lines,
            "customer_id": "$?customer_id",
            "customer_tier": "$?customer_tier",
            "as_of": "$?as_of",
        },
        yields=more,
    )


_LINE: Final = {"variant_id": "$?variant_id", "sku": "$?sku"}
RESOLVE = _resolution(
    "price.resolve",
    [_LINE],
    amount=in_data("lines/0/amount", "amount", "price/amount"),
    currency=in_data("lines/0/currency", "currency", "price/currency"),
    price_id=in_data("lines/0/price_id", "price_id", "price/price_id"),
    timestamp=ANSWERED_AT,
)
# The same of a cart: as many lines as are given.
RESOLVE_CART = _resolution(
    "price.resolve_cart",
    "$cart_lines",
    amount=in_data("lines/0/amount", "0/amount"),
    second_amount=in_data("lines/1/amount", "1/amount"),
)

# No page says how a zone, a list or a price ends.
RECORDS = (
    lasting("ppm.zone", "price_zone_id", ZONE_SET),
    lasting("ppm.list", "price_list_id", LIST_SET),
    lasting("ppm.price", "price_id", PRICE_SET, PRICE_GET, PRICE_LIST),
    # An entry that was submitted, and one that was approved.
    lasting("ppm.submitted_price", "price_id", SUBMIT, PRICE_GET),
    lasting("ppm.approved_price", "price_id", APPROVE, PRICE_GET),
)
