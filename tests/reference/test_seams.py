"""Seams of the kernel: who passes through them, and that the kernel stays clear of defects."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

from fixtures.reference.kernel.seams import seam
from tests.detection.defects import catalogue
from tests.detection.places import places
from tests.reference.platform_client import ROOT

REFERENCE = ROOT / "fixtures" / "reference"
KERNEL = REFERENCE / "kernel"


@dataclass(frozen=True)
class Place:
    """What a platform with some defects is to a seam."""

    deviations: frozenset[str]

    @seam
    def doubled(self, number: int, *, plus: int = 0) -> int:
        return 2 * number + plus


@seam
def greeted(place: Place, name: str) -> str:
    return f"{len(place.deviations)} {name}"


@greeted.fault("greets-loudly", "greets-too-loudly")
def loudly(greet: Callable[[Place, str], str], place: Place, name: str) -> str:
    return greet(place, name).upper()


@greeted.fault("greets-twice")
def twice(greet: Callable[[Place, str], str], place: Place, name: str) -> str:
    return f"{greet(place, name)}, {greet(place, name)}"


@Place.doubled.fault("doubles-late")
def late(double: Callable[..., int], place: Place, number: int, *, plus: int = 0) -> int:
    return double(place, number + plus)


def place(*defects: str) -> Place:
    return Place(frozenset(defects))


def test_without_its_defect_a_fault_takes_no_part() -> None:
    assert greeted(place(), "ann") == "0 ann"
    assert greeted(place("another-one"), "ann") == "1 ann"


def test_a_fault_wraps_under_each_of_its_names() -> None:
    assert greeted(place("greets-loudly"), "ann") == "1 ANN"
    assert greeted(place("greets-too-loudly"), "ann") == "1 ANN"


def test_faults_of_several_defects_wrap_one_another() -> None:
    assert greeted(place("greets-loudly", "greets-twice"), "ann") == "2 ANN, 2 ANN"


def test_a_method_is_a_seam_as_well() -> None:
    assert place().doubled(3, plus=1) == 7
    assert place("doubles-late").doubled(3, plus=1) == 8


def test_no_defect_bites_in_the_kernel_but_at_its_seams() -> None:
    found = places()
    at = {module for defect in catalogue() for module in found[defect.name]}
    assert [module for module in sorted(at) if module.startswith("kernel/")] == []


def test_imports_of_the_kernel_run_one_way() -> None:
    modules = {path.stem: set(_imported(path)) for path in KERNEL.glob("*.py")}
    assert set(TopologicalSorter(modules).static_order()) >= modules.keys()


def test_the_kernel_knows_neither_faults_nor_services() -> None:
    above = ("fixtures.reference.faults", "fixtures.reference.services")
    named = {module for path in KERNEL.glob("*.py") for module in _modules(path)}
    assert [module for module in sorted(named) if module.startswith(above)] == []


def _imported(path: Path) -> Iterator[str]:
    """Other modules of the kernel that one imports, for the types alone or not."""
    for module in _modules(path):
        parent, _, name = module.rpartition(".")
        if parent == "fixtures.reference.kernel" and (KERNEL / f"{name}.py").exists():
            yield name


def _modules(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
