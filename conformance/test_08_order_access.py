"""Step 8: which roles do what at SCM, lists in pages, and health."""

from collections.abc import Callable
from typing import Final

import pytest

from conformance.contract.scm import READERS
from fixtures import trading
from fixtures.actors import Actor, garbage_session
from fixtures.client import Caller
from fixtures.paging import LARGEST_LIMIT, ids, pages
from fixtures.request import AS_PROVEN
from fixtures.session import Session
from fixtures.stages import trade
from fixtures.stages.trade import CROWD
from fixtures.trading import PLACE, TO_COMMITMENT, Stall

CREATE: Final = "scm.order.create"
APPROVE: Final = "scm.backorder.approve"
BACKORDERS: Final = "scm.backorder.list"
_DEFAULT_LIMIT: Final = 8


@pytest.fixture
def keyed(seller: Caller, role_key: Callable[[str], Actor], role: str) -> Caller:
    """The seller's work in the hands of a service account that has this role alone."""
    return seller.as_(role_key(role))


# --- roles ---


@pytest.mark.requirement("ORDER-66")
@pytest.mark.parametrize("role", sorted(READERS))
def test_each_role_of_sales_reads(keyed: Caller, role: str) -> None:
    del role  # the account has it
    keyed(BACKORDERS).accepted()


@pytest.mark.requirement("ORDER-67")
@pytest.mark.parametrize("role", ["scm_order"])
def test_order_role_prepares_orders(seller: Caller, keyed: Caller, role: str) -> None:
    del role
    trading.prove(seller, CREATE, PLACE)
    Stall(keyed).order(1, PLACE)


@pytest.mark.requirement("ORDER-68")
@pytest.mark.parametrize("role", ["scm_view"])
@pytest.mark.parametrize("operation", [CREATE, PLACE])
def test_role_that_reads_prepares_no_order(
    seller: Caller, keyed: Caller, operation: str, role: str
) -> None:
    del role
    trading.prove(seller, PLACE)
    order_id = Stall(seller).order(1)
    values = {"order_id": order_id} if operation == PLACE else {}
    keyed(operation, AS_PROVEN, **values).refused(403)
    seller(operation, AS_PROVEN, **values).accepted()


@pytest.mark.requirement("ORDER-69")
@pytest.mark.parametrize("role", ["scm_order", "scm_fulfillment"])
def test_shipments_are_for_the_role_of_fulfilment(seller: Caller, keyed: Caller, role: str) -> None:
    stall = Stall(seller)
    trading.prove(seller, "scm.shipment.pick")
    shipment = stall.shipped(stall.order(1, *TO_COMMITMENT))
    answer = keyed("scm.shipment.pick", AS_PROVEN, shipment_id=shipment)
    if role == "scm_order":
        answer.refused(403)
    else:
        answer.accepted()


@pytest.mark.requirement("ORDER-52")
@pytest.mark.parametrize("role", ["scm_order", "scm_view", "scm_special_order_approve"])
def test_backorder_is_not_approved_without_the_role(
    seller: Caller, keyed: Caller, role: str
) -> None:
    del role
    trading.prove(seller, APPROVE)
    backorder = seller("scm.backorder.create").value("backorder_id")
    keyed(APPROVE, AS_PROVEN, backorder_id=backorder).refused(403)
    seller(APPROVE, backorder_id=backorder).accepted()


@pytest.mark.requirement("ORDER-52")
@pytest.mark.parametrize("role", ["scm_backorder_approve"])
def test_backorder_is_approved_with_the_role(seller: Caller, keyed: Caller, role: str) -> None:
    del role
    trading.prove(seller, APPROVE)
    backorder = seller("scm.backorder.create").value("backorder_id")
    keyed(APPROVE, AS_PROVEN, backorder_id=backorder).accepted()


# --- lists ---


@pytest.fixture
def crowded(session: Session, seller: Caller) -> Caller:
    """The seller at a facility that has ten backorders and no other."""
    return seller.within(seller.world.extended(**trade.crowd(session).model_dump()))


@pytest.mark.requirement("ORDER-57")
def test_list_of_backorders_without_limit_holds_at_most_8(crowded: Caller) -> None:
    answer = crowded(BACKORDERS)
    count, more = len(answer.items()), bool(answer.optional("next_token"))
    answer.expect(
        "a list without limit holds at most 8 of ten backorders, and offers a cursor",
        holds=count <= _DEFAULT_LIMIT and more,
        expected="8 backorders at most and a next_token",
        observed=f"{count} backorders, {'a' if more else 'no'} next_token",
        uses=("items", "next_token"),
    )


@pytest.mark.requirement("ORDER-58")
@pytest.mark.parametrize("limit", [0, -1, LARGEST_LIMIT + 1])
def test_limit_of_the_backorders_is_pulled_into_its_range(crowded: Caller, limit: int) -> None:
    crowded(BACKORDERS, limit=1).accepted()
    answer = crowded(BACKORDERS, limit=limit).accepted()
    count, most = len(answer.items()), max(1, min(limit, LARGEST_LIMIT))
    answer.expect(
        f"limit {limit} is read as {most}",
        holds=count == min(most, CROWD),
        expected=f"{min(most, CROWD)} of ten backorders",
        observed=f"{count} backorders",
        uses=("items",),
    )


@pytest.mark.requirement("ORDER-59")
@pytest.mark.parametrize("limit", [3, 5])
def test_walk_through_the_backorders_shows_each_once(
    session: Session, crowded: Caller, limit: int
) -> None:
    walk = pages(crowded, BACKORDERS, limit=limit)
    found = ids(walk)
    strays = [each for each in trade.crowd(session).backorders if found.count(each) != 1]
    walk[-1].expect(
        "a walk through the pages shows each backorder once and comes to an end",
        holds=not strays and not walk[-1].optional("next_token"),
        expected="ten backorders, each of them once, and a last page without cursor",
        observed=f"{len(strays)} of ten missing or shown again on {len(walk)} pages",
        uses=("items", "item_id", "next_token"),
    )


# --- health ---


@pytest.mark.requirement("ORDER-70")
def test_health_of_sales_is_told_to_an_authenticated_user(owner: Caller) -> None:
    owner("scm.stat").accepted()


@pytest.mark.requirement("ORDER-70")
def test_health_of_sales_is_not_told_to_others(owner: Caller, anonymous: Caller) -> None:
    owner("scm.stat").accepted()
    anonymous("scm.stat").refused(401)
    owner.as_(garbage_session())("scm.stat").refused(401)
