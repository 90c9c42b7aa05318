"""Crowds of defects: how they are drawn, and what their runs must say."""

from pathlib import Path
from typing import Any

import pytest

from reports.detection import Row
from tests.detection import crowds, trials

NAMES = [f"defect-{number}" for number in range(60)]


def _run(**verdicts: str) -> dict[str, Any]:
    found = [{"id": name, "verdict": each, "checks": ["one"]} for name, each in verdicts.items()]
    return {"verdict": "NOT CONFORMANT", "requirements": found}


def test_crowds_are_the_same_for_a_seed_and_each_breaks_a_must() -> None:
    drawn = list(crowds.drawn(NAMES, {"defect-3", "defect-7"}, 100, 1))
    assert drawn == list(crowds.drawn(NAMES, {"defect-3", "defect-7"}, 100, 1))
    assert drawn != list(crowds.drawn(NAMES, {"defect-3", "defect-7"}, 100, 2))
    assert all({"defect-3", "defect-7"} & set(each) for each in drawn)
    sizes = [len(each) for each in drawn]
    assert all(len(set(each)) == len(each) for each in drawn)
    assert min(sizes) < 4
    assert crowds.LARGEST >= max(sizes) > 30


def test_only_failures_of_documented_musts_count() -> None:
    def row(requirement: str, verdict: str) -> Row:
        return Row("a defect", "family", requirement, "a check", verdict, "caught")

    told = [row("R-1", "fail"), row("R-2", "advisory"), row("R-3", "fail")]
    assert crowds.broken_by(told, {"R-1", "R-2"}) == {"a defect": {"R-1"}}


def test_checks_are_those_that_saw_the_defects() -> None:
    def row(defect: str, check: str) -> Row:
        return Row(defect, "family", "R-1", check, "fail", "caught")

    told = [row("one", "step/test_a.py::test_a"), row("one", "step/test_a.py::test_b")]
    watched = [row("two", "invariants::ENV-3"), row("two", "step/test_a.py::test_b")]
    assert crowds.seeing([*told, *watched]) == {
        "one": ("conformance/step/test_a.py::test_a", "conformance/step/test_a.py::test_b"),
        "two": (*trials.WATCHED, "conformance/step/test_a.py::test_b"),
    }


def test_a_breach_that_others_hide_is_wrong() -> None:
    run = _run(A="fail", B="pass", C="blocked", D="pass")
    told = crowds.judged(["one", "two"], run, {"A", "B", "C"})
    assert (told.failed, told.open, told.hidden, told.wrong) == (1, 1, ("B",), True)
    assert not crowds.judged(["one"], run, {"A", "C"}).wrong
    assert crowds.judged(["one"], {**run, "verdict": "CONFORMANT"}, set()).wrong


def test_what_was_tried_is_not_tried_again(tmp_path: Path) -> None:
    memory = tmp_path / "memory.jsonl"
    memory.write_text(
        '{"defects": ["a", "b"], "verdict": "NOT CONFORMANT", "failed": 1, "open": 0,'
        ' "hidden": ["R-1"]}\n'
    )
    told = crowds.Told(("a", "b"), "NOT CONFORMANT", 1, 0, ("R-1",))
    assert list(crowds.remembered(memory)) == [told]


@pytest.mark.whole
def test_a_crowd_is_never_conformant(capsys: pytest.CaptureFixture[str]) -> None:
    assert crowds.main(["--count", "2", "--seed", "3", "--jobs", "1"]) == 0
    assert "2 crowds, 0 of them wrong" in capsys.readouterr().err
