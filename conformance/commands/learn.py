"""`python -m conformance learn`: bindings of a platform from its own OpenAPI files."""

import argparse
from pathlib import Path
from typing import Final

from conformance.contract import ROUTES
from fixtures.exchange import openapi
from fixtures.learning import binder, writing
from reports.commands.command import say

HELP: Final = "learn how a platform spells paths from its OpenAPI files"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "--openapi",
        type=Path,
        required=True,
        metavar="DIR",
        help="folder of the files: SERVICE.yaml, .yml or .json, or SERVICE/openapi.yaml",
    )
    parser.add_argument("--write", type=Path, required=True, metavar="FILE", help="what to write")


def run(chosen: argparse.Namespace) -> int:
    """Write the bindings; a file that cannot be read is told, and the rest is still learned.

    Raises:
        ValueError: the folder holds no file of a service that could be read.
    """
    described: dict[str, openapi.Description] = {}
    origins: dict[str, str] = {}
    for service in sorted({operation.service for operation in ROUTES.values()}):
        if (path := _file(chosen.openapi, service)) is None:
            continue
        try:
            described[service] = openapi.read(path, service)
        except openapi.OpenApiError as error:
            say(f"left out: {error}")
            continue
        origins[service] = str(path)
    if not described:
        raise ValueError(f"{chosen.openapi} holds no OpenAPI file of a service that can be read")
    found = binder.learned(described, origins)
    chosen.write.write_text(writing.text(found), encoding="utf-8")
    told = ", ".join(f"{count} {name}" for name, count in binder.counts(found).items())
    say(f"{len(described)} services read: {told}; written to {chosen.write}")
    return 0


def _file(folder: Path, service: str) -> Path | None:
    names = [f"{service}.{end}" for end in ("yaml", "yml", "json")]
    places = [*(folder / name for name in names), folder / service / "openapi.yaml"]
    return next((place for place in places if place.is_file()), None)
