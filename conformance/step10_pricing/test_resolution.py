"""Step 10: what resolution answers: at an instant, on a channel, at a facility, for a customer."""

from datetime import datetime
from typing import Any, Final

import pytest

from conformance.contract.errors import Tag
from fixtures import Answer, Caller, without
from fixtures.context import records
from fixtures.services.ppm import actions as ppm
from fixtures.services.ppm.actions import days_from
from fixtures.services.pvm.actions import new_variant

REVISE, ASSIGN = "ppm.price.revise", "ppm.zone.assign"
# Inside the 24 months of story/ppm.html, by some days.
LONG_AGO: Final = 725


@pytest.fixture
def today(ppm_owner: Caller) -> datetime:
    """The platform's time."""
    return ppm.read_clock(ppm_owner)


# --- instants ---


@pytest.mark.requirement("PRICE-19")
@pytest.mark.parametrize(("begins", "ends"), [(0.04, None), (-20, -0.04)], ids=["coming", "over"])
def test_price_holds_only_within_its_period(
    ppm_owner: Caller, today: datetime, begins: float, ends: float | None
) -> None:
    period = {"effective_from": days_from(today, begins)}
    if ends is not None:
        period["effective_to"] = days_from(today, ends)
    answer = _resolve_with_tier_price(ppm_owner, **period)
    ppm.expect_amount(answer, "a price outside its period does not hold", ppm.STANDARD)


def _resolve_with_tier_price(ppm_owner: Caller, **period: str) -> Answer:
    """What the world's variant costs a customer whose tier has a price of 7.00 in this period."""
    tier = ppm.fresh_tier(ppm_owner)
    terms = {**tier, **period, "layer": "customer_tier"}
    ppm.create_approved_price(ppm_owner, str(ppm_owner.world["variant_id"]), "7.00", **terms)
    return ppm_owner(ppm.RESOLVE, **tier)


@pytest.mark.requirement("PRICE-19")
def test_price_that_began_an_hour_ago_holds(ppm_owner: Caller, today: datetime) -> None:
    period = {"effective_from": days_from(today, -0.04), "effective_to": days_from(today, 0.04)}
    answer = _resolve_with_tier_price(ppm_owner, **period)
    rule = "a price holds in its period, read in UTC"
    ppm.expect_amount(answer, rule, "7.00", sends=("customer_tier",))


def create_successive_prices(
    owner: Caller, variant_id: str, today: datetime, amount: str, period: tuple[int, int]
) -> None:
    """A price that held in a period, in days from today, and 9.00 from its end on."""
    begin, end = (days_from(today, day) for day in period)
    then = {"effective_from": begin, "effective_to": end}
    ppm.create_approved_price(owner, variant_id, amount, **then)
    ppm.create_approved_price(owner, variant_id, "9.00", effective_from=end)


def expect_now_and_then(
    owner: Caller, variant_id: str, today: datetime, now: str, then: str
) -> None:
    """Expect 9.00 for the variant by the rule `now`, and 8.00 of 15 days ago by the rule `then`."""
    ppm.expect_amount(ppm.resolve(owner, variant_id), now, "9.00")
    earlier = ppm.resolve(owner, variant_id, as_of=days_from(today, -15))
    ppm.expect_amount(earlier, then, "8.00")


@pytest.mark.requirement("PRICE-20")
def test_price_as_of_an_instant_is_the_one_that_held_then(
    ppm_owner: Caller, variant_id: str, today: datetime
) -> None:
    create_successive_prices(ppm_owner, variant_id, today, "8.00", (-20, -10))
    now = "without as_of the price of today is answered"
    then = "as of 15 days ago the price of then is answered"
    expect_now_and_then(ppm_owner, variant_id, today, now, then)


@pytest.mark.requirement("PRICE-21")
def test_price_before_its_new_terms_is_remembered(
    ppm_owner: Caller, variant_id: str, today: datetime
) -> None:
    since = {"effective_from": days_from(today, -20)}
    price = ppm.create_approved_price(ppm_owner, variant_id, "8.00", **since)
    new: dict[str, Any] = {**price, "amount": "9.00", "effective_from": days_from(today, -5)}
    answer = ppm_owner(REVISE, **new)
    ppm.check_echo(answer.accepted(), new)
    ppm.approve(ppm_owner, {**new, "expected_revision": answer.optional("revision")})
    now, then = "the new terms hold from their start", "the old terms are answered for their time"
    expect_now_and_then(ppm_owner, variant_id, today, now, then)


