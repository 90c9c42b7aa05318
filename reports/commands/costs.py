"""Writes costs.json, from which `--plan` tells what a run would do, and advising.json."""

import argparse
from typing import Final

from conformance.requirements import load
from reports import advising, costs
from reports.commands.command import add_directory, say
from reports.files import EXCHANGES_JSONL, ExchangeLog, read_run

HELP: Final = "write costs.json and advising.json from a whole run on the reference"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_directory(parser)


def run(chosen: argparse.Namespace) -> int:
    log = ExchangeLog(chosen.directory / EXCHANGES_JSONL)
    told = read_run(chosen.directory)
    costs.write(costs.measure(told, log))
    advising.write(advising.measure(told, load()))
    say(f"{costs.COSTS}, {advising.ADVISING}")
    return 0
