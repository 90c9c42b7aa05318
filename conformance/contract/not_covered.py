"""What the pages name and the suite does not check, with the reason that is given for each.

It is computed: of the operations of `documented_operations.toml`, those that no route calls, and
what `not_covered.toml` names without a path. One that no reason is given for is in it as well.
"""

import tomllib
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

LIST: Final = Path(__file__).with_suffix(".toml")
DOCUMENTED: Final = LIST.with_name("documented_operations.toml")
NO_REASON: Final = "no reason is given"
_TABLE: Final = "not_covered"
_SAID: Final = ("service", "reason", "page")
_WHOLE: Final = "whole_service"
_NAMES: Final = ("operation", "capability", _WHOLE)


class DocumentedOperation(NamedTuple):
    """An operation whose path a page prints."""

    method: str
    path: str
    page: str

    @property
    def name(self) -> str:
        """Method and path, as an entry names it."""
        return f"{self.method} {self.path}"

    @property
    def service(self) -> str:
        return self.path.split("/")[1]


class NotCovered(NamedTuple):
    """An operation, a capability of a service or a whole service, with reason and page."""

    name: str
    service: str
    reason: str
    page: str
    is_whole: bool = False


@cache
def documented_operations(path: Path = DOCUMENTED) -> tuple[DocumentedOperation, ...]:
    """All operations whose paths pages print.

    Raises:
        TypeError: an entry has not exactly method, path and page.
    """
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    return tuple(DocumentedOperation(**entry) for entry in content["operation"])


def uncovered(called: Collection[str]) -> tuple[NotCovered, ...]:
    """What is not covered by a suite that calls these routes, each as method and path."""
    return (*not_covered(), *_without_reason(called))


def _without_reason(called: Collection[str]) -> Iterator[NotCovered]:
    """The documented operations that are neither called nor in the list."""
    named = {entry.name for entry in not_covered()}
    whole = {entry.service for entry in not_covered() if entry.is_whole}
    for each in documented_operations():
        if each.name not in called and each.name not in named and each.service not in whole:
            yield NotCovered(each.name, each.service, NO_REASON, each.page)


@cache
def not_covered(path: Path = LIST) -> tuple[NotCovered, ...]:
    """All entries, in the order of the file; a capability is named with its service.

    Raises:
        ValueError: the file is not TOML, or an entry has not exactly the four texts it needs; the
            text names the entry.
    """
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    if content.keys() != {_TABLE}:
        raise ValueError(f"{path.name}: holds more or less than entries of {_TABLE}")
    return tuple(_entry(path, table) for table in content[_TABLE])


def _entry(path: Path, table: Mapping[str, Any]) -> NotCovered:
    kinds = [kind for kind in _NAMES if kind in table]
    if len(kinds) != 1 or table.keys() != {kinds[0], *_SAID}:
        raise ValueError(f"{path.name}: {dict(table)}: not one name, service, reason and page")
    if wrong := [key for key, text in table.items() if not isinstance(text, str) or not text]:
        raise ValueError(f"{path.name}: {dict(table)}: no text for {wrong[0]}")
    service, reason, page = (table[key] for key in _SAID)
    return NotCovered(_name(kinds[0], table), service, reason, page, is_whole=kinds[0] == _WHOLE)


def _name(kind: str, table: Mapping[str, Any]) -> str:
    if kind == "operation":
        return str(table[kind])
    whole = "the whole service: " if kind == _WHOLE else ""
    return f"{table['service']}: {whole}{table[kind]}"
