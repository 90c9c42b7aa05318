"""Runs of the suite that are watched, and ended from outside, while they go on."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.run.suite import ROOT, command, environment

BOUND_S: Final = 120.0


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
    """A run in a session of its own, which heeds signals."""
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


def workers(group: int) -> list[int]:
    """Processes of xdist's workers."""
    return [pid for pid, line in processes_of(group).items() if "import sys;exec" in line]


def recorded(group: int, *, by: str = "gw") -> bool:
    """Whether processes of the run have sent requests: they keep a file of them open."""
    for pid in processes_of(group):
        for link in Path(f"/proc/{pid}/fd").glob("*"):
            try:
                name = str(link.readlink())
            except OSError:
                continue
            if f"exchanges-{by}" in name and Path(name).stat().st_size:
                return True
    return False
