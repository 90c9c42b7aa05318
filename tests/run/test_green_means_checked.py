"""No run that checked less than its profile asks ends CONFORMANT with exit status 0."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.run.suite import ROOT, command, environment, run_suite

INCOMPLETE = 6
INTERRUPTED = 2
NO_TESTS = 5
BOUND_S = 60.0
SOME = "conformance/stack/test_status_map.py"


def wait_for(condition: Callable[[], object], what: str) -> None:
    """Poll until `condition` holds, within a bound."""
    deadline = time.monotonic() + BOUND_S
    while not condition():
        assert time.monotonic() < deadline, f"no {what} within {BOUND_S:.0f} s"
        time.sleep(0.05)


def processes_of(group: int) -> dict[int, str]:
    """Live processes of a session, by id, with their command lines (Linux)."""
    found = {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            fields = (path / "stat").read_text().rpartition(")")[2].split()
            line = (path / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue  # it ended while we looked
        state, session = fields[0], int(fields[3])
        if session == group and state != "Z":
            found[int(path.name)] = line
    return found


def start(*arguments: str, directory: Path) -> subprocess.Popen[str]:
    # Whoever is started in the background is told to ignore interrupts; these are to be heeded.
    heeding = ["env", "--default-signal=INT"]
    return subprocess.Popen(
        [*heeding, *command(*arguments, directory=directory)],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


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


def workers(group: int) -> list[int]:
    """Processes of xdist's workers."""
    return [pid for pid, line in processes_of(group).items() if "import sys;exec" in line]


def recorded(group: int) -> bool:
    """Whether workers of the run have sent requests: they keep a file of them open."""
    for pid in workers(group):
        for link in Path(f"/proc/{pid}/fd").glob("*"):
            try:
                name = str(link.readlink())
            except OSError:
                continue
            if "exchanges-gw" in name and Path(name).stat().st_size:
                return True
    return False
