"""The difference of two runs: exact, grouped, and careful about runs that hardly compare."""

import json
import random
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from reports.__main__ import main
from reports.assemble import assemble
from reports.difference import Change, Difference, Group, compare
from reports.difference_text import FORMATS, as_json, as_text
from reports.files import write_run
from reports.model import CheckResult, Run
from reports.verdict import Verdict
from tests.reports.synthetic import RequirementSet, check, collected, requirements, scope

COUNT: Final = 60
OUTCOMES: Final = (
    Verdict.PASS,
    Verdict.FAIL,
    Verdict.ADVISORY,
    Verdict.INCONCLUSIVE,
    Verdict.BLOCKED,
)
NASTY: Final = "</details><script>alert(1)</script>"


def run_of(verdicts: Mapping[int, Verdict | None], **more: Any) -> Run:
    """A run with a check of each requirement; None where it was not run."""
    rules = requirements(COUNT)
    checks = [
        check(rule.id, verdicts.get(number) or Verdict.PASS, nodeid=f"a.py::test_{number}")
        for number, rule in enumerate(rules)
        if verdicts.get(number, Verdict.PASS) is not None and not rule.needs
    ]
    return assemble(collected(checks, RequirementSet(rules), said=scope(**more)))


def reachable() -> list[int]:
    return [number for number, rule in enumerate(requirements(COUNT)) if not rule.needs]


def groups(found: Difference) -> dict[str, list[str]]:
    return {
        group.value: [change.requirement for change in listed]
        for group, listed in found.groups.items()
    }


@pytest.mark.parametrize("seed", range(20))
def test_the_difference_of_runs_with_seeded_changes_is_exact(seed: int) -> None:
    drawn = random.Random(seed)  # noqa: S311 - to be repeated
    old: dict[int, Verdict | None] = {n: drawn.choice(OUTCOMES) for n in reachable()}
    new = {**old}
    for number in drawn.sample(reachable(), 12):
        new[number] = drawn.choice([it for it in OUTCOMES if it is not old[number]])
    before, after = run_of(old), run_of(new)
    found = compare(before, after)
    names = [rule.id for rule in requirements(COUNT)]
    changed = {names[number] for number in old if old[number] is not new[number]}
    assert {change.requirement for change in found.changes} == changed
    failing = {names[n] for n in old if new[n] is Verdict.FAIL and old[n] is not Verdict.FAIL}
    assert {change.requirement for change in found.changes if change.is_new_failure} == failing
    assert found.new == len(failing)
    for change in found.changes:
        number = names.index(change.requirement)
        told = change.checks[0]
        assert (told.before, told.after) == (old[number], new[number])


def test_a_run_is_not_different_from_itself() -> None:
    run = run_of({1: Verdict.FAIL})
    found = compare(run, run)
    assert (found.count, found.worse, found.new, list(found.warnings)) == (0, 0, 0, [])


def test_changes_are_grouped_by_what_they_mean() -> None:
    old = run_of({0: Verdict.FAIL, 1: Verdict.PASS, 2: Verdict.ADVISORY, 3: Verdict.FAIL})
    new = run_of({0: Verdict.PASS, 1: Verdict.FAIL, 2: Verdict.BLOCKED, 3: Verdict.INCONCLUSIVE})
    assert groups(compare(old, new)) == {
        "new failures": ["CRED-1"],
        "worse": ["VALID-1"],
        "mended": ["ENV-1"],
        "other": ["ASSOC-1"],
    }


def test_a_failing_check_of_a_requirement_that_failed_already_is_new() -> None:
    rules = requirements(1)

    def run(*verdicts: Verdict) -> Run:
        checks = [
            check(rules[0].id, verdict, nodeid=f"a.py::test_{n}")
            for n, verdict in enumerate(verdicts)
        ]
        return assemble(collected(checks, RequirementSet(rules)))

    found = compare(run(Verdict.FAIL, Verdict.PASS), run(Verdict.FAIL, Verdict.FAIL))
    assert found.new == 1
    assert groups(found) == {"new failures": ["ENV-1"]}


def test_checks_that_come_and_go_with_the_seed_are_counted_and_not_listed() -> None:
    rules = requirements(1)
    old, new = (
        assemble(
            collected(
                [check(rules[0].id, nodeid=f"a.py::test_{n}") for n in numbers],
                RequirementSet(rules),
            )
        )
        for numbers in (range(3000), range(2000, 6000))
    )
    found = compare(old, new)
    assert (found.count, found.came, found.went) == (0, 3000, 2000)
    assert as_text(found) == (
        "0 changes, 0 for the worse, 0 new failures, 3000 checks came, 2000 went\n"
    )


def test_a_full_run_against_a_narrowed_one_is_told_in_a_few_lines() -> None:
    nothing = dict.fromkeys(range(5, COUNT))
    text = as_text(compare(run_of({}), run_of(nothing, narrowed="-k step00")))
    assert "warning selections differ: none and -k step00" in text
    assert len(text.splitlines()) < 30


