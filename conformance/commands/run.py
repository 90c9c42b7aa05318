"""`python -m conformance run`: the suite, from whatever folder."""

import argparse
from typing import Final

from conformance import starting

HELP: Final = "run the checks against a target; other options are pytest's and the suite's own"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    starting.add_arguments(parser)


def run(chosen: argparse.Namespace) -> int:
    return starting.start(chosen)
