"""No run that checked less than its profile asks ends CONFORMANT with exit status 0."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.run.processes import BOUND_S, processes_of, recorded, start, wait_for, workers
from tests.run.suite import ROOT, command, environment, run_suite

INCOMPLETE = 6
INTERRUPTED = 2
NO_TESTS = 5
SOME = "conformance/stack/test_status_map.py"


@pytest.mark.parametrize(
    "arguments", [["-p", "no:reports.plugin"], ["--noconftest"]], ids=["no-recorder", "no-conftest"]
)
def test_without_the_recorder_no_check_passes(tmp_path: Path, arguments: list[str]) -> None:
    base = command("conformance", *arguments, "-q", directory=tmp_path)
    done = subprocess.run(
        base[: base.index("--report-dir")],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=BOUND_S * 3,
        check=False,
    )
    assert done.returncode != 0
    assert " passed" not in done.stdout
    assert "CONFORMANT" not in done.stdout


def test_a_run_narrowed_by_a_keyword_is_incomplete(tmp_path: Path) -> None:
    finished = run_suite("conformance", "-k", "maintenance_window", directory=tmp_path)
    assert finished.exit_status == INCOMPLETE, finished.output
    assert finished.run["verdict"] == "INCOMPLETE"
    assert "-k maintenance_window" in finished.run["scope"]["narrowed"]


def test_a_run_of_one_file_is_incomplete(tmp_path: Path) -> None:
    finished = run_suite("conformance/stack/test_maintenance.py", directory=tmp_path)
    assert finished.exit_status == INCOMPLETE, finished.output


def test_zero_checks_are_no_success(tmp_path: Path) -> None:
    finished = run_suite("conformance", "-k", "no_check_is_called_so", directory=tmp_path)
    assert finished.exit_status == NO_TESTS, finished.output
    assert finished.run["verdict"] == "INCOMPLETE"


def test_a_crashed_worker_leaves_the_run_incomplete(tmp_path: Path) -> None:
    process = start(SOME, "-n", "2", "--max-worker-restart=0", directory=tmp_path)
    try:
        wait_for(lambda: len(workers(process.pid)) >= 2, "workers")
        wait_for(lambda: recorded(process.pid), "exchanges")
        os.kill(workers(process.pid)[0], signal.SIGKILL)
        output, _ = process.communicate(timeout=BOUND_S * 2)
    finally:
        process.kill()
    assert process.returncode not in {0, 8}, output
    assert '"verdict": "INCOMPLETE"' in (tmp_path / "run.json").read_text()
    assert "Crashed workers" in output


def test_an_interrupted_run_writes_its_reports_and_leaves_no_process(tmp_path: Path) -> None:
    process = start(SOME, "-n", "2", directory=tmp_path)
    try:
        wait_for(lambda: recorded(process.pid), "exchanges")
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=BOUND_S * 2)
    finally:
        process.kill()
    assert process.returncode == INTERRUPTED, output
    assert "Traceback" not in output
    assert '"verdict": "INCOMPLETE"' in (tmp_path / "run.json").read_text()
    assert '"interrupted": true' in (tmp_path / "run.json").read_text()
    for name in ("compliance.html", "junit.xml", "pytest.html", "exchanges.jsonl"):
        assert (tmp_path / name).exists(), f"{name} is missing"
    wait_for(lambda: not processes_of(process.pid), "end of all processes")


LEAVES_OUT = """
def pytest_collection_modifyitems(items, config):
    out = [item for item in items if "sign_in" in item.nodeid or "[usm" in item.nodeid]
    items[:] = [item for item in items if item not in out]
"""
SKIPS = """
import pytest
def pytest_collection_modifyitems(items):
    for item in items[:3]:
        item.add_marker(pytest.mark.skip(reason="unaffected by this change"))
"""
LOSES = """
import pytest
@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item):
    return True if "[usm" in item.nodeid else None
"""


@pytest.mark.parametrize(
    ("plugin", "said"),
    [
        pytest.param(LEAVES_OUT, "Left out by something else", id="leaves out at collection"),
        pytest.param(LOSES, "Left out by something else", id="loses while running"),
        pytest.param(SKIPS, "skipped by something else than this suite", id="marks as skipped"),
    ],
)
@pytest.mark.whole
def test_what_another_plugin_keeps_from_running_is_missed(
    tmp_path: Path, plugin: str, said: str
) -> None:
    (tmp_path / "meddler.py").write_text(plugin, encoding="utf-8")
    finished = run_suite(
        *("conformance", "-n", "2", "--cells", "turns", "-p", "meddler"),
        directory=tmp_path / "out",
        PYTHONPATH=str(tmp_path),
    )
    assert finished.exit_status == INCOMPLETE, finished.output
    assert said in finished.output
    assert finished.run["scope"]["narrowed"] is None
