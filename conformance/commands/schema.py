"""`python -m conformance schema`: the JSON Schema of the target file, for editors."""

import argparse
from typing import Final

from reports.commands.command import say

HELP: Final = "write the JSON Schema of the target file where the suite publishes it"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    del parser


def run(chosen: argparse.Namespace) -> int:
    from fixtures.exchange import target_schema  # noqa: PLC0415 - keeps --help fast

    del chosen
    say(f"wrote {target_schema.write()}")
    return 0