@pytest.mark.requirement("PRICE-22")
def test_price_of_24_months_ago_is_answered(
    ppm_owner: Caller, variant_id: str, today: datetime
) -> None:
    create_successive_prices(ppm_owner, variant_id, today, "6.00", (-740, -700))
    answer = ppm.resolve(ppm_owner, variant_id, as_of=days_from(today, -LONG_AGO))
    ppm.expect_amount(answer, f"as of {LONG_AGO} days ago the price is answered", "6.00")


# --- lists, zones, channels ---


@pytest.mark.requirement("PRICE-23")
def test_price_of_a_list_holds_on_its_channel_alone(ppm_owner: Caller, variant_id: str) -> None:
    own, other = str(ppm_owner.world["channel_code"]), str(ppm_owner.world["other_channel_code"])
    listed = ppm.create_assigned_list(ppm_owner, list_channels=[own])
    ppm.create_approved_price(ppm_owner, variant_id, "10.00", price_list_id=listed)
    here = ppm.resolve(ppm_owner, variant_id)
    ppm.expect_amount(here, "the price of a list holds on its channel", "10.00")
    there = ppm.resolve(ppm_owner, variant_id, channel_code=other)
    ppm.expect_no_price(there, "the price of a list does not hold elsewhere", "10.00")


@pytest.mark.requirement("PRICE-24")
def test_price_of_a_contract_is_for_its_customer_alone(ppm_owner: Caller) -> None:
    variant_id = str(ppm_owner.world["variant_id"])
    customer, other = (str(ppm_owner.world.fresh("guid")) for _ in range(2))
    listed = ppm.create_assigned_list(ppm_owner, list_customers=[customer])
    ppm.create_approved_price(ppm_owner, variant_id, "7.00", price_list_id=listed)
    answer = ppm.resolve(ppm_owner, variant_id, customer_id=customer)
    ppm.expect_amount(answer, "the customer of the contract has its price", "7.00")
    theirs = ppm.resolve(ppm_owner, variant_id, customer_id=other)
    ppm.expect_no_price(theirs, "another customer does not have it", "7.00")
    nobody = ppm.resolve(ppm_owner, variant_id)
    ppm.expect_no_price(nobody, "without a customer it does not hold", "7.00")


@pytest.mark.requirement("PRICE-25")
def test_price_of_a_zone_holds_at_its_facilities_alone(ppm_owner: Caller) -> None:
    variant_id, inside = str(ppm_owner.world["variant_id"]), _create_facility(ppm_owner)
    zone = ppm.id_and_revision("ppm.zone", records.make(ppm_owner, "ppm.zone"))
    ppm_owner(ASSIGN, **zone, zone_facilities=[inside]).accepted()
    terms = {"layer": "facility", "in_zone": zone["price_zone_id"]}
    ppm.create_approved_price(ppm_owner, variant_id, "9.00", **terms)
    within = ppm.resolve(ppm_owner, variant_id, logical_guid=inside)
    ppm.expect_amount(within, "the price of a zone holds at its facility", "9.00")
    beyond = ppm.resolve(ppm_owner, variant_id)
    ppm.expect_amount(beyond, "it does not hold at another facility", ppm.STANDARD)


def _create_facility(caller: Caller) -> str:
    return str(records.make(caller, "ofm.logical")["logical_guid"])


@pytest.mark.requirement("PRICE-26")
def test_resolution_without_a_channel_is_refused(ppm_owner: Caller) -> None:
    ppm_owner(ppm.RESOLVE).accepted()
    ppm_owner(ppm.RESOLVE, without("channel_code")).refused()


# --- articles ---


