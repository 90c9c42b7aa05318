"""The reference reads as the platform that it is: a function knows of one defect at most."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from reports.options import ROOT

REFERENCE: Final = ROOT / "fixtures" / "reference"
MODULES: Final = sorted(REFERENCE.rglob("*.py"))
ASKED: Final = frozenset({"has_defect", "has_any_defect"})
Function = ast.FunctionDef | ast.AsyncFunctionDef


def own(function: Function) -> Iterator[ast.AST]:
    """What stands in a function, without the functions that it holds."""
    waiting = list(ast.iter_child_nodes(function))
    while waiting:
        node = waiting.pop()
        if not isinstance(node, Function):
            yield node
            waiting += ast.iter_child_nodes(node)


def asked(function: Function) -> int:
    """How often a function asks for a defect."""
    return sum(isinstance(node, ast.Attribute) and node.attr in ASKED for node in own(function))


def functions(text: str) -> Iterator[Function]:
    return (node for node in ast.walk(ast.parse(text)) if isinstance(node, Function))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(REFERENCE)))
def test_no_function_of_the_reference_asks_for_two_defects(path: Path) -> None:
    found = functions(path.read_text(encoding="utf-8"))
    assert [f"{it.name}, line {it.lineno}" for it in found if asked(it) > 1] == []


def test_functions_that_another_holds_count_for_themselves() -> None:
    text = """
def outer(kernel):
    def inner():
        return kernel.has_defect("one")
    return kernel.has_defect("two"), inner

def both(kernel):
    return kernel.has_defect("one") or any(kernel.has_defect(name) for name in NAMES)
"""
    assert {it.name: asked(it) for it in functions(text)} == {"outer": 1, "inner": 1, "both": 2}
