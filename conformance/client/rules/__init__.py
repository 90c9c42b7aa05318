"""The judging rules, found by the names of their modules."""

from collections.abc import Callable, Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from conformance.client.recording import Facts
from conformance.client.rules.rule import RULES, Rule

for _found in iter_modules(__path__):
    import_module(f"{__name__}.{_found.name}")

# What makes the rule of a duty, by the duty's id.
ALL: Final[Mapping[str, Callable[[Facts], Rule]]] = RULES