@pytest.mark.requirement("PRICE-27")
def test_sku_alone_resolves_to_its_own_price(ppm_owner: Caller, variant_id: str) -> None:
    sku = ppm.fresh_code(ppm_owner)
    ppm.create_approved_price(ppm_owner, variant_id, "10.00", sku=sku)
    other = new_variant(ppm_owner)
    ppm.create_approved_price(ppm_owner, other, "20.00", sku=f"{sku}-2")
    answer = ppm.resolve_sku(ppm_owner, sku)
    ppm.expect_amount(answer, "a SKU resolves to the price of its entry", "10.00")


@pytest.mark.requirement("PRICE-70")
def test_each_line_of_a_cart_has_its_own_price(ppm_owner: Caller, variant_id: str) -> None:
    ppm.create_approved_price(ppm_owner, variant_id, "4.35")
    articles = (str(ppm_owner.world["variant_id"]), variant_id)
    lines = [{"variant_id": each, "quantity": 2} for each in articles]
    answer = ppm_owner("ppm.price.resolve_cart", cart_lines=lines)
    ppm.expect_amount(answer, "the first line has its price", ppm.STANDARD)
    answer.shows_money("second_amount", "4.35", "the second line has its own")


# --- other organisations ---


@pytest.mark.requirement("PRICE-28")
def test_price_of_another_organisation_is_not_answered(
    ppm_owner: Caller, ppm_owner_elsewhere: Caller, variant_id: str
) -> None:
    sku = ppm.fresh_code(ppm_owner)
    ppm.create_approved_price(ppm_owner, variant_id, "10.00", sku=sku)
    ppm.resolve_sku(ppm_owner, sku).accepted()
    theirs = str(ppm_owner_elsewhere.world["variant_id"])
    ppm.create_approved_price(ppm_owner_elsewhere, theirs, "3.00", sku=sku, layer="promo")
    answer = ppm.resolve_sku(ppm_owner, sku)
    ppm.expect_amount(answer, "a SKU that two organisations use has our price", "10.00")


@pytest.mark.every
@pytest.mark.requirement("PRICE-29")
@pytest.mark.parametrize("name", ["price_list_id", "in_zone", "for_facility"])
def test_what_is_another_organisations_is_named_in_no_price(
    ppm_owner: Caller, ppm_owner_elsewhere: Caller, variant_id: str, name: str
) -> None:
    layer = "base" if name == "price_list_id" else "facility"
    own, foreign = _id_for(ppm_owner, name), _id_for(ppm_owner_elsewhere, name)
    terms: dict[str, Any] = {"variant_id": variant_id, "layer": layer}
    ppm.create_draft(ppm_owner, **{**terms, name: own})
    answer = ppm_owner(ppm.SET, **{**terms, name: foreign})
    answer.refused(404, Tag.NOT_FOUND, inferred=name != "price_list_id")


def _id_for(caller: Caller, name: str) -> str:
    """A list, a zone or a facility of the caller's org."""
    if name == "in_zone":
        return str(records.make(caller, "ppm.zone")["price_zone_id"])
    known = {"for_facility": "logical_guid", "price_list_id": "price_list_id"}
    return str(caller.world[known[name]])


@pytest.mark.requirement("PRICE-29")
def test_zone_takes_no_facility_of_another_organisation(
    ppm_owner: Caller, ppm_owner_elsewhere: Caller
) -> None:
    zone = records.make(ppm_owner, "ppm.zone")
    answer = ppm_owner(ASSIGN, **ppm.id_and_revision("ppm.zone", zone)).accepted()
    guids = [str(ppm_owner_elsewhere.world["logical_guid"])]
    named = {**zone, "expected_revision": answer.optional("revision"), "zone_facilities": guids}
    ppm_owner(ASSIGN, **named).refused(404, Tag.NOT_FOUND)


@pytest.mark.requirement("PRICE-29")
def test_nothing_is_resolved_at_a_facility_of_another_organisation(
    ppm_owner: Caller, ppm_owner_elsewhere: Caller
) -> None:
    ppm_owner(ppm.RESOLVE).accepted()
    there = str(ppm_owner_elsewhere.world["logical_guid"])
    ppm_owner(ppm.RESOLVE, logical_guid=there).refused()
