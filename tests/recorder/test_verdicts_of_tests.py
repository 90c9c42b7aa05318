"""From what happened in a test to its verdict, and from there to what pytest reports."""

import json
from typing import Any, Final

import pytest

from conformance.contract.facts import Certainty
from fixtures.exchange.check import Check
from fixtures.exchange.outcome import (
    Blocked,
    Finding,
    Inconclusive,
    NotApplicable,
    Responsibility,
    Violation,
)
from fixtures.exchange.permissions import RefusedBySuite
from fixtures.exchange.redaction import Vault
from reports.messages import Judgement
from reports.verdict import Verdict
from reports.verdicts_of_tests import (
    JUDGEMENT,
    card,
    judged,
    redact,
    stamp,
    stamped,
    unrecorded_failure,
)
from tests.fixtures.answers import check_of

IDS: Final = ("ORG-1", "ORG-2")
SECRET: Final = "Aa1!of-the-owner"
FINDING: Final = Finding(
    requirement="ORG-1",
    expectation="it is refused",
    expected="409",
    observed=f"200 with {SECRET}",
    source="ofm/",
    certainty=Certainty.DOCUMENTED,
    remedy="Mend it.",
    move=Responsibility.PLATFORM,
    repeat="pytest x",
    text="A write with an old revision is refused.",
)


def used_check() -> Check:
    """A check that judged something."""
    check = check_of()
    check.count(Certainty.DOCUMENTED)
    return check


def raised(error: BaseException | None, check: Check | None = None) -> Judgement:
    return judged(error, check or used_check(), IDS)


def found_to_be(verdict: Verdict, message: str = "", **more: Any) -> Judgement:
    return Judgement(requirements=IDS, verdict=verdict, message=message, **more)


# --- verdicts ---


@pytest.mark.parametrize(
    ("error", "verdict", "cause"),
    [
        (None, Verdict.PASS, None),
        (Violation(FINDING), Verdict.FAIL, None),
        (Inconclusive("no answer", cause="host h"), Verdict.INCONCLUSIVE, "host h"),
        (Inconclusive("no answer"), Verdict.INCONCLUSIVE, None),
        (Blocked("organization", "x", cause="ofm.org.create"), Verdict.BLOCKED, "ofm.org.create"),
        (Blocked("organization", "x"), Verdict.BLOCKED, "stage organization"),
        (NotApplicable("no burst"), Verdict.NOT_APPLICABLE, None),
        (pytest.skip.Exception("no"), Verdict.INCONCLUSIVE, "suite"),
        (RefusedBySuite("host h"), Verdict.INCONCLUSIVE, "suite"),
        (AssertionError("bare"), Verdict.INCONCLUSIVE, "suite"),
        (KeyError("x"), Verdict.INCONCLUSIVE, "suite"),
        (KeyboardInterrupt(), Verdict.INCONCLUSIVE, "suite"),
        (pytest.fail.Exception("timeout"), Verdict.INCONCLUSIVE, "suite"),
    ],
)
def test_exception_means_a_verdict(
    error: BaseException | None, verdict: Verdict, cause: str | None
) -> None:
    found = raised(error)
    assert (found.verdict, found.cause) == (verdict, cause)


def test_check_that_judged_nothing_did_not_pass() -> None:
    found = raised(None, check_of())
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.message == "suite error: the check judged nothing"


def test_advice_is_advisory() -> None:
    check = used_check()
    check.advise(FINDING)
    found = raised(None, check)
    assert (found.verdict, found.cards) == (Verdict.ADVISORY, (card(FINDING),))
    assert "it is refused" in found.message


def test_failure_outranks_advice_and_keeps_it() -> None:
    check = used_check()
    check.advise(FINDING)
    found = raised(Violation(FINDING), check)
    assert (found.verdict, len(found.cards)) == (Verdict.FAIL, 2)


def test_undecided_check_keeps_its_line_and_its_finding() -> None:
    error = Inconclusive("refused", cause="op", line="x = 1", finding=FINDING)
    found = raised(error)
    assert (found.line, found.cards, found.message) == ("x = 1", (card(FINDING),), "refused")


def test_suite_error_names_its_kind() -> None:
    assert raised(KeyError("org_guid")).message == "suite error: KeyError: 'org_guid'"


def test_error_before_the_check_began_has_a_verdict() -> None:
    assert judged(NotApplicable("outside"), None, IDS).verdict is Verdict.NOT_APPLICABLE
    assert judged(OSError("x"), None, IDS).verdict is Verdict.INCONCLUSIVE


# --- what pytest is told ---


def reported(found: Judgement, **more: Any) -> tuple[pytest.TestReport, dict[str, Any]]:
    vault = Vault()
    vault.add(SECRET, "OWNER_PASSCODE")
    report = pytest.TestReport(
        nodeid="conformance/test_x.py::test_x",
        location=("conformance/test_x.py", 7, "test_x"),
        keywords={},
        outcome=more.pop("outcome", "passed"),
        longrepr=more.pop("longrepr", None),
        when="call",
        sections=more.pop("sections", ()),
    )
    redact(report, more.pop("error", None), vault)
    stamp(report, found, vault)
    return report, getattr(report, JUDGEMENT)


