"""A list may lag behind what was written, so no check reads one only once and judges it."""

import ast
from collections.abc import Iterator
from typing import Final

from conformance.contract import OPERATIONS
from conformance.contract.operation import Kind
from reports.options import ROOT

LISTS: Final = frozenset(each.id for each in OPERATIONS.values() if each.kind is Kind.LIST)
# What asks once more until a list shows what is looked for.
WAITS: Final = frozenset(
    {"settled", "eventually", "pages", "pages_with", "read_pages", "until", "within_search_lag"}
)
# Functions that read a list once, and why that is enough.
ONCE: Final = {
    "test_no_bin_is_shown_of_a_facility_of_another_organisation": "a foreign row is wrong at once",
    "rate": "nobody but the platform makes rates",
}


def _constants(module: ast.Module) -> dict[str, str]:
    """Names of texts at the top of a module."""
    found = {}
    for node in module.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        target = node.target if isinstance(node, ast.AnnAssign) else target
        value = getattr(node, "value", None)
        if isinstance(target, ast.Name) and isinstance(value, ast.Constant):
            found[target.id] = str(value.value)
    return found


def _reads_a_list(call: ast.Call, constants: dict[str, str]) -> bool:
    first = call.args[0] if call.args else None
    named = constants.get(first.id) if isinstance(first, ast.Name) else None
    return (first.value if isinstance(first, ast.Constant) else named) in LISTS


def reads_once(function: ast.FunctionDef, constants: dict[str, str]) -> bool:
    """Whether it calls a list directly, looks at its rows, and waits for nothing."""
    nodes = list(ast.walk(function))
    calls = [each for each in nodes if isinstance(each, ast.Call)]
    attributes = {each.attr for each in nodes if isinstance(each, ast.Attribute)}
    names = attributes | {each.id for each in nodes if isinstance(each, ast.Name)}
    looks = not attributes.isdisjoint({"items", "read_items", "read_item"})
    reads = any(_reads_a_list(each, constants) for each in calls)
    return looks and reads and names.isdisjoint(WAITS)


def reading_once(text: str) -> Iterator[str]:
    """The functions of a module that do so."""
    module = ast.parse(text)
    for node in module.body:
        if isinstance(node, ast.FunctionDef) and reads_once(node, _constants(module)):
            yield node.name


def test_no_check_judges_a_list_that_it_has_read_once() -> None:
    found = {
        name
        for path in (ROOT / "conformance").rglob("test_*.py")
        for name in reading_once(path.read_text(encoding="utf-8"))
    }
    assert found == ONCE.keys()


def test_a_check_that_reads_a_list_once_is_found() -> None:
    top = 'KEYS = "usm.api_key.list"\n'
    once = "def test_once(owner):\n    assert owner(KEYS).items()\n"
    waits = "def test_waits(owner):\n    settled(lambda: owner(KEYS), lambda it: it.items())\n"
    assert list(reading_once(top + once + waits)) == ["test_once"]
