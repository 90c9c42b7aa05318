"""Step 13: receivables that appear by themselves, from orders and tenders of SCM."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import pytest

from conformance.contract.paging import LARGEST_LIMIT
from conformance.contract.services.accounting.money import INVOICE_STATES
from fixtures import Answer, Caller, Inconclusive, Session, eventually, pages
from fixtures.context import layers
from fixtures.services.accounting.actions import text_amount
from fixtures.services.accounting.receivables import PRICE, PRICED
from fixtures.services.scm.actions import CAPTURE, PLACE, SellableItem

UNITS: Final = 3
OWED: Final = UNITS * PRICE
PART: Final = Decimal("9.85")
# Invoices and payments follow asynchronously, and no page says after how long.
BOUND_OF_REFERENCE_S: Final = 5.0


@dataclass(frozen=True)
class Invoice:
    """What the aging report shows of an order; `open` is None where it shows nothing."""

    answer: Answer
    open: Decimal | None
    state: str | None

    def expect(self, rule: str, *, holds: bool, expected: str) -> None:
        self.answer.expect(
            rule,
            holds=holds,
            expected=expected,
            observed="no invoice" if self.open is None else f"{self.open} {self.state}",
            uses=("items", "item_order", "item_open"),
        )


@pytest.fixture
def counter(session: Session, owner: Caller) -> SellableItem:
    """The owner where a variant is on sale of which the price is known."""
    return SellableItem(owner.within(layers.main_world(session, PRICED, owner.world)))


def _place(counter: SellableItem, units: int = UNITS) -> str:
    """An order of so many units that is placed."""
    return counter.create_order(units, PLACE)


def _invoice(counter: SellableItem, order: str, until: Callable[[Invoice], bool]) -> Invoice:
    target = counter.caller.target
    return eventually(
        lambda: _looked_up(counter, order),
        until,
        bound_s=target.patience(BOUND_OF_REFERENCE_S),
        pause_s=target.pace(near=0.2, far=3.0),
    )


def _looked_up(counter: SellableItem, order: str) -> Invoice:
    walk = pages(counter.caller, "accounting.ar.aging_report", limit=LARGEST_LIMIT)
    for answer in walk:
        for item in answer.items():
            if str(answer.read_item(item, "item_order")) == order:
                return _read(answer, item)
    return Invoice(walk[-1], None, None)


def _read(answer: Answer, item: Any) -> Invoice:
    amount = text_amount(answer.read_item(item, "item_open"))
    if amount is None:
        raise Inconclusive(
            "accounting.ar.aging_report: an invoice shows no open amount where it is looked for",
            cause="accounting.ar.aging_report:item_open",
        )
    state = answer.read_item(item, "item_state")
    if state is None:
        raise Inconclusive(
            "accounting.ar.aging_report: an invoice shows no status where it is looked for",
            cause="accounting.ar.aging_report:item_state",
        )
    return Invoice(answer, amount, str(state))


def _owed(counter: SellableItem, order: str) -> Decimal:
    """What a placed order owes, as soon as it is among the receivables.

    What comes on top of its prices, as tax does, is not known.

    Raises:
        Inconclusive: it is not there in time, which is judged elsewhere.
    """
    found = _invoice(counter, order, lambda each: each.open is not None)
    if found.open is None:
        operation = found.answer.operation.id
        raise Inconclusive(f"{operation}: no invoice of the order in time", cause=operation)
    return found.open


def _pay(counter: SellableItem, order: str, *tenders: Decimal) -> None:
    for amount in tenders:
        counter(CAPTURE, order, amount=str(amount)).accepted()


@pytest.mark.requirement("EXIT-44")
def test_placed_order_is_owed(counter: SellableItem) -> None:
    found = _invoice(counter, _place(counter), lambda each: each.open is not None)
    found.expect("a placed order is open", holds=bool(found.open), expected=f"{OWED} or about it")
    one = _owed(counter, _place(counter, units=1))
    rule = f"an order of {UNITS} units owes more than an order of one"
    found.expect(rule, holds=(found.open or 0) > one, expected=f"more than {one}")


@pytest.mark.requirement("EXIT-45")
def test_captured_tender_reduces_what_is_owed(counter: SellableItem) -> None:
    order = _place(counter)
    left = _owed(counter, order) - PART
    _pay(counter, order, PART)
    found = _invoice(counter, order, lambda each: each.open == left)
    rule = "a tender reduces what its order owes by its amount"
    found.expect(rule, holds=found.open == left, expected=str(left))


@pytest.mark.requirement("EXIT-45")
def test_order_that_was_paid_in_full_is_not_owed(counter: SellableItem) -> None:
    order = _place(counter)
    left = _owed(counter, order) - OWED
    _pay(counter, order, PART, OWED - PART)
    # What owes nothing may have left the report.
    found = _invoice(counter, order, lambda each: (each.open or 0) == left)
    rule = "tenders that add up to the prices of the order leave nothing of them open"
    found.expect(rule, holds=(found.open or 0) == left, expected=f"{left} open")


def _is_in(state: str) -> Callable[[Invoice], bool]:
    return lambda each: each.state == state


@pytest.mark.requirement("EXIT-46")
def test_invoice_is_open_and_then_partial(counter: SellableItem) -> None:
    for tenders, state in (((), "open"), ((PART,), "partial")):
        order = _place(counter)
        _owed(counter, order)
        _pay(counter, order, *tenders)
        found = _invoice(counter, order, _is_in(state))
        found.answer.expect(
            "the status of an invoice is one of the documented six",
            holds=found.state in INVOICE_STATES,
            expected=", ".join(INVOICE_STATES),
            observed=str(found.state),
            uses=("item_state",),
        )
        rule = f"an invoice on which {len(tenders)} of two payments came is {state}"
        found.expect(rule, holds=found.state == state, expected=state)
