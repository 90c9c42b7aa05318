"""Step 10: prices that cannot be, one wrong thing a request: refused, and nothing is made of it.

No page gives the grammar of money or of currencies, so most of this is advice.
"""

from typing import Final

import pytest

from conformance.contract import RECORDS
from conformance.contract.paging import LARGEST_LIMIT
from fixtures.context import records
from fixtures.exchange.request import AS_PROVEN
from fixtures.run.client import Caller
from fixtures.run.paging import pages, read_all
from fixtures.services.ppm import actions as ppm

REVISE, LIST = "ppm.price.revise", "ppm.price.list"
UNKNOWN_CODE: Final = "PRICING.CONFORMANCE_UNKNOWN"


def each_refused(pricer: Caller, *wrong: dict[str, str], status: int | None = 400) -> None:
    """Expect that prices are refused, each of which differs from an accepted one in this alone.

    All of them are about one SKU, so that an entry that was made of one is found.
    """
    sku = ppm.fresh_code(pricer)
    ppm.draft(pricer, sku=sku)
    for terms in wrong:
        answer = pricer(ppm.SET, AS_PROVEN, **{"sku": sku, **terms})
        answer.refused(status, "invalid-input")
    walk = pages(pricer, LIST, listed_sku=sku, limit=LARGEST_LIMIT)
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
def test_amount_with_too_many_decimals_is_refused(pricer: Caller) -> None:
    amounts = {"USD": "10.001", "JPY": "10.5", "KWD": "10.0001"}
    wrong = [{"amount": amount, "currency": code} for code, amount in amounts.items()]
    each_refused(pricer, *wrong)


@pytest.mark.requirement("PRICE-31")
def test_amount_below_zero_is_refused(pricer: Caller) -> None:
    each_refused(pricer, {"amount": "-1.00"})


@pytest.mark.requirement("PRICE-31")
def test_amount_that_is_no_number_is_refused(pricer: Caller) -> None:
    each_refused(pricer, *({"amount": text} for text in ("1,00", "NaN", "1e3", "")))


@pytest.mark.requirement("PRICE-32")
def test_currency_that_does_not_exist_is_refused(pricer: Caller) -> None:
    each_refused(pricer, *({"currency": text} for text in ("XQZ", "dollar", "840")))


@pytest.mark.requirement("PRICE-33")
def test_unknown_reason_code_of_a_price_is_refused(pricer: Caller) -> None:
    each_refused(pricer, {"reason_code": UNKNOWN_CODE}, status=None)


@pytest.mark.requirement("PRICE-33")
@pytest.mark.parametrize("operation", ["ppm.coupon.create", "ppm.list.set"])
def test_unknown_reason_of_a_price_is_refused(pricer: Caller, operation: str) -> None:
    pricer(operation).accepted()
    pricer(operation, AS_PROVEN, reason_code=UNKNOWN_CODE).refused(None, "invalid-input")


@pytest.mark.requirement("PRICE-34")
@pytest.mark.parametrize(
    "wrong",
    [{"amount": "-1.00"}, {"currency": "XQZ"}, {"reason_code": UNKNOWN_CODE}],
    ids=["amount", "currency", "reason_code"],
)
def test_refused_terms_leave_an_entry_as_it_was(pricer: Caller, wrong: dict[str, str]) -> None:
    price = ppm.draft(pricer, amount="10.00")
    right = pricer(REVISE, AS_PROVEN, **{**price, "amount": "11.00"}).accepted()
    current = {**price, "expected_revision": right.optional("revision")}
    pricer(REVISE, AS_PROVEN, **{**current, "amount": "12.00", **wrong}).refused()
    shown = records.read(pricer, RECORDS["ppm.price"], price)
    ppm.expect_amount(shown, "the entry has the terms that it had", "11.00")
