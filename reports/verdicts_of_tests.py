"""From what pytest saw of a test to the verdict of a check.

The judgement rides on the report, so that it survives the way from a worker to the controller;
pytest's own outcome is set to fit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

import pytest

from fixtures.exchange.check import Check
from fixtures.exchange.outcome import Blocked, Finding, Inconclusive, NotApplicable, Violation
from fixtures.exchange.permissions import RefusedBySuite
from fixtures.exchange.redaction import Vault
from reports.messages import Judgement
from reports.model import Card
from reports.verdict import Verdict

# The attribute of a test report that holds a dumped judgement.
JUDGEMENT: Final = "conformance"


def judged(  # noqa: C901, PLR0911 - a table
    error: BaseException | None, check: Check | None, requirements: Sequence[str]
) -> Judgement:
    """What an exception (or its absence) means for a check of `requirements`."""
    advice = tuple(map(card, check.advice)) if check else ()
    about: dict[str, Any] = {"requirements": tuple(requirements)}
    if check is not None:
        about |= {"exchanges": tuple(check.exchanges), "readings": dict(check.readings)}
        about["certainty"] = str(check.weakest_used) if check.expectations else None
        about["subject"] = str(check.ground)
        about["unsure"] = tuple(check.unsure)
        if error is None and not check.expectations:
            return _suite_error("the check judged nothing", about)
    match error:
        case None if advice:
            return Judgement(
                verdict=Verdict.ADVISORY, message=_summary(advice[0]), cards=advice, **about
            )
        case None:
            return Judgement(verdict=Verdict.PASS, **about)
        case Violation():
            cards = (card(error.finding), *advice)
            message = _with_rule(_head(error), error.finding.text)
            return Judgement(verdict=Verdict.FAIL, message=message, cards=cards, **about)
        case Inconclusive():
            return _inconclusive(error, advice, about)
        case Blocked():
            return Judgement(
                verdict=Verdict.BLOCKED, message=str(error), cause=error.cause, **about
            )
        case NotApplicable():
            return Judgement(verdict=Verdict.NOT_APPLICABLE, message=str(error), **about)
        case pytest.skip.Exception():
            # No check skips: somebody else's mark or plugin did, and nothing was checked.
            return _suite_error(f"skipped by something else than this suite: {error}", about)
        case RefusedBySuite():
            return _suite_error(str(error), about)
    return _suite_error(f"{type(error).__name__}: {_head(error)}", about)


def card(finding: Finding) -> Card:
    """A finding as reports keep it: plain strings, no enumeration."""
    told = asdict(finding)
    return Card(**{name: v if v is None else str(v) for name, v in told.items()})


def tell(
    item: pytest.Item,
    report: pytest.TestReport,
    error: BaseException | None,
    found: Judgement,
    vault: Vault,
) -> None:
    """Put the judgement on the report, once nothing in it is secret any more.

    The test keeps its properties for the report of the next phase too: pytest's own JUnit takes
    them from the last.
    """
    redact(report, error, vault)
    stamp(report, found, vault)
    item.user_properties[:] = report.user_properties


def under_waiver(found: Judgement, reasons: Mapping[str, str]) -> Judgement:
    """A known failure that somebody answers for is told as such.

    `reasons` are those of the waivers in force, by requirement: all of the check's must be waived.
    """
    told = [reasons[name] for name in found.requirements if name in reasons]
    if found.verdict is Verdict.FAIL and len(told) == len(found.requirements):
        return found.model_copy(update={"verdict": Verdict.WAIVED, "message": told[0]})
    return found


def stamp(report: pytest.TestReport, found: Judgement, vault: Vault) -> None:
    """Put the judgement on the report and set pytest's outcome to fit; text loses its secrets."""
    clean = found.redacted(vault)
    setattr(report, JUDGEMENT, clean.model_dump(mode="json"))
    told = [("requirement", name) for name in clean.requirements]
    told += [("verdict", clean.verdict.value)]
    told += [("certainty", clean.certainty)] if clean.certainty else []
    names = {name for name, _ in told}
    report.user_properties = [*(it for it in report.user_properties if it[0] not in names), *told]
    _fit_outcome(report, clean.verdict, clean.message)


def stamped(report: pytest.TestReport) -> Judgement | None:
    """The judgement that a report carries; None where the recorder never saw it."""
    dumped = getattr(report, JUDGEMENT, None)
    return None if dumped is None else Judgement.model_validate(dumped)


def unrecorded_failure(report: pytest.TestReport) -> Judgement:
    """Of a failure that never reached the recorder, such as a crashed worker's."""
    first = (report.longreprtext.splitlines() or ["no message"])[0]
    return _suite_error(first, {"requirements": ("unknown",)})


def _suite_error(message: str, about: dict[str, Any]) -> Judgement:
    return Judgement(
        verdict=Verdict.INCONCLUSIVE, message=f"suite error: {message}", cause="suite", **about
    )


def _inconclusive(
    error: Inconclusive, advice: tuple[Card, ...], about: dict[str, Any]
) -> Judgement:
    return Judgement(
        verdict=Verdict.INCONCLUSIVE,
        message=error.reason,
        cause=error.cause or None,
        line=error.line,
        cards=(card(error.finding), *advice) if error.finding else advice,
        **about,
    )


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


def _head(error: BaseException) -> str:
    return (str(error).splitlines() or [""])[0]


def _summary(found: Card) -> str:
    told = f"{found.requirement}: {found.expectation}; observed {found.observed}"
    return _with_rule(told, found.text)


def _with_rule(told: str, text: str) -> str:
    """One line that says what was seen, then what the requirement says."""
    return f"{told} (the rule: {text})" if text else told
