"""A run on a terminal keeps one line up to date, with its projected end; in a log it draws none."""

import os
import pty
import subprocess
from pathlib import Path

import pytest

from tests.run.suite import ROOT, command, environment, run_suite

STEP = ("conformance/step03_association", "--run-seed", "1")


def on_a_terminal(*arguments: str, directory: Path) -> str:
    """What a run writes to a terminal."""
    ours, theirs = pty.openpty()
    run = subprocess.Popen(
        command(*arguments, directory=directory),
        cwd=ROOT,
        env=environment(TERM="xterm", COLUMNS="120"),
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    told = b""
    with run, os.fdopen(ours, "rb", buffering=0) as stream:
        try:
            while part := stream.read(65536):
                told += part
        except OSError:  # how a terminal says that nobody writes to it any more
            pass
    return told.decode()


@pytest.mark.parametrize("workers", ["0", pytest.param("2", marks=pytest.mark.whole)])
def test_a_terminal_is_told_the_projected_end(tmp_path: Path, workers: str) -> None:
    told = on_a_terminal(*STEP, "-n", workers, directory=tmp_path / "out")
    drawn = [part for part in told.split("\r") if "so far" in part]
    assert drawn, told
    assert any("left, ends about" in part for part in drawn), drawn
    assert "[100%]" not in told
    assert "checks are over" in told


def test_a_log_is_told_the_end_of_the_checks_and_no_percentage_beyond(tmp_path: Path) -> None:
    finished = run_suite(*STEP, directory=tmp_path / "out")
    assert "\r" not in finished.output
    assert "%]" not in finished.output
    assert "checks are over: closing what they made" in finished.output
