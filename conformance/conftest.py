"""What checks of several steps ask for."""

from collections.abc import Callable

import pytest

from conformance.contract import OPERATIONS
from fixtures import Check, ContextBuilder, Session


@pytest.fixture
def prove(session: Session, check: Check) -> Callable[[str], None]:
    """Lets the target accept an operation in the main org, unless it did so earlier in this run.

    A refusal is judged only where the same request was accepted when nothing was wrong with it.
    """
    return lambda operation: ContextBuilder(session).proven(check, OPERATIONS[operation])
