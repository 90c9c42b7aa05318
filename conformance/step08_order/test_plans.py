"""Step 8: whatever is sold, by whomever, in whatever order, stock and orders agree.

Plans are executed beside an independent model; each check judges one rule on what they showed.
Races take more than there is, at the same moment.
"""

from collections.abc import Callable
from typing import Final

import pytest

from conformance.contract.errors import Tag
from fixtures import Answer, Caller, Check, Session
from fixtures.probes.hypothesis_driver import examples
from fixtures.probes.races import Writer, at_once, let_in, together
from fixtures.probes.trials import Judge
from fixtures.services.scm import actions as scm
from fixtures.services.scm import trials as scm_trials
from fixtures.services.scm.actions import CANCEL, PLACE, RESERVE, SETTLE, SellableItem
from fixtures.services.scm.model import Action, Units
from fixtures.services.scm.plans import Plan, Turn

_PARTS: Final = ("available", "reserved", "allocated", "committed")


@pytest.fixture
def judge(session: Session, check: Check) -> Judge[Plan, Turn]:
    return Judge(session, check, scm_trials.SALES)


def expect_units(
    reading: Answer, rule: str, wanted: tuple[int, int], after: tuple[int, int]
) -> None:
    reading.expect(
        rule,
        holds=wanted == after,
        expected=str(Units(*wanted)),
        observed=str(Units(*after)),
        uses=_PARTS,
    )


@pytest.mark.requirement("ORDER-24")
def test_no_sale_makes_or_loses_a_unit(judge: Judge[Plan, Turn]) -> None:
    def rule(turn: Turn, _: Answer, reading: Answer) -> None:
        reading.expect(
            f"after '{turn.move}' the units are those before, less what was shipped",
            holds=sum(turn.after) == sum(turn.wanted),
            expected=f"{sum(turn.wanted)} units in all",
            observed=f"{Units(*turn.after)}; before: {Units(*turn.before)}",
            uses=_PARTS,
        )

    judge.each(rule)


@pytest.mark.requirement("ORDER-26")
def test_what_is_held_is_what_open_promises_hold(judge: Judge[Plan, Turn]) -> None:
    def rule(turn: Turn, _: Answer, reading: Answer) -> None:
        told = f"after '{turn.move}' of a sale that was {turn.stage} its units alone changed"
        expect_units(reading, told, turn.wanted, turn.after)

    judge.each(rule, lambda turn: turn.answer.status < 400)


@pytest.mark.requirement("ORDER-25")
def test_refused_step_changes_nothing(judge: Judge[Plan, Turn]) -> None:
    def rule(turn: Turn, _: Answer, reading: Answer) -> None:
        told = f"a refused '{turn.move}' of a sale that was {turn.stage} changes nothing"
        expect_units(reading, told, turn.before, turn.after)

    judge.each(rule, lambda turn: turn.answer.status >= 400)


@pytest.mark.requirement("ORDER-11")
def test_reserve_that_wants_for_units_is_refused(judge: Judge[Plan, Turn]) -> None:
    judge.each(
        lambda _, answer, __: answer.refused(None, Tag.INSUFFICIENT_STOCK), lambda turn: turn.short
    )


@pytest.mark.requirement("ORDER-16")
def test_cancelled_sale_holds_nothing(judge: Judge[Plan, Turn]) -> None:
    def rule(turn: Turn, _: Answer, reading: Answer) -> None:
        expect_units(reading, "a cancelled order holds no unit", turn.wanted, turn.after)

    judge.each(rule, lambda turn: turn.move is Action.CANCEL and turn.answer.status < 400)


@pytest.mark.requirement("ORDER-40")
def test_repeated_reserve_of_a_sale_changes_nothing(judge: Judge[Plan, Turn]) -> None:
    def rule(turn: Turn, answer: Answer, reading: Answer) -> None:
        answer.accepted()
        expect_units(reading, "a repeated reserve holds nothing more", turn.before, turn.after)

    judge.each(rule, lambda turn: turn.move is Action.REPEAT)


