"""What tests of detection share: a runner of parts of the suite."""

from collections.abc import Iterator

import pytest

from tests.detection.runs import Runner, runner


@pytest.fixture(scope="session")
def runs() -> Iterator[Runner]:
    """Starts parts of the suite; compiled modules are kept for the session."""
    with runner() as started:
        yield started
