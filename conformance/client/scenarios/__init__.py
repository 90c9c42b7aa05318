"""The scenarios, found by the names of their modules."""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from conformance.client.scenarios.scenario import SCENARIOS, Scenario

for _found in iter_modules(__path__):
    import_module(f"{__name__}.{_found.name}")

ALL: Final[Mapping[str, type[Scenario]]] = SCENARIOS
