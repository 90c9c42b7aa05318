"""The platform's surface as this suite reads the public documentation, found a service a module.

Whatever a module of `services` declares is found by its type, so that nothing can be forgotten.
"""

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from pkgutil import walk_packages
from types import ModuleType
from typing import Final, Protocol, runtime_checkable

from conformance.contract import operator, services
from conformance.contract.operation import Operation, RecordKind


@runtime_checkable
class _Family(Protocol):
    """What makes several operations at once and keeps them."""

    operations: tuple[Operation, ...]


def _operations(value: object) -> Iterator[Operation]:
    """The operations that a value is or holds: one, a family, a row or a table of them."""
    match value:
        case Operation():
            yield value
        case _Family():
            yield from value.operations
        case Mapping():
            yield from _operations(tuple(value.values()))
        case tuple():
            for part in value:
                yield from _operations(part)


def _by_id(modules: Iterable[ModuleType]) -> dict[str, Operation]:
    """All that the modules declare, module by module and in the order of the lines.

    Raises:
        ValueError: two operations bear one id.
    """
    found: dict[str, Operation] = {}
    for module in modules:
        for operation in _operations(tuple(vars(module).values())):
            # What one module declares, another may import.
            if found.setdefault(operation.id, operation) is not operation:
                raise ValueError(f"{module.__name__}: {operation.id}: id of another operation")
    return found


# In the order of their names.
_MODULES: Final = tuple(
    import_module(found.name) for found in walk_packages(services.__path__, f"{services.__name__}.")
)

# What integrators call over HTTPS, by id.
ROUTES: Final[Mapping[str, Operation]] = _by_id(_MODULES)
# The routes and the operator's actions, by id.
OPERATIONS: Final[Mapping[str, Operation]] = {**ROUTES, **_by_id([operator])}
RECORDS: Final[Mapping[str, RecordKind]] = {
    record.name: record for module in _MODULES for record in getattr(module, "RECORDS", ())
}
