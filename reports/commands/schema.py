"""Writes the JSON Schema of run.json from the model."""

import argparse
from typing import Final

from reports.commands.command import say
from reports.files import write_schema

HELP: Final = "write run.schema.json from the model"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    del parser  # it takes none


def run(chosen: argparse.Namespace) -> int:
    del chosen
    say(str(write_schema()))
    return 0
