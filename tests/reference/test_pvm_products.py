"""Rules of styles, matrices and variants, of their codes and names, and of who may change them."""

from typing import Any

import pytest

from tests.reference.platform_client import Org, Platform, Record
from tests.reference.products import Catalogue, code, gtin

INVALID = (400, "invalid-input")
STATE = (409, "invalid-state")
ABSENT = (404, "not-found")
FORBIDDEN = (403, "forbidden")
ARABIC = "".join(chr(0x660 + int(digit)) for digit in "4006381333931")


@pytest.fixture(scope="module")
def variant(catalogue: Catalogue) -> Record:
    return catalogue.variant()


@pytest.fixture(scope="module")
def stranger(platform: Platform) -> Catalogue:
    org = platform.org()
    return Catalogue(platform, org, org.owner)


def as_member(catalogue: Catalogue, *roles: str) -> Catalogue:
    member = catalogue.platform.member(catalogue.org, *roles)
    return Catalogue(catalogue.platform, catalogue.org, member)


def picks(matrix: Record, *choices: int) -> list[Record]:
    """One option of each row of a matrix, by position."""
    rows = zip(matrix["matrix"], choices, strict=True)
    return [
        {"option_group_code": row["option_group_code"], "option_code": row["option_codes"][n]}
        for row, n in rows
    ]


def test_a_style_needs_suppliers_with_a_primary(catalogue: Catalogue) -> None:
    fields = {**catalogue.style_fields(), "code": code(), "caption": "S"}
    vendor = fields["vendors"][0]
    changes: list[Record] = [
        {"vendors": []},
        {"manufacturers": []},
        {"vendors": [{**vendor, "primary": False}]},
        {"vendors": [vendor, vendor]},
    ]
    for broken in changes:
        assert catalogue.refused("/style", **{**fields, **broken}) == INVALID
    other = {"vendor_id": catalogue.make("vendor")["vendor_id"], "primary": True}
    assert catalogue.refused("/style", **{**fields, "vendors": [vendor, other]}) == INVALID
    unknown = [{"vendor_id": "none", "primary": True}]
    assert catalogue.refused("/style", **{**fields, "vendors": unknown}) == ABSENT


def test_a_style_needs_a_category_that_is_not_doomed(
    catalogue: Catalogue, stranger: Catalogue
) -> None:
    fields = {**catalogue.style_fields(), "code": code(), "caption": "S"}
    foreign = stranger.category()["category_id"]
    assert catalogue.refused("/style", **{**fields, "category_id": foreign}) == ABSENT
    category = catalogue.get("/category/get", category_id=fields["category_id"])
    catalogue.move("category", category, "doomed")
    assert catalogue.refused("/style", **fields) == STATE


def test_a_brand_covers_the_suppliers_of_its_styles(catalogue: Catalogue) -> None:
    fields, brand = catalogue.style_fields(), catalogue.make("brand")
    sent = {**fields, "brand_id": brand["brand_id"], "code": code(), "caption": "S"}
    for side in ("vendor", "manufacturer"):
        assert catalogue.refused("/style", **sent) == (409, "brand-coverage")
        supplier_id = fields[f"{side}s"][0][f"{side}_id"]
        link = {"supplier_type": side, "supplier_id": supplier_id}
        brand = catalogue.change("/brand/link/add", "brand", brand, **link)
    style = catalogue.post("/style", **sent)
    assert style["brand_id"] == brand["brand_id"]
    vendors = [{"vendor_id": catalogue.make("vendor")["vendor_id"], "primary": True}]
    refused = catalogue.refused_change("/style/update", "style", style, vendors=vendors)
    assert refused == (409, "brand-coverage")


def test_styles_are_edited_and_listed_by_category(catalogue: Catalogue) -> None:
    style, category = catalogue.style(), catalogue.category()
    moved = catalogue.change(
        "/style/update", "style", style, category_id=category["category_id"], caption="New"
    )
    assert (moved["caption"], moved["vendors"]) == ("New", style["vendors"])
    listed = catalogue.get("/style", category_id=category["category_id"])["items"]
    assert [item["style_id"] for item in listed] == [style["style_id"]]
    active = catalogue.move("style", moved, "active")
    assert catalogue.refused_change("/style/update", "style", active, caption="x") == STATE


