"""Writes uses.json, from which a probe tells how many MUSTs a line would decide."""

import argparse
from typing import Final

from reports import uses
from reports.commands.command import add_directory, say
from reports.files import EXCHANGES_JSONL, ExchangeLog, read_run

HELP: Final = "write uses.json from a run on the reference"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_directory(parser)


def run(chosen: argparse.Namespace) -> int:
    log = ExchangeLog(chosen.directory / EXCHANGES_JSONL)
    uses.write(uses.measure(read_run(chosen.directory), log))
    say(str(uses.USES))
    return 0
