"""The waiver file."""

from datetime import timedelta
from pathlib import Path

import pytest

from reports.assemble import assemble
from reports.model import CheckResult, Waiver
from reports.verdict import Verdict
from reports.waivers import load_waivers
from reports.writers.waivers import DAYS
from reports.writers.waivers import Waivers as WaiverFile
from reports.writers.writer import Finished
from tests.reports.synthetic import TODAY, Requirement, RequirementSet, check, collected

KNOWN = (Requirement("ORG-1"), Requirement("ASSOC-1", waivable=False))
GOOD = """
[[waiver]]
requirement = "ORG-1"
target = "sandbox.example.com"
reason = "fix is scheduled"
owner = "store team"
approver = "J. Doe"
expires = 2026-12-31
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "waivers.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_file_is_read(tmp_path: Path) -> None:
    (waiver,) = load_waivers(written(tmp_path, GOOD), KNOWN)
    assert (waiver.requirement, waiver.expires.year) == ("ORG-1", 2026)


def test_an_empty_file_waives_nothing(tmp_path: Path) -> None:
    assert load_waivers(written(tmp_path, ""), KNOWN) == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD.replace("ORG-1", "ORG-9"), "unknown requirement 'ORG-9'"),
        (GOOD.replace("ORG-1", "ASSOC-1"), "ASSOC-1 cannot be waived"),
        (GOOD.replace('approver = "J. Doe"\n', ""), "approver: Field required"),
        (GOOD.replace("J. Doe", " "), "approver: must not be empty"),
        (GOOD.replace("2026-12-31", '"soon"'), "expires: "),
        (GOOD + 'ticket = "X"\n', "ticket: Extra inputs are not permitted"),
        (GOOD + GOOD, "second waiver of ORG-1"),
        (GOOD.replace("[[waiver]]", "[waiver]"), "two brackets"),
        (GOOD.replace("[[waiver]]", "[[waivers]]"), "unknown key 'waivers'"),
        ("[[waiver", "not TOML"),
        ("waiver = [1]", "waiver 1: entry: "),
    ],
)
def test_a_bad_file_is_refused_with_one_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ValueError, match=r"waivers\.toml: ") as caught:
        load_waivers(written(tmp_path, text), KNOWN)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_refused_with_one_line(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="No such file"):
        load_waivers(tmp_path / "none.toml", KNOWN)


def written_after(tmp_path: Path, *checks: CheckResult, waivers: list[Waiver]) -> Path:
    """The file that --write-waivers leaves after a run of these checks."""
    path = tmp_path / "new.toml"
    options = pytest.Config.fromdictargs({"write_waivers": str(path)}, [])
    writer = WaiverFile()
    writer.configure(options, tmp_path)
    told = collected(checks, RequirementSet((*KNOWN, Requirement("ORG-2"))), waivers=waivers)
    writer.write(Finished(assemble(told), told, tmp_path))
    return path


def test_the_written_file_is_taken_once_somebody_answers_for_it(tmp_path: Path) -> None:
    known = (*KNOWN, Requirement("ORG-2"))
    (old,) = load_waivers(written(tmp_path, GOOD), KNOWN)
    checks = [check(each, Verdict.FAIL) for each in ("ORG-1", "ORG-2", "ASSOC-1")]
    path = written_after(tmp_path, *checks, waivers=[old])
    with pytest.raises(ValueError, match=r"waiver 2: \w+: must not be empty"):
        load_waivers(path, known)
    path.write_text(path.read_text("utf-8").replace('= ""', '= "them"'), encoding="utf-8")
    kept, new = load_waivers(path, known)
    assert kept == old
    assert (new.requirement, new.target) == ("ORG-2", "sandbox.example.com")
    assert new.expires == TODAY + timedelta(days=DAYS)


def test_a_stale_waiver_is_not_carried_over(tmp_path: Path) -> None:
    (old,) = load_waivers(written(tmp_path, GOOD), KNOWN)
    path = written_after(tmp_path, check("ORG-1"), waivers=[old])
    assert load_waivers(path, KNOWN) == ()
