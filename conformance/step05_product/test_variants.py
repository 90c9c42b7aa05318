"""Step 5: variants and the option matrix (OGM) that says which of them there may be."""

from typing import Final

import pytest

from fixtures.context import records
from fixtures.context.records import Values
from fixtures.run.client import Caller
from fixtures.services.pvm.actions import expect_unchanged, moved, names, read

CREATE: Final = "pvm.variant.create"


@pytest.fixture
def variant(merchant: Caller) -> Values:
    """A variant of a style of its own, by the first option."""
    return records.make(merchant, "pvm.variant")


def again(caller: Caller, variant: Values) -> Values:
    """What creates a variant of the same style, with a code of its own."""
    return {"style_id": variant["style_id"], "code": caller.world.fresh("pvm_code")}


@pytest.mark.requirement("PROD-31")
def test_signature_of_a_live_variant_is_refused(merchant: Caller, variant: Values) -> None:
    other = {**again(merchant, variant), "option_code": merchant.world["other_option_code"]}
    merchant(CREATE, **other).accepted()
    merchant(CREATE, **again(merchant, variant)).refused()


@pytest.mark.requirement("PROD-31")
def test_signature_of_an_active_variant_is_refused(merchant: Caller, variant: Values) -> None:
    moved(merchant, "pvm.variant", variant, "active")
    merchant(CREATE, **again(merchant, variant)).refused()


@pytest.mark.requirement("PROD-32")
def test_signature_of_a_doomed_variant_is_free_again(merchant: Caller, variant: Values) -> None:
    merchant(CREATE, **again(merchant, variant)).refused()
    moved(merchant, "pvm.variant", variant, "doomed")
    merchant(CREATE, **again(merchant, variant)).accepted()


@pytest.mark.requirement("PROD-32")
def test_two_styles_have_variants_of_one_signature(merchant: Caller, variant: Values) -> None:
    style = records.make(merchant, "pvm.style")["style_id"]
    merchant(CREATE, **{**again(merchant, variant), "style_id": style}).accepted()


@pytest.mark.requirement("PROD-33")
def test_option_that_does_not_exist_is_refused(merchant: Caller, variant: Values) -> None:
    values = again(merchant, variant)
    merchant(CREATE, **values, option_code=merchant.world.fresh("pvm_code")).refused()


@pytest.mark.requirement("PROD-33")
def test_option_that_the_matrix_leaves_out_is_refused(merchant: Caller, variant: Values) -> None:
    option = records.make(merchant, "pvm.option")["code"]
    merchant(CREATE, **again(merchant, variant), option_code=option).refused()


@pytest.mark.requirement("PROD-34")
@pytest.mark.usefixtures("variant")
@pytest.mark.parametrize("instead", ["absent-id", "category"])
def test_variant_of_no_style_is_refused(merchant: Caller, instead: str) -> None:
    world = merchant.world
    style = world.fresh("guid") if instead == "absent-id" else world["category_id"]
    merchant(CREATE, style_id=style).refused()


def cloned(caller: Caller, ogm: str) -> str:
    """The id of a new clone of an OGM."""
    return str(caller("pvm.ogm.clone", ogm_id=ogm).value("ogm_id"))


@pytest.mark.requirement("PROD-35")
def test_clone_of_an_ogm_is_a_record_of_its_own(merchant: Caller) -> None:
    made = records.make(merchant, "pvm.ogm")["ogm_id"]
    answer = merchant("pvm.ogm.clone", ogm_id=made)
    answer.expect(
        "a clone has an id of its own",
        holds=answer.value("ogm_id") != made,
        expected="another id than that of the OGM that was cloned",
        observed="the same id",
        uses=("ogm_id",),
    )


@pytest.mark.requirement("PROD-35")
def test_ogm_that_was_cloned_stays_as_it_was(merchant: Caller) -> None:
    made = records.make(merchant, "pvm.ogm")
    before = read(merchant, "pvm.ogm", made)
    cloned(merchant, str(made["ogm_id"]))
    expect_unchanged(before, read(merchant, "pvm.ogm", made))


@pytest.mark.requirement("PROD-36")
@pytest.mark.parametrize("switched", [False, True], ids=["as-made", "after-the-switch"])
def test_variant_is_stale_when_its_matrix_is_not_that_of_its_style(
    merchant: Caller, variant: Values, switched: bool
) -> None:
    style = {"style_id": variant["style_id"]}
    if switched:
        ogm = cloned(merchant, str(merchant.world["ogm_id"]))
        style["expected_revision"] = read(merchant, "pvm.style", style).value("revision")
        merchant("pvm.style.set_ogm", **names("pvm.style", style), ogm_id=ogm).accepted()
    current = read(merchant, "pvm.style", style).value("ogm_rev")
    answer = read(merchant, "pvm.variant", variant)
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
def test_matrix_over_what_does_not_exist_is_refused(merchant: Caller, field: str) -> None:
    merchant("pvm.ogm.create").accepted()
    unknown: object = merchant.world.fresh("pvm_code")
    values: Values = {field: [unknown] if field == "option_codes" else unknown}
    merchant("pvm.ogm.create", **values).refused()


# --- two groups ---


@pytest.fixture
def picks(merchant: Caller) -> list[dict[str, str]]:
    """One option of each of two groups, of which the first is the catalog's."""
    world = merchant.world
    group = records.make(merchant, "pvm.option_group")
    inside = merchant.within(world.extended(option_group_id=group["option_group_id"]))
    option = records.make(inside, "pvm.option")
    return [
        {"group_code": world["group_code"], "option_code": world["option_code"]},
        {"group_code": group["code"], "option_code": option["code"]},
    ]


@pytest.fixture
def crossed(merchant: Caller, picks: list[dict[str, str]]) -> Caller:
    """The owner at work on a style whose OGM is over the two groups."""
    merchant("pvm.ogm.create").accepted()
    matrix = [{**pick, "option_codes": [pick["option_code"]]} for pick in picks]
    ogm = merchant("pvm.ogm.create", merchant.lines("pvm.ogm.create", *matrix)).value("ogm_id")
    there = merchant.within(merchant.world.extended(ogm_id=ogm))
    style = records.make(there, "pvm.style")["style_id"]
    return there.within(there.world.extended(style_id=style))


@pytest.mark.requirement("PROD-69")
@pytest.mark.usefixtures("variant")
def test_variant_that_leaves_a_group_out_is_refused(
    crossed: Caller, picks: list[dict[str, str]]
) -> None:
    for left in picks:
        crossed(CREATE, crossed.lines(CREATE, left)).refused()
    crossed(CREATE, crossed.lines(CREATE, *picks)).accepted()


@pytest.mark.requirement("PROD-69")
@pytest.mark.usefixtures("variant")
def test_signature_does_not_depend_on_the_order_of_picks(
    crossed: Caller, picks: list[dict[str, str]]
) -> None:
    crossed(CREATE, crossed.lines(CREATE, *picks)).accepted()
    crossed(CREATE, crossed.lines(CREATE, *picks[::-1])).refused()
