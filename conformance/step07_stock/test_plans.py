"""Step 7: whatever is done to stock, by whomever, in whatever order, no unit is made or lost.

Plans are executed beside an independent model of the position; each check judges one rule on what
they showed. Races take more than there is, at the same moment.
"""

from collections.abc import Sequence
from typing import Final

import pytest

from fixtures import Answer, Caller, Check, Session
from fixtures.probes.hypothesis_driver import examples
from fixtures.probes.races import at_once, let_in, together
from fixtures.probes.trials import Judge
from fixtures.services.ics import actions as ics
from fixtures.services.ics import trials as ics_trials
from fixtures.services.ics.actions import StockItem
from fixtures.services.ics.model import Hold, Stock
from fixtures.services.ics.plans import Action, Plan, Turn

_PARTS: Final = ("available", "reserved", "allocated", "committed", "quarantine", "damaged")


@pytest.fixture
def judge(session: Session, check: Check) -> Judge[Plan, Turn]:
    return Judge(session, check, ics_trials.MOVEMENTS)


@pytest.mark.requirement("STOCK-33")
def test_no_movement_makes_or_loses_a_unit(judge: Judge[Plan, Turn]) -> None:
    def rule(turn: Turn, _: Answer, reading: Answer) -> None:
        before, after = Stock(**turn.before), Stock(**turn.after)
        reading.expect(
            f"after '{turn.move}' the units are those before, and those that came or went",
            holds=after.total == before.total + turn.delta,
            expected=f"{before.total + turn.delta} units in all",
            observed=f"{after.total} ({after}); before: {before}",
            uses=_PARTS,
        )

    judge.each(rule)


@pytest.mark.requirement("STOCK-33")
def test_each_movement_changes_the_buckets_as_the_model_does(judge: Judge[Plan, Turn]) -> None:
    def rule(turn: Turn, answer: Answer, reading: Answer) -> None:
        wanted = Stock(**(turn.wanted or turn.before))
        reading.expect(
            f"'{turn.move}' of {turn.quantity} ({answer.sketch}) changes its own buckets alone",
            holds=Stock(**turn.after) == wanted,
            expected=str(wanted),
            observed=str(Stock(**turn.after)),
            uses=_PARTS,
        )

    judge.each(rule, lambda turn: turn.wanted is not None and turn.answer.status < 400)


@pytest.mark.requirement("STOCK-32")
def test_available_never_falls_below_zero(judge: Judge[Plan, Turn]) -> None:
    def rule(turn: Turn, _: Answer, reading: Answer) -> None:
        reading.expect(
            f"after '{turn.move}' of {turn.quantity} no bucket is below zero",
            holds=min(turn.after.values()) >= 0,
            expected="zero units or more in each bucket",
            observed=str(Stock(**turn.after)),
            uses=_PARTS,
        )

    judge.each(rule)


@pytest.mark.requirement("STOCK-32")
@pytest.mark.parametrize("hold", list(Hold), ids=[hold.noun for hold in Hold])
def test_hold_of_less_than_nothing_makes_nothing_available(
    stock_item: StockItem, hold: Hold
) -> None:
    stock_item.hold(hold, 1).accepted()
    stock_item.hold(hold, -3)
    sight = stock_item.look()
    sight.answer.expect(
        "a hold of minus 3 units leaves no bucket below zero and makes no unit available",
        holds=sight.stock[hold] >= 0 and sight.stock.available <= 9,
        expected=f"{hold} not below zero, 9 available at most",
        observed=str(sight.stock),
        uses=_PARTS,
    )


@pytest.mark.requirement("STOCK-24")
def test_available_stays_on_hand_less_holds(judge: Judge[Plan, Turn], check: Check) -> None:
    def rule(turn: Turn, _: Answer, reading: Answer) -> None:
        after = Stock(**turn.after)
        if after.quarantine + after.damaged:
            whole = turn.on_hand == after.total
            check.reading(
                "whether units set aside are on hand", "they are" if whole else "they are not"
            )
        reading.expect(
            "available is on_hand less holds",
            holds=turn.on_hand in after.on_hand,
            expected=f"on_hand {' or '.join(map(str, sorted(after.on_hand)))} with {after}",
            observed=f"on_hand {turn.on_hand}",
            uses=("on_hand", *_PARTS),
        )

    judge.each(rule)


@pytest.mark.requirement("STOCK-28")
def test_movement_that_wants_for_units_is_refused(judge: Judge[Plan, Turn]) -> None:
    # That there are fewer units than were promised may be a fact, which an adjustment tells.
    judge.each(
        lambda _, answer, __: answer.refused(),
        lambda turn: turn.wanted is None and turn.move is not Action.REMOVE,
    )


