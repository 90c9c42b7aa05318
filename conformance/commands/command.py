"""The interface of a command of `python -m conformance`."""

import argparse
import sys
from typing import Protocol


class Command(Protocol):
    """A module of this folder. `HELP` is one line."""

    HELP: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare what the command takes."""

    def run(self, chosen: argparse.Namespace) -> int:
        """Do it; the exit status.

        Raises ValueError or OSError with one clear line for bad input.
        """


def say(line: str) -> None:
    """Print one line."""
    sys.stdout.write(f"{line}\n")
