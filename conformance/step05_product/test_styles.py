"""Step 5: what a style needs: its category, its suppliers, its brand, its currency."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import pytest

from fixtures import Caller, Inconclusive, require_telling, without
from fixtures.context import records
from fixtures.context.apart import absent_id
from fixtures.formats.json_values import leaves
from fixtures.formats.money import decimal_of
from fixtures.probes.indistinguishability import expect_same
from fixtures.services.pvm.actions import SIDES, create_linked_brand, move
from fixtures.services.pvm.context import Catalog

CREATE: Final = "pvm.style.create"
# An organisation has one currency, which no page lets one read: one of these is looked for.
CURRENCIES: Final = ("USD", "EUR", "GBP", "CAD", "AUD")
AMOUNT: Final = "12.34"


@pytest.fixture
def stylist(pvm_owner: Caller) -> Caller:
    """The owner, whose style was accepted."""
    pvm_owner(CREATE).accepted()
    return pvm_owner


@pytest.mark.requirement("PROD-23")
def test_style_without_category_is_refused(stylist: Caller) -> None:
    stylist(CREATE, without("category_id")).refused()


@pytest.mark.requirement("PROD-24")
def test_style_of_a_category_that_does_not_exist_is_refused(stylist: Caller) -> None:
    absent = absent_id(stylist.world, stylist.world["category_id"])
    stylist(CREATE, category_id=absent).refused()


@pytest.mark.requirement("PROD-24")
def test_style_of_another_taxonomy_record_is_refused(stylist: Caller) -> None:
    require_telling(str(stylist.world["department_id"]))
    stylist(CREATE, category_id=stylist.world["department_id"]).refused()


@pytest.mark.requirement("PROD-24")
def test_style_of_a_doomed_category_is_refused(stylist: Caller) -> None:
    category = records.make(stylist, "pvm.category")
    stylist(CREATE, category_id=category["category_id"]).accepted()
    move(stylist, "pvm.category", category, "doomed")
    stylist(CREATE, category_id=category["category_id"]).refused()


@pytest.mark.requirement("PROD-25")
@pytest.mark.parametrize("side", SIDES)
def test_style_without_a_supplier_of_a_side_is_refused(stylist: Caller, side: str) -> None:
    stylist(CREATE, without(f"{side}_id", f"{side}_primary")).refused()


@pytest.mark.requirement("PROD-26")
@pytest.mark.parametrize("side", SIDES)
def test_style_without_a_primary_supplier_of_a_side_is_refused(stylist: Caller, side: str) -> None:
    stylist(CREATE, **{f"{side}_primary": False}).refused()


@pytest.mark.requirement("PROD-27")
def test_style_of_a_brand_that_covers_its_suppliers_is_accepted(stylist: Caller) -> None:
    brand = create_linked_brand(stylist, SIDES)
    stylist(CREATE, brand_id=brand["brand_id"]).accepted()


@pytest.mark.requirement("PROD-27")
@pytest.mark.parametrize(
    "sides",
    [(), ("vendor",), ("manufacturer",)],
    ids=["no-link", "vendor", "manufacturer"],
)
def test_style_of_a_brand_that_does_not_cover_its_suppliers_is_refused(
    stylist: Caller, sides: tuple[str, ...]
) -> None:
    brand = create_linked_brand(stylist, sides)
    stylist(CREATE, brand_id=brand["brand_id"]).refused()


@pytest.fixture
def home_currency(stylist: Caller) -> str:
    """The currency in which the organisation takes amounts without a rate."""
    for currency in CURRENCIES:
        answer = stylist(CREATE, template_econ=economics(currency=currency))
        if answer.ok:
            if all(decimal_of(leaf) != Decimal(AMOUNT) for leaf in leaves(answer.body)):
                raise Inconclusive(f"{CREATE}: the amount that was sent is not shown", cause=CREATE)
            return currency
    raise Inconclusive(f"{CREATE}: no currency is taken ({answer.sketch})", cause=CREATE)


def economics(**more: Any) -> Mapping[str, Any]:
    """A template economics block with one amount."""
    return {"list_price": AMOUNT, **more}


@pytest.mark.requirement("PROD-28")
@pytest.mark.usefixtures("home_currency")
def test_amount_without_currency_is_refused(stylist: Caller) -> None:
    stylist(CREATE, template_econ=economics()).refused()


@pytest.mark.requirement("PROD-29")
def test_amount_in_a_foreign_currency_needs_a_rate(stylist: Caller, home_currency: str) -> None:
    foreign = next(each for each in CURRENCIES if each != home_currency)
    stylist(CREATE, template_econ=economics(currency=foreign)).refused()


@pytest.mark.requirement("PROD-29")
def test_amount_in_a_foreign_currency_is_taken_with_a_rate(
    stylist: Caller, home_currency: str
) -> None:
    foreign = next(each for each in CURRENCIES if each != home_currency)
    rate = {"to_currency": home_currency, "rate": "1.25"}
    answer = stylist(CREATE, template_econ=economics(currency=foreign, fx=rate))
    # What `fx` holds is our deduction.
    answer.expect(
        "an amount in another currency is taken with a rate",
        holds=answer.ok,
        expected="success (2xx)",
        inferred=True,
    )


@pytest.mark.requirement("PROD-29")
def test_rate_that_does_not_lead_to_the_home_currency_is_refused(
    stylist: Caller, home_currency: str
) -> None:
    foreign, third = [each for each in CURRENCIES if each != home_currency][:2]
    rate = {"to_currency": home_currency, "rate": "1.25"}
    # Only a platform that takes a rate as we write it can refuse one for where it leads.
    if not (taken := stylist(CREATE, template_econ=economics(currency=foreign, fx=rate))).ok:
        raise Inconclusive(f"{CREATE}: no rate is taken ({taken.sketch})", cause=CREATE)
    rate = {"to_currency": third, "rate": "1.25"}
    answer = stylist(CREATE, template_econ=economics(currency=foreign, fx=rate))
    answer.refused(inferred=True)


# --- other organisations ---


@pytest.mark.every
@pytest.mark.requirement("PROD-71")
@pytest.mark.parametrize("part", ["category_id", "vendor_id", "manufacturer_id", "ogm_id"])
def test_style_is_not_built_from_another_organisations_records(
    stylist: Caller, foreign_catalog: Catalog, part: str
) -> None:
    absent, foreign = str(stylist.world.fresh("guid")), str(getattr(foreign_catalog, part))
    require_telling(foreign)
    expect_same(
        lambda: stylist(CREATE, **{part: foreign}),
        lambda: stylist(CREATE, **{part: absent}),
        echoes=[absent, foreign],
        rule="another organisation's record is answered as one that does not exist",
    )
