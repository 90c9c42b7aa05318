"""Step 11: B2B accounts, their contacts, and the credit that they consume and release."""

from typing import Any, Final

import pytest

from conformance.contract import RECORDS
from conformance.contract.operation import RecordKind
from conformance.contract.paging import LARGEST_LIMIT
from fixtures import Caller, Values, Walk, expect_listed, holds, pages
from fixtures.context import records
from fixtures.formats.json_values import at, pointers
from fixtures.services.crm.actions import ValueAccount, expect_balance
from fixtures.services.pvm.actions import expect_shown

ACCOUNT, CONTACT = RECORDS["crm.account"], RECORDS["crm.contact"]
CONTACTS: Final = "crm.account.contact_list"
KINDS = {kind.name: kind for kind in (ACCOUNT, CONTACT)}


def read_pages(caller: Caller, operation_id: str, **values: Any) -> Walk:
    return pages(caller, operation_id, limit=LARGEST_LIMIT, **values)


# --- accounts and contacts ---


def expect_read_back(caller: Caller, kind: RecordKind) -> None:
    """Make a record, and expect that it is read with its caption."""
    made = records.make(caller, kind.name)
    sent = (kind.create, "caption")
    expect_shown(records.read(caller, kind, made), made["caption"], sent=sent)


@pytest.mark.requirement("LOYAL-40")
def test_account_is_made(owner: Caller) -> None:
    owner(ACCOUNT.create).value("account_id")


@pytest.mark.requirement("LOYAL-41")
def test_account_is_read_back(owner: Caller) -> None:
    expect_read_back(owner, ACCOUNT)


@pytest.mark.requirement("LOYAL-41")
def test_account_is_listed(owner: Caller) -> None:
    made = records.make(owner, ACCOUNT.name)
    expect_listed(read_pages(owner, str(ACCOUNT.list)), str(made["account_id"]))


@pytest.mark.requirement("LOYAL-44")
def test_contact_is_read_back(crm_owner: Caller) -> None:
    expect_read_back(crm_owner, CONTACT)


@pytest.mark.requirement("LOYAL-44")
def test_contact_is_listed(crm_owner: Caller) -> None:
    made = records.make(crm_owner, CONTACT.name)
    walk = read_pages(crm_owner, CONTACTS, listed_account=made["account_id"])
    expect_listed(walk, str(made["contact_id"]))


@pytest.mark.requirement("LOYAL-47")
def test_contact_of_another_account_is_not_listed(crm_owner: Caller, owner: Caller) -> None:
    made = records.make(crm_owner, CONTACT.name)
    other = records.make(owner, ACCOUNT.name)["account_id"]
    own = records.create(owner, CONTACT, {"account_id": other})
    here, there = str(own["contact_id"]), str(made["contact_id"])
    walk = read_pages(crm_owner, CONTACTS, listed_account=other).until(
        lambda found: holds(found, here)
    )
    expect_listed(walk, here)
    expect_listed(walk, there, listed=False, sends=("listed_account",))


def _edited(kind_name: str) -> Any:
    number = {"crm.account": ("LOYAL-42", "LOYAL-43"), "crm.contact": ("LOYAL-45", "LOYAL-46")}
    return number[kind_name]


def of_kinds(which: int) -> pytest.MarkDecorator:
    """Accounts and contacts, each with the requirement of its update (0) or status (1)."""
    return pytest.mark.parametrize(
        "kind_name",
        [
            pytest.param(name, id=name, marks=pytest.mark.requirement(_edited(name)[which]))
            for name in KINDS
        ],
    )


def _names(kind_name: str, made: Values) -> Values:
    return {name: made[name] for name in (KINDS[kind_name].id, "expected_revision")}


@of_kinds(0)
def test_update_is_shown_by_the_next_read(crm_owner: Caller, kind_name: str) -> None:
    kind, made = KINDS[kind_name], records.make(crm_owner, kind_name)
    before, caption = records.read(crm_owner, kind, made), crm_owner.world.fresh("caption")
    crm_owner(str(kind.update), **_names(kind_name, made), caption=caption).accepted()
    after = records.read(crm_owner, kind, made)
    expect_shown(after, caption, sent=(str(kind.update), "caption"))
    # What else was made of the old caption, as a name for invoices, may stay.
    places = [*pointers(before.body, str(made["caption"]))]
    after.expect(
        "where the old caption stood stands the new one",
        holds=not places or any(at(after.body, each) == caption for each in places),
        expected="the new caption",
        observed="the old one still",
    )


@of_kinds(1)
def test_status_is_shown_by_the_next_read(crm_owner: Caller, kind_name: str) -> None:
    kind, made = KINDS[kind_name], records.make(crm_owner, kind_name)
    crm_owner(str(kind.status), **_names(kind_name, made), status="inactive").accepted()
    after = records.read(crm_owner, kind, made)
    after.in_state("inactive", "the record has the status that it was given")


# --- credit ---


@pytest.mark.requirement("LOYAL-49")
def test_consumption_takes_its_amount_from_the_credit(credit_account: ValueAccount) -> None:
    credit_account.take("30.10").accepted()
    credit_account.expect_balance("69.90", "the credit is less by what was consumed")


@pytest.mark.requirement("LOYAL-49")
def test_consumption_beyond_the_limit_is_refused(credit_account: ValueAccount) -> None:
    credit_account.take("40.00").accepted()
    credit_account.take("60.01").refused()
    credit_account.take("60.00").accepted()


@pytest.mark.requirement("LOYAL-51")
def test_released_credit_can_be_consumed_again(credit_account: ValueAccount) -> None:
    credit_account.take("100.00").accepted()
    credit_account.give("25.00").accepted()
    credit_account.expect_balance("25.00", "the released amount is there again")
    credit_account.take("25.00").accepted()


@pytest.mark.requirement("LOYAL-52")
def test_release_of_more_than_was_consumed_is_refused(credit_account: ValueAccount) -> None:
    credit_account.take("40.00").accepted()
    credit_account.give("10.00").accepted()
    credit_account.give("30.01").refused()
    credit_account.give("30.00").accepted()


@pytest.mark.requirement("LOYAL-53")
def test_refused_consumption_changes_nothing(credit_account: ValueAccount) -> None:
    credit_account.take("40.00").accepted()
    credit_account.take("70.00").refused()
    expect_balance(credit_account.read(), credit_account.kind.start - 40, "the credit is as before")


@pytest.mark.requirement("LOYAL-53")
@pytest.mark.parametrize("amount", ["0.00", "-5.00", "5.005"])
def test_consumption_of_what_is_no_amount_changes_nothing(
    credit_account: ValueAccount, amount: str
) -> None:
    credit_account.take("40.00").accepted()
    credit_account("crm.account.credit_consume", amount=amount).refused()
    expect_balance(credit_account.read(), credit_account.kind.start - 40, "the credit is as before")
