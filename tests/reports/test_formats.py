"""Formats that other programs read: valid by what the format demands, and true to the run."""

import json
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path
from typing import Any, Final

import jsonschema_rs
import pytest

from reports.assemble import assemble
from reports.cases import cases
from reports.exchange import Exchange
from reports.files import ExchangeLog
from reports.model import Run, Waiver
from reports.verdict import Verdict
from reports.writers import annotations, badge, ctrf, har, sarif, summary
from reports.writers.writer import Finished, RunWriter
from tests.reports.synthetic import (
    TODAY,
    RequirementSet,
    check,
    collected,
    exchange,
    large_run,
    requirements,
    scope,
)

COUNT: Final = 300
SCHEMAS: Final = Path(__file__).with_name("schemas")
NASTY: Final = (
    'a|b `c` [d](https://evil.example) <img src=x> @team ::error::x \x1b[31m\n::warning::y " &'
)


def schema_errors(name: str, document: object) -> list[str]:
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    return [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(document)]


def awkward_run(message: str = NASTY) -> Run:
    """A failure, an advisory, a waived one and a blocked one, of texts that a target may send."""
    rules = requirements(6)
    verdicts = (Verdict.FAIL, Verdict.ADVISORY, Verdict.FAIL, Verdict.BLOCKED, Verdict.PASS)
    checks = [
        check(rule.id, verdict, message=message)
        for rule, verdict in zip(rules, verdicts, strict=False)
    ]
    waiver = Waiver(
        requirement=rules[2].id,
        target="sandbox.example.com",
        reason="known",
        owner="a team",
        approver="J. Doe",
        expires=TODAY,
    )
    return assemble(collected(checks, RequirementSet(rules), waivers=[waiver]))


@pytest.fixture
def log(tmp_path: Path) -> ExchangeLog:
    lines = [exchange(number).model_dump(mode="json") for number in range(COUNT)]
    lines[0]["response"], lines[0]["error"] = None, "connection refused"
    lines[1]["request"]["url"] += "?a=1&b=&c=%20x"
    lines[2]["request"]["body"] = "plain \u2028 text"
    path = tmp_path / "recorded.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    return ExchangeLog(path)


def tell(writer: RunWriter, run: Run, log: ExchangeLog, directory: Path) -> Path:
    writer.tell(run, log, directory)
    return directory / str(writer.output)


JSON_FORMATS: Final = [
    pytest.param(ctrf.WRITER, "ctrf", id="ctrf"),
    pytest.param(sarif.WRITER, "sarif", id="sarif"),
    pytest.param(har.WRITER, "har", id="har"),
]


