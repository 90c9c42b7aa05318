"""The commands of `python -m reports`: one module each, found by itself.

A module of this folder that has a `run` is a command of its name.
"""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from reports.commands.command import Command


@cache
def commands() -> dict[str, Command]:
    """Every command by its name, in alphabetical order."""
    names = sorted(module.name for module in iter_modules(__path__))
    found = {name: import_module(f"{__name__}.{name}") for name in names}
    return {name: module for name, module in found.items() if hasattr(module, "run")}
