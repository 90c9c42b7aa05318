"""Mutants of a module: found in its syntax tree, and written into it beside what they replace.

Every chosen place becomes `mutated if __mutant__("key") else original`, so that one process holds
all mutants at once and a request can name the one that it meets. Only the standard library is
used here: this is loaded before anything else of the reference platform is.
"""

import ast
import copy
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

SWITCH: Final = "__mutant__"
# Branches that exist to be wrong on purpose: a mutant of them says nothing about the platform.
_DEVIATIONS: Final = frozenset({"has_defect", "has_variant"})
_COMPARISONS: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_ARITHMETIC: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
}


@dataclass(frozen=True, order=True)
class Mutant:
    """One change of one place.

    `key` finds it in the source: module, function, line, column, operator. `name` outlives moved
    lines: module, function, operator, text.
    """

    module: str
    function: str
    line: int
    column: int
    operator: str
    before: str
    after: str

    @property
    def key(self) -> str:
        return f"{self.module}:{self.function}:{self.line}:{self.column}:{self.operator}"

    @property
    def name(self) -> str:
        return f"{self.module}:{self.function}:{self.operator}:{self.before}"


def mutants(source: str, module: str) -> list[Mutant]:
    """All mutants of the functions of a module."""
    instrumenter = Instrumenter(module, None)
    instrumenter.visit(ast.parse(source))
    return instrumenter.found


def instrumented(source: str, module: str, chosen: Collection[str]) -> ast.Module:
    """The module with the chosen mutants in it, each behind its switch."""
    tree: ast.Module = Instrumenter(module, chosen).visit(ast.parse(source))
    return ast.fix_missing_locations(tree)


class Instrumenter(ast.NodeTransformer):
    """Finds the mutants of a module; puts the chosen ones in (none where `chosen` is None)."""

    def __init__(self, module: str, chosen: Collection[str] | None) -> None:
        self.found: list[Mutant] = []
        self._module, self._chosen = module, chosen
        self._path: list[str] = []
        self._within = 0

    # --- where mutants may stand: in bodies of functions, outside deviations ---

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        self._path.append(node.name)
        node.body = [self.visit(part) for part in node.body]
        self._path.pop()
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self._path.append(node.name)
        self._within += 1
        node.body = [part if _is_text(part) else self.visit(part) for part in node.body]
        self._within -= 1
        self._path.pop()
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is not None and self._within:
            node.value = self.visit(node.value)
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        return node

    def visit_match_case(self, node: ast.match_case) -> ast.AST:
        node.body = [self.visit(part) for part in node.body]
        return node

    def visit(self, node: ast.AST) -> Any:
        if not self._within or not _deviates(node):
            return super().visit(node)
        if isinstance(node, ast.If):
            node.orelse = [self.visit(part) for part in node.orelse]
        return node

    # --- operators ---

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        flipped = _COMPARISONS.get(type(node.ops[0]))
        if flipped is None or len(node.ops) != 1:
            return node
        changed = copy.deepcopy(node)
        changed.ops = [flipped()]
        return self._either(node, "comparison", changed)

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        self.generic_visit(node)
        changed = copy.deepcopy(node)
        changed.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        return self._either(node, "and-or", changed)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        other = _ARITHMETIC.get(type(node.op))
        if other is None or any(_is_of_text(part) for part in (node.left, node.right)):
            return node
        changed = copy.deepcopy(node)
        changed.op = other()
        return self._either(node, "arithmetic", changed)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if not self._within or type(node.value) not in {int, bool}:
            return node
        value = node.value
        changed = ast.Constant(not value if isinstance(value, bool) else int(str(value)) + 1)
        return self._either(node, "constant", changed)

    def visit_If(self, node: ast.If) -> ast.AST:
        self.generic_visit(node)
        if self._within:
            negated = ast.UnaryOp(ast.Not(), copy.deepcopy(node.test))
            node.test = self._either(node.test, "negation", negated)
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        self.generic_visit(node)
        if self._within:
            node.ifs = [self._either(each, "filter", ast.Constant(True)) for each in node.ifs]
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        self.generic_visit(node)
        return self._unless(node, "call-removed") if isinstance(node.value, ast.Call) else node

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        self.generic_visit(node)
        return self._unless(node, "refusal-removed")

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        self.generic_visit(node)
        return self._unless(node, "change-removed")

    # --- writing them in ---

    def _either(self, node: ast.expr, operator: str, changed: ast.expr) -> ast.expr:
        key = self._note(node, operator, changed)
        return ast.copy_location(ast.IfExp(_asked(key), changed, node), node) if key else node

    def _unless(self, node: ast.stmt, operator: str) -> ast.stmt:
        key = self._note(node, operator, None)
        if not key:
            return node
        unless = ast.If(ast.UnaryOp(ast.Not(), _asked(key)), [node], [])
        return ast.copy_location(unless, node)

    def _note(self, node: ast.expr | ast.stmt, operator: str, changed: ast.expr | None) -> str:
        """The mutant's key if it is to be written in, else an empty text."""
        if not self._within:
            return ""
        if self._chosen is None:
            after = _text(changed) if changed is not None else "(nothing)"
            name = ".".join(self._path)
            place = (self._module, name, node.lineno, node.col_offset)
            self.found.append(Mutant(*place, operator, _text(node), after))
            return ""
        name = ".".join(self._path)
        key = f"{self._module}:{name}:{node.lineno}:{node.col_offset}:{operator}"
        return key if key in self._chosen else ""


def _asked(key: str) -> ast.expr:
    return ast.Call(ast.Name(SWITCH, ast.Load()), [ast.Constant(key)], [])


def _text(node: ast.AST) -> str:
    return " ".join(ast.unparse(ast.fix_missing_locations(node)).split())[:120]


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_of_text(node: ast.expr) -> bool:
    if isinstance(node, ast.JoinedStr | ast.List | ast.Tuple | ast.Dict | ast.ListComp):
        return True
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _deviates(node: ast.AST) -> bool:
    """Whether a simple statement, or the condition of a compound one, asks for a deviation."""
    if isinstance(node, ast.If | ast.While):
        return any(_names_deviation(part) for part in ast.walk(node.test))
    if isinstance(node, ast.stmt) and not hasattr(node, "body"):
        return any(_names_deviation(part) for part in ast.walk(node))
    if isinstance(node, ast.IfExp | ast.BoolOp | ast.Compare | ast.comprehension):
        return any(_names_deviation(part) for part in ast.walk(node))
    return False


def _names_deviation(node: ast.AST) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return name in _DEVIATIONS
