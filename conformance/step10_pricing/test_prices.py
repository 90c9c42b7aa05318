"""Step 10: price zones, price lists, prices and their way to approval."""

from typing import Final

import pytest

from conformance.contract import RECORDS
from conformance.contract.errors import Tag
from fixtures import Answer, Caller, Values
from fixtures.context import records
from fixtures.services.ppm import actions as ppm
from fixtures.services.ppm.context import open_channel

REVISE: Final = "ppm.price.revise"
# Amounts that a float does not hold: as cents in one, each comes out a cent short.
EXACT: Final = ("4.35", "19.99", "0.29", "1136.10")


def read(caller: Caller, price: Values) -> Answer:
    return records.read(caller, RECORDS["ppm.price"], price)


# --- the way to a price ---


@pytest.mark.requirement("PRICE-1")
def test_price_zone_is_made(ppm_owner: Caller) -> None:
    ppm_owner("ppm.zone.set").value("price_zone_id")


@pytest.mark.requirement("PRICE-2")
def test_facility_is_attached_to_a_price_zone(ppm_owner: Caller) -> None:
    zone = records.make(ppm_owner, "ppm.zone")
    ppm_owner("ppm.zone.assign", **ppm.id_and_revision("ppm.zone", zone)).accepted()


@pytest.mark.requirement("PRICE-3")
def test_price_list_is_made(owner: Caller) -> None:
    owner("ppm.list.set").value("price_list_id")


@pytest.mark.requirement("PRICE-4")
@pytest.mark.parametrize("attached", ["list_channels", "list_customers"])
def test_price_list_is_attached(owner: Caller, attached: str) -> None:
    to = {
        "list_channels": [open_channel(owner)],
        "list_customers": [str(owner.world.fresh("guid"))],
    }
    made = ppm.id_and_revision("ppm.list", records.make(owner, "ppm.list"))
    owner("ppm.list.assign", **made, **{attached: to[attached]}).accepted()


@pytest.mark.requirement("PRICE-5")
def test_price_is_read_as_it_was_set(ppm_owner: Caller) -> None:
    ppm_owner("ppm.price.get").accepted()
    price = ppm.create_draft(ppm_owner, amount="12.30")
    answer = read(ppm_owner, price)
    ppm.expect_amount(answer, "the entry is read with its amount", "12.30")


@pytest.mark.requirement("PRICE-5")
def test_approval_shows_in_the_status_of_an_entry(ppm_owner: Caller, variant_id: str) -> None:
    price = ppm.create_draft(ppm_owner, variant_id=variant_id)
    before = read(ppm_owner, price).value("state")
    answer = read(ppm_owner, ppm.approve(ppm_owner, price))
    answer.in_another_state(
        before, "an approved entry has another status than one that was only set"
    )


@pytest.mark.every
@pytest.mark.requirement("PRICE-6")
@pytest.mark.parametrize("amount", EXACT)
def test_amount_is_kept_to_its_last_digit(ppm_owner: Caller, amount: str) -> None:
    price = ppm.create_draft(ppm_owner, amount=amount)
    ppm.expect_amount(read(ppm_owner, price), "the amount is read as it was set", amount)


@pytest.mark.requirement("PRICE-7")
def test_approved_price_is_resolved(ppm_owner: Caller, variant_id: str) -> None:
    ppm.create_approved_price(ppm_owner, variant_id, "4.35")
    answer = ppm.resolve(ppm_owner, variant_id)
    ppm.expect_amount(answer, "resolution answers the price that was approved", "4.35")


# --- before approval ---


@pytest.mark.requirement("PRICE-8")
@pytest.mark.parametrize("stage", ["set", "submitted"])
def test_resolution_before_approval_is_refused(
    ppm_owner: Caller, variant_id: str, stage: str
) -> None:
    ppm_owner(ppm.RESOLVE).accepted()
    price = ppm.create_draft(ppm_owner, variant_id=variant_id)
    if stage == "submitted":
        ppm.submit(ppm_owner, price)
    ppm.resolve(ppm_owner, variant_id).refused(None, Tag.INVALID_STATE)


@pytest.mark.requirement("PRICE-9")
@pytest.mark.parametrize("stage", ["set", "submitted"])
def test_entry_without_approval_changes_no_price(ppm_owner: Caller, stage: str) -> None:
    terms: Values = {**ppm.fresh_tier(ppm_owner), "amount": "7.00", "layer": "customer_tier"}
    price = ppm.create_draft(ppm_owner, **terms)
    if stage == "submitted":
        ppm.submit(ppm_owner, price)
    answer = ppm_owner(ppm.RESOLVE, customer_tier=terms["customer_tier"])
    ppm.expect_amount(answer, "the price that was approved holds", ppm.STANDARD)


@pytest.mark.requirement("PRICE-10")
def test_entry_that_was_not_submitted_is_not_approved(ppm_owner: Caller, variant_id: str) -> None:
    ppm.approve(ppm_owner, ppm.create_draft(ppm_owner, variant_id=variant_id))
    names = ppm.id_and_revision("ppm.price", ppm.create_draft(ppm_owner))
    ppm_owner("ppm.approval.approve", **names).refused()


@pytest.mark.requirement("PRICE-11")
def test_terms_with_an_old_revision_are_refused(ppm_owner: Caller) -> None:
    price = ppm.create_draft(ppm_owner, amount="10.00")
    if price["expected_revision"] is None:
        read(ppm_owner, price).value("revision")
    ppm_owner(REVISE, **{**price, "amount": "11.00"}).accepted()
    ppm_owner(REVISE, **{**price, "amount": "12.00"}).refused(409, Tag.CONFLICT)
    ppm.expect_amount(read(ppm_owner, price), "the entry is as it was", "11.00")
