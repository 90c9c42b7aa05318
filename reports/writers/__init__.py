"""The formats in which a run is told: one module each, found by itself.

A module of this folder that has a `WRITER` is a format. To add one, add its module: the plugin,
the end of a run and `python -m reports check` ask for all there are.
"""

from dataclasses import replace
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from reports.assemble import assemble
from reports.files import ExchangeLog
from reports.model import Run
from reports.writers.writer import Finished, RunWriter, Writer


@cache
def writers() -> tuple[Writer, ...]:
    """Every format, in alphabetical order of its module."""
    names = sorted(module.name for module in iter_modules(__path__))
    modules = [import_module(f"{__name__}.{name}") for name in names]
    return tuple(module.WRITER for module in modules if hasattr(module, "WRITER"))


def outputs() -> tuple[str, ...]:
    """What formats leave in the report directory."""
    return tuple(writer.output for writer in writers() if writer.output)


def write_again(run: Run, log: ExchangeLog, directory: Path) -> list[Path]:
    """Tell a run in every format that is made of it alone; the paths."""
    again = [writer for writer in writers() if isinstance(writer, RunWriter)]
    for writer in again:
        writer.tell(run, log, directory)
    return [directory / writer.output for writer in again if writer.output]


def write_all(finished: Finished) -> Finished:
    """Tell a finished run in every format; returns it as it was told last.

    A format that cannot be written takes none of the others with it: the run is INCOMPLETE then,
    and names it.
    """
    for writer in sorted(writers(), key=lambda each: each.rank):
        try:
            writer.write(finished)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other formats are to come
            finished = _without(finished, writer, error)
    return finished


def _without(finished: Finished, writer: Writer, error: Exception) -> Finished:
    """The run that says of itself that a format is missing."""
    name = writer.output or type(writer).__name__.lower()
    scope = finished.collected.scope
    unwritten = (*scope.unwritten, f"{name} ({type(error).__name__}: {_line(error)})")
    scope = scope.model_copy(update={"unwritten": unwritten})
    collected = replace(finished.collected, scope=scope)
    return replace(finished, run=assemble(collected), collected=collected)


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
