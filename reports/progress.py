"""How far a run is, and when it will end, in place of pytest's dots.

On a terminal one line is kept up to date; in a log a line is written now and then. The end is
projected from what checks cost on the reference: few checks may be most of the requests.
"""

import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Generator
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TextIO

import pytest

from reports.announce import is_announced
from reports.costs import read, weight
from reports.verdict import Verdict
from reports.verdicts_of_tests import stamped

LOGGED_EVERY_S: Final = 30.0
DRAWN_EVERY_S: Final = 0.2
MOVED_EVERY_S: Final = 1.0
# Before so much of all is done, what is left is anybody's guess.
_SPOKEN_FOR: Final = 0.02
_TOLD: Final = (Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.BLOCKED, Verdict.ADVISORY)
_MINUTE: Final = 60
_HOUR: Final = 3600


class Projection:
    """What is done of what is to do. `clock` gives seconds that only ever grow."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._started: float | None = None
        self._weights: dict[str, float] = {}
        self._done: set[str] = set()
        self.verdicts: Counter[Verdict] = Counter()

    def expect(self, nodeids: Collection[str]) -> None:
        """Know what is to do; workers say it one after the other, and the same."""
        if not self._weights:
            costs = read()
            self._weights = {name: weight(name, costs) for name in nodeids}

    def start(self) -> None:
        """The first check starts, if none has."""
        if self._started is None:
            self._started = self._clock()

    def finish(self, nodeid: str) -> None:
        """One is done."""
        if nodeid in self._weights:
            self._done.add(nodeid)

    @property
    def share(self) -> float:
        """How much is done, from 0 to 1, by weight."""
        total = sum(self._weights.values())
        return sum(self._weights[name] for name in self._done.copy()) / total if total else 0.0

    @property
    def elapsed_s(self) -> float:
        return 0.0 if self._started is None else self._clock() - self._started

    @property
    def left_s(self) -> float | None:
        """Seconds to the end of the last check; None while too little is known."""
        share = self.share
        return self.elapsed_s * (1 - share) / share if share >= _SPOKEN_FOR else None

    def line(self, now: datetime) -> str:
        """` 25 %  1234 of 4982  2 fail  3:12 so far, about 9:40 left, ends about 14:32`."""
        counts = f"{len(self._done)} of {len(self._weights)}"
        told = ", ".join(f"{self.verdicts[each]} {each}" for each in _TOLD if self.verdicts[each])
        left = self.left_s
        times = f"{_clock_time(self.elapsed_s)} so far"
        if left is not None:
            ends = now + timedelta(seconds=left)
            times += f", about {_clock_time(left)} left, ends about {ends:%H:%M}"
        return "  ".join(filter(None, (f"{self.share:4.0%}", counts, told, times)))


def _clock_time(seconds: float) -> str:
    """`3:12`, `1:03:12`."""
    whole = round(seconds)
    hours, minutes = whole // _HOUR, whole % _HOUR // _MINUTE
    if hours:
        return f"{hours}:{minutes:02}:{whole % _MINUTE:02}"
    return f"{minutes}:{whole % _MINUTE:02}"


class Progress:
    """A plugin of the controlling side, for a run that checks."""

    def __init__(self, config: pytest.Config, clock: Callable[[], float] = time.monotonic) -> None:
        self.projection = Projection(clock)
        self._clock, self._last = clock, clock()
        self._writer: Any = None
        # With -v pytest names each check, and a line that is drawn over would be in between.
        self._instead = config.option.verbose <= 0
        self._moves = self._instead and not config.option.usepdb
        self._live = False
        self._drawn = False
        self._lock = threading.Lock()
        self._over = threading.Event()

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Look where is written to; have the files of checks not named in between."""
        reporter: Any = session.config.pluginmanager.getplugin("terminalreporter")
        if reporter is None:
            return
        self._writer = session.config.get_terminal_writer()
        # Its percentages count what is told of stages and answers, too, and end beyond a hundred.
        reporter._show_progress_info = False  # noqa: SLF001 - no public way but in a file
        if self._instead:
            self._live = _is_terminal(reporter)
            reporter.showfspath = False
        if self._moves and (stream := _beside(reporter)) is not None:
            self._writer.flush()
            threading.Thread(target=self._move, args=(stream,), daemon=True).start()

    # --- what is to do ---

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.projection.expect([item.nodeid for item in session.items])

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: Collection[str]) -> None:
        del node
        self.projection.expect(ids)

    # --- what is done ---

    def pytest_runtest_logstart(self) -> None:
        self.projection.start()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        judgement = None if is_announced(report) else stamped(report)
        if judgement is not None:
            self.projection.verdicts[judgement.verdict] += 1

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self.projection.finish(nodeid)
        if self._writer is not None:
            self._tell_if_due(self._writer, DRAWN_EVERY_S)

    def _move(self, stream: TextIO) -> None:
        """Tell while a check waits, too: past pytest, which keeps what is written meanwhile."""
        with stream:
            while not self._over.wait(MOVED_EVERY_S):
                if self.projection.elapsed_s:
                    self._tell_if_due(stream, MOVED_EVERY_S)

    def _tell_if_due(self, stream: Any, drawn_every_s: float) -> None:
        due = drawn_every_s if self._live else LOGGED_EVERY_S
        with self._lock:
            if self._clock() - self._last >= due and not self._over.is_set():
                self._last = self._clock()
                self._tell(stream)

    @pytest.hookimpl(wrapper=True)
    def pytest_report_teststatus(self) -> Generator[None, Any, Any]:
        """No letter for each check, which would stand in the way; -v asks for them by name."""
        status = yield
        if not self._instead or not isinstance(status, tuple):
            return status
        category, _, word = status
        return category, "", word

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self) -> Generator[None, object, object]:
        with self._lock:
            self._over.set()
        self._clear()
        if self._writer is not None and self.projection.elapsed_s:
            self._writer.line("\nchecks are over: closing what they made, writing the reports")
        return (yield)

    def _tell(self, stream: Any) -> None:
        line = self.projection.line(datetime.now(UTC).astimezone())
        if self._live:
            stream.write(f"\r{line[: self._writer.fullwidth - 1]}\x1b[K")
            self._drawn = True
        else:
            stream.write(f"{'' if self._instead else chr(10)}{line}\n")
        stream.flush()

    def _clear(self) -> None:
        if self._drawn:
            self._writer.write("\r\x1b[K", flush=True)
            self._drawn = False


def _beside(reporter: Any) -> TextIO | None:
    """Another way to where pytest writes, which stays open while a check's output is kept."""
    try:
        there = os.dup(reporter._tw._file.fileno())  # noqa: SLF001 - no public way
    except (AttributeError, OSError):
        return None
    return open(there, "w", encoding="utf-8", errors="replace")  # noqa: PTH123 - a number


def _is_terminal(reporter: Any) -> bool:
    told = reporter.isatty
    return bool(told() if callable(told) else told)
