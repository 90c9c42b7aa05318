"""The smoke tier: a glance at a target, cheap and without a trace."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from conformance.contract import OPERATIONS
from tests.recorder.conftest import once
from tests.run.suite import Finished, run_suite

BUDGET: Final = 20
WRITES: Final = {"usm.session.create", "usm.session.close"}


@pytest.fixture(scope="module")
def smoke(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    def run(directory: Path) -> list[Any]:
        done = run_suite("conformance", "--tier", "smoke", "-n", "2", directory=directory / "out")
        return [done.exit_status, done.output, str(done.directory)]

    status, output, directory = once(tmp_path_factory, "smoke", run)
    return Finished(status, output, Path(directory))


@pytest.fixture(scope="module")
def requests(smoke: Finished) -> list[dict[str, Any]]:
    """What was sent to the platform itself; the operator's actions make the owner."""
    lines = (smoke.directory / "exchanges.jsonl").read_text(encoding="utf-8").split("\n")
    exchanges = [json.loads(line) for line in lines if line]
    return [e for e in exchanges if not e["operation"].startswith("operator.")]


def test_it_is_narrow_and_so_no_certificate(smoke: Finished) -> None:
    assert smoke.exit_status == 6
    assert "narrowed by --tier smoke" in smoke.output
    assert smoke.with_verdict("fail") == []


def test_it_keeps_to_its_budget(requests: list[dict[str, Any]]) -> None:
    assert 0 < len(requests) < BUDGET


def test_it_writes_nothing_beyond_a_session(requests: list[dict[str, Any]]) -> None:
    written = {e["operation"] for e in requests if OPERATIONS[e["operation"]].writes}
    assert written <= WRITES


def test_it_leaves_nothing(smoke: Finished) -> None:
    assert smoke.run["leftovers"] == []


def test_every_check_is_told_to_allure_from_whichever_worker(smoke: Finished) -> None:
    results = (smoke.directory / "allure-results").glob("*-result.json")
    told = {json.loads(path.read_text(encoding="utf-8"))["fullName"] for path in results}
    names = {name.rpartition("::")[2].rpartition("#")[2] for name in told}
    checks = [c for r in smoke.run["requirements"] for c in r["checks"]]
    assert checks
    assert {c["nodeid"].rpartition("::")[2].partition("[")[0] for c in checks} <= names
