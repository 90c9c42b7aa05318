"""What a run says of those that died before it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from reports.course import told_of
from reports.private import DeadRun, Origin


def dead(run_id: str) -> DeadRun:
    origin = Origin(
        run_id=run_id,
        started_at=datetime(2026, 11, 1, tzinfo=UTC),
        reports="out",
        folder=".",
        seed=1,
        needs=frozenset(),
        target=None,
    )
    return DeadRun(Path("nowhere"), origin)


@pytest.mark.parametrize(("count", "lines"), [(0, 0), (3, 3), (4, 4), (40, 4)])
def test_three_dead_runs_are_named_and_the_rest_is_counted(count: int, lines: int) -> None:
    told = list(told_of([dead(f"0000{number:02}") for number in range(count)]))
    assert len(told) == lines
    assert all("python -m conformance clean" in line for line in told)
    if count > 3:
        assert told[-1].startswith(f"{count - 3} more runs died")
