"""Reports made from verdicts: of tests, and of stages and watchers, which have no test."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from fixtures.exchange.invariants import RULES
from fixtures.run.store import StageResult
from reports import allure_labels
from reports.model import Card, CheckResult
from reports.verdict import Verdict
from reports.verdicts_of_tests import PAYLOAD

if TYPE_CHECKING:
    from reports.controller import Controller

STAGES, INVARIANTS = "conformance/stages", "conformance/invariants"


def check_results(report: pytest.TestReport, payload: Mapping[str, Any]) -> Iterator[CheckResult]:
    """One result for each requirement that the check proves."""
    started = getattr(report, "start", None)
    for requirement in payload["requirements"]:
        yield CheckResult(
            nodeid=report.nodeid,
            requirement=requirement,
            verdict=Verdict(payload["verdict"]),
            message=payload["message"],
            certainty=payload["certainty"],
            cards=tuple(Card(**card) for card in payload["cards"]),
            exchanges=tuple(payload["exchanges"]),
            cause=payload["cause"],
            duration_s=report.duration,
            started_at=datetime.fromtimestamp(started, UTC) if started else None,
            worker=getattr(report, "worker_id", None),
        )


def suite_error(report: pytest.TestReport) -> dict[str, Any]:
    """The payload of a failure that never reached the recorder, such as a crashed worker's."""
    first = (report.longreprtext.splitlines() or ["no word"])[0]
    return {
        "requirements": ["unknown"],
        "verdict": Verdict.INCONCLUSIVE.value,
        "message": f"suite error: {first}",
        "cause": "suite",
        "line": "",
        "cards": [],
        "exchanges": [],
        "certainty": None,
        "readings": {},
    }


def stages_and_invariants(controller: "Controller") -> None:
    """Report each stage and each watcher as a check of its own, to every listener."""
    made = [_of_stage(stage) for stage in controller.session.store.results()]
    made += _of_invariants(controller)
    for result, line in made:
        controller.checks.append(result)
        controller.payloads.append({"line": line, "cause": result.cause, "readings": {}})
        _announce(controller.config, result)
    if allure_labels.is_on(controller.config):
        allure_labels.report([result for result, _ in made], controller.requirements)


def _of_stage(stage: StageResult) -> tuple[CheckResult, str]:
    cards = (Card(**stage.finding),) if stage.finding else ()
    result = CheckResult(
        nodeid=f"{STAGES}::{stage.name}",
        kind="stage",
        requirement=stage.requirement,
        verdict=Verdict(stage.verdict),
        message=stage.message,
        cards=cards,
        exchanges=stage.exchanges,
        cause=stage.cause or None,
    )
    return result, stage.line


def _of_invariants(controller: "Controller") -> Iterator[tuple[CheckResult, str]]:
    violations = controller.violations()
    for rule in RULES:
        requirement = controller.requirements.get(rule)
        seen = controller.counts[rule]
        found = violations.get(rule, [])
        binding = requirement.level == "MUST" and requirement.certainty == "documented"
        bad = Verdict.FAIL if binding else Verdict.ADVISORY
        verdict = bad if found else Verdict.PASS if seen else Verdict.NOT_APPLICABLE
        message = f"{len(found)} of {seen} answers: {found[0][1]}" if found else ""
        result = CheckResult(
            nodeid=f"{INVARIANTS}::{rule}",
            kind="watcher",
            requirement=rule,
            verdict=verdict,
            message=message,
            certainty=requirement.certainty,
            cards=_cards(controller, rule, found[:3]),
            exchanges=tuple(exchange for exchange, _ in found[:20]),
            counts={"seen": seen, "violated": len(found)},
        )
        yield result, ""


def _cards(controller: "Controller", rule: str, found: list[tuple[str, str]]) -> tuple[Card, ...]:
    requirement = controller.requirements.get(rule)
    return tuple(
        Card(
            requirement=rule,
            expectation=requirement.text,
            expected="every answer keeps it",
            observed=detail,
            source=requirement.source,
            certainty=requirement.certainty,
            remedy=requirement.remedy,
            move="platform",
            repeat=f"pytest conformance{controller.aim.repeat}",
            exchange=exchange,
        )
        for exchange, detail in found
    )


def _announce(config: pytest.Config, result: CheckResult) -> None:
    """Tell pytest's listeners of a check that has no test."""
    path, _, name = result.nodeid.partition("::")
    text = "\n".join([result.message, *(f"{c.observed}\n{c.remedy}" for c in result.cards)])
    phases: list[tuple[Any, Any, Any]] = [("setup", "passed", None), ("call", "passed", None)]
    match result.verdict:
        case Verdict.FAIL:
            phases[1] = ("call", "failed", text)
        case Verdict.INCONCLUSIVE | Verdict.BLOCKED:
            phases = [("setup", "failed", text)]
        case Verdict.NOT_APPLICABLE:
            phases = [("setup", "skipped", (path, 0, "nothing of the kind was seen"))]
    for when, outcome, longrepr in [*phases, ("teardown", "passed", None)]:
        report = pytest.TestReport(
            nodeid=result.nodeid,
            location=(path, 0, name),
            keywords={},
            outcome=outcome,
            longrepr=longrepr,
            when=when,
            user_properties=[
                ("requirement", result.requirement),
                ("verdict", result.verdict.value),
            ],
        )
        setattr(report, PAYLOAD, {"emitted": True})
        config.hook.pytest_runtest_logreport(report=report)