@pytest.mark.parametrize(
    ("economics", "accepted"),
    [
        ({"unit_cost": "1.50", "currency": "USD"}, True),
        ({"currency": "EUR", "fx": {"to_currency": "USD", "rate": "1.1"}}, True),
        ({"unit_cost": "1.50"}, False),
        ({"unit_cost": "1.50", "currency": "EUR"}, False),
        ({"currency": "EUR", "fx": {"to_currency": "GBP", "rate": "1.1"}}, False),
        ({"currency": "EUR", "fx": {"to_currency": "USD", "rate": "0.0"}}, False),
        ({"unit_cost": "-1", "currency": "USD"}, False),
        ({"list_price": 5, "currency": "USD"}, False),
    ],
)
def test_amounts_have_a_currency_and_a_way_home(
    catalogue: Catalogue, economics: Record, accepted: bool
) -> None:
    style = catalogue.style()
    answer = catalogue.ask(
        "/style/update",
        {"style_id": style["style_id"], "expected_revision": 1, "template_econ": economics},
    )
    assert answer.is_success is accepted
    assert not accepted or answer.json()["data"]["template_econ"] == economics


def test_matrices_name_options_that_exist(catalogue: Catalogue) -> None:
    matrix = catalogue.matrix()
    row = matrix["matrix"][0]
    for rows in (
        [],
        [row, row],
        [{**row, "option_codes": []}],
        [{**row, "option_codes": ["NONE"]}],
        [{**row, "option_group_code": "NONE"}],
    ):
        assert catalogue.refused("/ogm", code=code(), caption="M", matrix=rows) == INVALID


def test_clones_are_the_next_revisions_of_a_matrix(catalogue: Catalogue) -> None:
    matrix = catalogue.matrix()
    first = catalogue.post("/ogm/clone", ogm_id=matrix["ogm_id"])
    assert (first["ogm_rev"], first["code"], first["matrix"]) == (
        2,
        matrix["code"],
        matrix["matrix"],
    )
    narrower = [{**matrix["matrix"][0], "option_codes": matrix["matrix"][0]["option_codes"][:1]}]
    second = catalogue.post("/ogm/clone", ogm_id=matrix["ogm_id"], matrix=narrower)
    assert (second["ogm_rev"], second["cloned_from"]) == (3, matrix["ogm_id"])
    assert catalogue.get("/ogm/get", ogm_id=matrix["ogm_id"])["matrix"] == matrix["matrix"]


def test_variants_select_one_option_of_each_group(catalogue: Catalogue) -> None:
    matrix = catalogue.matrix(groups=2)
    style = catalogue.style(ogm_id=matrix["ogm_id"])
    chosen = picks(matrix, 0, 1)
    made = catalogue.variant(style, selections=chosen)
    assert (made["matrix_rev"], made["selections"]) == (1, chosen)
    sent = {"style_id": style["style_id"], "code": code(), "caption": "V"}
    for same in (chosen, chosen[::-1]):
        refused = catalogue.refused("/variant", **sent, selections=same)
        assert refused == (409, "duplicate-signature")
    outside = {**chosen[0], "option_code": "NONE"}
    for broken in ([], chosen[:1], [*chosen, chosen[0]], [outside, chosen[1]]):
        assert catalogue.refused("/variant", **sent, selections=broken) == INVALID
    catalogue.move("variant", made, "doomed")
    catalogue.variant(style, selections=chosen)


def test_variants_go_stale_with_the_matrix_of_their_style(catalogue: Catalogue) -> None:
    matrix = catalogue.matrix()
    style = catalogue.style(ogm_id=matrix["ogm_id"])
    variant = catalogue.variant(style, selections=picks(matrix, 0))
    clone = catalogue.post("/ogm/clone", ogm_id=matrix["ogm_id"])
    style = catalogue.change("/style/set_ogm", "style", style, ogm_id=clone["ogm_id"])
    assert style["ogm_rev"] == 2
    found = catalogue.get("/variant/get", variant_id=variant["variant_id"])
    assert (found["stale"], found["matrix_rev"], found["revision"]) == (True, 1, 2)
    renewed = catalogue.change("/variant/update", "variant", found, selections=picks(matrix, 1))
    assert (renewed["stale"], renewed["matrix_rev"]) == (False, 2)


def test_a_style_without_options_has_one_variant(catalogue: Catalogue, variant: Record) -> None:
    sent = {"style_id": variant["style_id"], "code": code(), "caption": "V"}
    assert catalogue.refused("/variant", **sent) == (409, "duplicate-signature")
    assert catalogue.refused("/variant", **{**sent, "style_id": "none"}) == ABSENT
    kept = catalogue.change("/variant/update", "variant", catalogue.variant(), caption="New")
    assert (kept["caption"], kept["selections"]) == ("New", [])


@pytest.mark.parametrize("length", [8, 12, 13, 14])
def test_barcodes_of_four_lengths(catalogue: Catalogue, variant: Record, length: int) -> None:
    number = gtin(length)
    assert catalogue.barcode(variant, barcode=number)["status"] == "active"
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    sent = {"variant_id": variant["variant_id"], "barcode": wrong}
    assert catalogue.refused("/barcode/add", **sent) == INVALID


