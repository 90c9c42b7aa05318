"""From what pytest saw of a test to the verdict of a check.

The verdict and its findings ride on the report, so that they survive the way from a worker to the
controller; pytest's own outcome is set to fit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import pytest

from fixtures.exchange.check import Check
from fixtures.exchange.outcome import Blocked, Finding, Inconclusive, NotApplicable, Violation
from fixtures.exchange.permissions import RefusedBySuite
from fixtures.exchange.redaction import Vault
from reports.verdict import Verdict

PAYLOAD: Final = "conformance"


@dataclass(frozen=True)
class Judged:
    """A verdict with its reason, as plain data."""

    verdict: Verdict
    message: str = ""
    cause: str | None = None
    line: str = ""
    cards: tuple[Finding, ...] = ()


def judged(error: BaseException | None, check: Check | None) -> Judged:  # noqa: PLR0911 - a table
    """The verdict that an exception (or its absence) means for a check."""
    advice = tuple(check.advice) if check else ()
    match error:
        case None if check is not None and not check.expectations:
            return Judged(Verdict.INCONCLUSIVE, "suite error: the check judged nothing", "suite")
        case None if advice:
            return Judged(Verdict.ADVISORY, _first(advice), cards=advice)
        case None:
            return Judged(Verdict.PASS)
        case Violation():
            return Judged(Verdict.FAIL, _head(error), cards=(error.finding, *advice))
        case Inconclusive():
            cards = (error.finding, *advice) if error.finding else advice
            return Judged(
                Verdict.INCONCLUSIVE, error.reason, error.cause or None, error.line, cards
            )
        case Blocked():
            return Judged(Verdict.BLOCKED, str(error), error.cause)
        case NotApplicable() | pytest.skip.Exception():
            return Judged(Verdict.NOT_APPLICABLE, str(error))
        case RefusedBySuite():
            return Judged(Verdict.INCONCLUSIVE, f"suite error: {error}", "suite")
    return Judged(
        Verdict.INCONCLUSIVE, f"suite error: {type(error).__name__}: {_head(error)}", "suite"
    )


def stamp(
    report: pytest.TestReport,
    found: Judged,
    check: Check | None,
    vault: Vault,
    requirements: Sequence[str],
) -> None:
    """Put the verdict on the report and set pytest's outcome to fit; text loses its secrets."""
    payload = {
        "requirements": list(requirements),
        "verdict": found.verdict.value,
        "message": vault.redact_text(found.message),
        "cause": found.cause,
        "line": found.line,
        "cards": [_card(finding, vault) for finding in found.cards],
        "exchanges": list(check.exchanges) if check else [],
        "certainty": str(check.weakest_used) if check and check.expectations else None,
        "readings": dict(check.readings) if check else {},
    }
    setattr(report, PAYLOAD, payload)
    report.user_properties = [
        *report.user_properties,
        *(("requirement", name) for name in requirements),
        ("verdict", found.verdict.value),
    ]
    _fit_outcome(report, found.verdict, vault.redact_text(found.message))


def _fit_outcome(report: pytest.TestReport, verdict: Verdict, message: str) -> None:
    match verdict:
        case Verdict.FAIL:
            report.outcome = "failed"
        case Verdict.INCONCLUSIVE | Verdict.BLOCKED:
            # pytest counts a failed set-up as an error, which is what "could not check" is.
            report.when, report.outcome = "setup", "failed"
            report.longrepr = report.longrepr or message
        case Verdict.NOT_APPLICABLE:
            report.outcome = "skipped"
            report.longrepr = (report.location[0], report.location[1] or 0, message)
        case Verdict.WAIVED:
            report.outcome = "skipped"
            report.wasxfail = f"waived: {message}"


def redact(report: pytest.TestReport, error: BaseException | None, vault: Vault) -> None:
    """Failure text without secrets: a card for a verdict, a traceback only for a suite error."""
    if error is not None and not isinstance(report.longrepr, tuple):
        is_verdict = isinstance(error, Violation | Inconclusive | Blocked | RefusedBySuite)
        text = _told(error) if is_verdict else report.longreprtext
        report.longrepr = vault.redact_text(text)
    if error is not None:
        # Reporters ask the exception itself too.
        error.args = tuple(
            vault.redact_text(part) if isinstance(part, str) else part for part in error.args
        )
    report.sections = [(name, vault.redact_text(text)) for name, text in report.sections]


def _told(error: BaseException) -> str:
    if isinstance(error, Inconclusive) and error.finding:
        return f"{error}\n{error.finding}"
    return str(error)


def _card(finding: Finding, vault: Vault) -> dict[str, Any]:
    return {
        # Plain strings: what crosses from a worker may hold no enumeration.
        name: str(vault.redact_text(value)) if isinstance(value, str) else value
        for name, value in asdict(finding).items()
    }


def _head(error: BaseException) -> str:
    return (str(error).splitlines() or [""])[0]


def _first(findings: Iterable[Finding]) -> str:
    finding = next(iter(findings))
    return f"{finding.requirement}: {finding.expectation}; observed {finding.observed}"
