"""No module imports, through others, itself: each part can be read, moved and tested alone."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Final

import pytest

from reports.options import ROOT

FOLDERS: Final = ("conformance", "fixtures", "reports")

Graph = Mapping[str, frozenset[str]]


def name_of(path: Path) -> str:
    """The dotted name of a module; a package bears that of its folder."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules() -> Mapping[str, Path]:
    """Every module of ours by its dotted name."""
    paths = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
    return {name_of(path): path for path in paths}


def imported(tree: ast.Module, package: tuple[str, ...]) -> Iterator[str]:
    """Dotted names that a module imports anywhere, in functions and for type checkers too.

    `from a import b` may mean a module or a name in one: both `a.b` and `a` are candidates.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            origin = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                inner = f"{origin}.{alias.name}"
                yield inner if inner in modules() else origin


@cache
def graph() -> Graph:
    """Which modules of ours each of them imports."""
    found: dict[str, frozenset[str]] = {}
    for name, path in modules().items():
        package = path.relative_to(ROOT).parts[:-1]
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
        found[name] = frozenset(imported(tree, package)) & modules().keys() - {name}
    return found


def circle(edges: Graph) -> list[str]:
    """The modules of one circle, first and last the same; empty where there is none."""
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return []


def within(edges: Graph, prefixes: Iterable[str]) -> Graph:
    """The same among modules whose names start with one of these."""
    starts = tuple(prefixes)
    return {
        name: frozenset(other for other in targets if other.startswith(starts))
        for name, targets in edges.items()
        if name.startswith(starts)
    }


@pytest.mark.parametrize("folder", FOLDERS)
def test_modules_of_a_folder_are_looked_through(folder: str) -> None:
    inside = within(graph(), [folder])
    assert len(inside) > 20
    assert sum(map(len, inside.values())) > len(inside)


def test_no_module_imports_itself_through_others() -> None:
    assert circle(graph()) == []


def test_reports_import_no_module_in_a_circle() -> None:
    assert circle(within(graph(), ["reports"])) == []


@pytest.mark.parametrize(
    "source",
    [
        "import reports.plan",
        "from reports import plan",
        "from reports.plan import describe",
        "from . import plan",
        "from .plan import describe",
        "def later():\n    from reports.plan import describe",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from reports import plan",
    ],
)
def test_an_import_is_seen_in_every_form(source: str) -> None:
    assert "reports.plan" in set(imported(ast.parse(source), ("reports",)))


def test_a_circle_is_found_however_long_it_is() -> None:
    edges = {"a": frozenset("b"), "b": frozenset("c"), "c": frozenset("a"), "d": frozenset("a")}
    assert set(circle(edges)) == {"a", "b", "c"}
    assert circle({**edges, "c": frozenset()}) == []
