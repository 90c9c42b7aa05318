"""Which documented operation a request calls, and what record it is about."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from conformance.contract import RECORDS, ROUTES
from conformance.contract.operation import OPTIONAL, Kind, Operation
from fixtures.formats.json_values import MISSING, at

# Services whose pages print duties of callers, and whose operations the contract does not hold.
_ALSO: Final = frozenset({"mrs", "ops", "influencer"})
_OF_THE_CALLER: Final = frozenset({"org_guid", "session_guid"})
_ID: Final = ("_id", "_guid")


@cache
def _by_path() -> Mapping[str, tuple[Operation, ...]]:
    found: dict[str, list[Operation]] = {}
    for operation in ROUTES.values():
        found.setdefault(operation.path, []).append(operation)
    return {path: tuple(same) for path, same in found.items()}


@cache
def known_services() -> frozenset[str]:
    """The first path segments that the documentation knows."""
    return _ALSO | {path.split("/")[1] for path in _by_path()}


def is_documented(path: str) -> bool:
    """Whether a page, or our reading of one, has this path."""
    return path.rstrip("/") in _by_path()


def methods_of(path: str) -> frozenset[str]:
    """The documented methods of a path; none for an unknown one."""
    return frozenset(each.method for each in _by_path().get(path.rstrip("/"), ()))


def operation_of(method: str, path: str, inputs: Mapping[str, Any]) -> Operation | None:
    """The operation; where several share a route, the one whose fields fit best."""
    same = [each for each in _by_path().get(path.rstrip("/"), ()) if each.method == method]
    return max(same, key=lambda each: len(each.body.keys() & inputs.keys()), default=None)


def is_id(name: str) -> bool:
    """Whether a field of this name holds an id, and not the caller's org or session."""
    return name.endswith(_ID) and name not in _OF_THE_CALLER


def texts_in(value: Any) -> Iterator[tuple[str, str]]:
    """Each text that a member of an object inside a JSON value is, with the member's name.

    Many thousands of bodies are walked through: a stack, and the two types that JSON has.
    """
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if type(found) is dict:
            for name, inner in found.items():
                if type(inner) is str:
                    yield name, inner
                elif type(inner) is dict or type(inner) is list:
                    waiting.append(inner)
        elif type(found) is list:
            waiting += [inner for inner in found if type(inner) is dict or type(inner) is list]


def ids_in(value: Any) -> Iterator[str]:
    """Each id inside a JSON value; the org's is one, a session is none."""
    for name, text in texts_in(value):
        if name.endswith(_ID) and text and name != "session_guid":
            yield text


@cache
def subject_field(operation_id: str) -> str | None:
    """The field that names the one record which an operation reads or changes."""
    operation = ROUTES[operation_id]
    if operation.kind in (Kind.CREATE, Kind.LIST, Kind.RESOLVE):
        return None
    if operation.id.startswith("ofm.org."):
        return "org_guid"
    kind = RECORDS.get(operation.acts_on or "")
    if kind and kind.id in operation.body:
        return kind.id
    own = [n for n, v in operation.body.items() if is_id(n) and not str(v).startswith(OPTIONAL)]
    return own[0] if len(own) == 1 else None


def subject_of(operation: Operation, inputs: Mapping[str, Any]) -> str | None:
    """The id of the one record that a call is about, with its service; None where it is none."""
    name = subject_field(operation.id)
    value = inputs.get(name) if name else None
    return f"{operation.service}:{value}" if isinstance(value, str) and value else None


@cache
def made_fields(operation_id: str) -> frozenset[str]:
    """Names of ids of records of the kind that a create makes; empty where no kind is known."""
    kinds = [kind for kind in RECORDS.values() if operation_id in (kind.create, kind.copy)]
    return frozenset(kind.id for kind in kinds)


@cache
def told_fields(operation_id: str) -> frozenset[str]:
    """Names of ids that an operation's answer is about: what a read of such a record answers."""
    operation = ROUTES[operation_id]
    named = {name for name in (*operation.yields, *operation.body) if is_id(name)}
    listed = {kind.id for kind in RECORDS.values() if operation_id == kind.list}
    acted = RECORDS.get(operation.acts_on or "")
    if operation.kind is Kind.RESOLVE and acted:
        named.add(acted.id)
    return frozenset(named | listed)


def yielded(operation: Operation, name: str, answer: Any) -> Any:
    """The value that an answer holds for a name, or None."""
    binding = operation.yields.get(name)
    for pointer in binding.pointers if binding else ():
        if (value := at(answer, pointer)) is not MISSING:
            return value
    return None