@pytest.mark.parametrize("bad", ["", "4006381333", "400638133393A", ARABIC])
def test_barcodes_are_digits(catalogue: Catalogue, variant: Record, bad: str) -> None:
    sent = {"variant_id": variant["variant_id"], "barcode": bad}
    assert catalogue.refused("/barcode/add", **sent) == INVALID


def test_a_barcode_changes_hands_on_purpose_only(catalogue: Catalogue) -> None:
    holder, taker = catalogue.variant(), catalogue.variant()
    holder = catalogue.move("variant", holder, "active")
    barcode = catalogue.barcode(holder)
    sent = {"variant_id": taker["variant_id"], "barcode": barcode["barcode"]}
    reuse = {"allow_reuse": True, "reason": "range closed"}
    in_use = (409, "duplicate-barcode")
    assert catalogue.refused("/barcode/add", **sent) == in_use
    assert catalogue.refused("/barcode/add", **sent, **reuse) == in_use
    catalogue.move("variant", holder, "inactive")
    assert catalogue.refused("/barcode/add", **sent) == in_use
    assert catalogue.refused("/barcode/add", **sent, allow_reuse=True) == INVALID
    catalogue.post("/barcode/add", **sent, **reuse)
    found = catalogue.get("/barcode/resolve", barcode=barcode["barcode"])
    assert found["variant_id"] == taker["variant_id"]
    earlier = catalogue.get("/barcode/get", barcode_id=barcode["barcode_id"])
    assert earlier["status"] == "doomed"


def test_one_barcode_of_a_variant_is_primary(catalogue: Catalogue) -> None:
    variant = catalogue.variant()
    for _ in range(2):
        made = catalogue.barcode(variant)
        assert catalogue.change("/barcode/set_primary", "barcode", made)["primary"]
    items = catalogue.get("/barcode/list", variant_id=variant["variant_id"])["items"]
    assert [item["primary"] for item in items] == [False, True]
    idle = catalogue.move("barcode", catalogue.barcode(variant), "inactive")
    assert catalogue.refused_change("/barcode/set_primary", "barcode", idle) == STATE


def test_codes_are_resolved_within_the_org(
    catalogue: Catalogue, stranger: Catalogue, variant: Record
) -> None:
    number = catalogue.barcode(variant)["barcode"]
    assert stranger.refused_get("/barcode/resolve", barcode=number) == ABSENT
    assert stranger.barcode(stranger.variant(), barcode=number)["barcode"] == number
    named = {"identifier_type": "erp", "value": code()}
    catalogue.post("/identifier/add", variant_id=variant["variant_id"], **named)
    assert catalogue.get("/identifier/resolve", **named)["variant_id"] == variant["variant_id"]
    assert stranger.refused_get("/identifier/resolve", **named) == ABSENT


def test_identifiers_are_unique_until_doomed(catalogue: Catalogue) -> None:
    named = {"identifier_type": "erp", "value": code()}
    first = catalogue.variant(identifiers=[named])
    sent = {"variant_id": catalogue.variant()["variant_id"], **named}
    assert catalogue.refused("/identifier/add", **sent) == (409, "duplicate-identifier")
    listed = catalogue.get("/identifier/list", variant_id=first["variant_id"])["items"]
    catalogue.move("identifier", listed[0], "inactive", "doomed")
    catalogue.post("/identifier/add", **sent)
    assert catalogue.refused("/identifier/add", **{**sent, "identifier_type": "a b"}) == INVALID


def test_alternatives(catalogue: Catalogue, variant: Record) -> None:
    other = catalogue.variant()
    sent = {"variant_id": variant["variant_id"], "alternative_variant_id": other["variant_id"]}
    catalogue.post("/alternative/add", **sent)
    assert catalogue.refused("/alternative/add", **sent) == (409, "duplicate-alternative")
    itself = {**sent, "alternative_variant_id": variant["variant_id"]}
    assert catalogue.refused("/alternative/add", **itself) == INVALID
    items = catalogue.get("/alternative/list", variant_id=variant["variant_id"])["items"]
    assert [item["alternative_variant_id"] for item in items] == [other["variant_id"]]


def alias(noun: str, record: Record, **fields: Any) -> Record:
    return {
        "target_type": noun,
        "target_id": record[f"{noun}_id"],
        "expected_revision": record["revision"],
        **fields,
    }


