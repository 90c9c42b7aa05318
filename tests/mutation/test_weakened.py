"""What is weakened in a check, what stays, and how a defect is given to each check."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pytest

from reports.detection import Row
from tests.mutation import checks, weakened
from tests.mutation.weakened import Weakened

SOURCE: Final = '''
def test_rows(shop):
    """Grüße: offsets count characters."""
    answer = shop.list()
    answer.refused(409, "conflict")
    for row in answer.rows:
        answer.expect("a rule", holds=row == 3, expected="3", observed="ü")
    shop.close().accepted()

def helper(answer):
    answer.refused(404)
'''
CHANGED: Final = {
    "assertion dropped": {"answer.refused(409", "answer.expect("},
    "status and tags dropped": {'answer.refused(409, "conflict")'},
    "holds whatever comes": {"row == 3"},
    "flipped": {"row == 3"},
    "bound loosened": {"row == 3"},
    "loop over nothing": {"answer.rows"},
    "last assertion dropped": {"for row in"},
}


@pytest.fixture
def found() -> list[Weakened]:
    return list(weakened.weakened(SOURCE, "conformance/test_rows.py"))


@pytest.mark.parametrize("operator", CHANGED)
def test_each_operator_weakens_what_a_check_asserts_and_no_other_line(
    found: list[Weakened], operator: str
) -> None:
    chosen = [each for each in found if each.operator == operator]
    assert len(chosen) == len(CHANGED[operator])
    for each in chosen:
        assert any(each.before.startswith(text) for text in CHANGED[operator])
        changed = each.applied(SOURCE)
        assert SOURCE[: each.start] == changed[: each.start]
        assert SOURCE[each.end :] == changed[len(changed) - len(SOURCE) + each.end :]
        ast.parse(changed)


@pytest.fixture(scope="module")
def everything() -> list[Weakened]:
    return weakened.all_weakened()


def test_sample_takes_one_of_a_check_and_is_the_same_each_time(everything: list[Weakened]) -> None:
    drawn = weakened.drawn(everything)
    assert len({each.check for each in drawn}) == len(drawn) == weakened.SIZE
    assert drawn == weakened.drawn(reversed(everything))


def test_modules_of_the_sample_are_modules_still(
    tmp_path: Path, everything: list[Weakened]
) -> None:
    drawn = weakened.drawn(everything)
    for each in drawn:
        (tmp_path / each.module).parent.mkdir(parents=True, exist_ok=True)
    weakened.write(drawn, tmp_path)
    for module in {each.module for each in drawn}:
        ast.parse((tmp_path / module).read_text("utf-8"))


def test_several_changes_of_a_module_are_written_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: list[Weakened]
) -> None:
    monkeypatch.setattr("tests.mutation.weakened.ROOT", tmp_path / "root")
    for root in (tmp_path / "root", tmp_path / "copy"):
        (root / "conformance").mkdir(parents=True)
        (root / "conformance" / "test_rows.py").write_text(SOURCE, encoding="utf-8")
    narrowed = next(each for each in found if each.operator == "status and tags dropped")
    emptied = next(each for each in found if each.operator == "loop over nothing")
    weakened.write([narrowed, emptied], tmp_path / "copy")
    text = (tmp_path / "copy" / "conformance" / "test_rows.py").read_text("utf-8")
    assert "answer.refused()" in text
    assert "for row in ():" in text


def test_each_check_meets_a_defect_of_its_own_requirement() -> None:
    def row(defect: str, requirement: str) -> Row:
        return Row(defect, "family", requirement, "a check", "fail", "caught")

    known = {
        "a": [row("one", "R-1"), row("two", "R-2")],
        "b": [row("three", "R-1"), row("four", "R-3")],
        "c": [],
    }
    assert checks._assigned("abc", known, 0) == {"a": row("one", "R-1")}
    assert checks._assigned("abc", known, 1) == {"a": row("two", "R-2"), "b": row("four", "R-3")}


def test_what_survived_is_judged_anew_where_that_is_asked(tmp_path: Path) -> None:
    memory = tmp_path / "memory.jsonl"
    assert checks.remembered(memory, again=False) == {}
    memory.write_text('{"name": "a", "by": "certification"}\n{"name": "b", "by": ""}\n')
    assert checks.remembered(memory, again=False) == {"a": "certification", "b": ""}
    assert checks.remembered(memory, again=True) == {"a": "certification"}


@dataclass
class Told:
    """A copy of the tree that says of each check what it was told to, whatever it holds."""

    says: dict[str, str]

    def holding(self, *_chosen: Weakened) -> AbstractContextManager[None]:
        return nullcontext()

    def verdicts(
        self, nodes: Iterable[str], defects: Mapping[str, str]
    ) -> dict[str, set[tuple[str, str]]]:
        found = {node: self.says[node] if defects else "pass" for node in nodes}
        return {node: {("R-1", verdict)} for node, verdict in found.items()}


def test_what_a_weakened_check_still_catches_is_not_asked_again(found: list[Weakened]) -> None:
    one, two = (replace(found[0], function=name) for name in ("test_one", "test_two"))
    rows = [Row(name, "family", "R-1", "a check", "fail", "caught") for name in ("lost", "kept")]
    known = {one.check: rows, two.check: rows}
    caught: checks.Caught = defaultdict(set)
    whole, weak = Told({one.check: "fail"}), Told({one.check: "fail"})
    judged = checks._together(weak, whole, [one], known, caught)  # type: ignore[arg-type]
    assert list(judged) == []
    assert caught[one.check] == {"lost", "kept"}
    assert checks._open(one, known, caught) == []
    assert checks._open(two, known, caught) == rows
    weak.says[one.check] = "pass"
    judged = checks._together(weak, whole, [one], known, caught)  # type: ignore[arg-type]
    assert list(judged) == [(one, "lost")]
