"""A history: a line for each run, the trend of them, and what flickers."""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from reports import history
from reports.__main__ import main
from reports.assemble import assemble
from reports.files import EXCHANGES_JSONL, write_run
from reports.history import HISTORY_JSONL, append, broken, entry, flaky, read
from reports.history_text import FORMATS, bars
from reports.model import Run
from reports.page.trend import trend
from reports.verdict import Verdict
from tests.reports.synthetic import RequirementSet, check, collected, requirements, scope

PASS, FAIL, BLOCKED = Verdict.PASS, Verdict.FAIL, Verdict.BLOCKED
COUNT: Final = 3


def night(number: int, verdicts: Mapping[str, Verdict], **more: Any) -> Run:
    """The run of a night, of requirements ENV-1, CRED-1 and VALID-1."""
    rules = requirements(COUNT)
    checks = [check(rule.id, verdicts.get(rule.id, PASS)) for rule in rules]
    said = scope()
    later = timedelta(days=number)
    said = said.model_copy(
        update={
            "started_at": said.started_at + later,
            "finished_at": said.finished_at + later,
            "builds": (f"build-{number}",),
            **more,
        }
    )
    return assemble(collected(checks, RequirementSet(rules), said=said))


def nights(directory: Path, *verdicts: Verdict, **more: Any) -> list[history.Entry]:
    for number, verdict in enumerate(verdicts):
        append(directory, night(number, {"ENV-1": verdict}, **more))
    return list(read(directory))


def test_a_run_is_one_line_and_is_added_once(tmp_path: Path) -> None:
    run = night(0, {"ENV-1": FAIL})
    assert append(tmp_path, run)
    assert not append(tmp_path, run)
    lines = (tmp_path / HISTORY_JSONL).read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1
    assert json.loads(lines[0])["requirements"] == {
        "ENV-1": "fail",
        "CRED-1": "pass",
        "VALID-1": "pass",
    }
    assert list(read(tmp_path)) == [entry(run)]


def test_runs_that_end_at_once_all_stand_in_it(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: append(tmp_path, night(number, {})), range(24)))
    assert len(read(tmp_path)) == 24


def test_a_line_that_was_cut_short_takes_no_other_with_it(tmp_path: Path) -> None:
    append(tmp_path, night(0, {}))
    path = tmp_path / HISTORY_JSONL
    path.write_text(path.read_text(encoding="utf-8").rstrip("\n"), encoding="utf-8")
    append(tmp_path, night(1, {}))
    assert len(read(tmp_path)) == 2


@pytest.mark.parametrize(
    ("verdicts", "is_flaky", "is_broken"),
    [
        ((PASS, PASS, PASS), False, False),
        ((PASS, PASS, FAIL), False, True),
        ((FAIL, PASS, PASS), False, False),
        ((PASS, FAIL, PASS), True, False),
        ((FAIL, PASS, FAIL), True, False),
        # What was not decided is no outcome.
        ((PASS, BLOCKED, PASS), False, False),
        ((PASS, BLOCKED, FAIL), False, True),
    ],
)
def test_flickering_is_told_from_breaking(
    tmp_path: Path, verdicts: tuple[Verdict, ...], is_flaky: bool, is_broken: bool
) -> None:
    entries = nights(tmp_path, *verdicts)
    assert [course.requirement for course in flaky(entries)] == ["ENV-1"] * is_flaky
    assert [course.requirement for course in broken(entries)] == ["ENV-1"] * is_broken


def test_two_outcomes_of_one_build_are_a_flicker(tmp_path: Path) -> None:
    entries = nights(tmp_path, PASS, FAIL, builds=("same",))
    assert [course.requirement for course in flaky(entries)] == ["ENV-1"]