@pytest.mark.parametrize(("writer", "schema"), JSON_FORMATS)
def test_the_document_is_valid(
    writer: RunWriter, schema: str, log: ExchangeLog, tmp_path: Path
) -> None:
    for run in (large_run(COUNT, COUNT), awkward_run()):
        path = tell(writer, run, log, tmp_path)
        assert schema_errors(schema, json.loads(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(("writer", "schema"), JSON_FORMATS)
def test_the_schema_of_this_test_refuses_what_is_wrong(
    writer: RunWriter, schema: str, log: ExchangeLog, tmp_path: Path
) -> None:
    path = tell(writer, large_run(COUNT, COUNT), log, tmp_path)
    document = json.loads(path.read_text(encoding="utf-8"))
    document["surprise"] = 1
    assert schema_errors(schema, document)


@pytest.mark.parametrize(
    "writer",
    [ctrf.WRITER, sarif.WRITER, har.WRITER, badge.WRITER, summary.WRITER],
    ids=lambda writer: str(writer.output),
)
def test_an_output_of_another_run_is_told(
    writer: RunWriter, log: ExchangeLog, tmp_path: Path
) -> None:
    run = large_run(COUNT, COUNT)
    path = tell(writer, run, log, tmp_path)
    assert list(writer.problems(path, run)) == []
    later = run.scope.model_copy(update={"started_at": run.scope.finished_at})
    other = run.model_copy(
        update={
            "headline": "CONFORMANT",
            "verdict": "CONFORMANT",
            "exchanges": 1,
            "scope": later,
            "started_at": run.finished_at,
        }
    )
    assert list(writer.problems(path, other))
    path.write_text("{}", encoding="utf-8")
    assert list(writer.problems(path, run))


def test_ctrf_counts_what_it_lists() -> None:
    run = large_run(COUNT, COUNT)
    results = ctrf.ctrf(run)["results"]
    statuses = Counter(test["status"] for test in results["tests"])
    told = results["summary"]
    for name in ("passed", "failed", "skipped", "pending", "other"):
        assert told[name] == statuses[name], name
    assert told["tests"] == COUNT
    raw = Counter(test["rawStatus"] for test in results["tests"])
    assert raw == Counter(str(item.verdict) for item in run.checks)


def test_the_same_check_has_the_same_id_in_the_next_run() -> None:
    first, second = (ctrf.ctrf(run) for run in (large_run(COUNT, COUNT), large_run(20, 20)))
    ids = [{test["id"] for test in it["results"]["tests"]} for it in (first, second)]
    assert len(ids[0]) == COUNT
    assert not ids[0] & ids[1] or ids[1] <= ids[0]


def test_sarif_tells_what_does_not_stand_well_and_nothing_else() -> None:
    run = large_run(COUNT, COUNT)
    (told,) = sarif.sarif(run)["runs"]
    rules = told["tool"]["driver"]["rules"]
    for result in told["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    expected = Counter(
        (str(item.verdict), item.requirement)
        for item in run.checks
        if item.verdict not in {Verdict.PASS, Verdict.NOT_APPLICABLE}
    )
    found = Counter((it["properties"]["verdict"], it["ruleId"]) for it in told["results"])
    assert found == expected
    marks = [it["partialFingerprints"]["check/v1"] for it in told["results"]]
    assert len(set(marks)) == len(marks)


def test_sarif_suppresses_what_somebody_answers_for() -> None:
    (told,) = sarif.sarif(awkward_run())["runs"]
    suppressed = [result for result in told["results"] if result.get("suppressions")]
    assert len(suppressed) == 1
    assert "J. Doe" in suppressed[0]["suppressions"][0]["justification"]


def test_every_exchange_is_an_entry(log: ExchangeLog, tmp_path: Path) -> None:
    path = tell(har.WRITER, large_run(COUNT, COUNT), log, tmp_path)
    entries = json.loads(path.read_text(encoding="utf-8"))["log"]["entries"]
    assert [entry["_id"] for entry in entries] == [item.id for item in log]
    assert entries[0]["response"]["status"] == 0
    assert entries[0]["_error"] == "connection refused"
    assert entries[1]["request"]["queryString"] == [
        {"name": "a", "value": "1"},
        {"name": "b", "value": ""},
        {"name": "c", "value": " x"},
    ]
    assert entries[2]["request"]["postData"]["text"] == "plain \u2028 text"
    body = json.loads(entries[3]["response"]["content"]["text"])
    assert body == exchange(3).model_dump(mode="json")["response"]["body"]


def test_an_answer_that_led_elsewhere_says_where() -> None:
    moved = exchange(1).model_dump(mode="json")
    moved["response"] |= {"status": 302, "headers": {"Location": "https://x.example/y"}}
    told = har.entry(Exchange.model_validate(moved))
    assert told["response"]["redirectURL"] == "https://x.example/y"
    assert told["response"]["statusText"] == "Found"


@pytest.mark.parametrize("kind", ["reference", "foreign"])
def test_a_badge_tells_the_verdict_and_never_passes_a_self_test_off_as_a_platform(
    kind: Any,
) -> None:
    run = large_run(COUNT, COUNT, target_kind=kind)
    root = ET.fromstring(badge.badge(run))  # noqa: S314 - our own
    name = root.attrib["aria-label"]
    assert f"NOT CONFORMANT {run.must_met}/{run.must_total}, full/1" in name
    assert ("self-test" in name) is (kind == "reference")
    shown = [element.text for element in root.iter() if element.tag.endswith("}text")]
    assert " ".join(filter(None, shown)).replace("conformance ", "conformance: ") == name
    addresses = [value for it in root.iter() for value in it.attrib.values() if "//" in value]
    assert addresses == []


def test_a_summary_tells_failures_and_keeps_their_text_text() -> None:
    run = awkward_run()
    text = summary.summary(run)
    assert "Failures" in text
    assert "<img" not in text
    assert "](" not in text
    assert "@team" not in text
    rows = [line for line in text.splitlines() if line.startswith("| ENV-1 ")]
    assert len(rows) == 1
    assert rows[0].count("|") == 5


def test_a_summary_of_a_large_run_fits_into_a_job() -> None:
    listed = requirements(40)
    checks = [
        check(listed[n % 40].id, Verdict.FAIL, nodeid=f"a.py::test[{n}]", message="x" * 5000)
        for n in range(3000)
    ]
    text = summary.summary(assemble(collected(checks, RequirementSet(listed))))
    assert len(text.encode()) < 1_000_000
    assert "and 2900 more" in text


class _Reporter:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def write_line(self, line: str) -> None:
        self.lines.append(line)


def finished(run: Run, directory: Path) -> Finished:
    return Finished(run, collected([], RequirementSet([]), said=scope()), directory)


def test_the_summary_of_the_job_is_appended_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "step"
    path.write_text("before\n", encoding="utf-8")
    run, reporter = awkward_run(), _Reporter()
    monkeypatch.setenv(summary.STEP_SUMMARY, str(path))
    summary.WRITER.print_summary(finished(run, tmp_path), reporter)
    assert path.read_text(encoding="utf-8") == "before\n" + summary.summary(run)
    assert reporter.lines == []
    monkeypatch.setenv(summary.STEP_SUMMARY, str(tmp_path / "nowhere" / "step"))
    summary.WRITER.print_summary(finished(run, tmp_path), reporter)
    assert reporter.lines == ["GITHUB_STEP_SUMMARY cannot be written: No such file or directory"]


def test_annotations_are_one_line_each_and_nothing_in_them_is_a_command() -> None:
    lines = list(annotations.annotations(awkward_run()))
    assert lines[0].startswith("::notice title=conformance::NOT CONFORMANT")
    assert [line.split(" ")[0] for line in lines[1:]] == ["::error", "::warning"]
    assert all("\n" not in line and "\r" not in line for line in lines)
    assert all("%0A::warning" in line for line in lines[1:])


def test_as_many_annotations_as_are_shown() -> None:
    run = large_run(6000, 6000, log=())
    failed = sum(case.verdict is Verdict.FAIL for case in cases(run))
    assert failed > 10
    kinds = Counter(line.split(" ")[0] for line in annotations.annotations(run))
    assert kinds == {"::notice": 1, "::error": 10, "::warning": 10}


def test_annotations_are_printed_where_github_listens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for value in ("", "true"):
        reporter = _Reporter()
        monkeypatch.setenv(annotations.ACTIONS, value)
        annotations.WRITER.print_summary(finished(awkward_run(), tmp_path), reporter)
        assert bool(reporter.lines) is (value == "true")
