"""`python -m conformance learn`: bindings of a platform from what it describes of itself."""

import argparse
from pathlib import Path
from typing import Final

from fixtures.learning import binder, sources, writing
from reports.commands.command import say

HELP: Final = "learn how a platform spells and shapes what no page prints, from its files"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "--openapi",
        action="append",
        default=[],
        metavar="DIR|FILE|URL",
        help="OpenAPI 3.0 or 3.1, YAML or JSON; of a URL, /SERVICE/openapi.yaml is asked for",
    )
    parser.add_argument(
        "--har", type=Path, action="append", default=[], metavar="FILE", help="recorded traffic"
    )
    parser.add_argument(
        "--postman",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="a collection of Postman, 2.1",
    )
    parser.add_argument("--write", type=Path, required=True, metavar="FILE", help="what to write")


def run(chosen: argparse.Namespace) -> int:
    """Write the bindings; a file that cannot be read is told, and the rest is still learned.

    Raises:
        ValueError: nothing could be read.
    """
    if not (chosen.openapi or chosen.har or chosen.postman):
        raise ValueError("give --openapi, --har or --postman: there is nothing to learn from")
    found = sources.gathered(chosen.openapi, chosen.har, chosen.postman)
    for line in found.left_out:
        say(f"left out: {line}")
    for line in found.remarks:
        say(line)
    if not found.descriptions:
        raise ValueError("no file of a service could be read")
    learned = binder.learned(found.descriptions, found.origins)
    chosen.write.write_text(writing.text(learned), encoding="utf-8")
    told = ", ".join(f"{count} {name}" for name, count in binder.counts(learned).items())
    say(f"{len(found.descriptions)} services read: {told}; written to {chosen.write}")
    say(f'name it in the target file: bindings = "{chosen.write.name}"')
    return 0
