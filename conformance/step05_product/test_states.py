"""Step 5: what may be done to a record in which state."""

from collections.abc import Callable
from typing import Final

import pytest

from conformance.contract import RECORDS
from fixtures import Caller, settled
from fixtures.context import records
from fixtures.probes.sameness import expect_unchanged, settled_content
from fixtures.services.pvm.actions import (
    create_linked_brand,
    edit,
    expect_shown,
    expect_state,
    move,
    names,
    read,
    write_link,
)

# All routes of categories are documented; those of the others follow their pattern.
CATEGORY: Final = "pvm.category"
KINDS: Final = (CATEGORY, "pvm.vendor", "pvm.style")
REFUSED: Final = "the refused write changed nothing"


@pytest.mark.requirement("PROD-19")
@pytest.mark.parametrize("kind", KINDS)
def test_inactive_record_is_edited(pvm_owner: Caller, kind: str) -> None:
    made = records.make(pvm_owner, kind)
    caption = pvm_owner.world.fresh("caption")
    pvm_owner(str(RECORDS[kind].update), **names(kind, made), caption=caption).accepted()
    sent = (str(RECORDS[kind].update), "caption")
    expect_shown(read(pvm_owner, kind, made), caption, sent=sent)


@pytest.mark.requirement("PROD-20")
@pytest.mark.parametrize("kind", KINDS)
def test_active_record_is_not_edited(
    pvm_owner: Caller, prove: Callable[[str], None], kind: str
) -> None:
    prove(str(RECORDS[kind].update))
    made = move(pvm_owner, kind, records.make(pvm_owner, kind), "active")
    before = settled_content(lambda: read(pvm_owner, kind, made))
    edit(pvm_owner, kind, made).refused()
    expect_unchanged(before, read(pvm_owner, kind, made), REFUSED)


@pytest.mark.requirement("PROD-20")
def test_active_brand_is_not_edited(pvm_owner: Caller, prove: Callable[[str], None]) -> None:
    prove("pvm.brand.update")
    brand = create_linked_brand(pvm_owner, ("vendor", "manufacturer"), primary=True)
    brand = move(pvm_owner, "pvm.brand", brand, "active")
    before = settled_content(lambda: read(pvm_owner, "pvm.brand", brand))
    edit(pvm_owner, "pvm.brand", brand).refused()
    expect_unchanged(before, read(pvm_owner, "pvm.brand", brand), REFUSED)


@pytest.mark.requirement("PROD-21")
@pytest.mark.parametrize("kind", KINDS)
def test_doomed_record_is_not_edited(
    pvm_owner: Caller, prove: Callable[[str], None], kind: str
) -> None:
    prove(str(RECORDS[kind].update))
    made = move(pvm_owner, kind, records.make(pvm_owner, kind), "doomed")
    edit(pvm_owner, kind, made).refused()


@pytest.mark.requirement("PROD-21")
@pytest.mark.parametrize("state", ["inactive", "active"])
@pytest.mark.parametrize("kind", KINDS)
def test_doomed_record_stays_doomed(pvm_owner: Caller, kind: str, state: str) -> None:
    made = move(pvm_owner, kind, records.make(pvm_owner, kind), "doomed")
    pvm_owner(str(RECORDS[kind].status), **names(kind, made), status=state).refused()


@pytest.mark.requirement("PROD-22")
@pytest.mark.parametrize("kind", KINDS)
def test_record_goes_active_and_back(pvm_owner: Caller, kind: str) -> None:
    made = move(pvm_owner, kind, records.make(pvm_owner, kind), "active")
    expect_state(read(pvm_owner, kind, made), "active")
    made = move(pvm_owner, kind, made, "inactive")
    edit(pvm_owner, kind, made).accepted()


@pytest.mark.requirement("PROD-30")
@pytest.mark.parametrize("sides", [(), ("vendor", "manufacturer")], ids=["no-link", "no-primary"])
def test_brand_without_primary_links_does_not_go_active(
    pvm_owner: Caller, prove: Callable[[str], None], sides: tuple[str, ...]
) -> None:
    prove("pvm.brand.status")
    brand = create_linked_brand(pvm_owner, sides)
    pvm_owner("pvm.brand.status", **names("pvm.brand", brand), status="active").refused()


@pytest.mark.requirement("PROD-30")
def test_brand_with_primary_links_goes_active(
    pvm_owner: Caller, prove: Callable[[str], None]
) -> None:
    prove("pvm.brand.status")
    brand = create_linked_brand(pvm_owner, ("vendor", "manufacturer"), primary=True)
    pvm_owner("pvm.brand.status", **names("pvm.brand", brand), status="active").accepted()
    expect_state(read(pvm_owner, "pvm.brand", brand), "active")


@pytest.mark.requirement("PROD-67")
def test_brand_has_one_primary_link_of_a_type(pvm_owner: Caller) -> None:
    brand = create_linked_brand(pvm_owner, ("vendor",), primary=True)
    second = records.make(pvm_owner, "pvm.vendor")["vendor_id"]
    other = pvm_owner.knowing(vendor_id=second)
    write_link(other, brand, "vendor", "link_add", "link_set_primary")
    listed = settled(
        lambda: pvm_owner("pvm.brand.link_list", brand_id=brand["brand_id"]),
        lambda it: it.read_items("item_primary").count(True) == 1,
    )
    primary = listed.read_items("item_primary")
    listed.expect(
        "making a link primary takes it from the one before",
        holds=primary.count(True) == 1,
        expected="one primary link",
        observed=f"{primary.count(True)} primary links",
        uses=("items", "item_primary"),
    )
