"""A known failure that somebody answers for is waived, shown, and told by exit status 8."""

from pathlib import Path

import pytest

from tests.run.suite import TURNS, run_suite

pytestmark = pytest.mark.whole

WITH_WAIVERS = 8
# A platform that takes emails as typed contradicts one documented MUST, and only that one.
DEFECT = "email-not-canonicalised"
WAIVER = """
[[waiver]]
requirement = "CRED-16"
target = "reference"
reason = "emails are canonicalised from the next release on"
owner = "identity team"
approver = "release board"
expires = 2999-12-31
"""


def test_waived_failure_is_conformant_with_waivers_and_says_so(tmp_path: Path) -> None:
    waivers = tmp_path / "waivers.toml"
    waivers.write_text(WAIVER)
    finished = run_suite(
        *(*TURNS, "-n", "2", "--waivers", str(waivers)),
        f"--reference-args=--defect {DEFECT}",
        directory=tmp_path / "out",
    )
    assert finished.exit_status == WITH_WAIVERS, finished.output
    assert finished.run["verdict"] == "CONFORMANT WITH 1 WAIVERS"
    assert finished.with_verdict("waived") == ["CRED-16"]
    assert "identity team" in (tmp_path / "out" / "compliance.html").read_text("utf-8")
