"""What changed between two runs, and whether anything got worse."""

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from reports.difference import Difference, compare
from reports.difference_text import FORMATS
from reports.files import read_run, write_text

HELP: Final = "what changed between two runs?"
# What is asked of a difference for the exit status to be 1.
_FAIL_ON: Final[Mapping[str, Callable[[Difference], int]]] = {
    "worse": lambda found: found.worse,
    "new": lambda found: found.new,
    "any": lambda found: found.count,
    "never": lambda _: 0,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("before", type=Path, help="report directory or run.json")
    parser.add_argument("after", type=Path, help="report directory or run.json")
    parser.add_argument("--format", choices=FORMATS, default="text")
    parser.add_argument("--out", type=Path, metavar="FILE", help="default: what it prints")
    parser.add_argument(
        "--fail-on",
        choices=_FAIL_ON,
        default="worse",
        help="exit status 1 for: anything worse (the default), new failures, any change, nothing",
    )


def run(chosen: argparse.Namespace) -> int:
    found = compare(read_run(chosen.before), read_run(chosen.after))
    text = FORMATS[chosen.format](found)
    if chosen.out is None:
        sys.stdout.write(text)
    else:
        write_text(chosen.out, text)
    return 1 if _FAIL_ON[chosen.fail_on](found) else 0
