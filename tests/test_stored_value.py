"""The book of stored value keeps its own rules over any sequence of entries."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.stored_value import Book, Declined, Entry

amounts = st.decimals(-90, 90, places=2)
CEILING = Decimal(100)


def filled(taken: list[Decimal], ceiling: Decimal | None = None) -> Book:
    """A book of 50 after these entries, as far as it takes them."""
    book = Book((Entry("start", Decimal(50)),), ceiling)
    for number, amount in enumerate(taken):
        try:
            book = book.posted(Entry(str(number), amount))
        except Declined:
            continue
    return book


@given(st.lists(amounts, max_size=12))
def test_balance_is_the_sum_of_the_entries_that_were_taken(taken: list[Decimal]) -> None:
    book = filled(taken)
    assert book.balance == sum(entry.amount for entry in book.entries)
    assert book.balance >= 0


@given(st.lists(amounts, max_size=12))
def test_balance_stays_below_the_ceiling(taken: list[Decimal]) -> None:
    assert filled(taken, CEILING).balance <= CEILING


@given(st.lists(amounts, max_size=12), amounts)
def test_what_is_declined_would_have_left_the_bounds(taken: list[Decimal], more: Decimal) -> None:
    book = filled(taken, CEILING)
    try:
        after = book.posted(Entry("more", more))
    except Declined:
        assert not 0 <= book.balance + more <= CEILING
    else:
        assert after.balance == book.balance + more
        assert after.entries[:-1] == book.entries


@given(st.lists(amounts, max_size=12))
def test_undoing_all_that_is_open_leaves_nothing(taken: list[Decimal]) -> None:
    book = filled(taken)
    for entry in sorted(book.open, key=lambda each: each.amount):
        book = book.posted(Entry(f"-{entry.id}", -entry.amount, undoes=entry.id))
    assert book.balance == 0
    assert not book.open


def test_an_entry_is_undone_once() -> None:
    book = filled([Decimal(-10)]).posted(Entry("back", Decimal(10), undoes="0"))
    assert book.balance == 50
    with pytest.raises(Declined):
        book.posted(Entry("again", Decimal(10), undoes="0"))
    with pytest.raises(Declined):
        book.posted(Entry("of the correction", Decimal(-10), undoes="back"))


def test_an_entry_without_an_id_is_not_undone() -> None:
    book = filled([]).posted(Entry("", Decimal(5)))
    assert [entry.id for entry in book.open] == ["start"]


def test_what_somebody_else_decided_is_entered_all_the_same() -> None:
    assert filled([]).forced(Entry("over", Decimal(-60))).balance == -10


def test_cents_add_up_exactly() -> None:
    book = filled([Decimal("0.10")] * 3)
    assert book.balance == Decimal("50.30")
