"""Makes compliance.html again, from run.json and exchanges.jsonl."""

import argparse
from typing import Final

from reports.commands.command import add_directory, say
from reports.writers.compliance import write_compliance

HELP: Final = "make compliance.html again"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_directory(parser)


def run(chosen: argparse.Namespace) -> int:
    say(str(write_compliance(chosen.directory)))
    return 0
