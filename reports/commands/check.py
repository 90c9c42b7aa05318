"""Whether the outputs of a run are all there, agree with each other and give nothing away."""

import argparse
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from reports.commands.command import add_directory, say
from reports.files import RUN_JSON, read_run, read_valid_run
from reports.leaks import leaks
from reports.writers import writers
from reports.writers.writer import Writer

HELP: Final = "are all outputs there, consistent and redacted?"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_directory(parser)
    parser.add_argument(
        "--max-age", type=float, metavar="HOURS", help="a run that ended earlier is a problem too"
    )


def run(chosen: argparse.Namespace) -> int:
    directory: Path = chosen.directory
    if not directory.is_dir():
        raise ValueError(f"{directory}: no such directory")
    found = [*problems(directory), *_too_old(directory, chosen.max_age)]
    for problem in found:
        say(problem)
    if not found:
        said = f"{len(_formats())} outputs, consistent"
        say(f"{directory}: {said}: {read_run(directory).headline}")
    return 1 if found else 0


def _too_old(directory: Path, hours: float | None) -> Iterator[str]:
    """A pipeline that looks at last week's outputs, since tonight's run wrote none."""
    if hours is not None and (directory / RUN_JSON).exists():
        ended = read_run(directory).finished_at
        age = datetime.now(UTC) - ended
        if age > timedelta(hours=hours):
            told = f"{age.total_seconds() / 3600:.1f}"
            yield f"{RUN_JSON}: the run ended {told} hours ago, at {ended:%Y-%m-%d %H:%M} UTC"


def problems(directory: Path) -> list[str]:
    """Everything wrong with a report directory, a line each; empty if all is well."""
    formats = _formats()
    there = {name: writer for name, writer in formats.items() if (directory / name).exists()}
    found = [f"{name}: missing" for name in formats if name not in there]
    if RUN_JSON in there:
        found += _contradictions(directory, there.items())
    return [*found, *leaks(directory)]


def _formats() -> dict[str, Writer]:
    """The formats that leave something in the report directory, by its name."""
    return {writer.output: writer for writer in writers() if writer.output}


def _contradictions(directory: Path, there: Iterable[tuple[str, Writer]]) -> Iterator[str]:
    """What is wrong with each output, as its format sees it beside run.json."""
    try:
        told = read_valid_run(directory)
    except ValueError as error:
        yield f"{RUN_JSON}: {error}"
        return
    for name, writer in there:
        yield from (f"{name}: {said}" for said in writer.problems(directory / name, told))