def changed(run: Run, **said: Any) -> Run:
    return run.model_copy(update={"scope": run.scope.model_copy(update=said)})


@pytest.mark.parametrize(
    ("said", "warning"),
    [
        ({"profile": "team/2"}, "profiles differ: full/1 and team/2"),
        ({"host": "other.example.com"}, "targets differ: sandbox.example.com and other"),
        ({"target_kind": "reference"}, "kinds of target differ: foreign and reference"),
        ({"requirement_set": "1.1.0"}, "requirement sets differ: 1.0.0 and 1.1.0"),
        ({"tier": "deep"}, "tiers differ: certify and deep"),
        ({"suite_version": "0.2.0"}, "versions of the suite differ: 0.1.0 and 0.2.0"),
        ({"narrowed": "-k x"}, "selections differ: none and -k x"),
        ({"interrupted": True}, "the second run did not come to its end: it was interrupted"),
        ({"unfinished": "killed"}, "the second run did not come to its end: killed"),
    ],
)
def test_runs_that_hardly_compare_are_warned_of(said: dict[str, Any], warning: str) -> None:
    run = run_of({})
    assert any(it.startswith(warning) for it in compare(run, changed(run, **said)).warnings)


def test_the_wrong_order_is_warned_of() -> None:
    run = run_of({})
    later = run.model_copy(update={"started_at": run.started_at + timedelta(days=1)})
    assert list(compare(run, later).warnings) == []
    assert list(compare(later, run).warnings) == ["the first run is the later one"]


def test_a_run_without_a_check_is_warned_of() -> None:
    empty = run_of(dict.fromkeys(range(COUNT)))
    assert "the second run executed no check" in compare(run_of({}), empty).warnings


def strays(*verdicts: Verdict) -> Run:
    made = [
        CheckResult(nodeid=f"x.py::test_{n}", requirement=NASTY, verdict=verdict)
        for n, verdict in enumerate(verdicts)
    ]
    return assemble(collected(made, RequirementSet(requirements(2))))


@pytest.mark.parametrize("form", FORMATS)
def test_every_form_tells_all_changes_and_keeps_text_text(form: str) -> None:
    old = run_of({0: Verdict.FAIL, 1: Verdict.PASS, 2: Verdict.ADVISORY})
    new = run_of({0: Verdict.PASS, 1: Verdict.FAIL, 2: Verdict.BLOCKED})
    text = FORMATS[form](compare(old, new))
    for name in ("ENV-1", "CRED-1", "VALID-1"):
        assert name in text
    if form in {"markdown", "html"}:
        told = FORMATS[form](compare(strays(Verdict.PASS), strays(Verdict.FAIL)))
        assert "<script>" not in told
        assert told.count("</details>") == told.count("<details")


def test_json_is_complete() -> None:
    old, new = run_of({0: Verdict.FAIL}), run_of({1: Verdict.FAIL})
    told = json.loads(as_json(compare(old, new)))
    assert told["schema_version"] == "1"
    assert told["before"]["headline"] == old.headline
    assert told["new_failures"] == 1
    assert told["requirements"][0] == {
        "requirement": "CRED-1",
        "step": 1,
        "group": "new failures",
        "before": "pass",
        "after": "fail",
        "worse": True,
        "new_failure": True,
        "checks": [{"nodeid": "a.py::test_1", "before": "pass", "after": "fail"}],
    }


@pytest.mark.parametrize(
    ("new", "fail_on", "status"),
    [
        ({1: Verdict.FAIL}, "new", 1),
        ({1: Verdict.BLOCKED}, "new", 0),
        ({1: Verdict.BLOCKED}, "worse", 1),
        ({0: Verdict.PASS}, "worse", 0),
        ({0: Verdict.PASS}, "any", 1),
        ({1: Verdict.FAIL}, "never", 0),
    ],
)
def test_the_exit_status_is_what_was_asked_for(
    tmp_path: Path, new: dict[int, Verdict], fail_on: str, status: int
) -> None:
    old = {0: Verdict.FAIL}
    for name, verdicts in (("old", old), ("new", {**old, **new})):
        (tmp_path / name).mkdir()
        write_run(run_of(verdicts), tmp_path / name)
    told = ["diff", str(tmp_path / "old"), str(tmp_path / "new"), "--fail-on", fail_on]
    out = tmp_path / "diff.json"
    assert main([*told, "--format", "json", "--out", str(out)]) == status
    assert json.loads(out.read_text(encoding="utf-8"))["before"]["profile"] == "full/1"


def test_groups_stand_in_the_order_of_urgency() -> None:
    change = Change("A-1", 1, "", Verdict.PASS, None)
    assert change.group is Group.GONE
    assert change.worse
    assert next(iter(Group)) is Group.NEW
