"""How far a run is, and when it will end: projected from costs, told in one line."""

import os
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from reports import progress
from reports.costs import Cost
from reports.progress import LOGGED_EVERY_S, Progress, Projection
from reports.verdict import Verdict

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
# Of two checks one sends most of the requests.
COSTS = {"a.py::cheap": Cost(0, 0), "a.py::dear": Cost(97, 0)}


class Clock:
    """Goes where it is told."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def _costs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "read", lambda: COSTS)


def begun(clock: Clock) -> Projection:
    told = Projection(clock)
    told.expect(["a.py::cheap[1]", "a.py::cheap[2]", "a.py::dear"])
    told.start()
    return told


def test_the_end_is_projected_from_what_checks_cost() -> None:
    clock = Clock()
    told = begun(clock)
    assert told.left_s is None
    clock.now += 4
    told.finish("a.py::cheap[1]")
    assert told.left_s is None  # a hundredth is done: nothing to go by
    told.finish("a.py::cheap[2]")
    assert told.share == pytest.approx(0.02)
    assert told.left_s == pytest.approx(196)
    told.verdicts[Verdict.FAIL] += 2
    assert told.line(NOON) == (
        "  2%  2 of 3  2 fail  0:04 so far, about 3:16 left, ends about 12:03"
    )
    told.finish("a.py::dear")
    assert told.left_s == 0


def test_workers_that_say_the_same_are_counted_once() -> None:
    clock = Clock()
    told = begun(clock)
    told.expect(["a.py::cheap[1]", "a.py::cheap[2]", "a.py::dear"])
    told.finish("a.py::dear")
    told.finish("a.py::dear")
    told.finish("b.py::of_nobody")
    assert told.line(NOON).startswith(" 98%  1 of 3  0:00 so far")


class Written:
    """What a terminal writer was given; `live` as a terminal is."""

    fullwidth = 80

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str, *, flush: bool = False) -> None:
        del flush
        self.text += text

    def line(self, text: str) -> None:
        self.text += f"{text}\n"

    def flush(self) -> None:
        """There is nobody else to pass it on to."""


def plugin(
    clock: Clock, *, terminal: bool, verbose: int = 0, file: Any = None
) -> tuple[Progress, Written]:
    written = Written()
    beside = SimpleNamespace(_file=file)
    reporter = SimpleNamespace(isatty=terminal, showfspath=True, _tw=beside)
    config: Any = SimpleNamespace(
        option=SimpleNamespace(verbose=verbose, usepdb=False),
        get_terminal_writer=lambda: written,
        pluginmanager=SimpleNamespace(getplugin=lambda _: reporter),
    )
    session: Any = SimpleNamespace(
        config=config, items=[SimpleNamespace(nodeid=f"a.py::cheap[{n}]") for n in range(100)]
    )
    made = Progress(config, clock)
    made.pytest_sessionstart(session)
    made.pytest_collection_finish(session)
    assert reporter.showfspath == (verbose > 0)
    return made, written


def done(told: Progress, clock: Clock, number: int, seconds: float) -> None:
    told.pytest_runtest_logstart()
    clock.now += seconds
    told.pytest_runtest_logfinish(f"a.py::cheap[{number}]")


def test_a_log_has_a_line_now_and_then() -> None:
    clock = Clock()
    told, written = plugin(clock, terminal=False)
    for number in range(40):
        done(told, clock, number, LOGGED_EVERY_S / 10)
    lines = written.text.splitlines()
    assert [line[:14] for line in lines] == [
        " 10%  10 of 10",
        " 20%  20 of 10",
        " 30%  30 of 10",
        " 40%  40 of 10",
    ]
    assert all("about 4:30 left" in line for line in lines[:1])
    assert "\r" not in written.text


def test_a_terminal_has_one_line_that_is_drawn_over() -> None:
    clock = Clock()
    told, written = plugin(clock, terminal=True)
    for number in range(40):
        done(told, clock, number, 3)
    assert written.text.count("\r") == 40
    assert "\n" not in written.text
    assert all(len(part) < 80 + len("\x1b[K") for part in written.text.split("\r"))


def test_the_line_moves_while_a_check_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "MOVED_EVERY_S", 0.01)
    clock = Clock()
    ours, theirs = os.pipe()
    with os.fdopen(ours, newline="") as drawn, os.fdopen(theirs, "w") as file:
        told, written = plugin(clock, terminal=True, file=file)
        told.pytest_runtest_logstart()
        clock.now += 7
        assert drawn.read(21) == "\r  0%  0 of 100  0:07"
        ended = told.pytest_sessionfinish()
        next(ended)
    assert "checks are over" in written.text


def test_where_pytest_names_each_check_it_is_left_to() -> None:
    clock = Clock()
    told, written = plugin(clock, terminal=True, verbose=1)
    done(told, clock, 0, LOGGED_EVERY_S)
    assert written.text.startswith("\n  1%  1 of 100")
    hook = told.pytest_report_teststatus()
    next(hook)
    with pytest.raises(StopIteration) as stopped:
        hook.send(("passed", ".", "PASSED"))
    assert stopped.value.value == ("passed", ".", "PASSED")