def test_both_outcomes_are_told_with_when(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nights(tmp_path, PASS, FAIL, PASS)
    assert main(["history", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "flaky   ENV-1: 2 pass (last 2026-03-04 09:30), 1 fail (last 2026-03-03 09:30)" in said
    assert main(["history", str(tmp_path), "--fail-on-flaky"]) == 1


def test_runs_that_do_not_compare_are_not_compared(tmp_path: Path) -> None:
    append(tmp_path, night(0, {"ENV-1": PASS}))
    append(tmp_path, night(1, {"ENV-1": FAIL}, host="other.example.com"))
    append(tmp_path, night(2, {"ENV-1": PASS}))
    series = history.series(read(tmp_path))
    assert sorted(map(len, series.values())) == [1, 2]
    assert not any(flaky(runs) for runs in series.values())


def test_the_trend_is_drawn(tmp_path: Path) -> None:
    entries = nights(tmp_path, PASS, FAIL)
    drawn = bars(entries)
    assert len(drawn) == 2
    assert drawn[0] == "█"
    assert drawn[1] != "█"


@pytest.mark.parametrize("form", FORMATS)
def test_every_form_tells_runs_and_flickering(tmp_path: Path, form: str) -> None:
    text = FORMATS[form](nights(tmp_path, PASS, FAIL, PASS))
    assert "ENV-1" in text
    assert "2026-03-03" in text


def test_json_is_complete(tmp_path: Path) -> None:
    (series,) = json.loads(FORMATS["json"](nights(tmp_path, PASS, FAIL, PASS)))["series"]
    assert [run["failed"] for run in series["runs"]] == [[], ["ENV-1"], []]
    (restless,) = series["flaky"]
    assert [it["verdict"] for it in restless["outcomes"]] == ["pass", "fail", "pass"]


def test_a_run_is_added_from_its_directory(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reports = tmp_path / "out"
    reports.mkdir()
    write_run(night(0, {}), reports)
    told = ["history", str(tmp_path / "kept"), "--add", str(reports)]
    assert main(told) == 0
    assert main(told) == 0
    assert "1 runs, 0 flaky" in capsys.readouterr().out
    append(tmp_path / "kept", night(1, {}))
    assert main([*told[:2], "--last", "1"]) == 0
    assert "2026-03-03" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2: not a run: not an object of JSON"),
        ("[]", "line 2: not a run: not an object of JSON"),
        ('{"schema_version": "9"}', "line 2: schema version '9' is unknown: this suite reads 1"),
        ("{}", "line 2: schema version None is unknown"),
        ('{"schema_version": "1"}', "line 2: not a run: started_at: Field required"),
    ],
)
def test_a_line_that_is_no_run_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, said: str
) -> None:
    append(tmp_path, night(0, {}))
    with (tmp_path / HISTORY_JSONL).open("a", encoding="utf-8") as stream:
        stream.write(f"{line}\n")
    assert main(["history", str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert told.count("\n") == 1


@pytest.mark.parametrize("content", [None, "", "\n"])
def test_a_history_of_nothing_is_said_to_be_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None
) -> None:
    if content is not None:
        (tmp_path / HISTORY_JSONL).write_text(content, encoding="utf-8")
    assert main(["history", str(tmp_path)]) == 2
    assert "history" in capsys.readouterr().err


def test_the_page_tells_the_trend_and_what_flickers(tmp_path: Path) -> None:
    past = nights(tmp_path, PASS, FAIL, PASS, builds=("one",))
    last = night(3, {"ENV-1": FAIL, "CRED-1": FAIL}, builds=("one",))
    later = entry(night(9, {}))
    told = trend(last, [*past, later])
    assert [point.entry.must_met for point in told.points] == [3, 2, 3, 1]
    assert [point.change for point in told.points] == [None, -1, 1, -2]
    assert [point.height for point in told.points] == [90, 60, 90, 30]
    assert [course.requirement for course in told.flaky] == ["ENV-1", "CRED-1"]
    assert trend(night(3, {}, host="elsewhere.example.com"), past).runs == 1


def test_the_page_is_made_again_with_the_trend(tmp_path: Path) -> None:
    nights(tmp_path / "kept", PASS, FAIL)
    write_run(night(2, {"ENV-1": FAIL}), tmp_path)
    (tmp_path / EXCHANGES_JSONL).touch()
    page = tmp_path / "compliance.html"
    assert main(["render", str(tmp_path)]) == 0
    assert 'id="trend"' not in page.read_text("utf-8")
    assert main(["render", str(tmp_path), "--history", str(tmp_path / "kept")]) == 0
    text = page.read_text("utf-8")
    assert "Trend <small>3 runs</small>" in text
    assert '<a href="#ENV-1">ENV-1</a>: 1 pass (last 2026-03-02 09:30), 2 fail' in text
    assert main(["render", str(tmp_path), "--history", str(tmp_path / "nowhere")]) == 2
