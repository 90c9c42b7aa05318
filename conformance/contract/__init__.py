"""The platform's surface as this suite reads the public documentation, found a service a module."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import walk_packages
from types import ModuleType
from typing import Final

from conformance.contract import operator, services
from conformance.contract.operation import Operation, RecordKind


def _modules() -> Iterator[ModuleType]:
    """Every module of `services` that declares routes."""
    for found in walk_packages(services.__path__, f"{services.__name__}."):
        module = import_module(found.name)
        if hasattr(module, "OPERATIONS"):
            yield module


_MODULES: Final = tuple(_modules())

# What integrators call over HTTPS, by id.
ROUTES: Final[Mapping[str, Operation]] = {
    operation.id: operation for module in _MODULES for operation in module.OPERATIONS
}
# The routes and the operator's actions, by id.
OPERATIONS: Final[Mapping[str, Operation]] = {
    **ROUTES,
    **{action.id: action for action in operator.OPERATIONS},
}
RECORDS: Final[Mapping[str, RecordKind]] = {
    record.name: record for module in _MODULES for record in module.RECORDS
}
