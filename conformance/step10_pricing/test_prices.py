"""Step 10: price zones, price lists, prices and their way to approval."""

from typing import Final

import pytest

from conformance.contract import RECORDS
from fixtures.context import records
from fixtures.context.records import Values
from fixtures.exchange.answer import Answer
from fixtures.exchange.request import AS_PROVEN
from fixtures.run.client import Caller
from fixtures.services.ppm import actions as ppm

REVISE: Final = "ppm.price.revise"
# Amounts that a float does not hold: as cents in one, each comes out a cent short.
EXACT: Final = ("4.35", "19.99", "0.29", "1136.10")


def read(caller: Caller, price: Values) -> Answer:
    return records.read(caller, RECORDS["ppm.price"], price)


# --- the way to a price ---


@pytest.mark.requirement("PRICE-1")
def test_price_zone_is_made(pricer: Caller) -> None:
    pricer("ppm.zone.set").value("price_zone_id")


@pytest.mark.requirement("PRICE-2")
def test_facility_is_attached_to_a_price_zone(pricer: Caller) -> None:
    zone = records.make(pricer, "ppm.zone")
    pricer("ppm.zone.assign", **ppm.names("ppm.zone", zone)).accepted()


@pytest.mark.requirement("PRICE-3")
def test_price_list_is_made(pricer: Caller) -> None:
    pricer("ppm.list.set").value("price_list_id")


@pytest.mark.requirement("PRICE-4")
@pytest.mark.parametrize("attached", ["list_channels", "list_customers"])
def test_price_list_is_attached(pricer: Caller, attached: str) -> None:
    to = {
        "list_channels": [str(pricer.world["channel_code"])],
        "list_customers": [str(pricer.world.fresh("guid"))],
    }
    made = ppm.names("ppm.list", records.make(pricer, "ppm.list"))
    pricer("ppm.list.assign", AS_PROVEN, **made, **{attached: to[attached]}).accepted()


@pytest.mark.requirement("PRICE-5")
def test_price_is_read_as_it_was_set(pricer: Caller) -> None:
    pricer("ppm.price.get").accepted()
    price = ppm.draft(pricer, amount="12.30")
    answer = read(pricer, price)
    ppm.expect_amount(answer, "the entry is read with its amount", "12.30")


@pytest.mark.requirement("PRICE-5")
def test_approval_shows_in_the_status_of_an_entry(pricer: Caller, variant_id: str) -> None:
    price = ppm.draft(pricer, variant_id=variant_id)
    before = read(pricer, price).value("state")
    answer = read(pricer, ppm.approved(pricer, price))
    answer.expect(
        "an approved entry has another status than one that was only set",
        holds=answer.value("state") != before,
        expected=f"another status than {before}",
        observed=str(answer.value("state")),
        uses=("state",),
    )


@pytest.mark.requirement("PRICE-6")
@pytest.mark.parametrize("amount", EXACT)
def test_amount_is_kept_to_its_last_digit(pricer: Caller, amount: str) -> None:
    price = ppm.draft(pricer, amount=amount)
    ppm.expect_amount(read(pricer, price), "the amount is read as it was set", amount)


@pytest.mark.requirement("PRICE-7")
def test_approved_price_is_resolved(pricer: Caller, variant_id: str) -> None:
    ppm.approved_price(pricer, variant_id, "4.35")
    answer = ppm.resolve(pricer, variant_id)
    ppm.expect_amount(answer, "resolution answers the price that was approved", "4.35")


# --- before approval ---


@pytest.mark.requirement("PRICE-8")
@pytest.mark.parametrize("stage", ["set", "submitted"])
def test_resolution_before_approval_is_refused(pricer: Caller, variant_id: str, stage: str) -> None:
    pricer(ppm.RESOLVE).accepted()
    price = ppm.draft(pricer, variant_id=variant_id)
    if stage == "submitted":
        ppm.submitted(pricer, price)
    ppm.resolve(pricer, variant_id).refused(None, "invalid-state")


@pytest.mark.requirement("PRICE-9")
@pytest.mark.parametrize("stage", ["set", "submitted"])
def test_entry_without_approval_changes_no_price(pricer: Caller, stage: str) -> None:
    terms: Values = {**ppm.tier(pricer), "amount": "7.00", "layer": "customer_tier"}
    price = ppm.draft(pricer, **terms)
    if stage == "submitted":
        ppm.submitted(pricer, price)
    answer = pricer(ppm.RESOLVE, AS_PROVEN, customer_tier=terms["customer_tier"])
    ppm.expect_amount(answer, "the price that was approved holds", ppm.STANDARD)


@pytest.mark.requirement("PRICE-10")
def test_entry_that_was_not_submitted_is_not_approved(pricer: Caller, variant_id: str) -> None:
    ppm.approved(pricer, ppm.draft(pricer, variant_id=variant_id))
    names = ppm.names("ppm.price", ppm.draft(pricer))
    pricer("ppm.approval.approve", AS_PROVEN, **names).refused()


@pytest.mark.requirement("PRICE-11")
def test_terms_with_an_old_revision_are_refused(pricer: Caller) -> None:
    price = ppm.draft(pricer, amount="10.00")
    if price["expected_revision"] is None:
        read(pricer, price).value("revision")
    pricer(REVISE, AS_PROVEN, **{**price, "amount": "11.00"}).accepted()
    pricer(REVISE, AS_PROVEN, **{**price, "amount": "12.00"}).refused(409, "conflict")
    ppm.expect_amount(read(pricer, price), "the entry is as it was", "11.00")
