"""Step 7: reservations, allocations and commitments: what they take, and what they may not take."""

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from conformance.contract.services.ics.holds import DIRECT, POS, WHOLESALE
from fixtures import Answer, Check, Inconclusive, Session, eventually, instant, without
from fixtures.run.private_reference import advance
from fixtures.services.ics import actions as ics
from fixtures.services.ics.actions import StockItem
from fixtures.services.ics.model import Hold, Stock

every_hold = pytest.mark.parametrize("hold", list(Hold), ids=[hold.noun for hold in Hold])


def stock_less(hold: Hold, quantity: int) -> Stock:
    """The standard stock of 10 units after one hold."""
    return Stock(available=10).moved("available", hold, quantity)


# --- what a hold takes ---

_RULE_OF: Final = {
    Hold.RESERVATION: "STOCK-21",
    Hold.ALLOCATION: "STOCK-22",
    Hold.COMMIT: "STOCK-23",
}


@pytest.mark.parametrize(
    "hold",
    [
        pytest.param(hold, id=hold.noun, marks=pytest.mark.requirement(rule))
        for hold, rule in _RULE_OF.items()
    ],
)
def test_hold_fills_its_bucket_from_available(stock_item: StockItem, hold: Hold) -> None:
    stock_item.create_hold(hold, 3)
    stock_item.look().expect_stock(f"3 units go from available to {hold}", stock_less(hold, 3))


@pytest.mark.requirement("STOCK-24")
def test_available_is_on_hand_less_all_holds(stock_item: StockItem) -> None:
    stock_item.create_hold(Hold.RESERVATION, 1)
    stock_item.create_hold(Hold.ALLOCATION, 2)
    stock_item.create_hold(Hold.COMMIT, 3)
    position = stock_item.look()
    position.answer.expect(
        "available is on_hand less reserved, allocated and committed",
        holds=position.stock.available == position.on_hand - 6 == 4,
        expected="available 4, on_hand 10, held 6",
        observed=f"on_hand {position.on_hand}; {position.stock}",
        uses=("on_hand", "available"),
    )


# --- how a hold ends ---


@pytest.mark.every
@pytest.mark.requirement("STOCK-25")
@every_hold
def test_released_hold_gives_its_units_back_once(stock_item: StockItem, hold: Hold) -> None:
    made = stock_item.create_hold(hold, 3)
    stock_item.create_hold(hold, 2)
    stock_item.release(hold, made).accepted()
    stock_item.look().expect_stock(
        "the units of the released hold are available", stock_less(hold, 2)
    )
    stock_item.release(hold, made)
    stock_item.look().expect_stock("a second release adds nothing", stock_less(hold, 2))


@pytest.mark.requirement("STOCK-26")
def test_expired_allocation_gives_its_units_back(stock_item: StockItem) -> None:
    made = stock_item.create_hold(Hold.ALLOCATION, 3)
    stock_item.create_hold(Hold.ALLOCATION, 2)
    stock_item.caller("ics.allocation.expire", allocation_id=made).accepted()
    stock_item.look().expect_stock(
        "the units of the expired allocation are available", stock_less(Hold.ALLOCATION, 2)
    )


@pytest.mark.requirement("STOCK-27")
def test_commitment_of_an_allocation_holds_its_units_once(stock_item: StockItem) -> None:
    _commit_an_allocation(stock_item, 3).accepted()
    stock_item.look().expect_stock(
        "the allocation's units are committed", stock_less(Hold.COMMIT, 3)
    )


@pytest.mark.requirement("STOCK-27")
def test_released_commitment_gives_the_units_of_its_allocation_back(stock_item: StockItem) -> None:
    commit = _commit_an_allocation(stock_item, 3).value("commit_id")
    stock_item.release(Hold.COMMIT, str(commit)).accepted()
    stock_item.look().expect_stock("all units are available again", Stock(available=10))