@pytest.mark.requirement("STOCK-29")
def test_refused_movement_changes_nothing(judge: Judge[Plan, Turn]) -> None:
    def rule(turn: Turn, _: Answer, reading: Answer) -> None:
        reading.expect(
            f"a refused '{turn.move}' of {turn.quantity} changes no bucket",
            holds=turn.after == turn.before,
            expected=str(Stock(**turn.before)),
            observed=str(Stock(**turn.after)),
            uses=_PARTS,
        )

    judge.each(rule, lambda turn: turn.answer.status >= 400)


# --- races ---

_UNITS: Final = 3
_WRITERS: Final = 8
_FEW: Final = 2
_MANY: Final = 20

ASKED: Final[dict[str, Sequence[Hold]]] = {
    **{hold.noun: (hold,) for hold in Hold},
    "mixed": tuple(Hold),
}


@pytest.fixture
def contenders(session: Session, check: Check) -> list[Caller]:
    """Several actors of the main org."""
    return ics_trials.cast(session, check)


@pytest.mark.every
@pytest.mark.requirement("STOCK-31")
@pytest.mark.parametrize("asked", ASKED)
def test_concurrent_holds_never_oversell(
    session: Session, contenders: list[Caller], asked: str
) -> None:
    kinds = ASKED[asked]
    for _ in range(examples(session, _FEW, _MANY)):
        stock_item = ics.create_stock_item(contenders[0])
        for kind in kinds:
            stock_item.release(kind, stock_item.create_hold(kind, 1)).accepted()
        granted = _raced(session, stock_item, contenders, kinds)
        sight = stock_item.look()
        sight.answer.expect(
            f"of {_WRITERS} concurrent holds of {_UNITS} units no more are granted than 10 allow",
            holds=granted * _UNITS <= 10 and sight.stock.available >= 0,
            expected="3 holds at most, and no bucket below zero",
            observed=f"{granted} holds; {sight.stock}",
            uses=("available",),
        )


@pytest.mark.requirement("STOCK-31")
def test_units_granted_in_a_race_are_held(session: Session, contenders: list[Caller]) -> None:
    stock_item = ics.create_stock_item(contenders[0])
    stock_item.release(Hold.RESERVATION, stock_item.create_hold(Hold.RESERVATION, 1)).accepted()
    granted = _raced(session, stock_item, contenders, (Hold.RESERVATION,))
    stock_item.look().expect("each granted reservation is in its bucket", reserved=granted * _UNITS)


def _raced(
    session: Session, stock_item: StockItem, cast: Sequence[Caller], kinds: Sequence[Hold]
) -> int:
    """How many of the racers were granted a hold, all asking at the same moment."""
    with at_once(session, cast, _WRITERS, requests=_WRITERS) as writers:
        order = {writer.name: kinds[n % len(kinds)] for n, writer in enumerate(writers)}
        return sum(
            together(writers, lambda me: stock_item.by(me.caller).hold(order[me.name], _UNITS).ok)
        )


@pytest.mark.requirement("STOCK-25")
def test_concurrent_releases_give_the_units_back_once(
    session: Session, contenders: list[Caller]
) -> None:
    stock_item = ics.create_stock_item(contenders[0])
    stock_item.release(Hold.RESERVATION, stock_item.create_hold(Hold.RESERVATION, 1)).accepted()
    made = stock_item.create_hold(Hold.RESERVATION, 4)
    with at_once(session, contenders, _WRITERS, requests=_WRITERS) as writers:
        done = sum(
            together(
                writers, lambda me: stock_item.by(me.caller).release(Hold.RESERVATION, made).ok
            )
        )
    let_in(done, "the release of a reservation")
    stock_item.look().expect_stock("the units come back once", Stock(available=10))


@pytest.mark.requirement("STOCK-20")
def test_concurrent_adjustments_never_take_more_than_there_is(
    session: Session, contenders: list[Caller]
) -> None:
    stock_item = ics.create_stock_item(contenders[0])
    with at_once(session, contenders, _WRITERS, requests=_WRITERS) as writers:
        done = sum(together(writers, lambda me: stock_item.by(me.caller).adjust(-_UNITS).ok))
    sight = stock_item.look()
    sight.answer.expect(
        "each adjustment that was accepted counts, and no more than there was is taken",
        holds=sight.stock.available == 10 - done * _UNITS >= 0,
        expected=f"{10 - done * _UNITS} available, and not below zero",
        observed=str(sight.stock),
        uses=("available",),
    )
