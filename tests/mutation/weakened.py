"""Weakened checks: one assertion of one check says less than it did.

Each is a change of the text of a module, so that all other lines stay where they are.
"""

import ast
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.run.suite import ROOT

SEED: Final = 20261130
SIZE: Final = 200
# Words that methods begin with whose call is the assertion; the call that they are asked of stays.
_ASSERTIONS: Final = ("expect", "shows", "in_state", "refused", "value", "_expect")
_NARROWED: Final = "refused"  # its arguments are the status and the tags that are asked for
_FLIPPED: Final[dict[type[ast.cmpop], str]] = {
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.In: "not in",
    ast.NotIn: "in",
    ast.Is: "is not",
    ast.IsNot: "is",
}
_LOOSENED: Final[dict[type[ast.cmpop], str]] = {
    ast.Eq: ">=",
    ast.Lt: "<=",
    ast.Gt: ">=",
    ast.LtE: "< 1 +",
    ast.GtE: "> -1 +",
}


@dataclass(frozen=True, order=True)
class Weakened:
    """One assertion made weaker: what stands at these offsets of the module, and what instead."""

    module: str  # relative to the root
    function: str
    operator: str
    start: int
    end: int
    before: str
    after: str

    @property
    def name(self) -> str:
        return f"{self.module}::{self.function}:{self.operator}:{self.before}"

    @property
    def check(self) -> str:
        """The function as the table of detection names it."""
        return f"{self.module}::{self.function}"

    def applied(self, text: str) -> str:
        """The module's text with this change in it."""
        return f"{text[: self.start]}{self.after}{text[self.end :]}"


def all_weakened() -> list[Weakened]:
    """Every weakened assertion of every check."""
    paths = sorted((ROOT / "conformance").rglob("test_*.py"))
    modules = ((path.relative_to(ROOT).as_posix(), path.read_text("utf-8")) for path in paths)
    return sorted(each for name, text in modules for each in weakened(text, name))


def drawn(found: Iterable[Weakened], size: int = SIZE, seed: int = SEED) -> list[Weakened]:
    """`size` of them, at most one a check: each draws its own lot."""
    kept: dict[str, Weakened] = {}
    for _, each in sorted((_lot(each, seed), each) for each in found):
        kept.setdefault(each.check, each)
    return sorted(list(kept.values())[:size])


def _lot(one: Weakened, seed: int) -> str:
    return hashlib.sha256(f"{seed}:{one.name}".encode()).hexdigest()


def weakened(text: str, module: str) -> Iterator[Weakened]:
    """Every weakened assertion of a module's checks."""
    source = _Source(text)
    for function in ast.parse(text).body:
        if isinstance(function, ast.FunctionDef) and function.name.startswith("test_"):
            for operator, node, after in _changes(function, source):
                start, end = source.span(node)
                before = " ".join(text[start:end].split())
                yield Weakened(module, function.name, operator, start, end, before, after)


class _Source:
    """Offsets in a text, of nodes that count lines and bytes."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines(keepends=True)
        self._text = text

    def span(self, node: ast.stmt | ast.expr) -> tuple[int, int]:
        last, column = node.end_lineno or 0, node.end_col_offset or 0
        return self._offset(node.lineno, node.col_offset), self._offset(last, column)

    def of(self, node: ast.stmt | ast.expr) -> str:
        start, end = self.span(node)
        return self._text[start:end]

    def _offset(self, line: int, column: int) -> int:
        before = sum(len(each) for each in self._lines[: line - 1])
        return before + len(self._lines[line - 1].encode()[:column].decode())


Change = tuple[str, ast.stmt | ast.expr, str]


def _changes(function: ast.FunctionDef, source: _Source) -> Iterator[Change]:
    for node in ast.walk(function):
        if isinstance(node, ast.Expr) and _asserts(node.value):
            yield from _of_assertion(node.value, source)
        if isinstance(node, ast.For) and any(_holds_assertion(each) for each in node.body):
            yield "loop over nothing", node.iter, "()"
    assertions = [node for node in function.body if _holds_assertion(node)]
    if len(assertions) > 1:
        yield "last assertion dropped", assertions[-1], "pass"


def _of_assertion(call: ast.expr, source: _Source) -> Iterator[Change]:
    assert isinstance(call, ast.Call)
    if isinstance(call.func, ast.Attribute):
        # What the assertion is asked of is still called.
        yield "assertion dropped", call, source.of(call.func.value)
        if call.func.attr == _NARROWED and call.args:
            yield "status and tags dropped", call, f"{source.of(call.func)}()"
    for keyword in call.keywords:
        if keyword.arg == "holds":
            yield "holds whatever comes", keyword.value, "True"
            yield from _of_condition(keyword.value, source)


def _of_condition(condition: ast.expr, source: _Source) -> Iterator[Change]:
    for node in ast.walk(condition):
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            left, right = source.of(node.left), source.of(node.comparators[0])
            for operator, table in (("flipped", _FLIPPED), ("bound loosened", _LOOSENED)):
                sign = table.get(type(node.ops[0]))
                numeric = operator == "flipped" or _is_number(node.comparators[0])
                if sign and numeric:
                    yield operator, node, f"({left} {sign} {right})"


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) is int


def _asserts(node: ast.expr) -> bool:
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return str(name).startswith(_ASSERTIONS)


def _holds_assertion(node: ast.stmt) -> bool:
    return any(isinstance(each, ast.Expr) and _asserts(each.value) for each in ast.walk(node))


def write(chosen: Iterable[Weakened], root: Path) -> None:
    """Put these into the modules of a copy of the tree: at most one a check."""
    by_module: dict[str, list[Weakened]] = {}
    for each in chosen:
        by_module.setdefault(each.module, []).append(each)
    for module, changes in by_module.items():
        text = (ROOT / module).read_text("utf-8")
        for each in sorted(changes, key=lambda one: one.start, reverse=True):
            text = each.applied(text)
        (root / module).write_text(text, encoding="utf-8")
