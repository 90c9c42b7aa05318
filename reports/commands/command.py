"""The interface of a command, and what commands have in common."""

import argparse
import sys
from pathlib import Path
from typing import Final, Protocol

DEFAULT_DIRECTORY: Final = Path("reports/out")


class Command(Protocol):
    """A module of this folder. `HELP` is one line."""

    HELP: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare what the command takes."""

    def run(self, chosen: argparse.Namespace) -> int:
        """Do it; the exit status: 0 all well, 1 problems or something got worse.

        Raises ValueError or OSError with one clear line for bad input.
        """


def add_directory(parser: argparse.ArgumentParser) -> None:
    """Declare `directory`, the report directory."""
    parser.add_argument("directory", nargs="?", type=Path, default=DEFAULT_DIRECTORY)


def say(line: str) -> None:
    """Print one line."""
    sys.stdout.write(f"{line}\n")
