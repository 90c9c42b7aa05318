"""However a run ends, its report directory tells of that run and of no other."""

import json
import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import pytest

from reports.files import RUN_JSON
from tests.run.processes import BOUND_S, processes_of, recorded, start, wait_for
from tests.run.suite import run_module, run_suite

INCOMPLETE: Final = 6
INTERRUPTED: Final = 2
INTERNAL_ERROR: Final = 3
USAGE_ERROR: Final = 4
LONG: Final = ("conformance/step07_stock", "conformance/step08_order", "-q")
SHORT: Final = ("conformance/stack/test_maintenance.py", "-q")
NOBODY: Final = """
base_url = "http://127.0.0.1:9"
operator_url = "http://127.0.0.1:9"
"""
# What an older run may have left, and what it would claim.
OLD: Final = ("compliance.html", "pytest.html", "junit.xml", "run.json", "exchanges.jsonl")


def leave_older_reports(directory: Path) -> None:
    directory.mkdir()
    for name in OLD:
        (directory / name).write_text('{"verdict": "CONFORMANT"}', encoding="utf-8")
    (directory / "allure-results").mkdir()
    (directory / "allure-results" / "old-result.json").write_text("{}", encoding="utf-8")


def told(directory: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((directory / RUN_JSON).read_text(encoding="utf-8"))
    return found


def expect_no_older_claim(directory: Path) -> None:
    for path in directory.rglob("*"):
        if path.is_file():
            assert '"verdict": "CONFORMANT"' not in path.read_text(encoding="utf-8"), path.name
    assert not (directory / "allure-results" / "old-result.json").exists()


@pytest.mark.parametrize("workers", ["0", "2"])
@pytest.mark.parametrize(
    "name",
    [
        pytest.param("SIGINT", marks=pytest.mark.whole),
        "SIGTERM",
        pytest.param("SIGHUP", marks=pytest.mark.whole),
    ],
)
def test_a_signal_to_all_processes_ends_a_run_in_order(
    tmp_path: Path, name: str, workers: str
) -> None:
    out = tmp_path / "out"
    leave_older_reports(out)
    process = start(*LONG, "-n", workers, directory=out)
    by = "gw" if workers == "2" else "main"
    try:
        wait_for(lambda: recorded(process.pid, by=by), "exchanges")
        for pid, line in processes_of(process.pid).items():
            if "fixtures.reference" not in line:  # these are in groups of their own
                send(pid, name)
        output, _ = process.communicate(timeout=BOUND_S)
    finally:
        process.kill()
    assert process.returncode == INTERRUPTED, output
    assert "Traceback" not in output
    assert told(out)["verdict"] == "INCOMPLETE"
    assert told(out)["scope"]["interrupted"]
    # Of a record that was being made at that moment nobody knows whether it came to be.
    left = [each for each in told(out)["leftovers"] if each["fate"] == "left"]
    assert len(left) <= max(1, int(workers)), left
    expect_no_older_claim(out)


def send(pid: int, name: str) -> None:
    """To a process that may have ended meanwhile."""
    with suppress(ProcessLookupError):
        os.kill(pid, getattr(signal, name))


def test_a_killed_run_leaves_no_older_verdict(tmp_path: Path) -> None:
    out = tmp_path / "out"
    leave_older_reports(out)
    process = start(*LONG, "-n", "2", directory=out)
    try:
        wait_for(lambda: recorded(process.pid), "exchanges")
    finally:
        process.kill()
    process.communicate(timeout=BOUND_S)
    assert told(out)["verdict"] == "INCOMPLETE"
    assert "did not come to its end" in told(out)["reasons"][0]
    expect_no_older_claim(out)
    assert run_module("reports", "check", str(out)).returncode == 1


def test_a_target_that_is_down_leaves_no_older_verdict(tmp_path: Path) -> None:
    out, file = tmp_path / "out", tmp_path / "target.toml"
    file.write_text(NOBODY, encoding="utf-8")
    leave_older_reports(out)
    finished = run_suite("conformance", "--target", str(file), directory=out)
    assert finished.exit_status == USAGE_ERROR, finished.output
    assert told(out)["verdict"] == "INCOMPLETE"
    assert "is it running" in told(out)["reasons"][0]
    expect_no_older_claim(out)


def test_an_option_that_cannot_be_used_loses_nothing(tmp_path: Path) -> None:
    out = tmp_path / "out"
    leave_older_reports(out)
    finished = run_suite("conformance", "--profile", "no/1", directory=out)
    assert finished.exit_status == USAGE_ERROR, finished.output
    assert told(out) == {"verdict": "CONFORMANT"}


def test_two_runs_do_not_share_a_report_directory(tmp_path: Path) -> None:
    process = start(*LONG, directory=tmp_path)
    try:
        wait_for(lambda: recorded(process.pid, by="main"), "exchanges")
        second = run_suite(*SHORT, directory=tmp_path)
    finally:
        process.kill()
    process.communicate(timeout=BOUND_S)
    assert second.exit_status == USAGE_ERROR, second.output
    assert "another run is writing" in second.output


BREAKS_THE_END: Final = """
def pytest_sessionfinish():
    raise RuntimeError("the disk is full")
"""
BREAKS_A_FORMAT: Final = """
from reports.writers.compliance import Compliance
def broken(self, finished):
    raise OSError("no space left")
Compliance.write = broken
"""


def meddled(tmp_path: Path, plugin: str) -> Any:
    (tmp_path / "meddler.py").write_text(plugin, encoding="utf-8")
    return run_suite(*SHORT, "-p", "meddler", directory=tmp_path / "out", PYTHONPATH=str(tmp_path))


def test_exit_status_of_a_crash_is_not_that_of_a_verdict(tmp_path: Path) -> None:
    finished = meddled(tmp_path, BREAKS_THE_END)
    assert finished.exit_status == INTERNAL_ERROR, finished.output
    assert told(finished.directory)["verdict"] == "INCOMPLETE"
    assert "the disk is full" in told(finished.directory)["reasons"][0]


def test_a_format_that_cannot_be_written_takes_no_other_with_it(tmp_path: Path) -> None:
    finished = meddled(tmp_path, BREAKS_A_FORMAT)
    assert finished.exit_status == INCOMPLETE, finished.output
    run = told(finished.directory)
    assert any("compliance.html (OSError: no space left)" in reason for reason in run["reasons"])
    assert (finished.directory / "exchanges.jsonl").stat().st_size
