"""Step 13: financial events: what is kept of them, what they must name, and their list."""

from typing import Any, Final

import pytest

from fixtures.context import records
from fixtures.exchange.request import Change, without
from fixtures.run.client import Caller
from fixtures.run.paging import expect_listed
from fixtures.services.accounting.actions import Books

RECORD, GET = "accounting.event.record", "accounting.event.get"
# More digits than a binary fraction keeps in short form, and a fraction that it cannot hold.
AMOUNTS: Final = ("1234567.89", "-0.10", "0.01")


@pytest.mark.requirement("EXIT-1")
def test_event_is_recorded(bookkeeper: Caller) -> None:
    bookkeeper(RECORD).value("event_id")


@pytest.mark.requirement("EXIT-2")
@pytest.mark.parametrize("amount", AMOUNTS)
def test_event_is_read_as_it_was_recorded(books: Books, amount: str) -> None:
    wanted: dict[str, Any] = {"event_type": "adjustment", "amount": amount, "currency": "USD"}
    made = books.caller(RECORD, **wanted).value("event_id")
    answer = books.caller(GET, event_id=made)
    shown = {name: answer.value(name) for name in wanted}
    answer.expect(
        "an event shows type, amount and currency as they were sent",
        holds=shown == wanted,
        expected=str(wanted),
        observed=str(shown),
        uses=tuple(wanted),
    )


@pytest.mark.requirement("EXIT-3")
def test_event_keeps_its_lineage(books: Books) -> None:
    source = str(books.caller.world.fresh("tag"))
    (made,) = books.record("5.00", source_id=source)
    answer = books.caller(GET, event_id=made)
    answer.expect(
        "an event shows the transaction that it came from",
        holds=source in str(answer.value("source_refs")),
        expected=f"a reference to {source}",
        observed=str(answer.optional("source_refs")),
        uses=("source_refs",),
    )


@pytest.mark.requirement("EXIT-4")
def test_event_without_a_facility_is_refused(bookkeeper: Caller) -> None:
    bookkeeper(RECORD).accepted()
    bookkeeper(RECORD, without("logical_guid")).refused()


@pytest.mark.requirement("EXIT-5")
def test_event_without_a_channel_is_refused(bookkeeper: Caller) -> None:
    bookkeeper(RECORD).accepted()
    bookkeeper(RECORD, without("channel_code")).refused()


@pytest.mark.requirement("EXIT-6")
def test_recorded_events_are_listed(books: Books) -> None:
    made = [*books.record("1.00"), *books.record("-1.00", event_type="adjustment")]
    found = books.listed()
    for each in made:
        expect_listed(found, each, inferred=True)


@pytest.mark.requirement("EXIT-7")
def test_list_of_a_facility_holds_no_event_of_another(bookkeeper: Caller, books: Books) -> None:
    (elsewhere,) = Books(bookkeeper).record("1.00")
    (here,) = books.record("2.00")
    found = books.listed()
    expect_listed(found, here, inferred=True)
    expect_listed(found, elsewhere, listed=False, inferred=True)


@pytest.mark.requirement("EXIT-8")
def test_unknown_reason_of_a_financial_event_is_refused(bookkeeper: Caller) -> None:
    bookkeeper(RECORD).accepted()
    bookkeeper(RECORD, reason_code="CONFORMANCE.NO_SUCH_CODE").refused(None, "invalid-input")


@pytest.mark.requirement("EXIT-9")
def test_event_without_a_source_is_refused(bookkeeper: Caller) -> None:
    bookkeeper(RECORD).accepted()
    bookkeeper(RECORD, Change(body={"source_refs": []})).refused()


@pytest.mark.requirement("EXIT-10")
@pytest.mark.parametrize("amount", ["ten", "1e3", "NaN"])
def test_amount_that_is_no_decimal_is_refused(bookkeeper: Caller, amount: str) -> None:
    bookkeeper(RECORD).accepted()
    bookkeeper(RECORD, amount=amount).refused()


_OTHER: Final = {"channel_code": "shopify", "cccode": "ZZZZ-ZZZZ-ZZZZ"}


@pytest.mark.requirement("EXIT-75")
@pytest.mark.parametrize("name", ["logical_guid", "channel_code", "cccode"])
def test_body_that_names_other_context_than_its_header_is_refused(
    bookkeeper: Caller, books: Books, name: str
) -> None:
    caller, headers = books.caller, {}
    if name == "cccode":
        code = str(records.make(caller, "ofm.cost_centre")["cccode"])
        caller, headers = caller.within(caller.world.extended(cccode=code)), {"x-cccode": code}
    other = _OTHER.get(name, bookkeeper.world["logical_guid"])
    caller(RECORD, Change(headers=headers, body={name: caller.world[name]})).accepted()
    caller(RECORD, Change(headers=headers, body={name: other})).refused(None, "invalid-input")
