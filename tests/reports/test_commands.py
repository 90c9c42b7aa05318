"""`python -m reports`: check, diff, render, schema."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reports.__main__ import main
from reports.files import read_run
from reports.model import Run
from reports.verdict import Verdict
from reports.writers import outputs as outputs_of_writers
from tests.reports.synthetic import exchange, large_run, write_outputs

CHECKS, EXCHANGES = 60, 60


def outputs(directory: Path, run: Run | None = None) -> Path:
    """A report directory as a run leaves it."""
    run = run or large_run(CHECKS, EXCHANGES)
    return write_outputs(run, (exchange(number) for number in range(EXCHANGES)), directory)


def edit_run(directory: Path, change: Callable[[dict[str, Any]], None]) -> None:
    path = directory / "run.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document)
    path.write_text(json.dumps(document), encoding="utf-8")


def test_check_of_a_sound_directory_is_silent_but_for_the_headline(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(outputs(tmp_path))]) == 0
    said = capsys.readouterr().out
    assert f"{len(outputs_of_writers())} outputs, consistent: NOT CONFORMANT [full/1]" in said


def test_check_finds_a_run_that_is_too_old(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = large_run(CHECKS, EXCHANGES)
    hours = (datetime.now(UTC) - run.finished_at).total_seconds() / 3600
    outputs(tmp_path, run)
    assert main(["check", str(tmp_path), "--max-age", str(hours + 1)]) == 0
    assert main(["check", str(tmp_path), "--max-age", str(hours - 1)]) == 1
    assert "hours ago, at 2026-03-02 09:34 UTC" in capsys.readouterr().out


@pytest.mark.parametrize(
    "name",
    ["compliance.html", "pytest.html", "junit.xml", "run.json", "exchanges.jsonl"],
)
def test_check_names_a_missing_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (outputs(tmp_path) / name).unlink()
    assert main(["check", str(tmp_path)]) == 1
    assert f"{name}: missing" in capsys.readouterr().out


def _green(document: dict[str, Any]) -> None:
    document["verdict"] = "CONFORMANT"


def _whitewashed(document: dict[str, Any]) -> None:
    for requirement in document["requirements"]:
        requirement["verdict"] = "pass"


def _unknown_exchange(document: dict[str, Any]) -> None:
    document["requirements"][0]["checks"][0]["exchanges"] = ["nowhere"]


def _miscounted(document: dict[str, Any]) -> None:
    document["must_executed"] += 1


def _step_miscounted(document: dict[str, Any]) -> None:
    document["steps"][2]["counts"]["pass"] += 1


def _more_exchanges(document: dict[str, Any]) -> None:
    document["exchanges"] += 1


def _foreign_field(document: dict[str, Any]) -> None:
    document["approved"] = True


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_green, "the verdict says CONFORMANT, the requirements say NOT CONFORMANT"),
        (_whitewashed, "VALID-4 says pass, its checks say fail"),
        (_unknown_exchange, "exchanges named in run.json are not here, nowhere first"),
        (_miscounted, "MUST executed, met, total and outside say"),
        (_step_miscounted, "the counts of step 2 are not those of its requirements"),
        (_more_exchanges, "holds 60 exchanges, run.json says 61"),
        (_foreign_field, "'approved' was unexpected"),
    ],
)
def test_check_finds_a_run_that_contradicts_itself(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    change: Callable[[dict[str, Any]], None],
    said: str,
) -> None:
    edit_run(outputs(tmp_path), change)
    assert main(["check", str(tmp_path)]) == 1
    assert said in capsys.readouterr().out


def test_check_finds_a_page_of_another_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit_run(outputs(tmp_path), lambda document: document["scope"].update(seed=1))
    assert main(["check", str(tmp_path)]) == 1
    assert "compliance.html: was not made from this run.json" in capsys.readouterr().out


def test_check_finds_test_cases_that_dropped_out_of_junit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (outputs(tmp_path) / "junit.xml").write_text("<testsuites/>", encoding="utf-8")
    assert main(["check", str(tmp_path)]) == 1
    assert "junit.xml: holds 0 test cases, run.json holds 60 tests" in capsys.readouterr().out


@pytest.mark.parametrize(
    "leak",
    [
        '{"passcode": "hunter2"}',
        r'{"text": "{\"token\":\"abc\"}"}',
        "{'api_key': 'abc'}",
        "<pre>&#34;session_guid&#34;: &#34;abc&#34;</pre>",
        "x-session-guid: 0123456789abcdef",
        "https://sandbox.example.com/usm?session_guid=abc",
        "<a href='https://sandbox.example.com/usm?x=1&amp;TOKEN=abc'>",
        r"{\u0022Secret\u0022: \u0022abc\u0022}",
        '{"next_token": "x", "token": "$TOKEN", "token" = "abc"}',
    ],
)
def test_check_finds_a_secret_in_any_file_and_does_not_repeat_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], leak: str
) -> None:
    path = outputs(tmp_path) / "allure-results" / "b-attachment.txt"
    path.write_text(leak, encoding="utf-8")
    assert main(["check", str(tmp_path)]) == 1
    said = capsys.readouterr().out
    assert "allure-results/b-attachment.txt: a value of" in said
    assert "hunter2" not in said


@pytest.mark.parametrize(
    "harmless",
    [
        '{"passcode": "[redacted OWNER]", "next_token": "abc", "token": null, "api_key": ""}',
        'curl -H "x-session-guid: $OWNER_SESSION" -d \'{"passcode": "$PASSCODE"}\'',
        '{"kind": "api_key", "id": "k-1"}',
    ],
)
def test_check_takes_redacted_values_and_variables_for_what_they_are(
    tmp_path: Path, harmless: str
) -> None:
    (outputs(tmp_path) / "allure-results" / "b.txt").write_text(harmless, encoding="utf-8")
    assert main(["check", str(tmp_path)]) == 0


def test_diff_still_reads_runs_that_call_invariants_watchers(tmp_path: Path) -> None:
    run = large_run(CHECKS, EXCHANGES)
    first = run.requirements[0]
    invariant = first.checks[0].model_copy(update={"kind": "invariant"})
    first = first.model_copy(update={"checks": (invariant, *first.checks[1:])})
    run = run.model_copy(update={"requirements": (first, *run.requirements[1:])})
    old, new = outputs(tmp_path / "old", run), outputs(tmp_path / "new", run)

    def rename(document: dict[str, Any]) -> None:
        document["requirements"][0]["checks"][0]["kind"] = "watcher"

    edit_run(old, rename)
    assert '"watcher"' in (old / "run.json").read_text(encoding="utf-8")
    assert read_run(old) == run
    assert main(["diff", str(old), str(new)]) == 0


def test_every_command_tells_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--help"])
    assert left.value.code == 0
    said = capsys.readouterr().out
    for name in ("check", "costs", "diff", "history", "render", "schema"):
        assert f"    {name} " in said


def test_diff_of_a_run_with_itself_finds_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs(tmp_path)
    assert main(["diff", str(tmp_path), str(tmp_path / "run.json")]) == 0
    assert capsys.readouterr().out == "0 changes, 0 for the worse, 0 new failures\n"


def test_diff_tells_better_from_worse(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = large_run(CHECKS, EXCHANGES)
    bad = outputs(tmp_path / "bad", run)
    mended = [
        item.model_copy(update={"verdict": Verdict.PASS}) if item.id == "VALID-4" else item
        for item in run.requirements[:-1]
    ]
    good = outputs(tmp_path / "good", run.model_copy(update={"requirements": tuple(mended)}))
    assert main(["diff", str(bad), str(good)]) == 1
    said = capsys.readouterr().out
    assert "mended (1)\n  step  2  fail -> pass  VALID-4\n" in said
    assert f" -> absent  {run.requirements[-1].id}\n" in said
    assert main(["diff", str(good), str(bad)]) == 1
    assert "new failures (1)\n  step  2  pass -> fail  VALID-4 " in capsys.readouterr().out


def test_render_makes_the_page_again(tmp_path: Path) -> None:
    page = outputs(tmp_path) / "compliance.html"
    before = page.read_bytes()
    page.unlink()
    assert main(["render", str(tmp_path)]) == 0
    assert page.read_bytes() == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "nowhere"],
        ["diff", "nowhere", "nowhere"],
        ["render", "nowhere"],
        ["diff", "nowhere"],
        ["frobnicate"],
        [],
    ],
)
def test_bad_input_is_one_line_and_exit_status_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        status: object = main(arguments)
    except SystemExit as left:
        status = left.code
    assert status == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert said.err.startswith("reports: ")


def test_the_command_line_ends_without_a_traceback() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "reports", "check", "nowhere"],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == "reports: nowhere: no such directory\n"
