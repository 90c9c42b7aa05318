"""Starts pytest on the suite, with paths that mean what they meant where the command was given."""

import argparse
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
# Options whose value is a path, which pytest would look for in the suite's own folder.
PATHS: Final = ("--target", "--waivers", "--write-waivers", "--report-dir", "--history")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what every command that starts pytest takes; all else is handed on as it stands."""
    for name in PATHS:
        parser.add_argument(name, type=Path, metavar="PATH")
    parser.add_argument("--step", type=int, action="append", default=[], metavar="N")
    parser.add_argument("--requirement", action="append", default=[], metavar="ID")
    parser.add_argument("rest", nargs=argparse.REMAINDER, help="-- and then options of pytest")


def start(chosen: argparse.Namespace, *more: str) -> int:
    """Run pytest to its end; its exit status is the run's.

    Raises ValueError for a step that there is not.
    """
    command = [sys.executable, "-m", "pytest", *_folders(chosen.step), *more]
    for name in PATHS:
        path = getattr(chosen, name.removeprefix("--").replace("-", "_"))
        command += [f"{name}={path.absolute()}"] if path is not None else []
    command += [f"--requirement={each}" for each in chosen.requirement]
    command += [part for part in chosen.rest if part != "--"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode  # noqa: S603 - what the user asked for


def _folders(steps: list[int]) -> list[str]:
    if not steps:
        return ["conformance"]
    found = []
    for step in steps:
        folders = sorted((ROOT / "conformance").glob(f"step{step:02}_*"))
        if step == 0:
            folders = [ROOT / "conformance" / "stack"]
        if not folders:
            raise ValueError(f"there is no step {step}: steps are 0 (the whole stack) to 13")
        found += [str(folder.relative_to(ROOT)) for folder in folders]
    return found
