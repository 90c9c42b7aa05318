"""Step 5: aliases: their form, how many, and that they are unique in the organisation."""

from typing import Final

import pytest

from conformance.contract.paging import LARGEST_LIMIT
from conformance.contract.services.pvm.suppliers import MOST_ALIASES
from fixtures import Answer, Caller, Values, holds, pages_with
from fixtures.context import records
from fixtures.services.pvm.actions import move, names

SET, REMOVE = "pvm.alias.set", "pvm.alias.remove"
VENDOR: Final = "pvm.vendor"
LONGEST_TAG, LONGEST_VALUE = 24, 96
TAGS: Final = {
    "too-long": "a" * (LONGEST_TAG + 1),
    "empty": "",
    "blank": "a b",
    "slash": "a/b",
    "other-script": "ta\u0111",
}


@pytest.fixture
def vendor(pvm_owner: Caller) -> Values:
    """A new vendor with one alias; a check may change both."""
    return records.make(pvm_owner, "pvm.aliased_vendor")


def list_aliases(caller: Caller, vendor: Values, *wanted: str) -> list[Answer]:
    """All pages of a vendor's aliases, on which these tags are to be."""
    names = {"vendor_id": vendor["vendor_id"], "limit": LARGEST_LIMIT}
    return pages_with(caller, "pvm.alias.list", *wanted, **names)


@pytest.mark.requirement("PROD-45")
def test_record_takes_sixteen_aliases_and_not_one_more(pvm_owner: Caller, vendor: Values) -> None:
    tags = [str(vendor["tag"])]
    while len(tags) < MOST_ALIASES:
        tags.append(str(pvm_owner.world.fresh("tag")))
        answer = pvm_owner(SET, **names(VENDOR, vendor), tag=tags[-1]).accepted()
        vendor["expected_revision"] = answer.value("revision")
    pvm_owner(SET, **names(VENDOR, vendor)).refused()
    listed = list_aliases(pvm_owner, vendor, *tags)
    missing = sum(not holds(listed, tag) for tag in tags)
    listed[-1].expect(
        "the list of a record's aliases holds all of them",
        holds=not missing,
        expected=f"{MOST_ALIASES} aliases",
        observed=f"{missing} of them missing",
    )


@pytest.mark.requirement("PROD-46")
def test_alias_of_the_greatest_length_is_accepted(pvm_owner: Caller, vendor: Values) -> None:
    tag = f"{pvm_owner.world.fresh('tag')}._-Az0".ljust(LONGEST_TAG, "x")
    value = str(pvm_owner.world.fresh("tag")).ljust(LONGEST_VALUE, "x")
    pvm_owner(SET, **names(VENDOR, vendor), tag=tag, value=value).accepted()


@pytest.mark.requirement("PROD-46")
@pytest.mark.parametrize("fault", TAGS)
def test_alias_with_a_tag_of_another_form_is_refused(
    pvm_owner: Caller, vendor: Values, fault: str
) -> None:
    pvm_owner(SET, **names(VENDOR, vendor), tag=TAGS[fault]).refused()


@pytest.mark.requirement("PROD-46")
def test_alias_with_too_long_a_value_is_refused(pvm_owner: Caller, vendor: Values) -> None:
    value = str(pvm_owner.world.fresh("tag")).ljust(LONGEST_VALUE + 1, "x")
    pvm_owner(SET, **names(VENDOR, vendor), value=value).refused()


@pytest.mark.requirement("PROD-47")
def test_alias_of_another_record_is_refused(pvm_owner: Caller, vendor: Values) -> None:
    alias: Values = {name: pvm_owner.world.fresh("tag") for name in ("tag", "value")}
    pvm_owner(SET, **names(VENDOR, vendor), **alias).accepted()
    other = records.make(pvm_owner, VENDOR)
    pvm_owner(SET, **names(VENDOR, other), **alias).refused()
    pvm_owner(SET, **names(VENDOR, other)).accepted()


@pytest.mark.requirement("PROD-48")
@pytest.mark.parametrize("operation", [SET, REMOVE])
def test_aliases_of_an_active_record_are_not_edited(pvm_owner: Caller, operation: str) -> None:
    spare = records.make(pvm_owner, "pvm.aliased_vendor")
    pvm_owner(operation, **names(VENDOR, spare), tag=spare["tag"]).accepted()
    vendor = records.make(pvm_owner, "pvm.aliased_vendor")
    vendor = move(pvm_owner, VENDOR, vendor, "active")
    pvm_owner(operation, **names(VENDOR, vendor), tag=vendor["tag"]).refused()
    listed = list_aliases(pvm_owner, vendor, str(vendor["tag"]))
    listed[-1].expect(
        "the active record has the alias that it had",
        holds=holds(listed, str(vendor["tag"])),
        expected="the alias it was made with",
        observed="a list without it",
    )
