"""The command line contract: one JSON line, exit status, nothing left behind."""

import json
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests.reference.platform_client import ROOT, Platform, command, running

# Never reached where it works, however busy the machine is.
STOP_BOUND_S = 120


def run(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*options),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=STOP_BOUND_S,
        check=False,
    )


def start(directory: Path, *options: str) -> tuple[subprocess.Popen[str], dict[str, str]]:
    environment = {**os.environ, "TMPDIR": str(directory)}
    process = subprocess.Popen(
        command(*options), cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    addresses: dict[str, str] = json.loads(process.stdout.readline())
    return process, addresses


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stops_on_a_signal_and_removes_its_directory(
    tmp_path: Path, number: signal.Signals
) -> None:
    process, _ = start(tmp_path)
    assert list(tmp_path.iterdir())
    process.send_signal(number)
    out, _ = process.communicate(timeout=STOP_BOUND_S)
    assert (process.returncode, out) == (0, "")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["--port", "high"], "--port"),
        (["--port", "70000"], "70000"),
        (["--rate-limit-rpm", "-1"], "-1"),
        (["--rate-limit-window-s", "0"], "--rate-limit-window-s"),
        (["--latency-ms", "x"], "--latency-ms"),
        (["--defect", "no-such-defect"], "no-such-defect"),
        (["--variant", "no-such-variant"], "no-such-variant"),
        (["--unknown"], "--unknown"),
        (["--unknown-field", "since_utc"], "since_utc"),
    ],
)
def test_bad_options_end_in_one_line_and_status_2(options: list[str], word: str) -> None:
    ended = run(*options)
    assert ended.returncode == 2
    assert not ended.stdout
    assert len(ended.stderr.splitlines()) == 1
    assert word in ended.stderr


@pytest.mark.parametrize("option", ["--port", "--operator-port", "--aws-port"])
def test_a_taken_port_ends_in_one_line_and_status_2(option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = run(option, str(taken.getsockname()[1]))
    assert (ended.returncode, len(ended.stderr.splitlines())) == (2, 1)
    assert "cannot listen" in ended.stderr


@pytest.mark.parametrize(("option", "least"), [("--list-defects", 100), ("--list-variants", 12)])
def test_catalogues_print_one_a_line_name_first(option: str, least: int) -> None:
    lines = run(option).stdout.splitlines()
    assert len(lines) >= least
    for line in lines:
        name, story = line.split("  ", 1)
        assert " " not in name
        assert story


def test_siblings_share_deviations_and_end_with_their_parent() -> None:
    options = ("--variant", "created-201", "--rate-limit-rpm", "7")
    unknown = ("--unknown-field", "POST /ofm/zone/create caption")
    with running(*options, *unknown) as parent:
        started = parent.do("reference_sibling", rate_limit_rpm=5, rate_limit_window_s=1)
        sibling = Platform(
            started["base_url"], started["operator_url"], parent.client, parent.process
        )
        assert sibling.do("reference_settings")["rate_limit_rpm"] == 5
        answer = sibling.ask("/ofm/team/create", {}, sibling.user())
        assert answer.status_code == 400
        org = sibling.org()
        named = {"org_guid": org.guid, "caption": "T"}
        assert sibling.ask("/ofm/team/create", named, org.owner).status_code == 201
        assert sibling.ask("/ofm/zone/create", named, org.owner).status_code == 400
        parent.process.kill()
        assert _falls_silent(started["base_url"])


def _falls_silent(base_url: str) -> bool:
    port = int(base_url.rpartition(":")[2])
    deadline = time.monotonic() + STOP_BOUND_S
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            return True
        time.sleep(0.02)
    return False
