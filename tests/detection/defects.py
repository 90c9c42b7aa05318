"""The catalogue of deliberate defects, and the checks that have to notice them."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.run.suite import ROOT

CATALOGUE: Final = ROOT / "fixtures" / "reference" / "defects"
INVARIANTS: Final = "conformance/invariants"


@dataclass(frozen=True)
class Defect:
    """A named deviation of the reference platform.

    `at` are the modules of the platform where it bites, relative to `fixtures/reference`.
    `caught_by` is a test function without parameters, or a watcher of answers
    (`conformance/invariants::ENV-3`). `also` names further requirements that it breaks.
    """

    name: str
    at: tuple[str, ...]
    family: str
    requirement: str
    caught_by: str
    story: str
    also: tuple[str, ...] = ()

    @property
    def requirements(self) -> tuple[str, ...]:
        """Every requirement that it breaks, the first one first."""
        return (self.requirement, *self.also)


def catalogue() -> tuple[Defect, ...]:
    """All defects, in the order of the files and in each.

    What a file names under `[also]` joins the `also` of defects that are told in other files.
    """
    tables = tuple(_tables())
    joined = [each for table in tables for each in table.get("also", {}).items()]
    return tuple(_defect(entry, joined) for table in tables for entry in table["defect"])


def _defect(entry: Mapping[str, Any], joined: Iterable[tuple[str, list[str]]]) -> Defect:
    # A defect that its code does not hold yet has no place; `--places` writes it.
    at = entry.get("at", ())
    also = (*entry.get("also", ()), *_joining(entry["name"], joined))
    return Defect(**{**entry, "at": (at,) if isinstance(at, str) else tuple(at), "also": also})


def _joining(name: str, joined: Iterable[tuple[str, list[str]]]) -> Iterator[str]:
    """What the files add to the defect of this name."""
    for defect, requirements in joined:
        if defect == name:
            yield from requirements


def unbreakable() -> dict[str, str]:
    """The requirements that no defect can break, each with its reason."""
    return {name: why for table in _tables() for name, why in table.get("unbreakable", {}).items()}


def _tables() -> Iterator[dict[str, Any]]:
    for path in sorted(CATALOGUE.glob("*.toml")):
        yield tomllib.loads(path.read_text(encoding="utf-8"))
