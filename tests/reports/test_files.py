"""run.json and exchanges.jsonl: written whole, read back with care."""

import json
from pathlib import Path

import jsonschema_rs
import pytest

from reports import detection
from reports.files import (
    SCHEMA_PATH,
    ExchangeLog,
    read_run,
    run_schema,
    schema_error,
    write_run,
    write_text,
)
from tests.reports.synthetic import exchange, large_run


def test_the_committed_schema_is_the_one_of_the_model() -> None:
    committed = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    assert committed == run_schema(), "run `python -m reports schema`"
    assert jsonschema_rs.meta.is_valid(committed)


def test_a_run_survives_the_way_through_its_file(tmp_path: Path) -> None:
    run = large_run(300, 300)
    assert read_run(write_run(run, tmp_path)) == read_run(tmp_path) == run


def test_what_breaks_the_schema_is_told_in_one_line() -> None:
    document = large_run(50, 50).model_dump(mode="json")
    assert schema_error(document) is None
    document["verdict"] = "FINE"
    assert "$.verdict" in str(schema_error(document))


def test_a_run_that_breaks_its_schema_is_not_written(tmp_path: Path) -> None:
    run = large_run(50, 50).model_copy(update={"verdict": "FINE"})
    with pytest.raises(ValueError, match=r"run\.json does not follow"):
        write_run(run, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_leaves_the_old_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    write_text(path, "old")
    with pytest.raises(TypeError):
        write_text(path, None)  # type: ignore[arg-type]
    assert [item.read_text() for item in tmp_path.iterdir()] == ["old"]


def test_half_a_surrogate_pair_is_written_as_a_question_mark(tmp_path: Path) -> None:
    write_text(tmp_path / "run.json", "new \ud800")
    assert (tmp_path / "run.json").read_text() == "new ?"


def test_a_last_line_cut_short_is_counted_and_tolerated(tmp_path: Path) -> None:
    path = tmp_path / "exchanges.jsonl"
    lines = [exchange(number).model_dump_json() for number in range(3)]
    path.write_text("\n".join(lines)[:-40], encoding="utf-8")
    log = ExchangeLog(path)
    assert [item.id for item in log] == ["gw0-000000", "gw1-000001"]
    assert log.truncated == 1


def test_a_broken_line_elsewhere_is_an_error_with_its_number(tmp_path: Path) -> None:
    path = tmp_path / "exchanges.jsonl"
    path.write_text(f'{{"id": 1}}\n{exchange(1).model_dump_json()}\n', encoding="utf-8")
    with pytest.raises(ValueError, match="line 1: "):
        list(ExchangeLog(path))


@pytest.mark.parametrize(
    ("text", "said"), [("{", "not JSON"), ("[]", "not a run"), ('{"verdict": 1}', "not a run")]
)
def test_a_file_that_is_no_run_is_told_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "run.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=said) as caught:
        read_run(path)
    assert "\n" not in str(caught.value)


def test_score_of_mutants_is_read_as_it_was_measured(tmp_path: Path) -> None:
    assert detection.mutation_score(tmp_path / "kept-nowhere.json") is None
    told = {"measured_on": "2026-11-30", "counts": {"fails": 3, "survived": 1, "not reached": 2}}
    path = tmp_path / "results.json"
    path.write_text(json.dumps(told), encoding="utf-8")
    score = detection.mutation_score(path)
    assert score is not None
    assert (score.fails, score.told, score.noticed, score.survived) == (3, 0, 0, 1)
    assert score.not_reached == 2


def test_power_is_told_by_step_and_failures_apart_from_advice() -> None:
    def row(defect: str, requirement: str, verdict: str) -> detection.Row:
        return detection.Row(defect, "family", requirement, "a check", verdict, "caught")

    measured = [
        row("one", "CRED-1", "fail"),
        row("one", "CRED-2", "advisory"),
        row("two", "CRED-2", "advisory"),
        row("three", "STOCK-7", "advisory"),
    ]
    mutants: list[dict[str, object]] = [
        {"step": 7, "outcome": "fails"},
        {"step": 7, "outcome": "survived"},
        {"step": 7, "outcome": "equivalent"},
        {"step": None, "outcome": "not reached"},
    ]
    told = {each.step: each for each in detection.by_step(measured, mutants)}
    assert list(told) == list(range(14))
    assert (told[1].fails, told[1].told, told[1].mutants_reached) == (1, 1, 0)
    assert (told[7].fails, told[7].told) == (0, 1)
    assert (told[7].mutants_failed, told[7].mutants_reached) == (1, 2)


def test_score_of_weakened_checks_is_read_as_it_was_measured(tmp_path: Path) -> None:
    assert detection.weakened_score(tmp_path / "kept-nowhere.json") is None
    path = tmp_path / "checks.json"
    told = {"measured_on": "2026-11-30", "counts": {"noticed": 5, "survived": 1}, "weakened": []}
    path.write_text(json.dumps(told), encoding="utf-8")
    score = detection.weakened_score(path)
    assert score is not None
    assert (score.noticed, score.survived) == (5, 1)
