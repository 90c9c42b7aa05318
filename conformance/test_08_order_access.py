"""Step 8: which roles of SCM do what, beyond reading."""

from collections.abc import Callable
from typing import Final

import pytest

from fixtures import trading
from fixtures.actors import Actor
from fixtures.client import Caller
from fixtures.request import AS_PROVEN
from fixtures.trading import PLACE, TO_COMMITMENT, Stall

CREATE: Final = "scm.order.create"
APPROVE: Final = "scm.backorder.approve"


@pytest.fixture
def keyed(seller: Caller, role_key: Callable[[str], Actor], role: str) -> Caller:
    """The seller's work in the hands of a service account that has this role alone."""
    return seller.as_(role_key(role))


@pytest.mark.requirement("ORDER-67")
@pytest.mark.parametrize("role", ["scm_order"])
def test_order_role_prepares_orders(seller: Caller, keyed: Caller, role: str) -> None:
    del role
    trading.prove(seller, CREATE, PLACE)
    Stall(keyed).order(1, PLACE)


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