@pytest.mark.parametrize(
    ("verdict", "when", "outcome"),
    [
        (Verdict.PASS, "call", "passed"),
        (Verdict.ADVISORY, "call", "passed"),
        (Verdict.FAIL, "call", "failed"),
        (Verdict.BLOCKED, "setup", "failed"),
        (Verdict.INCONCLUSIVE, "setup", "failed"),
        (Verdict.NOT_APPLICABLE, "call", "skipped"),
        (Verdict.WAIVED, "call", "skipped"),
    ],
)
def test_outcome_fits_the_verdict(verdict: Verdict, when: str, outcome: str) -> None:
    report, payload = reported(found_to_be(verdict, "why"))
    assert (report.when, report.outcome) == (when, outcome)
    assert payload["verdict"] == verdict.value
    assert ("verdict", verdict.value) in report.user_properties
    assert ("requirement", "ORG-2") in report.user_properties


def test_waived_is_an_expected_failure_and_tells_why() -> None:
    report, _ = reported(found_to_be(Verdict.WAIVED, "known until June"))
    assert report.wasxfail == "waived: known until June"


def test_skip_tells_where_and_why() -> None:
    report, _ = reported(found_to_be(Verdict.NOT_APPLICABLE, "no burst"))
    assert report.longrepr == ("conformance/test_x.py", 7, "no burst")


def test_payload_is_plain_and_holds_no_secret() -> None:
    check = used_check()
    check.exchanges.append("main-1")
    check.reading("build", "top level")
    error = Inconclusive(f"saw {SECRET}", cause="cause", line="x = 1", finding=FINDING)
    report, payload = reported(raised(error, check))
    assert payload["message"] == "saw [redacted:OWNER_PASSCODE]"
    assert payload["cards"][0]["observed"] == "200 with [redacted:OWNER_PASSCODE]"
    assert {type(value) for value in payload["cards"][0].values()} <= {str, type(None)}
    assert payload["exchanges"] == ["main-1"]
    assert payload["readings"] == {"build": "top level"}
    assert payload["certainty"] == "documented"
    assert payload["requirements"] == ["ORG-1", "ORG-2"]
    assert (payload["cause"], payload["line"]) == ("cause", "x = 1")
    assert SECRET not in repr(payload)
    assert json.loads(json.dumps(payload)) == payload
    found = stamped(report)
    assert found is not None
    assert found.model_dump(mode="json") == payload


def test_report_that_the_recorder_never_saw_carries_no_judgement() -> None:
    report = pytest.TestReport("n", ("f", 0, "n"), {}, "failed", "worker gw0 crashed", "call")
    assert stamped(report) is None
    found = unrecorded_failure(report)
    assert (found.verdict, found.cause) == (Verdict.INCONCLUSIVE, "suite")
    assert found.message == "suite error: worker gw0 crashed"


@pytest.mark.parametrize("verdict", list(Verdict))
def test_no_report_holds_a_secret(verdict: Verdict) -> None:
    report, _ = reported(
        found_to_be(verdict, f"saw {SECRET}"),
        error=ValueError(SECRET),
        longrepr=f"Traceback\nValueError: {SECRET}",
        sections=[("Captured stdout call", SECRET)],
    )
    assert SECRET not in repr(vars(report))


@pytest.mark.parametrize("kind", [ValueError, KeyError, AssertionError, Inconclusive])
def test_no_exception_holds_a_secret_once_it_is_reported(kind: type[Exception]) -> None:
    error = kind(f"saw {SECRET}")
    reported(found_to_be(Verdict.INCONCLUSIVE), error=error, longrepr="Traceback", outcome="failed")
    assert str(error).strip("'") == "saw [redacted:OWNER_PASSCODE]"


def test_check_that_judged_nothing_has_no_certainty() -> None:
    _, payload = reported(raised(Blocked("organization", "x"), check_of()))
    assert payload["certainty"] is None


def test_card_of_a_failure_stands_for_its_traceback() -> None:
    error = Violation(FINDING)
    report, _ = reported(raised(error), error=error, longrepr="Traceback", outcome="failed")
    assert "Traceback" not in str(report.longrepr)
    assert "Mend it." in str(report.longrepr)


def test_suite_error_keeps_its_traceback() -> None:
    error = ValueError("x")
    report, _ = reported(raised(error), error=error, longrepr="Traceback x", outcome="failed")
    assert str(report.longrepr) == "Traceback x"


def test_undecided_check_shows_line_and_finding() -> None:
    error = Inconclusive("refused", line="x = 1", finding=FINDING)
    report, _ = reported(raised(error), error=error, longrepr="Traceback", outcome="failed")
    for part in ("refused", "add to the target file: x = 1", "Mend it."):
        assert part in str(report.longrepr)