def _commit_an_allocation(stock_item: StockItem, quantity: int) -> Answer:
    made = stock_item.create_hold(Hold.ALLOCATION, quantity)
    return stock_item.caller("ics.commit.create", allocation_id=made)


# --- what a hold may not take ---


@pytest.mark.every
@pytest.mark.requirement("STOCK-28")
@every_hold
def test_hold_of_more_than_is_available_is_refused(stock_item: StockItem, hold: Hold) -> None:
    stock_item.hold(hold, 3).accepted()
    stock_item.hold(hold, 8).refused()
    stock_item.hold(hold, 7).accepted()


@pytest.mark.requirement("STOCK-28")
@pytest.mark.parametrize(
    ("hold", "before"),
    [
        (Hold.RESERVATION, Hold.COMMIT),
        (Hold.ALLOCATION, Hold.RESERVATION),
        (Hold.COMMIT, Hold.ALLOCATION),
    ],
    ids=lambda hold: hold.noun,
)
def test_units_that_are_held_cannot_be_held_again(
    stock_item: StockItem, hold: Hold, before: Hold
) -> None:
    stock_item.hold(hold, 1).accepted()
    stock_item.create_hold(before, 9)
    stock_item.hold(hold, 1).refused()


@pytest.mark.every
@pytest.mark.requirement("STOCK-29")
@every_hold
def test_refused_hold_changes_no_bucket(stock_item: StockItem, hold: Hold) -> None:
    stock_item.create_hold(hold, 3)
    stock_item.hold(hold, 8).refused()
    stock_item.look().expect_stock("a refused hold changes nothing", stock_less(hold, 3))


@pytest.mark.requirement("STOCK-30")
@every_hold
def test_hold_without_a_channel_is_refused(stock_item: StockItem, hold: Hold) -> None:
    stock_item.hold(hold, 1).accepted()
    stock_item(ics.TAKING[hold], without("channel_code"), quantity=1).refused()


# --- lifetimes, as answers tell them ---

_SLACK: Final = timedelta(seconds=10)


def end_of(answer: Answer) -> datetime:
    """The instant at which a hold ends.

    Raises:
        Inconclusive: there is none, or it names no instant in UTC.
    """
    found = instant(answer.value("expires_at"))
    if found is None:
        raise Inconclusive(f"{answer.operation.id}: expires_at is no instant in UTC")
    return found


def now_of(answer: Answer) -> datetime:
    """The instant of the answer, by the platform's own clock."""
    return instant(answer.value("timestamp_utc")) or datetime.now(UTC)


def expect_end(
    stock_item: StockItem,
    hold: Hold,
    made: Answer,
    end: datetime,
    *,
    rule: str,
    slack: timedelta = _SLACK,
) -> None:
    """Expect the hold that was made to end then.

    A hold has no read: where its creation tells ids alone, its release may tell the rest.

    Raises:
        Inconclusive: the release tells another end, and what it makes of it is said nowhere.
    """
    told = made
    if made.ok and made.optional("expires_at") is None:
        told = stock_item.release(hold, str(made.value(f"{hold.noun}_id")))
    found = end_of(told)
    if told is not made and abs(found - end) > slack:
        raise Inconclusive(f"{told.operation.id}: the end of a released hold is another one")
    told.expect(
        rule,
        holds=abs(found - end) <= slack,
        expected=end.isoformat(timespec="seconds"),
        observed=found.isoformat(timespec="seconds"),
        uses=("expires_at", "timestamp_utc"),
    )


def expect_lifetime(stock_item: StockItem, hold: Hold, minutes: int, channel_code: str) -> None:
    """Expect a new hold of this channel to end so many minutes after the answer."""
    made = stock_item.hold(hold, 1, channel_code=channel_code)
    end = now_of(made) + timedelta(minutes=minutes)
    expect_end(stock_item, hold, made, end, rule=f"the hold lives {minutes} minutes")


@pytest.mark.requirement("STOCK-34")
@pytest.mark.parametrize("channel_code", POS)
def test_reservation_at_a_point_of_sale_lives_5_minutes(
    stock_item: StockItem, channel_code: str
) -> None:
    expect_lifetime(stock_item, Hold.RESERVATION, 5, channel_code)


