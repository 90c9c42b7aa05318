"""The committed results are whole: every defect is in them, caught, and nothing else is."""

from collections.abc import Mapping
from typing import Final

import pytest

from conformance.requirements import load
from reports.detection import CAUGHT, TABLE, detecting_power, rows
from reports.verdict import Verdict
from tests.detection import table
from tests.detection.defects import INVARIANTS, Defect, catalogue, unbreakable
from tests.detection.runs import Runner

DEFECTS: Final = catalogue()


def test_every_defect_has_a_line_for_each_requirement_it_breaks() -> None:
    told = [(row.defect, row.requirement) for row in rows()]
    assert told == [(defect.name, each) for defect in DEFECTS for each in defect.requirements]


def test_every_defect_is_caught_where_it_must_be() -> None:
    assert [row for row in rows() if row.result != CAUGHT] == []


def test_table_is_about_the_checks_that_defects_name() -> None:
    named = {(d.name, d.requirement): d.caught_by.removeprefix("conformance/") for d in DEFECTS}
    told = {(row.defect, row.requirement): row.check for row in rows()}
    assert {key: told.get(key) for key in named} == named


def test_table_shows_the_results() -> None:
    assert TABLE.read_text(encoding="utf-8") == table.rendered(rows())


def test_a_caught_defect_ends_in_failure_or_in_advice() -> None:
    told = {Verdict.FAIL, Verdict.ADVISORY}
    assert [row for row in rows() if row.verdict not in told] == []


def test_tenancy_secrets_and_money_are_caught_by_turns_too() -> None:
    never_left = {"tenancy", "secrets", "money and quantities"}
    tried = [row for row in rows() if row.in_turns and row.family in never_left]
    assert [row for row in tried if row.in_turns != CAUGHT] == []


def test_results_tell_detecting_power() -> None:
    power = detecting_power()
    assert power is not None
    assert power.defects == power.caught == len(DEFECTS)
    assert power.unmeasured == 0


def test_every_requirement_has_a_defect_that_breaks_it() -> None:
    every = {each.id for each in load().requirements}
    broken = {requirement for defect in DEFECTS for requirement in defect.requirements}
    assert sorted(every - broken) == sorted(unbreakable())


def test_every_documented_must_has_a_defect_that_fails_it() -> None:
    musts = {each.id for each in load().requirements if each.counts}
    assert sorted(musts - table.failing(rows())) == []


@pytest.fixture(scope="module")
def functions(runs: Runner) -> Mapping[str, tuple[str, ...]]:
    return runs.functions()


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_defect_names_a_requirement_and_a_check_of_it(
    defect: Defect, functions: Mapping[str, tuple[str, ...]]
) -> None:
    known = {each.id for each in load().requirements}
    assert set(defect.requirements) <= known
    if defect.caught_by.startswith(INVARIANTS):
        assert defect.caught_by == f"{INVARIANTS}::{defect.requirement}"
    else:
        assert defect.caught_by in functions[defect.requirement]
