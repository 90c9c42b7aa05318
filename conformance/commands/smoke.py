"""`python -m conformance smoke`: is the target ready?"""

import argparse
from typing import Final

from conformance import starting

HELP: Final = "is the target ready for a run? exit 0: ready, 7: not; under 25 requests"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    starting.add_arguments(parser)


def run(chosen: argparse.Namespace) -> int:
    return starting.start(chosen, "--tier", "smoke", "-q")
