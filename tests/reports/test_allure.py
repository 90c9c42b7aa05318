"""allure-results: what Allure reads, and what its history and categories rest on."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from reports.cases import cases
from reports.files import ExchangeLog
from reports.model import Run
from reports.writers.allure import CATEGORIES, WRITER
from tests.reports.synthetic import exchange, large_run

COUNT = 300


def written(directory: Path, run: Run | None = None) -> list[dict[str, Any]]:
    directory.mkdir()
    log = directory / "exchanges.jsonl"
    log.write_text("".join(f"{exchange(n).model_dump_json()}\n" for n in range(COUNT)), "utf-8")
    WRITER.tell(run or large_run(COUNT, COUNT), ExchangeLog(log), directory)
    found = (directory / "allure-results").glob("*-result.json")
    return [json.loads(path.read_text(encoding="utf-8")) for path in found]


def test_every_check_is_a_result_with_its_properties(tmp_path: Path) -> None:
    run = large_run(COUNT, COUNT)
    results = written(tmp_path / "out", run)
    assert Counter(result["name"] for result in results) == Counter(
        case.name for case in cases(run)
    )
    for result in results:
        names = {label["name"] for label in result["labels"]}
        assert names >= {"requirement", "step", "level", "source", "verdict", "feature", "story"}


def test_parameters_are_short(tmp_path: Path) -> None:
    values = [it["value"] for result in written(tmp_path / "out") for it in result["parameters"]]
    assert values
    assert all(re.fullmatch(r"[\w.-]{1,60}", value) for value in values)


def test_the_next_run_has_the_same_identities(tmp_path: Path) -> None:
    first, second = written(tmp_path / "a"), written(tmp_path / "b")
    identities = {result["historyId"] for result in first}
    assert len(identities) == COUNT
    assert identities == {result["historyId"] for result in second}


def test_exchanges_are_attached_to_what_did_not_pass(tmp_path: Path) -> None:
    results = written(tmp_path / "out")
    attached = [result for result in results if result.get("attachments")]
    assert {result["status"] for result in attached} == {"failed", "broken", "passed"}
    assert not [it for it in results if it["status"] == "failed" and not it.get("attachments")]
    for result in attached:
        (attachment,) = result["attachments"]
        path = tmp_path / "out" / "allure-results" / attachment["source"]
        exchanges = json.loads(path.read_text(encoding="utf-8"))
        assert all(it["request"]["url"].startswith("https://") for it in exchanges)


def test_every_result_that_is_no_plain_pass_has_a_category(tmp_path: Path) -> None:
    for result in written(tmp_path / "out"):
        details = result.get("statusDetails")
        if details is None or result["status"] == "skipped":
            continue
        kinds = [
            kind["name"]
            for kind in CATEGORIES
            if result["status"] in kind["matchedStatuses"]  # type: ignore[operator]
            and re.fullmatch(str(kind["messageRegex"]), details["message"])
        ]
        assert kinds, details["message"]


def test_the_environment_is_told_in_one_line_each(tmp_path: Path) -> None:
    written(tmp_path / "out")
    path = tmp_path / "out" / "allure-results" / "environment.properties"
    told = dict(line.split(" = ", 1) for line in path.read_text("utf-8").splitlines())
    assert told["profile"] == "full/1"
    assert told["headline"].startswith("NOT CONFORMANT")


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, {"type": "local"}),
        (
            {
                "GITHUB_ACTIONS": "true",
                "GITHUB_WORKFLOW": "nightly",
                "GITHUB_RUN_NUMBER": "7",
                "GITHUB_SERVER_URL": "https://git.example.com",
                "GITHUB_REPOSITORY": "a/b",
                "GITHUB_RUN_ID": "99",
            },
            {
                "type": "github",
                "buildName": "nightly 7",
                "buildOrder": 7,
                "buildUrl": "https://git.example.com/a/b/actions/runs/99",
            },
        ),
        (
            {"GITLAB_CI": "true", "CI_JOB_NAME": "night", "CI_JOB_URL": "https://x.example/1"},
            {"type": "gitlab", "buildName": "night", "buildUrl": "https://x.example/1"},
        ),
    ],
)
def test_the_executor_is_the_build_server(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    expected: dict[str, object],
) -> None:
    for name in ("GITHUB_ACTIONS", "GITLAB_CI", "JENKINS_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    written(tmp_path / "out")
    path = tmp_path / "out" / "allure-results" / "executor.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    assert {name: told[name] for name in expected} == expected


def test_results_of_another_run_are_told(tmp_path: Path) -> None:
    run = large_run(COUNT, COUNT)
    written(tmp_path / "out", run)
    path = tmp_path / "out" / "allure-results"
    assert list(WRITER.problems(path, run)) == []
    later = run.scope.model_copy(update={"started_at": run.scope.finished_at})
    other = run.model_copy(update={"scope": later})
    assert list(WRITER.problems(path, other)) == ["is of another run"]
    next(path.glob("*-result.json")).unlink()
    assert list(WRITER.problems(path, run)) == [
        f"holds {COUNT - 1} results, run.json holds {COUNT} checks"
    ]
