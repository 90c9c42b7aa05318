"""Step 5: variants and the option matrix (OGM) that says which of them there may be."""

from typing import Final

import pytest

from conformance.contract import RECORDS
from conformance.contract.errors import Tag
from fixtures import Caller, Values
from fixtures.context import records
from fixtures.probes.sameness import expect_unchanged, settled_content
from fixtures.services.pvm.actions import move, names, read

CREATE: Final = "pvm.variant.create"


@pytest.fixture
def variant(pvm_owner: Caller) -> Values:
    """A new variant, by the first option, of a new style."""
    return records.make(pvm_owner, "pvm.variant")


@pytest.mark.requirement("PROD-73")
def test_variant_is_read_by_its_style_and_its_id(pvm_owner: Caller, variant: Values) -> None:
    kind = RECORDS["pvm.variant"]
    names = {name: variant[name] for name in ("variant_id", "style_id")}
    pvm_owner(str(kind.read), **names).accepted().shows("variant_id", variant["variant_id"])


@pytest.mark.requirement("PROD-74")
def test_variant_is_not_read_by_another_style(pvm_owner: Caller, variant: Values) -> None:
    kind = RECORDS["pvm.variant"]
    names = {name: variant[name] for name in ("variant_id", "style_id")}
    pvm_owner(str(kind.read), **names).accepted()
    other = records.make(pvm_owner, "pvm.style")["style_id"]
    pvm_owner(str(kind.read), **{**names, "style_id": other}).refused(404, Tag.NOT_FOUND)


def same_signature(caller: Caller, variant: Values) -> Values:
    """What creates another variant of the same style by the same option."""
    return {"style_id": variant["style_id"], "code": caller.world.fresh("pvm_code")}


@pytest.mark.requirement("PROD-31")
def test_signature_of_a_live_variant_is_refused(pvm_owner: Caller, variant: Values) -> None:
    other = {
        **same_signature(pvm_owner, variant),
        "option_code": pvm_owner.world["other_option_code"],
    }
    pvm_owner(CREATE, **other).accepted()
    pvm_owner(CREATE, **same_signature(pvm_owner, variant)).refused()


@pytest.mark.requirement("PROD-31")
def test_signature_of_an_active_variant_is_refused(pvm_owner: Caller, variant: Values) -> None:
    move(pvm_owner, "pvm.variant", variant, "active")
    pvm_owner(CREATE, **same_signature(pvm_owner, variant)).refused()


@pytest.mark.requirement("PROD-32")
def test_signature_of_a_doomed_variant_is_free_again(pvm_owner: Caller, variant: Values) -> None:
    pvm_owner(CREATE, **same_signature(pvm_owner, variant)).refused()
    move(pvm_owner, "pvm.variant", variant, "doomed")
    pvm_owner(CREATE, **same_signature(pvm_owner, variant)).accepted()


@pytest.mark.requirement("PROD-32")
def test_two_styles_have_variants_of_one_signature(pvm_owner: Caller, variant: Values) -> None:
    style = records.make(pvm_owner, "pvm.style")["style_id"]
    pvm_owner(CREATE, **{**same_signature(pvm_owner, variant), "style_id": style}).accepted()


@pytest.mark.requirement("PROD-33")
def test_option_that_does_not_exist_is_refused(pvm_owner: Caller, variant: Values) -> None:
    values = same_signature(pvm_owner, variant)
    pvm_owner(CREATE, **values, option_code=pvm_owner.world.fresh("pvm_code")).refused()


@pytest.mark.requirement("PROD-33")
def test_option_that_the_matrix_leaves_out_is_refused(pvm_owner: Caller, variant: Values) -> None:
    option = records.make(pvm_owner, "pvm.option")["code"]
    pvm_owner(CREATE, **same_signature(pvm_owner, variant), option_code=option).refused()


@pytest.mark.requirement("PROD-34")
@pytest.mark.usefixtures("variant")
@pytest.mark.parametrize("instead", ["absent-id", "category"])
def test_variant_of_no_style_is_refused(pvm_owner: Caller, instead: str) -> None:
    world = pvm_owner.world
    style = world.fresh("guid") if instead == "absent-id" else world["category_id"]
    pvm_owner(CREATE, style_id=style).refused()


def clone(caller: Caller, ogm: str) -> str:
    """The id of a new clone of an OGM."""
    return str(caller("pvm.ogm.clone", ogm_id=ogm).value("ogm_id"))