@pytest.mark.requirement("STOCK-35")
@pytest.mark.parametrize("channel_code", DIRECT)
def test_reservation_of_direct_sales_lives_15_minutes(
    stock_item: StockItem, channel_code: str
) -> None:
    expect_lifetime(stock_item, Hold.RESERVATION, 15, channel_code)


@pytest.mark.requirement("STOCK-36")
@pytest.mark.parametrize("channel_code", [*WHOLESALE, "never_registered"])
def test_reservation_of_wholesale_lives_60_minutes(
    stock_item: StockItem, channel_code: str
) -> None:
    expect_lifetime(stock_item, Hold.RESERVATION, 60, channel_code)


@pytest.mark.requirement("STOCK-37")
@pytest.mark.parametrize("channel_code", [POS[0], DIRECT[0], WHOLESALE[0]])
def test_allocation_lives_120_minutes(stock_item: StockItem, channel_code: str) -> None:
    expect_lifetime(stock_item, Hold.ALLOCATION, 120, channel_code)


def soon(answer: Answer, seconds: float) -> str:
    """An instant of the near future, by the platform's own clock."""
    end = now_of(answer) + timedelta(seconds=seconds)
    return end.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@pytest.mark.requirement("STOCK-38")
@pytest.mark.parametrize("hold", [Hold.RESERVATION, Hold.ALLOCATION], ids=lambda hold: hold.noun)
def test_hold_keeps_the_end_that_it_was_given(stock_item: StockItem, hold: Hold) -> None:
    asked = soon(stock_item.hold(hold, 1), 2400)
    made = stock_item.hold(hold, 1, expires_at=asked)
    end = datetime.fromisoformat(asked)
    rule = "expires_at is the one that was asked for"
    expect_end(stock_item, hold, made, end, rule=rule, slack=timedelta(seconds=1))


# --- lifetimes, waited for ---

_SHORT_S: Final = 1.2
# Whether a hold lapses by itself or by a sweep is said on no page.
_LAPSE_OF_REFERENCE_S: Final = 6.0


@pytest.mark.requirement("STOCK-39")
@pytest.mark.parametrize("hold", [Hold.RESERVATION, Hold.ALLOCATION], ids=lambda hold: hold.noun)
def test_units_of_a_hold_past_its_end_are_available_again(
    stock_item: StockItem, hold: Hold
) -> None:
    first = stock_item.hold(hold, 2)
    end = soon(first, _SHORT_S)
    stock_item.hold(hold, 3, expires_at=end).accepted()
    bound_s = stock_item.caller.target.patience(_LAPSE_OF_REFERENCE_S)
    position = eventually(
        stock_item.look, lambda seen: seen.stock[hold] < 5, bound_s=bound_s, pause_s=0.3
    )
    position.expect_stock(
        f"the units of the ended hold are available within {bound_s:g} s", stock_less(hold, 2)
    )


@pytest.mark.requirement("STOCK-40")
@pytest.mark.parametrize(
    ("hold", "minutes"),
    [
        pytest.param(Hold.RESERVATION, 5, id="reservation"),
        pytest.param(Hold.ALLOCATION, 120, id="allocation"),
    ],
)
def test_hold_ends_with_its_default_lifetime(
    clock_session: Session, check: Check, clocked_stock_item: StockItem, hold: Hold, minutes: int
) -> None:
    clocked_stock_item.hold(hold, 3, channel_code=POS[0]).accepted()
    for _ in range(4):
        # In four parts, each with a request: an unused session would end meanwhile.
        advance(clock_session, check, minutes * 60 * 0.24)
        clocked_stock_item.look().expect_stock(
            "the hold stands before its end", stock_less(hold, 3)
        )
    advance(clock_session, check, minutes * 60 * 0.05)
    clocked_stock_item.look().expect_stock("the hold has ended", Stock(available=10))
