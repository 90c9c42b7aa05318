"""What pipelines read of a real run: one in a single process, and one that was spread over two."""

import json
import xml.etree.ElementTree as ET
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

from reports import history
from tests.run.suite import Finished, run_module, run_suite

pytestmark = pytest.mark.xdist_group("pipelines")

SOME: Final = ("conformance/step03_association", "-q", "--cells", "turns", "--run-seed", "1")
DEFECTS: Final = "--reference-args=--defect member-shown-as-owner --defect stranger-told-org-exists"
GITHUB: Final = {"GITHUB_ACTIONS": "true", "GITHUB_RUN_NUMBER": "7"}
NONCE: Final = "what the reviewer gave"
PROPERTIES: Final = {"requirement", "step", "level", "source", "verdict", "certainty"}


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pipelines")


@cache
def a_run(directory: Path, processes: str) -> Finished:
    """A run with failures; one for all tests of this file."""
    made = directory / processes
    own = f"--junitxml={directory / processes}.xml"
    kept = f"--history={directory / 'history'}"
    challenge = f"--challenge={NONCE}"
    summary = {"GITHUB_STEP_SUMMARY": str(directory / f"{processes}.md")}
    return run_suite(
        *SOME, DEFECTS, "-n", processes, own, kept, challenge, **GITHUB, **summary, directory=made
    )


@pytest.fixture(params=["0", "2"])
def run(directory: Path, request: pytest.FixtureRequest) -> Finished:
    return a_run(directory, request.param)


def checks(run: Finished) -> dict[str, list[dict[str, Any]]]:
    """Results of checks, by node id."""
    found: dict[str, list[dict[str, Any]]] = {}
    for requirement in run.run["requirements"]:
        for check in requirement["checks"]:
            found.setdefault(check["nodeid"], []).append(check)
    return found


def properties(case: ET.Element) -> dict[str, str]:
    return {it.attrib["name"]: it.attrib["value"] for it in case.iter("property")}


def test_every_test_of_junit_tells_what_it_proves(run: Finished) -> None:
    root = ET.parse(run.directory / "junit.xml").getroot()  # noqa: S314 - our own
    found = {
        f"{case.attrib['file']}::{case.attrib['name']}": properties(case)
        for case in root.iter("testcase")
    }
    expected = checks(run)
    assert found.keys() == expected.keys()
    for name, told in found.items():
        assert told.keys() >= PROPERTIES, name
        assert told["verdict"] in {check["verdict"] for check in expected[name]}


def test_pytests_own_junit_tells_the_verdict_of_every_test(run: Finished) -> None:
    root = ET.parse(run.directory.with_suffix(".xml")).getroot()  # noqa: S314 - our own
    told = [properties(case) for case in root.iter("testcase")]
    assert len(told) == len(checks(run))
    assert all(each.keys() >= {"requirement", "verdict"} for each in told)


def test_every_check_reaches_allure(run: Finished) -> None:
    results = [
        json.loads(path.read_text(encoding="utf-8"))
        for path in (run.directory / "allure-results").glob("*-result.json")
    ]
    assert sorted(result["name"] for result in results) == sorted(
        name.partition("::")[2] for name in checks(run)
    )
    failed = [result for result in results if result["status"] == "failed"]
    assert failed
    for result in failed:
        source = result["attachments"][0]["source"]
        shown = (run.directory / "allure-results" / source).read_text(encoding="utf-8")
        assert "x-session-guid" in shown or "x-api-key" in shown
        assert "[redacted" in shown


def test_a_run_is_added_to_the_history(directory: Path) -> None:
    runs = [a_run(directory, processes) for processes in ("0", "2")]
    entries = history.read(directory / "history")
    assert [entry.headline for entry in entries] == [run.run["headline"] for run in runs]
    assert [list(entry.failed) for entry in entries] == [run.with_verdict("fail") for run in runs]


def test_two_runs_of_one_target_differ_in_nothing_that_is_worse(directory: Path) -> None:
    # Whichever of them was made first: that is up to the order of the tests.
    runs = sorted(
        (a_run(directory, processes) for processes in ("0", "2")),
        key=lambda made: str(made.run["scope"]["started_at"]),
    )
    first, second = (made.directory for made in runs)
    done = run_module("reports", "diff", str(first), str(second))
    assert done.returncode == 0, done.stdout
    assert done.stdout == "0 changes, 0 for the worse, 0 new failures\n"


def test_a_bundle_of_a_run_verifies_and_answers_its_challenge(directory: Path) -> None:
    made, out = a_run(directory, "2").directory, directory / "bundle.zip"
    done = run_module("reports", "bundle", str(made), "--out", str(out))
    assert done.returncode == 0, done.stderr
    done = run_module("reports", "verify", str(out), "--challenge", NONCE)
    assert done.returncode == 0, done.stdout
    assert "as it was made, not signed" in done.stdout
    assert run_module("reports", "verify", str(out), "--challenge", "another").returncode == 1


def test_github_is_told_of_failures(run: Finished) -> None:
    shown = [line for line in run.output.splitlines() if line.startswith("::error ")]
    failed = [name for name, found in checks(run).items() if found[0]["verdict"] == "fail"]
    assert len(shown) == min(len(failed), 10) > 0
    assert all("title=ASSOC-" in line for line in shown)
    summary = run.directory.with_suffix(".md").read_text(encoding="utf-8")
    assert summary == (run.directory / "summary.md").read_text(encoding="utf-8")
    executor = run.directory / "allure-results" / "executor.json"
    assert json.loads(executor.read_text(encoding="utf-8"))["buildOrder"] == 7
