"""Writes costs.json, from which `--plan` tells what a run would do."""

import argparse
from typing import Final

from reports import costs
from reports.commands.command import add_directory, say
from reports.files import EXCHANGES_JSONL, ExchangeLog, read_run

HELP: Final = "write costs.json from a run on the reference"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_directory(parser)


def run(chosen: argparse.Namespace) -> int:
    log = ExchangeLog(chosen.directory / EXCHANGES_JSONL)
    costs.write(costs.measure(read_run(chosen.directory), log))
    say(str(costs.COSTS))
    return 0
