"""Which mutants are tried: a drawn sample of those that the platform's own rules give."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from tests.mutation.instrument import Mutant, mutants
from tests.run.suite import ROOT

REFERENCE: Final = ROOT / "fixtures" / "reference"
SEED: Final = 20261130
SIZE: Final = 300
# Rules of the platform, shared by all services. What is left out of the kernel starts processes,
# stores, renders or speaks the protocol of a stand-in.
KERNEL: Final = (
    "access",
    "association",
    "context",
    "credentials",
    "event_of_write",
    "gates",
    "idempotency",
    "listing",
    "money",
    "principal",
    "records",
    "resource",
    "throttle",
)


def all_mutants() -> list[Mutant]:
    """Every mutant of the services and of the kernel's rules."""
    return sorted(
        each for path in modules() for each in mutants(path.read_text("utf-8"), name(path))
    )


def modules() -> list[Path]:
    """The files whose rules are changed."""
    kernel = [REFERENCE / "kernel" / f"{each}.py" for each in KERNEL]
    services = (REFERENCE / "services").rglob("*.py")
    return kernel + sorted(path for path in services if path.name != "__init__.py")


def name(path: Path) -> str:
    """A file's name as a module."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def drawn(found: Iterable[Mutant], size: int = SIZE, seed: int = SEED) -> list[Mutant]:
    """`size` of them, at most one a function and operator.

    Each draws its own lot, so that a change of one function leaves the rest of the sample as it is.
    """
    lots = sorted((_lot(each, seed), each) for each in found)
    kept: dict[tuple[str, str, str], Mutant] = {}
    for _, each in lots:
        kept.setdefault((each.module, each.function, each.operator), each)
    return sorted(list(kept.values())[:size])


def _lot(mutant: Mutant, seed: int) -> str:
    return hashlib.sha256(f"{seed}:{mutant.name}".encode()).hexdigest()
