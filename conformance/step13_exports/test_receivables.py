"""Step 13: questions about receivables that every organisation can ask, whatever it has sold."""

from decimal import Decimal
from typing import Final

import pytest

from fixtures import Caller
from fixtures.services.accounting.actions import expect_text_amount, text_amount

NOTHING: Final = Decimal(0)


@pytest.mark.requirement("EXIT-40")
def test_aging_report_is_by_age(accounting_owner: Caller) -> None:
    answer = accounting_owner("accounting.ar.aging_report")
    buckets = answer.value("buckets")
    amounts = buckets.values() if isinstance(buckets, dict) else []
    answer.expect(
        "the report has an amount for each age",
        holds=bool(amounts) and all(text_amount(each) is not None for each in amounts),
        expected="decimal amounts",
        observed=str(buckets),
        uses=("buckets",),
        inferred=True,
    )


@pytest.mark.requirement("EXIT-41")
def test_customer_without_invoices_owes_nothing(accounting_owner: Caller) -> None:
    answer = accounting_owner("accounting.ar.balance")
    rule = "the balance of a customer without invoices is zero"
    expect_text_amount(answer, "balance", NOTHING, rule, inferred=True)


@pytest.mark.requirement("EXIT-42")
def test_holds_of_a_customer_are_told(accounting_owner: Caller) -> None:
    accounting_owner("accounting.ar.credit_hold_check").accepted()


@pytest.mark.requirement("EXIT-43")
def test_statement_of_a_customer_without_invoices_comes_to_nothing(
    accounting_owner: Caller,
) -> None:
    answer = accounting_owner("accounting.ar.statement")
    rule = "a statement without invoices closes at zero"
    expect_text_amount(answer, "closing_balance", NOTHING, rule, inferred=True)
