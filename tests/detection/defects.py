"""The catalogue of deliberate defects, and the checks that have to notice them."""

import tomllib
from dataclasses import dataclass
from typing import Final

from tests.run.suite import ROOT

CATALOGUE: Final = ROOT / "fixtures" / "reference" / "defects"
WATCHERS: Final = "conformance/watchers"


@dataclass(frozen=True)
class Defect:
    """A named deviation of the reference platform.

    `caught_by` is a test function without parameters, or a watcher of answers
    (`conformance/watchers::ENV-3`). `also` names further requirements that it breaks.
    """

    name: str
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
    """All defects, in the order of the files and in each."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(CATALOGUE.glob("*.toml"))]
    return tuple(
        Defect(**{**entry, "also": tuple(entry.get("also", ()))})
        for text in texts
        for entry in tomllib.loads(text)["defect"]
    )
