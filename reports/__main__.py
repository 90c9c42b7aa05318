"""`python -m reports check|diff|render|costs|schema`: work on the outputs of a run.

Exit status: 0 all well, 1 problems or something got worse, 2 bad input.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from reports import costs
from reports.checking import problems
from reports.compliance import write_compliance
from reports.diffing import compare
from reports.files import EXCHANGES_JSONL, ExchangeLog, read_run, write_schema

DEFAULT_DIRECTORY = Path("reports/out")


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"reports: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status."""
    chosen = _parser().parse_args(arguments)
    try:
        return int(chosen.command(chosen))
    except (ValueError, OSError) as error:
        sys.stderr.write(f"reports: {' '.join(str(error).split())}\n")
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m reports", description="Work on the outputs of a run.")
    commands = parser.add_subparsers(required=True, metavar="check|diff|render|costs|schema")
    check = commands.add_parser("check", help="are all outputs there, consistent and redacted?")
    check.add_argument("directory", nargs="?", type=Path, default=DEFAULT_DIRECTORY)
    check.set_defaults(command=_check)
    diff = commands.add_parser("diff", help="what changed between two runs?")
    diff.add_argument("before", type=Path, help="report directory or run.json")
    diff.add_argument("after", type=Path, help="report directory or run.json")
    diff.set_defaults(command=_diff)
    render = commands.add_parser("render", help="make compliance.html again")
    render.add_argument("directory", nargs="?", type=Path, default=DEFAULT_DIRECTORY)
    render.set_defaults(command=_render)
    measured = commands.add_parser("costs", help="write costs.json from a run on the reference")
    measured.add_argument("directory", nargs="?", type=Path, default=DEFAULT_DIRECTORY)
    measured.set_defaults(command=_costs)
    schema = commands.add_parser("schema", help="write run.schema.json from the model")
    schema.set_defaults(command=_schema)
    return parser


def _check(chosen: argparse.Namespace) -> int:
    directory: Path = chosen.directory
    if not directory.is_dir():
        raise ValueError(f"{directory}: no such directory")
    found = problems(directory)
    for problem in found:
        _say(problem)
    if not found:
        _say(f"{directory}: six outputs, consistent: {read_run(directory).headline}")
    return 1 if found else 0


def _diff(chosen: argparse.Namespace) -> int:
    changes = compare(read_run(chosen.before), read_run(chosen.after))
    for change in changes:
        _say(f"{'worse ' if change.worse else '      '}{change.text}")
    worse = sum(change.worse for change in changes)
    _say(f"{len(changes)} changes, {worse} for the worse")
    return 1 if worse else 0


def _costs(chosen: argparse.Namespace) -> int:
    run, log = read_run(chosen.directory), ExchangeLog(chosen.directory / EXCHANGES_JSONL)
    costs.write(costs.measure(run, log))
    _say(str(costs.COSTS))
    return 0


def _render(chosen: argparse.Namespace) -> int:
    _say(str(write_compliance(chosen.directory)))
    return 0


def _schema(_chosen: argparse.Namespace) -> int:
    _say(str(write_schema()))
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
