"""What the modules of the contract declare is found: all of it, once, in one order."""

import subprocess
import sys
from dataclasses import replace
from types import ModuleType

import pytest

from conformance import contract
from conformance.contract import OPERATIONS, RECORDS, ROUTES
from conformance.contract.operation import Operation
from reports.options import ROOT

STAT = OPERATIONS["uas.stat"]
GET = OPERATIONS["ofm.org.get"]
# Lists what stands in memory once the contract is imported, found or not.
IN_MEMORY = """
import gc
from conformance.contract.operation import Operation
import conformance.contract
print(*sorted(part.id for part in gc.get_objects() if isinstance(part, Operation)))
"""
IN_ORDER = "from conformance.contract import OPERATIONS; print(*OPERATIONS)"


def said(program: str, seed: str = "0") -> list[str]:
    """What a Python of its own prints, in words; sets are in the order of `seed`."""
    run = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"PYTHONHASHSEED": seed},
        capture_output=True,
        check=True,
        text=True,
    )
    return run.stdout.split()


def declaring(**values: object) -> ModuleType:
    module = ModuleType("declaring")
    vars(module).update(values)
    return module


def test_every_operation_that_is_made_is_found_once() -> None:
    assert said(IN_MEMORY) == sorted(OPERATIONS)


def test_order_of_operations_depends_on_no_chance() -> None:
    assert said(IN_ORDER, "1") == said(IN_ORDER, "2") == list(OPERATIONS)


def test_routes_come_service_by_service() -> None:
    parts = [operation.service for operation in ROUTES.values() if "comment" not in operation.id]
    order = list(dict.fromkeys(parts))
    assert order == sorted(order)
    assert not any(operation.service == "operator" for operation in ROUTES.values())


def test_operations_are_found_wherever_a_module_keeps_them() -> None:
    class Pair:
        operations = (GET,)

    for value in (GET, (GET,), {"get": GET}, Pair(), [("in", {"a": (GET,)})][0]):
        assert list(contract._by_id([declaring(VALUE=value)])) == [GET.id]


def test_what_is_no_operation_is_passed_over() -> None:
    assert contract._by_id([declaring(ROUTE="ofm.org.get", NAMES=("x",), KIND=Operation)]) == {}


def test_an_operation_may_be_imported_by_another_module() -> None:
    assert list(contract._by_id([declaring(A=GET), declaring(B=STAT, A=GET)])) == [GET.id, STAT.id]


def test_two_operations_with_one_id_are_refused() -> None:
    modules = [declaring(A=GET), declaring(B=replace(STAT, id=GET.id))]
    with pytest.raises(ValueError, match=r"declaring: ofm\.org\.get: id of another operation"):
        contract._by_id(modules)


def test_every_kind_of_record_names_operations_that_exist() -> None:
    for kind in RECORDS.values():
        named = (kind.create, kind.read, kind.list, kind.update, kind.status, kind.copy)
        assert [name for name in named if name and name not in OPERATIONS] == []
        assert [parent for parent in kind.parents if parent not in RECORDS] == []


@pytest.mark.parametrize("module", contract._MODULES, ids=lambda module: module.__name__)
def test_a_module_says_which_pages_it_was_read_from(module: ModuleType) -> None:
    pages = {operation.source.page for operation in contract._by_id([module]).values()}
    told = module.__doc__ or ""
    if told.startswith("Comments:"):
        # One reading of the calls of several services.
        pages = {page.partition("/")[2] for page in pages}
    assert [page for page in sorted(pages) if page not in told] == []
