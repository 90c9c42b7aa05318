"""Step 13: financial events: what is kept of them, what they must name, and their list."""

from decimal import Decimal
from typing import Any, Final

import pytest

from conformance.contract.errors import Tag
from fixtures import Caller, Change, expect_listed, holds, without
from fixtures.context import records
from fixtures.formats.money import decimal_of
from fixtures.probes.contradicting_context import contradict
from fixtures.services.accounting.actions import FacilityAccounting
from fixtures.services.accounting.context import CHANNEL

RECORD, GET = "accounting.event.record", "accounting.event.get"
# More digits than a binary fraction keeps in short form, and a fraction that it cannot hold.
AMOUNTS: Final = ("1234567.89", "-0.10", "0.01")


@pytest.mark.requirement("EXIT-1")
def test_event_is_recorded(owner: Caller) -> None:
    owner(RECORD, channel_code=CHANNEL).value("event_id")


@pytest.mark.every
@pytest.mark.requirement("EXIT-2")
@pytest.mark.parametrize("amount", AMOUNTS)
def test_event_is_read_as_it_was_recorded(
    facility_accounting: FacilityAccounting, amount: str
) -> None:
    wanted: dict[str, Any] = {"event_type": "adjustment", "amount": amount, "currency": "USD"}
    made = facility_accounting.caller(RECORD, **wanted).value("event_id")
    answer = facility_accounting.caller(GET, event_id=made)
    shown = {name: answer.value(name) for name in wanted}
    is_exact = decimal_of(shown["amount"]) == Decimal(amount)  # with however many zeros
    answer.expect(
        "an event shows type, amount and currency as they were sent",
        holds=is_exact and {**shown, "amount": amount} == wanted,
        expected=str(wanted),
        observed=str(shown),
        uses=tuple(wanted),
    )


@pytest.mark.requirement("EXIT-3")
def test_event_keeps_its_lineage(facility_accounting: FacilityAccounting) -> None:
    source = str(facility_accounting.caller.world.fresh("tag"))
    (made,) = facility_accounting.record("5.00", source_id=source)
    answer = facility_accounting.caller(GET, event_id=made)
    answer.expect(
        "an event shows the transaction that it came from",
        holds=source in str(answer.value("source_refs")),
        expected=f"a reference to {source}",
        observed=str(answer.optional("source_refs")),
        uses=("source_refs",),
    )


@pytest.mark.requirement("EXIT-4")
def test_event_without_a_facility_is_refused(accounting_owner: Caller) -> None:
    accounting_owner(RECORD).accepted()
    accounting_owner(RECORD, without("logical_guid")).refused()


@pytest.mark.requirement("EXIT-5")
def test_event_without_a_channel_is_refused(accounting_owner: Caller) -> None:
    accounting_owner(RECORD).accepted()
    accounting_owner(RECORD, without("channel_code")).refused()


@pytest.mark.requirement("EXIT-6")
def test_recorded_events_are_listed(facility_accounting: FacilityAccounting) -> None:
    made = [
        *facility_accounting.record("1.00"),
        *facility_accounting.record("-1.00", event_type="adjustment"),
    ]
    found = facility_accounting.list_events()
    for each in made:
        expect_listed(found, each)


@pytest.mark.requirement("EXIT-7")
def test_list_of_a_facility_holds_no_event_of_another(
    accounting_owner: Caller, facility_accounting: FacilityAccounting
) -> None:
    (elsewhere,) = FacilityAccounting(accounting_owner).record("1.00")
    (here,) = facility_accounting.record("2.00")
    found = facility_accounting.list_events().until(lambda walk: holds(walk, here))
    expect_listed(found, here)
    expect_listed(found, elsewhere, listed=False, sends=("listed_place",))


@pytest.mark.requirement("EXIT-8")
def test_unknown_reason_of_a_financial_event_is_refused(accounting_owner: Caller) -> None:
    accounting_owner(RECORD).accepted()
    accounting_owner(RECORD, reason_code="CONFORMANCE.NO_SUCH_CODE").refused(
        None, Tag.INVALID_INPUT
    )


@pytest.mark.requirement("EXIT-9")
def test_event_without_a_source_is_refused(accounting_owner: Caller) -> None:
    accounting_owner(RECORD).accepted()
    accounting_owner(RECORD, Change(body={"source_refs": []})).refused()


@pytest.mark.requirement("EXIT-10")
@pytest.mark.parametrize("amount", ["ten", "1e3", "NaN"])
def test_amount_that_is_no_decimal_is_refused(accounting_owner: Caller, amount: str) -> None:
    accounting_owner(RECORD).accepted()
    accounting_owner(RECORD, amount=amount).refused()


_OTHER: Final = {"channel_code": "shopify", "cccode": "ZZZZ-ZZZZ-ZZZZ"}


@pytest.mark.requirement("EXIT-75")
@pytest.mark.parametrize("name", ["logical_guid", "channel_code", "cccode"])
def test_body_that_names_other_context_than_its_header_is_refused(
    accounting_owner: Caller, facility_accounting: FacilityAccounting, name: str
) -> None:
    caller, headers = facility_accounting.caller, {}
    if name == "cccode":
        code = str(records.make(caller, "ofm.cost_centre")["cccode"])
        caller, headers = caller.knowing(cccode=code), {"x-cccode": code}
    other = _OTHER.get(name, accounting_owner.world["logical_guid"])
    here = {name: str(caller.world[name])}
    answer = contradict(
        lambda change: caller(RECORD, change), here, {name: str(other)}, headers=headers
    )
    answer.refused(None, Tag.INVALID_INPUT)
