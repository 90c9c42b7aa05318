"""Step 11: gift cards. No page gives a read of one: its balance is told by what is accepted."""

from typing import Final

import pytest

from fixtures import Caller
from fixtures.context import records
from fixtures.services.crm.actions import CARD, ValueAccount, expect_balance

ISSUE, REDEEM = "crm.giftcard.issue", "crm.giftcard.redeem"
# Less 10.10 it is 40.20, which binary fractions do not reach.
ODD: Final = "50.30"


def issue_card(caller: Caller, amount: str) -> ValueAccount:
    """A gift card of this amount."""
    answer = caller(ISSUE, amount=amount)
    return ValueAccount(caller, CARD, {"giftcard_id": str(answer.value("giftcard_id"))})


@pytest.mark.requirement("LOYAL-30")
def test_gift_card_is_issued(owner: Caller) -> None:
    owner(ISSUE).value("giftcard_id")


@pytest.mark.every
@pytest.mark.requirement("LOYAL-31")
@pytest.mark.parametrize("amount", ["19.99", ODD])
def test_new_gift_card_shows_its_amount(owner: Caller, amount: str) -> None:
    answer = owner(ISSUE, amount=amount)
    expect_balance(answer, amount, "the card shows what it was issued for")


@pytest.mark.requirement("LOYAL-31")
def test_new_gift_card_holds_its_amount_to_the_cent(owner: Caller) -> None:
    gift_card = issue_card(owner, "19.99")
    gift_card.take("20.00").refused(inferred=True)
    gift_card.take("19.99").accepted()


@pytest.mark.requirement("LOYAL-32")
def test_redemption_takes_its_amount_to_the_cent(owner: Caller) -> None:
    gift_card = issue_card(owner, ODD)
    first = gift_card.take("10.10")
    expect_balance(first, "40.20", "what is left is told to the cent")
    gift_card.take("40.20").accepted()


@pytest.mark.requirement("LOYAL-33")
def test_redemption_of_more_than_is_on_the_card_is_refused(gift_card: ValueAccount) -> None:
    gift_card.take("10.00").accepted()
    gift_card.take("40.01").refused()
    gift_card.take("40.00").accepted()


@pytest.mark.requirement("LOYAL-34")
def test_refused_redemption_leaves_the_money_on_the_card(gift_card: ValueAccount) -> None:
    gift_card.take("10.00").accepted()
    gift_card.take("45.00").refused()
    expect_balance(gift_card.take("1.00"), "39.00", "the refused redemption took nothing")


@pytest.mark.requirement("LOYAL-35")
def test_gift_card_needs_no_customer(owner: Caller) -> None:
    owner(ISSUE).accepted()


@pytest.mark.requirement("LOYAL-35")
def test_gift_card_may_have_a_customer(owner: Caller) -> None:
    holder = records.make(owner, "crm.customer")["customer_id"]
    owner(ISSUE, holder_id=holder).accepted()


@pytest.mark.requirement("LOYAL-70")
def test_gift_card_is_not_issued_to_a_customer_of_another_organisation(
    owner: Caller, stranger_at_home: Caller
) -> None:
    holder = records.make(owner, "crm.customer")["customer_id"]
    owner(ISSUE, holder_id=holder).accepted()
    foreign = records.make(stranger_at_home, "crm.customer")["customer_id"]
    owner(ISSUE, holder_id=foreign).refused()


# --- what is no amount ---

_NO_AMOUNTS: Final = {"zero": "0.00", "negative": "-5.00", "finer than a cent": "5.005"}
no_amount = pytest.mark.parametrize("amount", _NO_AMOUNTS.values(), ids=_NO_AMOUNTS)


@pytest.mark.requirement("LOYAL-37")
@no_amount
def test_gift_card_is_not_issued_for_what_is_no_amount(owner: Caller, amount: str) -> None:
    owner(ISSUE).accepted()
    owner(ISSUE, amount=amount).refused()


@pytest.mark.every
@pytest.mark.requirement("LOYAL-37")
@no_amount
def test_what_is_no_amount_is_not_redeemed(gift_card: ValueAccount, amount: str) -> None:
    gift_card.take("1.00").accepted()
    gift_card(REDEEM, amount=amount).refused()
    expect_balance(gift_card.take("1.00"), "48.00", "the refused redemption changed nothing")


@pytest.mark.requirement("LOYAL-38")
@pytest.mark.parametrize("currency", ["QQQ", "usd dollars"])
def test_gift_card_in_a_currency_that_does_not_exist_is_refused(
    owner: Caller, currency: str
) -> None:
    owner(ISSUE).accepted()
    owner(ISSUE, currency=currency).refused()


@pytest.mark.requirement("LOYAL-39")
def test_redemption_in_another_currency_is_refused(gift_card: ValueAccount) -> None:
    gift_card.take("1.00").accepted()
    gift_card(REDEEM, amount="1.00", currency="EUR").refused()
    expect_balance(gift_card.take("1.00"), "48.00", "the refused redemption took nothing")
