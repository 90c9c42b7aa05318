"""Step 11: customers, what they consent to, and how they are forgotten."""

import secrets
from collections.abc import Sequence
from typing import Final

import pytest

from conformance.contract import RECORDS
from conformance.contract.errors import Tag
from conformance.contract.paging import LARGEST_LIMIT
from conformance.contract.services.crm.customers import CONSENTS
from fixtures import (
    Answer,
    Caller,
    Check,
    Inconclusive,
    Values,
    Walk,
    expect_listed,
    holds,
    pages,
)
from fixtures.context import records
from fixtures.services.crm import actions as crm
from fixtures.services.pvm.actions import expect_shown

CUSTOMER = RECORDS["crm.customer"]
GET, LIST = "crm.customer.get", "crm.customer.list"


@pytest.fixture
def customer(owner: Caller) -> Values:
    """A new customer of the main org."""
    return records.make(owner, CUSTOMER.name)


def list_customers(caller: Caller) -> Walk:
    return pages(caller, LIST, limit=LARGEST_LIMIT)


# --- who they are ---


@pytest.mark.requirement("LOYAL-1")
def test_customer_is_made(owner: Caller) -> None:
    owner("crm.customer.create").value("customer_id")


@pytest.mark.requirement("LOYAL-2")
def test_customer_is_read_back(owner: Caller, customer: Values) -> None:
    answer = records.read(owner, CUSTOMER, customer)
    for name in ("first_name", "last_name", "email"):
        expect_shown(answer, customer[name], sent=(CUSTOMER.create, name))


@pytest.mark.requirement("LOYAL-3")
def test_customer_is_listed(owner: Caller, customer: Values) -> None:
    expect_listed(list_customers(owner), str(customer["customer_id"]))


@pytest.mark.requirement("LOYAL-5")
def test_email_of_another_organisations_customer_is_free(
    owner: Caller, stranger_at_home: Caller, customer: Values
) -> None:
    stranger_at_home("crm.customer.create").accepted()
    stranger_at_home("crm.customer.create", email=customer["email"]).accepted()
    del owner  # in whose organisation the email is taken


# --- consent ---


def set_consent(caller: Caller, customer: Values, *, given: bool) -> Values:
    """The customer with its revision after both consents were given or withdrawn."""
    names = {name: customer[name] for name in ("customer_id", "expected_revision")}
    consents = dict.fromkeys(CONSENTS, given)
    answer = caller("crm.customer.consent_set", **names, **consents).accepted()
    return {**customer, "expected_revision": answer.optional("revision")}


def _expect_consent(answer: Answer, *, given: bool) -> None:
    for name in CONSENTS:
        shown = answer.value(name)
        answer.expect(
            f"the customer shows {name} as it was set last",
            holds=shown is given,
            expected=f"{given}",
            observed=f"{shown}",
            uses=(name,),
        )


@pytest.mark.requirement("LOYAL-6")
def test_consent_that_was_given_is_shown(owner: Caller, customer: Values) -> None:
    set_consent(owner, customer, given=True)
    _expect_consent(records.read(owner, CUSTOMER, customer), given=True)


@pytest.mark.requirement("LOYAL-7")
def test_consent_that_was_withdrawn_is_shown_as_such(owner: Caller, customer: Values) -> None:
    agreed = set_consent(owner, customer, given=True)
    _expect_consent(records.read(owner, CUSTOMER, customer), given=True)
    set_consent(owner, agreed, given=False)
    _expect_consent(records.read(owner, CUSTOMER, customer), given=False)


# --- anonymisation ---


def anonymize(caller: Caller, customer: Values) -> Answer:
    names = {name: customer[name] for name in ("customer_id", "expected_revision")}
    return caller("crm.customer.anonymize", **names).accepted()


NAMES: Final = ("first_name", "last_name", "email", "phone")


@pytest.fixture
def person(owner: Caller) -> Values:
    """A customer of whom all personal fields are known, the phone too."""
    return records.create(owner, CUSTOMER, {"phone": f"+1555{secrets.randbelow(10**7):07d}"})


def personal(shown: Sequence[Answer], person: Values) -> list[str]:
    """The personal fields whose values these answers hold, wherever they stand.

    Raises:
        Inconclusive: they hold none, so that none can be seen to go.
    """
    found = [name for name in NAMES if holds(shown, str(person[name]))]
    if not found:
        raise Inconclusive("no answer shows what the customer was made with")
    return found


def _expect_gone(shown: Sequence[Answer], person: Values, fields: Sequence[str]) -> None:
    left = [name for name in fields if holds(shown, str(person[name]))]
    shown[-1].expect(
        f"{shown[-1].operation.id} shows none of the personal data of an anonymised customer",
        holds=not left,
        expected="a record without the values that were shown before",
        observed=f"{', '.join(left)} as before",
    )


@pytest.mark.requirement("LOYAL-8")
def test_read_of_an_anonymised_customer_shows_no_personal_data(
    owner: Caller, person: Values
) -> None:
    fields = personal([records.read(owner, CUSTOMER, person).accepted()], person)
    anonymize(owner, person)
    after = records.read(owner, CUSTOMER, person)
    if after.status == 404:
        return  # what is not there shows nothing
    _expect_gone([after.accepted()], person, fields)


@pytest.mark.requirement("LOYAL-9")
def test_list_shows_no_personal_data_of_an_anonymised_customer(
    owner: Caller, person: Values
) -> None:
    listed = list_customers(owner).until(
        lambda walk: any(holds(walk, str(person[name])) for name in NAMES)
    )
    fields = personal(listed, person)
    anonymize(owner, person)
    gone = list_customers(owner).until(
        lambda walk: not any(holds(walk, str(person[name])) for name in fields)
    )
    _expect_gone(gone, person, fields)


@pytest.mark.requirement("LOYAL-10")
def test_anonymised_customer_keeps_the_balance(owner: Caller) -> None:
    loyalty_member = crm.create_value_account(owner, crm.POINTS)
    loyalty_member.take(30).accepted()
    loyalty_member.expect_change(-30, "the balance stands before")
    anonymize(owner, {**loyalty_member.made, **_revision(loyalty_member)})
    loyalty_member.expect_change(-30, "the balance is the one before")


def _revision(loyalty_member: crm.ValueAccount) -> Values:
    """The current revision of a customer who has done something since it was made."""
    return {"expected_revision": loyalty_member.read().accepted().optional("revision")}


@pytest.mark.requirement("LOYAL-11")
def test_loyalty_of_an_anonymised_customer_is_refused_as_of_invalid_state(
    owner: Caller, check: Check
) -> None:
    loyalty_member = crm.create_value_account(owner, crm.POINTS)
    loyalty_member.give(1).accepted()
    anonymize(owner, {**loyalty_member.made, **_revision(loyalty_member)})
    answer = loyalty_member.give(1)
    check.reading("whether an anonymised customer earns", "it does" if answer.ok else "it does not")
    if answer.ok:
        loyalty_member.expect_change(2, "points that an anonymised customer was given count")
        return
    answer.expect(
        "points of an anonymised customer are refused with invalid-state",
        # A customer who is not there any more has no state.
        holds=answer.tag in (Tag.INVALID_STATE, Tag.NOT_FOUND),
        expected="invalid-state",
    )
