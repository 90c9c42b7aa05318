"""Step 10: prices that cannot be, one wrong thing a request: refused, and nothing is made of it.

No page gives the grammar of money or of currencies, so most of this is advice.
"""

from typing import Final

import pytest

from conformance.contract import RECORDS
from conformance.contract.errors import Tag
from conformance.contract.paging import LARGEST_LIMIT
from fixtures import Caller, pages, read_all
from fixtures.context import records
from fixtures.services.ppm import actions as ppm

REVISE, LIST = "ppm.price.revise", "ppm.price.list"
UNKNOWN_CODE: Final = "PRICING.CONFORMANCE_UNKNOWN"


def expect_each_refused(
    ppm_owner: Caller, *wrong: dict[str, str], status: int | None = 400
) -> None:
    """Expect that prices are refused, each of which differs from an accepted one in this alone.

    All of them are about one SKU, so that an entry that was made of one is found.
    """
    sku = ppm.fresh_code(ppm_owner)
    ppm.create_draft(ppm_owner, sku=sku)
    for terms in wrong:
        answer = ppm_owner(ppm.SET, **{"sku": sku, **terms})
        answer.refused(status, Tag.INVALID_INPUT)
    walk = pages(ppm_owner, LIST, listed_sku=sku, limit=LARGEST_LIMIT)
    made = read_all(walk, "item_sku").count(sku)
    walk[-1].expect(
        "a refused price makes no entry",
        holds=made <= 1,
        expected="the entry that was there",
        observed=f"{made} entries",
        uses=("items", "item_sku"),
        inferred=True,
    )


@pytest.mark.requirement("PRICE-30")
def test_amount_with_too_many_decimals_is_refused(ppm_owner: Caller) -> None:
    amounts = {"USD": "10.001", "JPY": "10.5", "KWD": "10.0001"}
    wrong = [{"amount": amount, "currency": code} for code, amount in amounts.items()]
    expect_each_refused(ppm_owner, *wrong)


@pytest.mark.requirement("PRICE-31")
def test_amount_below_zero_is_refused(ppm_owner: Caller) -> None:
    expect_each_refused(ppm_owner, {"amount": "-1.00"})


@pytest.mark.requirement("PRICE-31")
def test_amount_that_is_no_number_is_refused(ppm_owner: Caller) -> None:
    expect_each_refused(ppm_owner, *({"amount": text} for text in ("1,00", "NaN", "1e3", "")))


@pytest.mark.requirement("PRICE-32")
def test_currency_that_does_not_exist_is_refused(ppm_owner: Caller) -> None:
    expect_each_refused(ppm_owner, *({"currency": text} for text in ("XQZ", "dollar", "840")))


@pytest.mark.requirement("PRICE-33")
def test_unknown_reason_code_of_a_price_is_refused(ppm_owner: Caller) -> None:
    expect_each_refused(ppm_owner, {"reason_code": UNKNOWN_CODE}, status=None)


@pytest.mark.requirement("PRICE-33")
@pytest.mark.parametrize("operation", ["ppm.coupon.create", "ppm.list.set"])
def test_unknown_reason_of_a_price_is_refused(ppm_owner: Caller, operation: str) -> None:
    ppm_owner(operation).accepted()
    ppm_owner(operation, reason_code=UNKNOWN_CODE).refused(None, Tag.INVALID_INPUT)


@pytest.mark.requirement("PRICE-34")
@pytest.mark.parametrize(
    "wrong",
    [{"amount": "-1.00"}, {"currency": "XQZ"}, {"reason_code": UNKNOWN_CODE}],
    ids=["amount", "currency", "reason_code"],
)
def test_refused_terms_leave_an_entry_as_it_was(ppm_owner: Caller, wrong: dict[str, str]) -> None:
    price = ppm.create_draft(ppm_owner, amount="10.00")
    right = ppm_owner(REVISE, **{**price, "amount": "11.00"}).accepted()
    current = {**price, "expected_revision": right.optional("revision")}
    ppm_owner(REVISE, **{**current, "amount": "12.00", **wrong}).refused()
    shown = records.read(ppm_owner, RECORDS["ppm.price"], price)
    ppm.expect_amount(shown, "the entry has the terms that it had", "11.00")
