"""Makes again what is made of run.json and exchanges.jsonl alone."""

import argparse
from pathlib import Path
from typing import Final

from reports.commands.command import add_directory, say
from reports.files import EXCHANGES_JSONL, RUN_JSON, ExchangeLog, read_run
from reports.writers import exchanges, write_again
from reports.writers import run as run_json
from reports.writers.compliance import write_compliance

HELP: Final = "make compliance.html again, and every other format that is made of run.json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_directory(parser)
    parser.add_argument(
        "--history", metavar="DIR", type=Path, help="tell the trend of the runs in this folder, too"
    )


def run(chosen: argparse.Namespace) -> int:
    directory: Path = chosen.directory
    told, log = read_run(directory), ExchangeLog(directory / EXCHANGES_JSONL)
    for writer, path in ((run_json.WRITER, directory / RUN_JSON), (exchanges.WRITER, log.path)):
        if wrong := next(writer.problems(path, told), None):
            raise ValueError(f"{path}: {wrong}")
    for path in (write_compliance(directory, chosen.history), *write_again(told, log, directory)):
        say(str(path))
    return 0
