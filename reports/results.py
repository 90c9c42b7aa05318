"""From judgements to check results: of tests, and of stages and invariants, which have no test."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from conformance.requirements import Requirement, RequirementSet
from fixtures.exchange.invariants import RULES
from fixtures.run.store import StageResult
from reports.journal import Line
from reports.messages import Judgement
from reports.model import Card, CheckResult
from reports.verdict import Verdict

STAGES, INVARIANTS = "conformance/stages", "conformance/invariants"

# Of what violates an invariant, so many are told in full, and so many by the id of the exchange.
CARDS, EXCHANGES = 3, 20

# What answers violate an invariant: pairs (exchange, what is wrong).
Violations = Sequence[tuple[str, str]]


def _of_check(nodeid: str, judgement: Judgement, **more: Any) -> Iterator[CheckResult]:
    """One result for each requirement that the check proves; `more` are further fields of it."""
    for requirement in judgement.requirements:
        yield CheckResult(
            nodeid=nodeid,
            requirement=requirement,
            verdict=judgement.verdict,
            message=judgement.message,
            certainty=judgement.certainty,
            subject=judgement.subject,
            cards=judgement.cards,
            exchanges=judgement.exchanges,
            cause=judgement.cause,
            unsure=judgement.unsure,
            **more,
        )


def of_test(report: pytest.TestReport, judgement: Judgement) -> Iterator[CheckResult]:
    """The results of a test that pytest reports."""
    started = getattr(report, "start", None)
    return _of_check(
        report.nodeid,
        judgement,
        duration_s=report.duration,
        started_at=datetime.fromtimestamp(started, UTC) if started else None,
        worker=getattr(report, "worker_id", None),
    )


def of_line(line: Line) -> Iterator[CheckResult]:
    """The results of a check that a journal tells of."""
    return _of_check(
        line.nodeid,
        line.judgement,
        duration_s=line.duration_s,
        started_at=line.started_at,
        worker=line.worker,
    )


def of_stage(stage: StageResult, judgement: Judgement) -> CheckResult:
    """The result of a stage of the context."""
    return next(_of_check(f"{STAGES}::{stage.name}", judgement, kind="stage"))


def judgement_of(stage: StageResult) -> Judgement:
    """How a stage went, told as tests are."""
    return Judgement(
        requirements=(stage.requirement,),
        verdict=Verdict(stage.verdict),
        message=stage.message,
        cause=stage.cause or None,
        line=stage.line,
        cards=(Card(**stage.finding),) if stage.finding else (),
        exchanges=stage.exchanges,
    )


def of_invariants(
    requirements: RequirementSet,
    seen: Mapping[str, int],
    violations: Mapping[str, Violations],
    repeat: str,
) -> Iterator[CheckResult]:
    """The result of each invariant, by the answers it concerned and those that violate it.

    `repeat` are the options that repeat the run's aim.
    """
    for rule in RULES:
        found = violations.get(rule, ())
        yield _of_invariant(requirements.get(rule), seen.get(rule, 0), found, repeat)


def _of_invariant(
    requirement: Requirement, seen: int, found: Violations, repeat: str
) -> CheckResult:
    binding = requirement.level == "MUST" and requirement.certainty == "documented"
    bad = Verdict.FAIL if binding else Verdict.ADVISORY
    return CheckResult(
        nodeid=f"{INVARIANTS}::{requirement.id}",
        kind="invariant",
        requirement=requirement.id,
        verdict=bad if found else Verdict.PASS if seen else Verdict.NOT_APPLICABLE,
        message=f"{len(found)} of {seen} answers: {found[0][1]}" if found else "",
        certainty=requirement.certainty,
        cards=tuple(_card(requirement, each, repeat) for each in found[:CARDS]),
        exchanges=tuple(exchange for exchange, _ in found[:EXCHANGES]),
        counts={"seen": seen, "violated": len(found)},
    )


def _card(requirement: Requirement, violation: tuple[str, str], repeat: str) -> Card:
    exchange, detail = violation
    return Card(
        requirement=requirement.id,
        text=requirement.text,
        expectation="every answer keeps the rule",
        expected="no answer that breaks it",
        observed=detail,
        source=requirement.source,
        certainty=requirement.certainty,
        remedy=requirement.remedy,
        move="platform",
        repeat=f"pytest conformance{repeat}",
        exchange=exchange,
    )
