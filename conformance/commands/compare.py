"""`python -m conformance compare`: a platform's own OpenAPI files beside the pages."""

import argparse
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from fixtures.learning import comparing, sources
from fixtures.learning.comparing import Kind, Remark
from reports.commands.command import say

HELP: Final = "what a platform's OpenAPI files confirm, contradict, leave out and add"
_FORMATS: Final = ("terminal", "markdown", "json")
# What is told one by one; the rest only counted, unless all is asked for.
_TOLD: Final = (Kind.CONTRADICTED, Kind.NEW, Kind.NOT_PUBLISHED)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("place", metavar="DIR|FILE|URL", help="as of learn --openapi")
    parser.add_argument("--format", choices=_FORMATS, default="terminal")
    parser.add_argument("--all", action="store_true", help="tell what is confirmed, too")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write it there")


def run(chosen: argparse.Namespace) -> int:
    """Tell the comparison; 1 where a page is contradicted.

    Raises:
        ValueError: nothing could be read.
    """
    found = sources.gathered([chosen.place])
    if not found.descriptions:
        raise ValueError("; ".join(found.left_out) or f"{chosen.place} holds no OpenAPI file")
    remarks = comparing.compared(found.descriptions)
    text = _written(remarks, [*found.left_out, *found.remarks], chosen)
    if chosen.write is None:
        say(text)
    else:
        chosen.write.write_text(f"{text}\n", encoding="utf-8")
        say(f"{_summary(remarks)}; written to {chosen.write}")
    return int(any(each.kind is Kind.CONTRADICTED for each in remarks))


def _summary(remarks: Iterable[Remark]) -> str:
    return ", ".join(f"{count} {name}" for name, count in comparing.counts(remarks).items())


def _written(remarks: list[Remark], unread: list[str], chosen: argparse.Namespace) -> str:
    told = [each for each in remarks if chosen.all or each.kind in _TOLD]
    if chosen.format == "json":
        data = {
            "counts": comparing.counts(remarks),
            "remarks": comparing.as_data(told),
            "unread": unread,
        }
        return json.dumps(data, indent=2)
    lines = _markdown if chosen.format == "markdown" else _terminal
    return "\n".join([_summary(remarks), *unread, *lines(told)])


def _terminal(remarks: Iterable[Remark]) -> Iterator[str]:
    for each in remarks:
        yield f"{each.kind:<14} {each.line}"


def _markdown(remarks: Iterable[Remark]) -> Iterator[str]:
    yield ""
    yield "| | Route | Part | The file | The pages |"
    yield "|---|---|---|---|---|"
    for each in remarks:
        page = f"{each.ours} ({each.page})" if each.page else each.ours
        cells = (each.kind, each.route, each.part, each.theirs, page)
        yield "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"
