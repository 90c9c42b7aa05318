"""Says the verdict of a run again, and exits as that run did."""

import argparse
from typing import Final

from reports.certificate import exit_status
from reports.commands.command import add_directory, say
from reports.files import read_run

HELP: Final = "the headline of a run; exits as that run did"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_directory(parser)


def run(chosen: argparse.Namespace) -> int:
    told = read_run(chosen.directory)
    say(told.headline)
    for reason in told.reasons:
        say(f"  {reason}")
    return exit_status(told.verdict)