@pytest.mark.requirement("ORDER-29")
def test_placed_order_shows_the_prices_that_it_was_placed_at(judge: Judge[Plan, Turn]) -> None:
    def rule(turn: Turn, _: Answer, __: Answer) -> None:
        if turn.order is None:
            return
        lost = [text for text in turn.kept if text not in turn.shown]
        turn.order.to(judge.session.target, judge.check).expect(
            f"after '{turn.move}' the order's lines show the prices that they were placed at",
            holds=not lost,
            expected="all prices of its lines as they were",
            observed=f"without {', '.join(lost[:3])}" if lost else "all of them",
            uses=("lines",),
        )

    judge.each(rule, lambda turn: bool(turn.kept))


# --- races ---

_UNITS: Final = 3
_WRITERS: Final = 6
_FEW: Final = 1
_MANY: Final = 20


@pytest.fixture
def contenders(session: Session, check: Check) -> list[Caller]:
    """Several actors of the main org."""
    return scm_trials.cast(session, check)


def _ok(writers: list[Writer], send: Callable[[Caller, int], Answer]) -> int:
    """How many of the racers were accepted, all asking at the same moment."""
    numbers = {writer.name: number for number, writer in enumerate(writers)}
    return sum(together(writers, lambda me: send(me.caller, numbers[me.name]).ok))


@pytest.mark.requirement("ORDER-13")
def test_concurrent_reserves_never_oversell(session: Session, contenders: list[Caller]) -> None:
    scm.prove(contenders[0], RESERVE)
    for _ in range(examples(session, _FEW, _MANY)):
        sellable_item = scm.put_on_sale(contenders[0])
        granted = _raced(session, sellable_item, contenders)
        sellable_item.caller("scm.promise.quote", quantity=1).expect(
            f"of {_WRITERS} concurrent reserves of {_UNITS} units no more are granted than fit",
            holds=granted * _UNITS <= scm.STOCK,
            expected=f"{scm.STOCK // _UNITS} reserves at most",
            observed=f"{granted} reserves",
        )


def _raced(session: Session, sellable_item: SellableItem, cast: list[Caller]) -> int:
    """How many orders were granted their units, all reserving at the same moment."""
    orders = [sellable_item.create_order(_UNITS, PLACE) for _ in range(_WRITERS)]
    with at_once(session, cast, _WRITERS, requests=_WRITERS) as writers:
        return _ok(writers, lambda who, n: sellable_item.by(who)(RESERVE, orders[n]))


@pytest.mark.requirement("ORDER-16")
def test_concurrent_cancels_give_the_units_back_once(
    session: Session, contenders: list[Caller]
) -> None:
    scm.prove(contenders[0], CANCEL)
    sellable_item = scm.put_on_sale(contenders[0])
    order_id = sellable_item.create_order(4, PLACE, RESERVE)
    with at_once(session, contenders, _WRITERS, requests=_WRITERS) as writers:
        done = _ok(writers, lambda who, _: sellable_item.by(who)(CANCEL, order_id))
    let_in(done, "the cancellation of an order")
    sight = sellable_item.read_stock(lambda seen: seen.stock.available == scm.STOCK)
    sight.expect("the units come back once", available=scm.STOCK, on_hand=scm.STOCK)


@pytest.mark.requirement("ORDER-45")
def test_tender_is_settled_once_in_a_race(session: Session, contenders: list[Caller]) -> None:
    owner = contenders[0]
    scm.prove(owner, SETTLE)
    sellable_item = SellableItem(owner)
    tender = sellable_item(scm.CAPTURE, sellable_item.create_order(1, PLACE)).value("tender_id")
    with at_once(session, contenders, _WRITERS, requests=_WRITERS) as writers:
        settled = _ok(writers, lambda who, _: who(SETTLE, tender_id=tender))
    last = owner(SETTLE, tender_id=tender)
    last.expect(
        "one of several concurrent settlements is accepted",
        holds=settled == 1 and not last.ok,
        expected="one settlement",
        observed=f"{settled + last.ok} settlements",
    )
