"""The commands of `python -m conformance`: one module each, found by itself.

A module of this folder that has a `run` is a command of its name. Commands stand above all rooms
and may import any of them; nothing imports them but the package's `__main__`.
"""

import sys
from collections.abc import Sequence
from typing import Final

from reports.dispatch import dispatch, found_in

USAGE: Final = 4  # as pytest has it: 1 is a verdict


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit status, or 4 for bad input, in one line."""
    told = "Runs of the suite, and what belongs to them."
    return dispatch("conformance", told, found_in(sys.modules[__name__]), arguments, usage=USAGE)
