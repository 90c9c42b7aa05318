"""Defects that share a platform: which requirements meet them, and which cannot be together."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from reports.verdict import Verdict
from tests.detection import together
from tests.detection.defects import Defect, catalogue
from tests.detection.judging import Ran, Result
from tests.detection.runs import Runner
from tests.detection.together import Given
from tests.detection.trials import Trials

CHECKS = {
    "conformance/a.py::test_one[x]": ["A-1", "A-2"],
    "conformance/a.py::test_one[y]": ["A-3"],
    "conformance/b.py::test_two": ["B-1"],
}
DEFECT = Defect("late", ("x",), "paging", "A-1", "conformance/a.py::test_one", "Told.")


@pytest.fixture
def known(tmp_path: Path) -> Runner:
    return Runner(tmp_path, _checks={**CHECKS})


def test_a_defect_is_met_by_the_checks_that_prove_its_requirement(known: Runner) -> None:
    assert together.asked_by(DEFECT, known) == frozenset({"A-1"})
    assert together.asked_by(replace(DEFECT, requirement="A-2"), known) == frozenset({"A-1"})
    assert together.asked_by(replace(DEFECT, also=("B-1",)), known) == frozenset({"A-1", "B-1"})


def test_what_stages_prove_is_given_to_nobody() -> None:
    quiet = [
        Ran("conformance/stages::owner", "S-1", Verdict.PASS, ""),
        Ran("conformance/b.py::test_two", "B-1", Verdict.PASS, ""),
    ]
    assert together.of_stages(quiet) == frozenset({"S-1"})


def test_what_watchers_see_is_tried_by_itself(known: Runner) -> None:
    watched = replace(DEFECT, caught_by="conformance/invariants::ENV-3", requirement="ENV-3")
    assert together.asked_by(watched, known) is None
    assert together.asked_by(replace(DEFECT, also=("ENV-3",)), known) is None


@pytest.mark.parametrize(
    ("asked", "sizes"),
    [
        ([{"A"}, {"B"}, {"C"}], [2, 1]),
        ([{"A"}, {"A", "B"}, {"B"}], [2, 1]),
        ([{"A"}, {"A"}, {"A"}], [1, 1, 1]),
    ],
)
def test_no_requirement_is_given_two_defects(asked: Sequence[set[str]], sizes: list[int]) -> None:
    given = [Given(DEFECT, frozenset(each)) for each in asked]
    made = together.batches(given, most=2)
    assert [len(batch) for batch in made] == sizes
    for batch in made:
        named = [name for each in batch for name in each.requirements]
        assert len(named) == len(set(named))


def _some() -> Iterator[Defect]:
    """One that bites in a gate, one in a service, one at a seam of the kernel."""
    wanted = {"member-manages-keys", "second-online-revision", "limit-not-clamped"}
    yield from (each for each in catalogue() if each.name in wanted)


@pytest.mark.whole
def test_defects_of_one_platform_are_caught_by_their_own_checks(runs: Runner) -> None:
    defects = list(_some())
    trials = Trials(runs, defects)
    assert {ran.verdict.value for ran in trials.quiet} <= {"pass", "not-applicable"}
    told = list(together.tell(trials, jobs=1))
    assert {each.defect.name for each in told} == {each.name for each in defects}
    assert {each.result for each in told} == {Result.CAUGHT}


def test_a_platform_of_defects_has_the_variants_as_well(known: Runner) -> None:
    varied = replace(known, variants=("lists-lag",))
    assert varied.against("--defect late") == (
        "--reference-args",
        "--defect late --variant lists-lag",
    )
    assert known.against() == ()
