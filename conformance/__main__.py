"""`python -m conformance COMMAND`: runs and what belongs to them.

Commands are in `conformance.commands`. Exit status of this dispatcher: 4 for bad input, in one
line; else that of the command.
"""

import argparse
import sys
from collections.abc import Sequence
from typing import Final, NoReturn

from conformance.commands import command, names

USAGE: Final = 4  # as pytest has it: 1 is a verdict


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(USAGE, f"conformance: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status."""
    chosen = _parser().parse_args(arguments)
    try:
        return int(chosen.run(chosen))
    except (ValueError, OSError) as error:
        sys.stderr.write(f"conformance: {' '.join(str(error).split())}\n")
        return USAGE


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m conformance", description="Runs of the suite, and what belongs to them."
    )
    known = names()
    choice = parser.add_subparsers(required=True, metavar="|".join(known) or "COMMAND")
    for name in known:
        module = command(name)
        added = choice.add_parser(name, help=module.HELP, description=module.HELP)
        module.add_arguments(added)
        added.set_defaults(run=module.run)
    return parser


if __name__ == "__main__":
    sys.exit(main())
