"""Changes of clocks, and the windows that are drawn around them."""

from datetime import UTC, datetime, timedelta

import hypothesis
import pytest

from fixtures.clock_changes import changes, next_change
from fixtures.instants import instant, written
from fixtures.windows_ahead import windows

AUTUMN = datetime(2026, 10, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "at"),
    [
        ("Europe/Berlin", datetime(2026, 10, 25, 1, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 11, 1, 6, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
    ],
)
def test_the_next_change_is_found_to_the_half_hour(zone: str, at: datetime) -> None:
    assert next_change(zone, AUTUMN) == at


def test_a_zone_changes_twice_a_year() -> None:
    assert len(changes("Europe/Berlin", AUTUMN, AUTUMN + timedelta(days=365))) == 2


def test_a_zone_that_keeps_its_offset_has_no_change() -> None:
    with pytest.raises(IndexError):
        next_change("Asia/Tokyo", AUTUMN)


@hypothesis.given(windows(AUTUMN))
@hypothesis.settings(max_examples=50, database=None, deadline=None)
def test_no_window_is_so_near_to_an_end_that_it_could_be_either(ahead: timedelta) -> None:
    for days in (30, 90):
        assert abs(ahead - timedelta(days=days)) >= timedelta(minutes=5)


def test_an_instant_is_written_as_it_is_read() -> None:
    moment = AUTUMN.replace(microsecond=250_000)
    assert written(moment) == "2026-10-01T12:00:00.250Z"
    assert instant(written(moment)) == moment
