"""Runs one of several commands, each a module found by its name in a package of them."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import NoReturn

from reports.commands.command import Command


def found_in(package: ModuleType) -> dict[str, Command]:
    """The modules of a package that have a `run`, by name, in alphabetical order."""
    names = sorted(module.name for module in iter_modules(package.__path__))
    found = {name: import_module(f"{package.__name__}.{name}") for name in names}
    return {name: module for name, module in found.items() if hasattr(module, "run")}


def dispatch(
    program: str,
    description: str,
    commands: Mapping[str, Command],
    arguments: Sequence[str] | None,
    *,
    usage: int,
) -> int:
    """Run the command that the arguments name; its exit status, or `usage` for bad input.

    Bad input is told in one line that begins with the name of the `program`.
    """
    chosen = _parser(program, description, commands, usage).parse_args(arguments)
    try:
        return int(chosen.run(chosen))
    except (ValueError, OSError) as error:
        sys.stderr.write(f"{program}: {' '.join(str(error).split())}\n")
        return usage


def _parser(
    program: str, description: str, commands: Mapping[str, Command], usage: int
) -> argparse.ArgumentParser:
    class Parser(argparse.ArgumentParser):
        """A parser whose errors are one line."""

        def error(self, message: str) -> NoReturn:
            self.exit(usage, f"{program}: {message}\n")

    parser = Parser(prog=f"python -m {program}", description=description)
    choice = parser.add_subparsers(required=True, metavar="|".join(commands))
    for name, command in commands.items():
        added = choice.add_parser(name, help=command.HELP, description=command.HELP)
        command.add_arguments(added)
        added.set_defaults(run=command.run)
    return parser
