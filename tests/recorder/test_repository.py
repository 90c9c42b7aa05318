"""What holds for the repository as a whole: checks, requirements, imports."""

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from conformance.contract import OPERATIONS, RECORDS, envelope
from conformance.requirements import load
from fixtures.context.records import makers
from fixtures.exchange.invariants import RULES
from reports.options import ROOT
from tests.recorder.conftest import Collected

CHECK_FILES: Final = sorted((ROOT / "conformance").rglob("test_*.py"))
OURS: Final = ("conformance", "fixtures", "reports")
REFERENCE: Final = "fixtures.reference"
# The version of the suite, which runs and reports tell.
VERSION: Final = frozenset({"conformance", "conformance.__version__"})


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Dotted names of modules of ours that a file imports, relative ones resolved."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    found: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *([node.module] if node.module else [])])
            found |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
    return {name for name in found if name.split(".")[0] in OURS}


def within(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


# --- checks ---


def test_every_check_runs_in_a_context_of_its_own(checks: list[Collected]) -> None:
    without = [item.nodeid for item in checks if "check" not in item.fixtures]
    assert checks
    assert without == []


def test_every_check_names_requirements_that_exist(checks: list[Collected]) -> None:
    known = {requirement.id for requirement in load().requirements}
    wrong = [
        item.nodeid for item in checks if not item.requirements or set(item.requirements) - known
    ]
    assert wrong == []


def test_every_requirement_is_proven_by_something(checks: list[Collected]) -> None:
    proven = {name for item in checks for name in item.requirements} | set(RULES)
    proven |= stage_requirements()
    missing = [r.id for r in load().requirements if r.id not in proven]
    assert missing == []


def stage_requirements() -> set[str]:
    """Requirements that a stage stands for, by the literals in the modules of `fixtures`."""
    grammar = re.compile(r"(?:CRED|VALID|ASSOC|ORG|REV|LIM)-\d+")
    return {
        node.value
        for path in modules("fixtures")
        if "reference" not in path.parts
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and grammar.fullmatch(node.value)
    }


def test_every_stage_stands_for_a_requirement_that_exists() -> None:
    assert stage_requirements() <= {requirement.id for requirement in load().requirements}


def test_no_two_checks_bear_one_name(checks: list[Collected]) -> None:
    places: dict[str, set[str]] = {}
    for item in checks:
        places.setdefault(item.function, set()).add(item.nodeid.partition("::")[0])
    assert {name: files for name, files in places.items() if len(files) > 1} == {}


def test_no_parameter_set_occurs_twice(checks: list[Collected]) -> None:
    assert [name for name, n in Counter(item.nodeid for item in checks).items() if n > 1] == []


def told(path: Path, is_wrong: Callable[[ast.AST], bool]) -> list[str]:
    """The expressions of a module that break a rule, a line each."""
    wrong = (node for node in ast.walk(parsed(path)) if isinstance(node, ast.expr))
    return [f"line {it.lineno}: {ast.unparse(it)}" for it in wrong if is_wrong(it)]


def is_part_of_body(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "body"
    )


@pytest.mark.parametrize("path", CHECK_FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_check_asserts_bare(path: Path) -> None:
    lines = [node.lineno for node in ast.walk(parsed(path)) if isinstance(node, ast.Assert)]
    assert lines == []


@pytest.mark.parametrize("path", CHECK_FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_check_chooses_its_own_scope(path: Path) -> None:
    banned = {"skip", "skipif", "xfail", "importorskip"}
    assert told(path, lambda it: isinstance(it, ast.Attribute) and it.attr in banned) == []


@pytest.mark.parametrize("path", CHECK_FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_check_looks_into_a_body_past_its_bindings(path: Path) -> None:
    assert told(path, is_part_of_body) == []


# --- names that stand in one place ---

SUITE: Final = [
    path
    for folder in ("conformance", "fixtures")
    for path in modules(folder)
    # An example is a program of its own, as a team writes one.
    if "reference" not in path.parts and "example" not in path.parts
]
ENVELOPE: Final = ROOT / "conformance" / "contract" / "envelope.py"
# The members of an answer, and a pointer that begins with one of them, or is one.
MEMBERS: Final = tuple(
    pointer.removeprefix("/")
    for pointer in (
        envelope.SUCCESS,
        envelope.DATA,
        envelope.ERROR,
        envelope.STATS,
        envelope.CURRENT_REVISION,
        envelope.NEXT_PAGE,
        *(place.removesuffix("/build_id") for place in envelope.BUILD_PLACES.values()),
    )
)
POINTER: Final = re.compile(rf"""(?:^|["'])/(?:{"|".join(MEMBERS)})(?:/|$|["'])""")
# Read by name, these can be nothing else than members of an answer.
TELLING: Final = frozenset({envelope.SUCCESS, envelope.ERROR, envelope.STATS})
# What looks like an operation and is none, with what it is.
NO_OPERATION: Final = {
    "ipm.delivery": "what the record of exchanges calls a webhook's delivery",
    "rbs.delivery": "what the record of exchanges calls a message in the queue",
    "ofm.org": "what the ledger calls an org, which no list of records has",
    "ofm.member": "a membership, which is made of a user",
    "ofm.assignment": "a membership at a facility",
    "uas.user": "what the ledger calls a user, which operators make",
    "usm.login": "a user who may open sessions",
    "operator.utl_offboarding_": "stem: the stages of an offboarding",
    "rbs.notification.template_": "stem: reading and writing of a template",
}
_SERVICES: Final = "|".join(sorted({operation.service for operation in OPERATIONS.values()}))
NAME: Final = re.compile(rf"(?:{_SERVICES})(?:\.[a-z0-9_]+)+")


def constants(path: Path) -> Iterator[tuple[int, str]]:
    """Texts of a file with their lines, and the parts of formatted ones."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def read_by_name(path: Path) -> Iterator[tuple[int, str]]:
    """Names by which a file takes members of mappings: `x["n"]`, `x.get("n")`, `"n" in x`."""
    for node in ast.walk(parsed(path)):
        match node:
            case (
                ast.Subscript(slice=ast.Constant(value=str(name)))
                | ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value=str(name)), *_])
                | ast.Compare(left=ast.Constant(value=str(name)), ops=[ast.In() | ast.NotIn()])
            ):
                yield node.lineno, name


@pytest.mark.parametrize("path", SUITE, ids=lambda path: str(path.relative_to(ROOT)))
def test_places_of_the_envelope_are_spelt_in_one_module(path: Path) -> None:
    spelt = [(line, text) for line, text in constants(path) if POINTER.search(text)]
    named = [(line, name) for line, name in read_by_name(path) if f"/{name}" in TELLING]
    assert (spelt + named != []) == (path == ENVELOPE)


def test_a_place_of_the_envelope_is_seen_in_every_form() -> None:
    for text in ("/error/major/tag", "/stats", "/data/revision", 'yields.items = "/data/..."'):
        assert POINTER.search(text), text
    for text in ("/variant_id", "/dataset", "common/error/", "/revision_id", "/status"):
        assert not POINTER.search(text), text


@pytest.mark.parametrize("path", SUITE, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_operation_that_is_named_exists(path: Path) -> None:
    known = OPERATIONS.keys() | RECORDS.keys() | makers().keys() | NO_OPERATION.keys()
    wrong = [
        (line, text) for line, text in constants(path) if NAME.fullmatch(text) and text not in known
    ]
    assert wrong == []


def test_nothing_is_excepted_that_no_file_names() -> None:
    named = {text for path in SUITE for _, text in constants(path)}
    assert NO_OPERATION.keys() <= named
    assert not NO_OPERATION.keys() & (OPERATIONS.keys() | RECORDS.keys())


# --- two readings that do not know each other ---


def _texts(path: Path) -> Iterator[tuple[int, str]]:
    """Names and texts of a file, docstrings and comments left out."""
    documented = {
        id(node.body[0].value)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(parsed(path)):
        match node:
            case ast.Constant(value=str(text)) if id(node) not in documented:
                yield node.lineno, text
            case ast.Name(id=text) | ast.Attribute(attr=text):
                yield node.lineno, text
            case ast.FunctionDef(name=text):
                yield node.lineno, text


@pytest.mark.parametrize(
    "path",
    # Commands stand above all rooms.
    [path for path in modules("conformance") if "commands" not in path.parts],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_checks_know_nothing_of_the_reference_and_its_defects(path: Path) -> None:
    assert not [name for name in imported(path) if within(name, REFERENCE, "reports")]
    told = [(line, text) for line, text in _texts(path) if "defect" in text.casefold()]
    assert told == []


@pytest.mark.parametrize(
    "path", modules("fixtures/reference"), ids=lambda path: str(path.relative_to(ROOT))
)
def test_reference_knows_nothing_of_the_suite(path: Path) -> None:
    assert [name for name in imported(path) if not within(name, REFERENCE, "fixtures")] == []
    assert [n for n in imported(path) if within(n, "fixtures") and n.count(".") == 1] <= [REFERENCE]


@pytest.mark.parametrize(
    "path",
    [path for path in modules("fixtures") if "reference" not in path.parts],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_fixtures_import_the_contract_and_no_report(path: Path) -> None:
    allowed = ("fixtures", "conformance.contract", "conformance.requirements")
    names = imported(path) - VERSION
    assert [name for name in names if not within(name, *allowed)] == []
    assert [name for name in names if within(name, REFERENCE)] == []


@pytest.mark.parametrize("path", modules("reports"), ids=lambda path: str(path.relative_to(ROOT)))
def test_reports_import_no_check_and_no_reference(path: Path) -> None:
    allowed = ("reports", "fixtures", "conformance.contract", "conformance.requirements")
    names = imported(path) - VERSION
    assert [name for name in names if not within(name, *allowed)] == []
    assert [name for name in names if within(name, REFERENCE)] == []


def test_nothing_imports_a_command_but_the_dispatcher() -> None:
    own = "conformance.commands"
    paths = (*modules("conformance"), *modules("fixtures"), *modules("reports"))
    others = [p for p in paths if "commands" not in p.parts and p.name != "__main__.py"]
    assert [p for p in others if any(within(name, own) for name in imported(p))] == []


@pytest.mark.parametrize("folder", ["contract", "requirements"])
def test_the_contract_stands_on_itself(folder: str) -> None:
    own = ("conformance.contract", "conformance.requirements")
    for path in modules(f"conformance/{folder}"):
        names = imported(path) - VERSION
        assert [name for name in names if not within(name, *own)] == [], path


# Each layer of the fixtures may import those before it.
LAYERS: Final = ("formats", "exchange", "run", "context", "probes", "services")


@pytest.mark.parametrize("layer", LAYERS)
def test_layers_of_the_fixtures_import_one_way(layer: str) -> None:
    later = [f"fixtures.{each}" for each in LAYERS[LAYERS.index(layer) + 1 :]]
    paths = modules(f"fixtures/{layer}")
    assert paths
    wrong = {path: [name for name in imported(path) if within(name, *later)] for path in paths}
    assert {path: names for path, names in wrong.items() if names} == {}


def test_fixtures_are_laid_out_in_layers_and_services() -> None:
    for folder in ("fixtures", "fixtures/services"):
        assert [path.name for path in (ROOT / folder).glob("*.py")] == ["__init__.py"], folder
    found = {path.parent.name for path in (ROOT / "fixtures").glob("*/__init__.py")}
    assert found == {*LAYERS, "learning", "reference"}


def test_an_import_is_seen_in_every_form() -> None:
    path = ROOT / "fixtures" / "context" / "cast.py"
    assert "fixtures.context.users_and_orgs" in imported(path)
    assert "fixtures.exchange.check" in imported(path)
    assert not any(within(name, "pydantic") for name in imported(path))


def test_no_two_modules_of_callers_name_a_fixture_alike() -> None:
    named = Counter(
        name
        for path in modules("fixtures")
        if path.name in ("callers.py", "disposable.py", "private_reference.py")
        for name in fixtures_of(path)
    )
    assert named["scm_owner"] == named["sellable_item"] == 1
    assert [name for name, count in named.items() if count > 1] == []


def fixtures_of(path: Path) -> Iterator[str]:
    """Names of the fixtures of a module: decorated functions, and what the factory returns."""
    factory = {
        node.name
        for node in parsed(ROOT / "fixtures" / "context" / "service_callers.py").body
        if isinstance(node, ast.FunctionDef)
    }
    for node in parsed(path).body:
        match node:
            case ast.FunctionDef(name=name, decorator_list=[_, *_]):
                yield name
            case ast.Assign(
                targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id=made_by))
            ) if made_by in factory:
                yield name
