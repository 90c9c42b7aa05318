"""What a run would need and do, told from measured costs without sending anything."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from reports import costs
from reports.costs import Cost, function_of
from reports.exchange import Exchange
from reports.model import CheckResult
from reports.options import ROOT
from reports.plan import STAGES
from reports.verdict import Verdict
from tests.recorder.conftest import Collected
from tests.run.suite import environment


def ran(nodeid: str) -> CheckResult:
    return CheckResult(nodeid=nodeid, requirement="ORG-1", verdict=Verdict.PASS)


def sent(check: str, operation: str = "ofm.org.get", status: int | None = 200) -> Exchange:
    response = None if status is None else {"status": status, "headers": {}, "body": None}
    data: dict[str, Any] = {
        "id": "w-1",
        "check": check,
        "actor": "owner",
        "operation": operation,
        "started_at": datetime(2026, 3, 4, tzinfo=UTC),
        "elapsed_ms": 1.0,
        "request": {"method": "POST", "url": "http://h", "headers": {}, "body": None},
        "response": response,
    }
    return Exchange.model_validate(data)


def test_cost_of_a_function_is_the_mean_over_its_parameters() -> None:
    run: Any = SimpleNamespace(checks=[ran("a.py::t[1]"), ran("a.py::t[2]"), ran("a.py::u")])
    exchanges = [
        sent("a.py::t[1]"),
        sent("a.py::t[2]"),
        sent("a.py::t[2]", "ofm.cost_centre.create"),
        sent("a.py::t[1]", "ofm.cost_centre.create", 400),
        sent("a.py::t[1]", "ofm.cost_centre.create", None),
        sent(f"{STAGES}flood"),
        sent("conformance/invariants::ENV-1"),
    ]
    assert costs.measure(run, exchanges) == {
        "a.py::t": Cost(2.5, 0.5, 0.5),
        "a.py::u": Cost(0, 0),
        f"{STAGES}flood": Cost(1, 0),
    }


def test_costs_survive_their_file(tmp_path: Path) -> None:
    path = tmp_path / "costs.json"
    assert costs.read(path) == {}
    measured = {"a.py::t": Cost(2.5, 0.5, 0.5), "b": Cost(0, 0)}
    costs.write(measured, path)
    assert costs.read(path) == measured
    json.loads(path.read_text())


def test_committed_costs_are_of_checks_that_exist(checks: list[Collected]) -> None:
    functions = {function_of(check.nodeid) for check in checks}
    told = {name for name in costs.read() if not name.startswith(STAGES)}
    assert len(told & functions) > 0.8 * len(functions)


def planned(*arguments: str, directory: Path) -> str:
    command = [sys.executable, "-m", "pytest", "conformance", "--plan", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "--report-dir", str(directory), *arguments],
        cwd=ROOT,
        env=environment(X="Aa1!aaaa"),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize(
    ("target", "told"),
    [
        pytest.param(
            'base_url = "https://sandbox.example.com"\norgcode = "ACME"\nallow_write = true\n'
            'profile = "team/1"\n[actors.owner]\nemail = "o@x"\npasscode_env = "X"\n',
            [
                "plan for sandbox.example.com, profile team/1, tier certify; nothing was sent",
                "member (the target does not give it)",
                "second-org (the target does not give it)",
                "need what the target does not give",
                "in org ACME:",
            ],
            id="team without further accounts",
        )
    ],
)
def test_plan_tells_what_is_missing_and_what_remains(
    tmp_path: Path, target: str, told: list[str]
) -> None:
    path = tmp_path / "sandbox.toml"
    path.write_text(target)
    text = planned("--target", str(path), directory=tmp_path / "out")
    for part in told:
        assert part in text
    # Nothing was sent, so nothing was written.
    assert list((tmp_path / "out").iterdir()) == []
