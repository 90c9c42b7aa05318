"""Step 5: what may be done to a record in which state."""

from collections.abc import Callable
from typing import Final

import pytest

from conformance.contract import OPERATIONS, RECORDS
from fixtures.context import records
from fixtures.context.operation_context import Stage
from fixtures.exchange.check import Check
from fixtures.run.client import Caller
from fixtures.run.session import Session
from fixtures.services.pvm.actions import (
    edit,
    expect_shown,
    expect_state,
    expect_unchanged,
    linked,
    linked_brand,
    moved,
    names,
    read,
)

# All routes of categories are documented; those of the others follow their pattern.
CATEGORY: Final = "pvm.category"
KINDS: Final = (CATEGORY, "pvm.vendor", "pvm.style")


@pytest.fixture
def prove(session: Session, check: Check) -> Callable[[str], None]:
    """Lets the target accept a write, unless it did so earlier in this run."""
    return lambda write: Stage(session).proven(check, OPERATIONS[write])


@pytest.mark.requirement("PROD-19")
@pytest.mark.parametrize("kind", KINDS)
def test_inactive_record_is_edited(merchant: Caller, kind: str) -> None:
    made = records.make(merchant, kind)
    caption = merchant.world.fresh("caption")
    merchant(str(RECORDS[kind].update), **names(kind, made), caption=caption).accepted()
    expect_shown(read(merchant, kind, made), caption)


@pytest.mark.requirement("PROD-20")
@pytest.mark.parametrize("kind", KINDS)
def test_active_record_is_not_edited(
    merchant: Caller, prove: Callable[[str], None], kind: str
) -> None:
    prove(str(RECORDS[kind].update))
    made = moved(merchant, kind, records.make(merchant, kind), "active")
    before = read(merchant, kind, made)
    edit(merchant, kind, made).refused()
    expect_unchanged(before, read(merchant, kind, made))


@pytest.mark.requirement("PROD-20")
def test_active_brand_is_not_edited(merchant: Caller, prove: Callable[[str], None]) -> None:
    prove("pvm.brand.update")
    brand = linked_brand(merchant, ("vendor", "manufacturer"), primary=True)
    brand = moved(merchant, "pvm.brand", brand, "active")
    before = read(merchant, "pvm.brand", brand)
    edit(merchant, "pvm.brand", brand).refused()
    expect_unchanged(before, read(merchant, "pvm.brand", brand))


@pytest.mark.requirement("PROD-21")
@pytest.mark.parametrize("kind", KINDS)
def test_doomed_record_is_not_edited(
    merchant: Caller, prove: Callable[[str], None], kind: str
) -> None:
    prove(str(RECORDS[kind].update))
    made = moved(merchant, kind, records.make(merchant, kind), "doomed")
    edit(merchant, kind, made).refused()


@pytest.mark.requirement("PROD-21")
@pytest.mark.parametrize("state", ["inactive", "active"])
@pytest.mark.parametrize("kind", KINDS)
def test_doomed_record_stays_doomed(merchant: Caller, kind: str, state: str) -> None:
    made = moved(merchant, kind, records.make(merchant, kind), "doomed")
    merchant(str(RECORDS[kind].status), **names(kind, made), status=state).refused()


@pytest.mark.requirement("PROD-22")
@pytest.mark.parametrize("kind", KINDS)
def test_record_goes_active_and_back(merchant: Caller, kind: str) -> None:
    made = moved(merchant, kind, records.make(merchant, kind), "active")
    expect_state(read(merchant, kind, made), "active")
    made = moved(merchant, kind, made, "inactive")
    edit(merchant, kind, made).accepted()


@pytest.mark.requirement("PROD-30")
@pytest.mark.parametrize("sides", [(), ("vendor", "manufacturer")], ids=["no-link", "no-primary"])
def test_brand_without_primary_links_does_not_go_active(
    merchant: Caller, prove: Callable[[str], None], sides: tuple[str, ...]
) -> None:
    prove("pvm.brand.status")
    brand = linked_brand(merchant, sides)
    merchant("pvm.brand.status", **names("pvm.brand", brand), status="active").refused()


@pytest.mark.requirement("PROD-30")
def test_brand_with_primary_links_goes_active(
    merchant: Caller, prove: Callable[[str], None]
) -> None:
    prove("pvm.brand.status")
    brand = linked_brand(merchant, ("vendor", "manufacturer"), primary=True)
    merchant("pvm.brand.status", **names("pvm.brand", brand), status="active").accepted()
    expect_state(read(merchant, "pvm.brand", brand), "active")


@pytest.mark.requirement("PROD-67")
def test_brand_has_one_primary_link_of_a_type(merchant: Caller) -> None:
    brand = linked_brand(merchant, ("vendor",), primary=True)
    second = records.make(merchant, "pvm.vendor")["vendor_id"]
    other = merchant.within(merchant.world.extended(vendor_id=second))
    linked(other, brand, "vendor", "link_add", "link_set_primary")
    listed = merchant("pvm.brand.link_list", brand_id=brand["brand_id"])
    primary = [listed.read_item(item, "item_primary") for item in listed.items()]
    listed.expect(
        "making a link primary takes it from the one before",
        holds=primary.count(True) == 1,
        expected="one primary link",
        observed=f"{primary.count(True)} primary links",
        uses=("items", "item_primary"),
    )
