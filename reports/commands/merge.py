"""Puts the shards of a run together and tells it in every format."""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

from reports import merging
from reports.certificate import exit_status
from reports.commands.command import say
from reports.files import EXCHANGES_JSONL
from reports.retelling import retell
from reports.writers import outputs
from reports.writers.terminal import summary

HELP: Final = "put the shards of a run together (--shard); exits as that run would have"
_WIDTH: Final = 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shards", metavar="DIR", nargs="+", type=Path, help="its report directory")
    parser.add_argument("--report-dir", required=True, metavar="OUT", type=Path)


def run(chosen: argparse.Namespace) -> int:
    out: Path = chosen.report_dir
    if out.resolve() in {each.resolve() for each in chosen.shards}:
        raise ValueError(f"{out} is one of the shards: choose another directory for the whole")
    # Whatever comes of it, no older verdict stays there.
    out.mkdir(parents=True, exist_ok=True)
    for name in outputs():
        _remove(out / name)
    parts = merging.read(chosen.shards)
    with tempfile.TemporaryDirectory() as scratch:
        finished = retell(merging.collect(parts, Path(scratch) / EXCHANGES_JSONL), out)
    sys.stdout.write(summary(finished.run, max(_WIDTH, shutil.get_terminal_size().columns)))
    say(f"reports: {out}")
    return exit_status(finished.run.verdict)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
