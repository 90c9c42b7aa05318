"""What the pages name and the suite does not check, read from `not_covered.toml` beside this."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

LIST: Final = Path(__file__).with_suffix(".toml")
_TABLE: Final = "not_covered"
_SAID: Final = ("service", "reason", "page")
_NAMES: Final = ("operation", "capability")


@dataclass(frozen=True)
class NotCovered:
    """An operation or a capability of a service, with the reason and the page that names it."""

    name: str
    service: str
    reason: str
    page: str


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
    (kind,) = kinds
    name = table[kind] if kind == "operation" else f"{table['service']}: {table[kind]}"
    return NotCovered(name, *(table[key] for key in _SAID))
