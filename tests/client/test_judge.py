"""The command on recordings: verdicts, bad input, and no secret in any output."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from conformance.client import catalogue
from conformance.client.certificate import Certificate, Verdict
from conformance.client.judgement import Claim, judge
from conformance.client.reading import read
from conformance.commands import main
from tests.client.judging import broken, judged, verdicts
from tests.client.recording import Entry, Mood
from tests.client.samples import SAMPLES, entries


@dataclass(frozen=True)
class Ran:
    status: int
    out: str
    err: str


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    def run(*arguments: str | Path) -> Ran:
        try:
            status = main(["client", *map(str, arguments)])
        except SystemExit as ended:
            status = int(str(ended.code))
        told = capsys.readouterr()
        return Ran(status, told.out, told.err)

    return run


def har(path: Path, found: list[Any]) -> Path:
    path.write_text(json.dumps({"log": {"version": "1.2", "entries": found}}), "utf-8")
    return path


def all_kept() -> list[Entry]:
    return [
        entry
        for number, duty in enumerate(sorted(SAMPLES))
        for entry in entries(duty, Mood.KEPT, who=f"w{number}")
    ]


def test_the_duties_are_those_that_were_frozen() -> None:
    assert len(catalogue.duties()) == 106
    assert catalogue.frozen()[catalogue.VERSION] == catalogue.digest()


def test_only_unqualified_musts_bind() -> None:
    assert not any(d.binding for d in catalogue.duties() if d.strength != "MUST" or d.maturity)
    assert {"B15", "C7", "F10", "G4", "O7"}.isdisjoint(
        d.id for d in catalogue.duties() if d.binding
    )


def test_all_samples_together_break_nothing_and_lack_occasions(tmp_path: Path) -> None:
    certificate = judged(tmp_path, all_kept())
    assert broken(certificate) == []
    assert (certificate.verdict, certificate.exit_status) == ("INCOMPLETE", 6)
    assert {result.duty.id for result in certificate.missing} >= {"F8", "V6"}


def test_a_client_of_few_parts_is_judged_by_those_and_by_what_it_does(tmp_path: Path) -> None:
    path = har(tmp_path / "a.har", entries("O14", Mood.BROKEN))
    with read([path]) as recording:
        certificate = judge(recording, Claim(parts=("core",)))
    assert broken(certificate) == ["O14"]
    assert verdicts(certificate)["C13"] is Verdict.OUTSIDE


def test_what_cannot_be_read_is_told_in_one_line_and_the_rest_is_judged(tmp_path: Path) -> None:
    found = [*entries("D1", Mood.BROKEN), {"request": 5}, "nothing"]
    good = har(tmp_path / "good.har", found)
    text = good.read_text("utf-8")
    cut = tmp_path / "cut.har"
    cut.write_text(text[: text.rindex('{"startedDateTime"') + 40], "utf-8")
    binary = tmp_path / "binary.har"
    binary.write_bytes(bytes(range(256)) * 10)
    foreign = tmp_path / "foreign.har"
    foreign.write_text('{"paths": {}}', "utf-8")
    empty = har(tmp_path / "empty.har", [])
    lines = tmp_path / "lines.jsonl"
    lines.write_text("{}\nnot json\n", "utf-8")
    with read([good, cut, binary, foreign, empty, lines]) as recording:
        certificate = judge(recording)
    assert broken(certificate) == ["D1"]
    assert [*certificate.unread] == [
        "good.har#2: the entry is malformed",
        "good.har#3: the entry is malformed",
        "cut.har: it ends in the middle (after entry 0)",
        "binary.har: binary, or not in UTF-8 (from its beginning on)",
        "foreign.har: no HAR: it has no log.entries (from its beginning on)",
        "empty.har: it has no entries",
        "lines.jsonl#0: the entry is malformed",
        "lines.jsonl#1: the entry is malformed",
    ]


def test_an_entry_without_a_response_is_told_and_judged_as_unanswered(tmp_path: Path) -> None:
    certificate = judged(tmp_path, entries("E2", Mood.BROKEN))
    assert broken(certificate) == ["E2"]
    assert certificate.unread == ("0.har#0: no response: judged as not answered",)


@pytest.mark.parametrize("damage", ["[", "{", '{"log":{"entries":[', '{"log":{"entries":[1 2]}}'])
def test_a_damaged_file_is_one_line(
    damage: str, tmp_path: Path, command: Callable[..., Ran]
) -> None:
    path = tmp_path / "a.har"
    path.write_text(damage, "utf-8")
    ran = command("judge", path)
    told = [line for line in ran.out.splitlines() if line.startswith("not read: a.har")]
    assert (ran.status, ran.err) == (6, "")
    assert len([line for line in told if "malformed" not in line]) == 1


def test_duties_on_credentials_are_not_judged_where_they_were_taken_out(tmp_path: Path) -> None:
    found = entries("D1", Mood.KEPT)
    for each in found:
        headers = each["request"]["headers"]
        each["request"]["headers"] = [h for h in headers if "Session" not in h["name"]]
    certificate = judged(tmp_path, found)
    assert certificate.stripped
    assert verdicts(certificate)["B3"] is Verdict.NOT_JUDGED
    assert verdicts(certificate)["D1"] is Verdict.KEPT


def test_no_secret_reaches_an_output(tmp_path: Path, command: Callable[..., Ran]) -> None:
    leaks = [entry for duty in SAMPLES for entry in entries(duty, Mood.BROKEN, who=duty.lower())]
    out = tmp_path / "out"
    ran = command("judge", har(tmp_path / "leaky.har", leaks), "--report-dir", out)
    assert ran.status == 1, ran.err
    written = [path.read_text("utf-8") for path in sorted(out.rglob("*")) if path.is_file()]
    assert not [each for each in (ran.out, ran.err, *written) if "SECRET" in each]
    text = (out / "client.json").read_text("utf-8")
    certificate = Certificate.model_validate_json(text)
    assert certificate.verdict == "NOT CONFORMANT"
    assert len(broken(certificate)) >= 30


def test_junit_fails_what_is_broken_and_passes_nothing_that_was_not_seen(
    tmp_path: Path, command: Callable[..., Ran]
) -> None:
    command("judge", har(tmp_path / "a.har", entries("D3", Mood.BROKEN)), "--report-dir", tmp_path)
    root = ET.parse(tmp_path / "junit.xml").getroot()  # noqa: S314 - our own file
    cases = {case.get("name", ""): case for case in root.iter("testcase")}
    assert root.get("failures") == "1"
    assert "a.har#2" in (cases["test_duty[D3]"].findtext("failure") or "")
    assert cases["test_duty[F8]"].find("error") is not None  # the certificate needs it
    assert cases["test_duty[E8]"].find("skipped") is not None
    passed = cases["test_duty[A1]"]
    assert [part.tag for part in passed] == ["properties"]
    assert len(list(root.iter("skipped"))) + len(list(root.iter("error"))) > 50


def test_the_commands_tell_what_they_find(tmp_path: Path, command: Callable[..., Ran]) -> None:
    ran = command("judge", har(tmp_path / "a.har", entries("D3", Mood.BROKEN)), "--parts", "core")
    lines = ran.out.splitlines()
    assert lines[0].startswith("This certificate speaks of the client alone")
    assert lines[-1].startswith("NOT CONFORMANT [client/2: core]")
    assert any("a.har#2: POST /ofm/cost-centre/update -> 200" in line for line in lines)
    assert any(line.startswith("missing D4:") and "lost-answer" in line for line in lines)
    assert command("duties", "--step", "8").out.count("\n") == 3
    for wrong in (("duties", "--part", "none"), ("judge", tmp_path / "none.har")):
        ran = command(*wrong)
        assert (ran.status, ran.out, ran.err.count("\n")) == (4, "", 1)
