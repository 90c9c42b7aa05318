"""Calls in a target's own spelling, told as the documentation spells them.

A target file says how its platform spells what no page prints: paths, fields of bodies, places in
answers, words of states. A client of that platform calls it so, and is judged by the same rules.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from conformance.contract import ROUTES
from conformance.contract.operation import Operation, parameters
from fixtures.exchange.target import Spelling, Target
from fixtures.formats.json_values import MISSING, at

_Place = tuple[str, ...]


class Told(NamedTuple):
    """A call as the documentation spells it."""

    path: str
    body: Any
    answer: Any


@dataclass(frozen=True)
class Spellings:
    """How one target spells operations, by path; none for a platform that goes by the pages."""

    prefix: str = ""
    by_path: Mapping[str, tuple[tuple[Operation, Spelling], ...]] = field(default_factory=dict)

    def operation_at(self, method: str, path: str, body: Any) -> Operation | None:
        """The operation that the target spells otherwise, if this is a call of one."""
        found = self._found(method, path, body)
        return found[0] if found else None

    def told(self, method: str, path: str, body: Any, answer: Any) -> Told:
        """The call in the words of the pages."""
        bare = self._bare(path)
        if (found := self._found(method, path, body)) is None:
            return Told(bare, body, answer)
        operation, spelling = found
        return Told(
            operation.path, _body(operation, spelling, body), _answer(operation, spelling, answer)
        )

    def _bare(self, path: str) -> str:
        return path.removeprefix(self.prefix) if self.prefix else path

    def _found(self, method: str, path: str, body: Any) -> tuple[Operation, Spelling] | None:
        """Of several at one path the one whose fields fit best."""
        there = self.by_path.get(self._bare(path).rstrip("/"), ())
        names = body.keys() if isinstance(body, Mapping) else set()
        same = [each for each in there if each[0].method == method.upper()]
        return max(same, key=lambda each: len(_template(*each).keys() & names), default=None)


AS_DOCUMENTED: Final = Spellings()


def of_target(target: Target) -> Spellings:
    """What a target file says, its learned bindings included."""
    found: dict[str, list[tuple[Operation, Spelling]]] = {}
    for name, spelling in target.operations.items():
        if operation := ROUTES.get(name):
            path = spelling.path or operation.path
            found.setdefault(path.rstrip("/"), []).append((operation, spelling))
    prefix = urlsplit(str(target.base_url)).path.rstrip("/")
    return Spellings(prefix, {path: tuple(same) for path, same in found.items()})


def _template(operation: Operation, spelling: Spelling) -> Mapping[str, Any]:
    return operation.body if spelling.body is None else spelling.body


def _body(operation: Operation, spelling: Spelling, body: Any) -> Any:
    if not isinstance(body, dict):
        return body
    template = _template(operation, spelling)
    ours = {name: place for place, name in _leaves(operation.body)}
    told = {name: value for name, value in body.items() if name not in template}
    for place, name in _leaves(template):
        value = _get(body, place)
        if value is not MISSING:
            _set(told, ours.get(name, place), _word(spelling, name, value))
    return told


def _word(spelling: Spelling, name: str, value: Any) -> Any:
    """Our word for the target's."""
    words = {theirs: ours for ours, theirs in spelling.words.get(name, {}).items()}
    return words.get(value, value) if isinstance(value, str) else value


def _answer(operation: Operation, spelling: Spelling, answer: Any) -> Any:
    """The answer, with each value that it yields where the documentation has it."""
    if not isinstance(answer, dict):
        return answer
    told = dict(answer)
    for name, given in spelling.yields.items():
        places = [given] if isinstance(given, str) else given
        value = next(
            (v for v in (at(answer, place) for place in places) if v is not MISSING), MISSING
        )
        binding = operation.yields.get(name)
        if value is MISSING or isinstance(value, list) or binding is None or not binding.pointers:
            continue
        _set(told, tuple(binding.pointers[0].strip("/").split("/")), _word(spelling, name, value))
    return told


def _leaves(template: Any, before: _Place = ()) -> Iterator[tuple[_Place, str]]:
    """Where a body template holds which parameter."""
    if isinstance(template, Mapping):
        for name, part in template.items():
            yield from _leaves(part, (*before, name))
    elif isinstance(template, str):
        for name in parameters(template):
            yield before, name


def _get(value: Any, place: _Place) -> Any:
    for name in place:
        if not isinstance(value, Mapping) or name not in value:
            return MISSING
        value = value[name]
    return value


def _set(into: dict[str, Any], place: _Place, value: Any) -> None:
    """Put a value there; objects on the way are made or copied, and nothing there is lost."""
    *way, last = place
    for name in way:
        inner = into.get(name)
        into[name] = dict(inner) if isinstance(inner, Mapping) else {}
        into = into[name]
    into.setdefault(last, value)
