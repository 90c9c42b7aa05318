"""A run that takes longer than a session lasts."""

from pathlib import Path
from typing import Final

from reports.commands.check import problems
from tests.run.suite import run_suite

CHECKS: Final = ("conformance/step12_events/test_queue.py", "-q", "--run-seed", "5")
SHORT: Final = "--reference-args=--session-ttl-s 1"


def test_sessions_that_expire_on_the_way_change_no_verdict(tmp_path: Path) -> None:
    finished = run_suite(*CHECKS, SHORT, directory=tmp_path)
    found = [check for item in finished.run["requirements"] for check in item["checks"]]
    told = {check["verdict"] for check in found}
    assert told <= {"pass", "not-applicable"}, finished.output
    assert "sessions had expired, and were renewed" in finished.run["scope"]["note"]
    assert problems(tmp_path) == []
