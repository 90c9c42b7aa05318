"""Step 8: which roles of SCM do what, beyond reading."""

from collections.abc import Callable
from typing import Final

import pytest

from fixtures import trading
from fixtures.actors import Actor
from fixtures.client import Caller
from fixtures.trading import PLACE, Stall

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
