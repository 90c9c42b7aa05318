"""The formats in which a run is told: one module each, found by itself.

A module of this folder that has a `WRITER` is a format. To add one, add its module: the plugin,
the end of a run and `python -m reports check` ask for all there are.
"""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from reports.writers.writer import Finished, Writer


@cache
def writers() -> tuple[Writer, ...]:
    """Every format, in alphabetical order of its module."""
    names = sorted(module.name for module in iter_modules(__path__))
    modules = [import_module(f"{__name__}.{name}") for name in names]
    return tuple(module.WRITER for module in modules if hasattr(module, "WRITER"))


def write_all(finished: Finished) -> None:
    """Tell a finished run in every format."""
    for writer in writers():
        writer.write(finished)
