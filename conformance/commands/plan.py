"""`python -m conformance plan`: what a run would do."""

import argparse
from typing import Final

from conformance import starting

HELP: Final = "tell what a run would do and leave behind; sends nothing"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    starting.add_arguments(parser)


def run(chosen: argparse.Namespace) -> int:
    return starting.start(chosen, "--plan", "-q")
