"""Reading the TOML files of this package, with errors that name file, id and key."""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from conformance.requirements.model import (
    SET_VERSION,
    STACK_WIDE,
    ChecklistItem,
    ChecklistStep,
    Frozen,
    Profile,
    Requirement,
    RequirementSet,
)

HERE = Path(__file__).parent
STACK_WIDE_FILES = ("map.toml", "revision.toml", "envelope.toml", "lists.toml", "throttling.toml")
FILE_KEYS = frozenset({"step", "title", "requirement"})

Model = TypeVar("Model", bound=Frozen)


@cache
def load() -> RequirementSet:
    """The requirement set of this checkout, read once."""
    return load_from(HERE)


def load_from(directory: Path) -> RequirementSet:
    """The requirement set in a directory.

    ValueError for an unknown key or need, a duplicate or malformed id, an empty source and any
    other value out of its form; the text names file, id and key.
    """
    requirements: dict[str, Requirement] = {}
    for path in _requirement_files(directory):
        for requirement in _requirements(path):
            if requirement.id in requirements:
                raise ValueError(f"{path.name}: {requirement.id}: id: used by two requirements")
            requirements[requirement.id] = requirement
    return RequirementSet(
        version=SET_VERSION,
        requirements=tuple(requirements.values()),
        steps=_tables(directory / "checklist.toml", "step", ChecklistStep, "number"),
        profiles=_tables(directory / "profiles.toml", "profile", Profile, "name"),
    )


def checklist_items(directory: Path = HERE) -> tuple[ChecklistItem, ...]:
    """What the steps of the checklist name, item by item; no part of the set that is frozen.

    ValueError for an item that neither a requirement nor an entry speaks for.
    """
    return _tables(directory / "checklist_items.toml", "item", ChecklistItem, "named")


def _requirement_files(directory: Path) -> Iterable[Path]:
    yield from sorted(directory.glob("step[0-9][0-9]_*.toml"))
    yield from (directory / name for name in STACK_WIDE_FILES)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path.name}: not TOML: {error}") from error


def _requirements(path: Path) -> tuple[Requirement, ...]:
    content = _read(path)
    if unknown := sorted(content.keys() - FILE_KEYS):
        raise ValueError(f"{path.name}: unknown key {unknown[0]}")
    step = content.get("step", STACK_WIDE)
    return tuple(
        _built(path, Requirement, {"step": step} | table, "id")
        for table in content.get("requirement", [])
    )


def _tables(path: Path, table: str, model: type[Model], name: str) -> tuple[Model, ...]:
    content = _read(path)
    if unknown := sorted(content.keys() - {table}):
        raise ValueError(f"{path.name}: unknown key {unknown[0]}")
    return tuple(_built(path, model, entry, name) for entry in content.get(table, []))


def _built(path: Path, model: type[Model], table: Mapping[str, Any], name: str) -> Model:
    try:
        return model.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        message = f"{path.name}: {table.get(name, 'no ' + name)}: {key}: {first['msg']}"
        raise ValueError(f"{message} (got {first['input']!r})") from error
