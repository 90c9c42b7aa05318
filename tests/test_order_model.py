"""The model of sales: what each step holds, and which steps it refuses."""

import pytest

from fixtures.order_model import Move, Sale, Shop, Stage, Units, effect

SHOP = Shop(Units(10), (Sale("o-1", 4),))


def taken(shop: Shop, *moves: Move) -> Shop:
    for move in moves:
        shop = shop.stepped(move, shop.sales[0])
    return shop


def test_a_reserved_sale_holds_its_units() -> None:
    assert taken(SHOP, Move.PLACE, Move.RESERVE).units == Units(6, 4)


def test_a_commitment_holds_the_same_units() -> None:
    assert taken(SHOP, Move.PLACE, Move.RESERVE, Move.COMMIT).units == Units(6, 4)


@pytest.mark.parametrize("ending", [Move.CANCEL, Move.RELEASE])
@pytest.mark.parametrize("held", [(Move.RESERVE,), (Move.RESERVE, Move.COMMIT)])
def test_an_end_gives_the_units_back(held: tuple[Move, ...], ending: Move) -> None:
    assert taken(SHOP, Move.PLACE, *held, ending).units == Units(10)


def test_shipped_units_are_gone() -> None:
    shop = taken(SHOP, Move.PLACE, Move.RESERVE, Move.COMMIT, Move.SHIP)
    assert (shop.units, shop.units.total) == (Units(6, 0), 6)


def test_a_cancelled_draft_frees_nothing() -> None:
    assert effect(Move.CANCEL, SHOP.sales[0]) == Units(0, 0)


@pytest.mark.parametrize("stage", Stage)
def test_a_repeated_reserve_has_no_effect(stage: Stage) -> None:
    sale = Sale("o-1", 4, stage)
    assert SHOP.allowed(Move.REPEAT, sale)
    assert effect(Move.REPEAT, sale) == Units(0, 0)
    assert SHOP.with_sale(sale).stepped(Move.REPEAT, sale) == SHOP.with_sale(sale)


@pytest.mark.parametrize(
    ("stage", "move", "allowed"),
    [
        (Stage.DRAFT, Move.PLACE, True),
        (Stage.DRAFT, Move.RESERVE, False),
        (Stage.PLACED, Move.PLACE, False),
        (Stage.PLACED, Move.RESERVE, True),
        (Stage.PLACED, Move.COMMIT, False),
        (Stage.RESERVED, Move.COMMIT, True),
        (Stage.RESERVED, Move.SHIP, False),
        (Stage.COMMITTED, Move.SHIP, True),
        (Stage.COMMITTED, Move.CANCEL, True),
        (Stage.SHIPPED, Move.CANCEL, False),
        (Stage.CANCELLED, Move.PLACE, False),
        (Stage.CANCELLED, Move.RELEASE, False),
    ],
)
def test_steps_are_allowed_in_their_turn(stage: Stage, move: Move, allowed: bool) -> None:
    assert SHOP.allowed(move, Sale("o-1", 4, stage)) is allowed


def test_a_reserve_may_want_for_stock() -> None:
    sale = Sale("o-1", 11, Stage.PLACED)
    assert SHOP.short(Move.RESERVE, sale)
    assert not SHOP.allowed(Move.RESERVE, sale)
    assert not SHOP.short(Move.COMMIT, sale)
    assert not SHOP.short(Move.RESERVE, Sale("o-1", 11))
    assert SHOP.received(1).allowed(Move.RESERVE, sale)


@pytest.mark.parametrize("move", [Move.CREATE, Move.PLACE])
def test_nothing_is_sold_offline(move: Move) -> None:
    sale = SHOP.sales[0] if move is Move.PLACE else None
    assert SHOP.allowed(move, sale)
    assert not SHOP.published(online=False).allowed(move, sale)


def test_what_is_held_is_the_sum_over_sales() -> None:
    shop = SHOP.with_sale(Sale("o-2", 3, Stage.RESERVED)).with_sale(Sale("o-3", 2, Stage.SHIPPED))
    assert sum(sale.held for sale in shop.sales) == 3
