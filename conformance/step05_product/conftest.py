"""What checks of the product model ask for."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import strategies as st

from fixtures import Check, Session
from fixtures.probes.hypothesis_driver import examples, seed_of, try_out


@pytest.fixture
def draw(session: Session, check: Check) -> Callable[..., None]:
    """Calls a function with a few values of a strategy, with many under tier deep."""

    def run(strategy: st.SearchStrategy[Any], visit: Callable[[Any], None], few: int) -> None:
        count = examples(session, few)
        try_out(strategy, visit, seed=seed_of(session, check.name), count=count)

    return run
