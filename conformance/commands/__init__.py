"""The commands of `python -m conformance`: one module each, found by itself.

A module of this folder that has a `run` is a command of its name. Commands stand above all rooms
and may import any of them; nothing imports them.
"""

from importlib import import_module
from pkgutil import iter_modules

from conformance.commands.command import Command


def names() -> list[str]:
    """The names of all commands, in alphabetical order."""
    found = (module.name for module in iter_modules(__path__))
    return sorted(name for name in found if name != "command")


def command(name: str) -> Command:
    """The command of this name, which is one of `names()`."""
    found: Command = import_module(f"{__name__}.{name}")
    return found