@pytest.mark.requirement("PROD-35")
def test_clone_of_an_ogm_is_a_record_of_its_own(pvm_owner: Caller) -> None:
    made = records.make(pvm_owner, "pvm.ogm")["ogm_id"]
    answer = pvm_owner("pvm.ogm.clone", ogm_id=made)
    answer.expect(
        "a clone has an id of its own",
        holds=answer.value("ogm_id") != made,
        expected="another id than that of the OGM that was cloned",
        observed="the same id",
        uses=("ogm_id",),
    )


@pytest.mark.requirement("PROD-35")
def test_ogm_that_was_cloned_stays_as_it_was(pvm_owner: Caller) -> None:
    made = records.make(pvm_owner, "pvm.ogm")
    before = settled_content(lambda: read(pvm_owner, "pvm.ogm", made))
    clone(pvm_owner, str(made["ogm_id"]))
    expect_unchanged(before, read(pvm_owner, "pvm.ogm", made), "a clone leaves the OGM as it was")


@pytest.mark.requirement("PROD-36")
@pytest.mark.parametrize("switched", [False, True], ids=["as-made", "after-the-switch"])
def test_variant_is_stale_when_its_matrix_is_not_that_of_its_style(
    pvm_owner: Caller, variant: Values, switched: bool
) -> None:
    style = {"style_id": variant["style_id"]}
    if switched:
        ogm = clone(pvm_owner, str(pvm_owner.world["ogm_id"]))
        style["expected_revision"] = read(pvm_owner, "pvm.style", style).value("revision")
        pvm_owner("pvm.style.set_ogm", **names("pvm.style", style), ogm_id=ogm).accepted()
    current = read(pvm_owner, "pvm.style", style).value("ogm_rev")
    answer = read(pvm_owner, "pvm.variant", variant)
    own, stale = answer.value("matrix_rev"), answer.optional("stale")
    answer.expect(
        "a variant is stale when its matrix_rev differs from the ogm_rev of its style",
        holds=(own != current) is switched and stale in (None, switched),
        expected="stale" if switched else "not stale",
        observed=f"matrix_rev {own} of {current}, stale {stale}",
        uses=("matrix_rev", "stale"),
    )


@pytest.mark.requirement("PROD-68")
@pytest.mark.parametrize("field", ["group_code", "option_codes"])
def test_matrix_over_what_does_not_exist_is_refused(pvm_owner: Caller, field: str) -> None:
    pvm_owner("pvm.ogm.create").accepted()
    unknown: object = pvm_owner.world.fresh("pvm_code")
    values: Values = {field: [unknown] if field == "option_codes" else unknown}
    pvm_owner("pvm.ogm.create", **values).refused()


# --- two groups ---


@pytest.fixture
def choices(pvm_owner: Caller) -> list[dict[str, str]]:
    """One option of each of two groups, of which the first is the catalog's."""
    world = pvm_owner.world
    group = records.make(pvm_owner, "pvm.option_group")
    inside = pvm_owner.within(world.extended(option_group_id=group["option_group_id"]))
    option = records.make(inside, "pvm.option")
    return [
        {"group_code": world["group_code"], "option_code": world["option_code"]},
        {"group_code": group["code"], "option_code": option["code"]},
    ]


@pytest.fixture
def two_groups(pvm_owner: Caller, choices: list[dict[str, str]]) -> Caller:
    """The owner, in context of a style whose OGM spans the two groups."""
    pvm_owner("pvm.ogm.create").accepted()
    matrix = [{**choice, "option_codes": [choice["option_code"]]} for choice in choices]
    ogm = pvm_owner("pvm.ogm.create", pvm_owner.lines("pvm.ogm.create", *matrix)).value("ogm_id")
    there = pvm_owner.knowing(ogm_id=ogm)
    style = records.make(there, "pvm.style")["style_id"]
    return there.knowing(style_id=style)


@pytest.mark.requirement("PROD-69")
@pytest.mark.usefixtures("variant")
def test_variant_that_leaves_a_group_out_is_refused(
    two_groups: Caller, choices: list[dict[str, str]]
) -> None:
    for left in choices:
        two_groups(CREATE, two_groups.lines(CREATE, left)).refused()
    two_groups(CREATE, two_groups.lines(CREATE, *choices)).accepted()


@pytest.mark.requirement("PROD-69")
@pytest.mark.usefixtures("variant")
def test_signature_does_not_depend_on_the_order_of_picks(
    two_groups: Caller, choices: list[dict[str, str]]
) -> None:
    two_groups(CREATE, two_groups.lines(CREATE, *choices)).accepted()
    two_groups(CREATE, two_groups.lines(CREATE, *choices[::-1])).refused()
