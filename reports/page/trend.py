"""The runs before this one, where a history is kept: how the number went, and what flickers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

from reports.history import Course, Entry, broken, entry, flaky, series
from reports.model import Run

SHOWN: Final = 40  # runs, the newest ones; older ones are in the history
HEIGHT: Final = 90.0  # of a bar of which all is met, in units of the drawing
WIDTH: Final = 440.0  # of all bars
_FEWEST: Final = 8  # bars that the width is divided by, so that a lone one is no wall


@dataclass(frozen=True)
class Point:
    """One run. `x`, `y`, `width` and `height` are of its bar: what was met, of all there is."""

    entry: Entry
    change: int | None
    x: float
    y: float
    width: float
    height: float

    @property
    def state(self) -> str:
        """The verdict as a class of the page: `conformant`, `not-conformant`, `incomplete`."""
        return self.entry.verdict.split(" WITH ")[0].lower().replace(" ", "-")


class Trend(NamedTuple):
    """Runs that can be compared with this one, the oldest first; this one is the last."""

    name: str
    runs: int
    points: tuple[Point, ...]
    flaky: tuple[Course, ...]
    broken: tuple[Course, ...]


def trend(run: Run, past: Sequence[Entry]) -> Trend:
    """How `run` stands to those of the history that are of its series, and not after it."""
    this = entry(run)
    same = series([*(it for it in past if it.started_at < this.started_at), this])[this.series_name]
    return Trend(
        name=this.series_name,
        runs=len(same),
        points=tuple(_points(same)),
        flaky=tuple(flaky(same)),
        broken=tuple(broken(same)),
    )


def _points(same: Sequence[Entry]) -> Iterator[Point]:
    changes = [None, *(after.must_met - before.must_met for before, after in pairwise(same))]
    shown = list(zip(same, changes, strict=True))[-SHOWN:]
    step = WIDTH / max(len(shown), _FEWEST)
    for number, (each, change) in enumerate(shown):
        height = HEIGHT * each.must_met / each.must_total if each.must_total else 0.0
        yield Point(
            entry=each,
            change=change,
            x=round(number * step, 1),
            y=round(HEIGHT - height, 1),
            width=round(step * 0.8, 1),
            height=round(height, 1),
        )