def test_aliases_are_set_replaced_and_removed(catalogue: Catalogue) -> None:
    vendor, taken = catalogue.make("vendor"), code()
    for value in (code(), taken):
        vendor = catalogue.post("/alias/set", **alias("vendor", vendor, tag="erp", value=value))
    assert vendor["aliases"] == [{"tag": "erp", "value": taken}]
    season = catalogue.make("season")
    same = alias("season", season, tag="erp", value=taken)
    assert catalogue.refused("/alias/set", **same) == (409, "duplicate-alias")
    named = {"target_type": "vendor", "target_id": vendor["vendor_id"]}
    assert catalogue.get("/alias/list", **named)["items"] == vendor["aliases"]
    vendor = catalogue.post("/alias/remove", **alias("vendor", vendor, tag="erp"))
    assert vendor["aliases"] == []
    catalogue.post("/alias/set", **same)
    gone = alias("vendor", vendor, tag="erp")
    assert catalogue.refused("/alias/remove", **gone) == ABSENT
    active = catalogue.move("vendor", vendor, "active")
    late = alias("vendor", active, tag="erp", value=code())
    assert catalogue.refused("/alias/set", **late) == STATE


def test_aliases_have_a_form_and_a_limit(catalogue: Catalogue) -> None:
    aliases = [{"tag": f"t{n}", "value": code()} for n in range(16)]
    full = catalogue.make("division", aliases=aliases)
    more = alias("division", full, tag="t16", value=code())
    assert catalogue.refused("/alias/set", **more) == INVALID
    listed = catalogue.get("/alias/list", target_type="division", target_id=full["division_id"])
    assert (listed["items"], bool(listed["next_token"])) == (aliases[:8], True)
    season = catalogue.make("season")
    for tag, value in (("", "v"), ("a" * 25, "v"), ("a b", "v"), ("a", ""), ("a", "v" * 97)):
        broken = alias("season", season, tag=tag, value=value)
        assert catalogue.refused("/alias/set", **broken) == INVALID


def test_comments(catalogue: Catalogue, variant: Record, stranger: Catalogue) -> None:
    target = {"target_type": "variant", "target_id": variant["variant_id"]}
    assert stranger.refused("/comment", **target, caption="Note", body="hello") == ABSENT
    viewer = as_member(catalogue, "pvm_view")
    small = viewer.post("/comment", **target, caption="Note", body="é")
    large = catalogue.post("/comment", **target, caption="Note", body="A long one")
    assert (small["size"], small["status"]) == (6, "active")
    assert len(catalogue.get("/comment/list", **target)["items"]) == 2
    report = catalogue.get("/comment/report", top=1)["items"]
    assert [item["comment_id"] for item in report] == [large["comment_id"]]
    denied = viewer.refused_change("/comment/status", "comment", large, status="archive")
    assert denied == FORBIDDEN
    viewer.move("comment", small, "archive", "doomed")
    assert len(catalogue.get("/comment/list", **target)["items"]) == 1


def test_roles_divide_products_and_suppliers(catalogue: Catalogue) -> None:
    vendor = {"code": code(), "caption": "V"}
    for roles, views, edits, supplies in (
        ((), False, False, False),
        (("pvm_view",), True, False, False),
        (("pma",), True, True, False),
        (("vca",), True, False, True),
        (("pvv", "pvm_edit", "pvm_supplier_admin"), True, True, True),
    ):
        member = as_member(catalogue, *roles)
        assert member.ask("/vendor", method="GET").is_success is views
        season = {"code": code(), "caption": "S"}
        assert member.ask("/season", season).is_success is edits
        assert member.ask("/vendor", {**vendor, "code": code()}).is_success is supplies


def test_aliases_of_suppliers_belong_to_their_administrators(catalogue: Catalogue) -> None:
    modeller = as_member(catalogue, "pvm_edit")
    for noun, allowed in (("vendor", False), ("season", True)):
        sent = alias(noun, catalogue.make(noun), tag="erp", value=code())
        assert modeller.ask("/alias/set", sent).is_success is allowed


def test_keys_pass_by_role(platform: Platform, org: Org) -> None:
    body = {"code": code(), "caption": "S"}
    for role, accepted in (("pvm_edit", True), ("pvm_view", False), ("owner", True)):
        body["code"] = code()
        key = platform.key(org, role)
        answer = platform.post("/pvm/season", body, x_api_key=key, x_orgcode=org.code)
        assert answer.is_success is accepted


def test_records_of_another_org_are_not_found(
    catalogue: Catalogue, stranger: Catalogue, variant: Record
) -> None:
    foreign = {"variant_id": variant["variant_id"]}
    assert stranger.refused_get("/variant/get", **foreign) == ABSENT
    assert stranger.refused_get("/barcode/list", **foreign) == ABSENT
    assert stranger.refused_change("/variant/status", "variant", variant, status="doomed") == ABSENT
    named = alias("variant", variant, tag="erp", value=code())
    assert stranger.refused("/alias/set", **named) == ABSENT
    assert catalogue.get("/variant/get", **foreign)["variant_id"] == variant["variant_id"]
