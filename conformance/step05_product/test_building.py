"""Step 5: the product model, built in the documented order."""

import json
from typing import Final

import pytest

from fixtures import Caller, Inconclusive, expect_listed, holds, pages
from fixtures.context import records
from fixtures.services.pvm.actions import expect_shown, expect_state, names
from fixtures.services.pvm.context import make_options_and_ogm, make_suppliers_and_category

# The report is about comments that are large.
SIZES: Final = (2_500, 3_500, 3_000)


@pytest.mark.requirement("PROD-1")
@pytest.mark.parametrize("noun", ["vendor", "manufacturer"])
def test_owner_creates_a_supplier(owner: Caller, noun: str) -> None:
    owner(f"pvm.{noun}.create").value(f"{noun}_id")


@pytest.mark.requirement("PROD-2")
@pytest.mark.parametrize("noun", ["division", "department", "category", "season"])
def test_owner_creates_the_taxonomy(pvm_owner: Caller, noun: str) -> None:
    pvm_owner(f"pvm.{noun}.create").value(f"{noun}_id")


@pytest.mark.requirement("PROD-3")
def test_owner_links_a_brand_to_a_supplier(pvm_owner: Caller) -> None:
    link = records.make(pvm_owner, "pvm.brand_link")
    listed = pages(pvm_owner, "pvm.brand.link_list", brand_id=link["brand_id"])
    expect_listed(listed, link["vendor_id"], by="item_vendor")


@pytest.mark.requirement("PROD-4")
def test_owner_creates_options_and_an_ogm_over_them(owner: Caller) -> None:
    make_options_and_ogm(owner, {})


@pytest.mark.requirement("PROD-5")
def test_owner_creates_a_style(owner: Caller) -> None:
    made = make_suppliers_and_category(owner)
    owner("pvm.style.create", **made).value("style_id")


@pytest.mark.requirement("PROD-6")
def test_new_style_is_inactive(pvm_owner: Caller) -> None:
    expect_state(pvm_owner("pvm.style.create"), "inactive")


@pytest.mark.requirement("PROD-7")
def test_owner_creates_a_variant_of_a_style(owner: Caller) -> None:
    made = make_options_and_ogm(owner, make_suppliers_and_category(owner))
    style = records.make(owner.within(owner.world.extended(**made)), "pvm.style")["style_id"]
    owner("pvm.variant.create", **made, style_id=style).value("variant_id")


@pytest.mark.requirement("PROD-8")
def test_owner_adds_an_identifier(pvm_owner: Caller) -> None:
    pvm_owner("pvm.identifier.add").accepted()


@pytest.mark.requirement("PROD-9")
def test_barcode_is_listed_with_its_variant(pvm_owner: Caller) -> None:
    made = records.make(pvm_owner, "pvm.barcode")
    listed = pages(pvm_owner, "pvm.barcode.list", limit=256)
    expect_listed(listed, made["barcode"])


@pytest.mark.requirement("PROD-9")
def test_barcode_is_read_by_its_id(pvm_owner: Caller) -> None:
    made = records.make(pvm_owner, "pvm.barcode")
    expect_shown(pvm_owner("pvm.barcode.get", barcode_id=made["barcode_id"]), made["barcode"])


@pytest.mark.requirement("PROD-9")
def test_barcode_is_made_primary(pvm_owner: Caller) -> None:
    made = records.make(pvm_owner, "pvm.barcode")
    pvm_owner("pvm.barcode.set_primary", **names("pvm.barcode", made)).accepted()


@pytest.mark.requirement("PROD-10")
def test_barcode_resolves_to_its_variant(pvm_owner: Caller) -> None:
    made = records.make(pvm_owner, "pvm.barcode")
    found = pvm_owner("pvm.barcode.resolve", barcode=made["barcode"])
    expect_shown(found, pvm_owner.world["variant_id"])


def create_below_new(owner: Caller, parent: str, noun: str) -> tuple[Caller, str]:
    """The owner in context of a new parent, and the id of a new record below it."""
    above = records.make(owner, f"pvm.{parent}")[f"{parent}_id"]
    there = owner.within(owner.world.extended(**{f"{parent}_id": above}))
    return there, str(records.make(there, f"pvm.{noun}")[f"{noun}_id"])


@pytest.mark.requirement("PROD-11")
@pytest.mark.parametrize(
    ("noun", "parent"), [("department", "division"), ("category", "department")]
)
def test_list_is_by_parent(pvm_owner: Caller, noun: str, parent: str) -> None:
    (here, own), (_, other) = (create_below_new(pvm_owner, parent, noun) for _ in range(2))
    listed = pages(here, f"pvm.{noun}.list")
    expect_listed(listed, own)
    listed[-1].expect(
        f"the list of one {parent} holds no record of another",
        holds=not holds(listed, other),
        expected=f"records of the {parent} asked for",
        observed="one of another as well",
    )


@pytest.mark.requirement("PROD-12")
def test_comment_is_listed(pvm_owner: Caller) -> None:
    made = records.make(pvm_owner, "pvm.comment")
    listed = pages(pvm_owner, "pvm.comment.list", limit=256)
    expect_listed(listed, made["body"])


@pytest.mark.requirement("PROD-13")
def test_alternative_is_listed(pvm_owner: Caller) -> None:
    made = records.make(pvm_owner, "pvm.alternative")
    listed = pages(pvm_owner, "pvm.alternative.list", variant_id=made["variant_id"])
    expect_listed(listed, pvm_owner.world["other_variant_id"])


def create_comment(owner: Caller, size: int) -> str:
    """The id of a new comment of this many characters."""
    body = "conformance ".ljust(size, "x")
    return str(owner("pvm.comment.create", body=body).value("comment_id"))


@pytest.mark.requirement("PROD-66")
def test_report_of_comments_in_the_product_model_begins_with_the_largest(pvm_owner: Caller) -> None:
    created = {size: create_comment(pvm_owner, size) for size in SIZES}
    answer = pvm_owner("pvm.comment.report").accepted()
    report = json.dumps(answer.body)
    found = sorted((report.find(created[size]), size) for size in SIZES)
    if found[0][0] < 0:
        raise Inconclusive("pvm.comment.report: the largest comments are not shown by their ids")
    answer.expect(
        "the report goes from the largest comment down",
        holds=[size for _, size in found] == sorted(SIZES, reverse=True),
        expected="comments by falling size",
        observed=f"sizes {[size for _, size in found]}",
    )
