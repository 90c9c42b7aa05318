"""Runs the suite as a user does: a process of its own, its exit status, its words, its files."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT = Path(__file__).resolve().parents[2]
BOUND_S = 900
# Every requirement by one parameter set of each of its checks, the same each time: what a target
# gets that is not loopback. The certification itself tries them all.
TURNS: Final = ("conformance", "-q", "--cells", "turns", "--run-seed", "1")


@dataclass(frozen=True)
class Finished:
    """A run that has ended."""

    exit_status: int
    output: str
    directory: Path

    @property
    def run(self) -> dict[str, Any]:
        """run.json."""
        loaded: dict[str, Any] = json.loads((self.directory / "run.json").read_text("utf-8"))
        return loaded

    @property
    def verdicts(self) -> dict[str, str]:
        """Verdicts by requirement."""
        return {item["id"]: item["verdict"] for item in self.run["requirements"]}

    def with_verdict(self, verdict: str) -> list[str]:
        return [name for name, found in self.verdicts.items() if found == verdict]


def command(*arguments: str, directory: Path) -> list[str]:
    """The command line of a run."""
    base = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]
    return [*base, *arguments, "--report-dir", str(directory)]


def environment(**more: str) -> dict[str, str]:
    """The environment without what an outer pytest run has put there, and a job of GitHub's."""
    outer = ("PYTEST", "GITHUB")
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(outer)}
    return {**inherited, **more}


def run_module(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m ARGUMENTS` to its end."""
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )


def run_suite(*arguments: str, directory: Path, **env: str) -> Finished:
    """Run `pytest ARGUMENTS` to its end, with a bound."""
    done = subprocess.run(
        command(*arguments, directory=directory),
        cwd=ROOT,
        env=environment(**env),
        capture_output=True,
        text=True,
        timeout=BOUND_S,
        check=False,
    )
    return Finished(done.returncode, done.stdout + done.stderr, directory)
