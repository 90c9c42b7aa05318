"""`python -m reports COMMAND`: work on the outputs of a run. Commands are in `reports.commands`.

Exit status: 0 all well, 1 problems or something got worse, 2 bad input.
"""

import argparse
import sys
from collections.abc import Sequence
from typing import NoReturn

from reports.commands import commands


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"reports: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status."""
    chosen = _parser().parse_args(arguments)
    try:
        return int(chosen.run(chosen))
    except (ValueError, OSError) as error:
        sys.stderr.write(f"reports: {' '.join(str(error).split())}\n")
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m reports", description="Work on the outputs of a run.")
    known = commands()
    choice = parser.add_subparsers(required=True, metavar="|".join(known))
    for name, command in known.items():
        added = choice.add_parser(name, help=command.HELP)
        command.add_arguments(added)
        added.set_defaults(run=command.run)
    return parser


if __name__ == "__main__":
    sys.exit(main())
