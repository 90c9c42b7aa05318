"""How runs are drawn, and what is told of them."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.stability import __main__ as stability
from tests.stability.__main__ import Course, Ended

PLAIN = Course(1, 0, None)


def test_courses_are_the_same_for_a_seed_and_differ_in_all_that_is_drawn() -> None:
    drawn = list(stability.courses(50, 1))
    assert drawn == list(stability.courses(50, 1))
    assert len({each.seed for each in drawn}) > 45
    assert {each.workers for each in drawn} == set(stability.WORKERS)
    assert 10 < sum(each.shuffled is None for each in drawn) < 40


def test_a_requirement_that_had_two_verdicts_has_changed() -> None:
    one = Ended(PLAIN, "INCOMPLETE", {"R-1": "pass", "R-2": "pass"})
    other = Ended(Course(2, 4, 7), "INCOMPLETE", {"R-1": "pass", "R-2": "fail"})
    lost = Ended(Course(3, 4, 7), "no report", {})
    assert stability.changed([one, one]) == {}
    assert stability.changed([one, other]) == {"R-2": {"pass": 1, "fail": 1}}
    assert stability.changed([one, lost])["R-1"] == {"pass": 1, "none": 1}


def test_what_has_run_is_remembered(tmp_path: Path) -> None:
    memory = tmp_path / "memory.jsonl"
    one = Ended(PLAIN, "INCOMPLETE", {"R-1": "pass"})
    memory.write_text(json.dumps(asdict(one)) + "\n", encoding="utf-8")
    assert list(stability.remembered(memory)) == [one]


@pytest.mark.whole
def test_verdicts_do_not_change_with_order_and_workers() -> None:
    selection = ["conformance/step03_association"]
    assert stability.main([*selection, "--runs", "4", "--seed", "3"]) == 0
