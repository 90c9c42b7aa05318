"""Tells the trend of a history, and which requirements flicker."""

import argparse
import sys
from pathlib import Path
from typing import Final

from reports import history
from reports.files import read_run
from reports.history_text import FORMATS

HELP: Final = "the trend of a history folder, and what is flaky in it"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("directory", type=Path, help="what runs were given as --history")
    parser.add_argument("--format", choices=FORMATS, default="text")
    parser.add_argument("--last", type=_number, metavar="N", help="the last N runs alone")
    parser.add_argument(
        "--add",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="first add the run of this report directory; may be given again",
    )
    parser.add_argument(
        "--fail-on-flaky", action="store_true", help="exit status 1 where a requirement flickers"
    )


def run(chosen: argparse.Namespace) -> int:
    for directory in chosen.add:
        history.append(chosen.directory, read_run(directory))
    entries = history.read(chosen.directory)
    if not entries:
        raise ValueError(f"{chosen.directory}: the history holds no run")
    entries = entries[-chosen.last :] if chosen.last else entries
    sys.stdout.write(FORMATS[chosen.format](entries))
    restless = any(history.flaky(runs) for runs in history.series(entries).values())
    return 1 if chosen.fail_on_flaky and restless else 0


def _number(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("give a number from 1 on")
    return number
