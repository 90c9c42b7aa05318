"""results.sarif: what stands against the target, a rule for each requirement (SARIF 2.1.0)."""

import json
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from conformance.contract.facts import DOCUMENTATION
from reports.cases import about, card_text
from reports.model import CheckResult, RequirementRun, Run, WaiverState
from reports.sources import pages
from reports.verdict import Verdict
from reports.writers.writer import JsonWriter

_TOOL: Final = "g3n-integration-conformance"
_LEVELS: Final = {"MUST": "error", "SHOULD": "warning", "MAY": "note"}
# Kind and level of what is told at all. A kind other than `fail` has no level.
_TOLD: Final = {
    Verdict.FAIL: ("fail", "error"),
    Verdict.WAIVED: ("fail", "error"),
    Verdict.ADVISORY: ("fail", "note"),
    Verdict.INCONCLUSIVE: ("open", "none"),
    Verdict.BLOCKED: ("open", "none"),
}


class Sarif(JsonWriter):
    """For code scanning and whatever else reads static analysis results."""

    output = "results.sarif"

    def document(self, run: Run) -> dict[str, Any]:
        return sarif(run)

    def problems(self, path: Path, run: Run) -> Iterator[str]:
        try:
            (told,) = json.loads(path.read_text(encoding="utf-8"))["runs"]
            results, started = len(told["results"]), told["properties"]["started_at"]
        except (ValueError, KeyError, TypeError) as error:
            yield f"not a log: {type(error).__name__}: {error}"
            return
        expected = sum(check.verdict in _TOLD for check in run.checks)
        if results != expected:
            yield f"holds {results} results, run.json holds {expected}"
        if started != about(run)["started_at"]:
            yield "is of another run"


def sarif(run: Run) -> dict[str, Any]:
    """The run as a SARIF log."""
    told = [item for item in run.requirements if any(_is_told(check) for check in item.checks)]
    index = {item.id: place for place, item in enumerate(told)}
    waivers = {waiver.requirement: waiver for waiver in run.waivers}
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": _TOOL,
                        "version": run.scope.suite_version,
                        "informationUri": DOCUMENTATION,
                        "rules": [_rule(item) for item in told],
                    }
                },
                "automationDetails": {"id": f"conformance/{run.profile}/"},
                "invocations": [_invocation(run)],
                "results": [
                    _result(check, index, waivers) for check in run.checks if _is_told(check)
                ],
                "properties": about(run),
            }
        ],
    }


def _is_told(check: CheckResult) -> bool:
    return check.verdict in _TOLD


def _invocation(run: Run) -> dict[str, Any]:
    broken = run.scope.interrupted or run.scope.unfinished or run.scope.crashed_workers
    return {
        "executionSuccessful": not broken,
        "startTimeUtc": f"{run.started_at:%Y-%m-%dT%H:%M:%SZ}",
        "endTimeUtc": f"{run.finished_at:%Y-%m-%dT%H:%M:%SZ}",
        "toolExecutionNotifications": [
            {"level": "warning", "message": {"text": reason}} for reason in run.reasons
        ],
    }


def _rule(item: RequirementRun) -> dict[str, Any]:
    return {
        "id": item.id,
        "shortDescription": {"text": item.text},
        "fullDescription": {"text": f"{item.text} ({item.level}, {item.source})"},
        "help": {"text": item.remedy or item.text},
        "helpUri": next((address for _, address in pages(item.source)), DOCUMENTATION),
        "defaultConfiguration": {"level": _LEVELS.get(item.level, "note")},
        "properties": {
            "step": item.step,
            "level": item.level,
            "certainty": item.certainty,
            "source": item.source,
            "tags": ["conformance", f"step-{item.step:02}"],
        },
    }


def _result(
    check: CheckResult, index: dict[str, int], waivers: dict[str, WaiverState]
) -> dict[str, Any]:
    kind, level = _TOLD[check.verdict]
    mark = f"{check.requirement} {check.nodeid}"
    told: dict[str, Any] = {
        "ruleId": check.requirement,
        "kind": kind,
        "level": level,
        "message": {"text": _text(check)},
        "locations": [_location(check)],
        "partialFingerprints": {"check/v1": sha256(mark.encode()).hexdigest()[:32]},
        "properties": {
            "verdict": str(check.verdict),
            "certainty": check.certainty,
            "exchanges": list(check.exchanges),
        },
    }
    if check.requirement in index:
        told["ruleIndex"] = index[check.requirement]
    if check.verdict is Verdict.WAIVED:
        told["suppressions"] = [_suppression(waivers.get(check.requirement))]
    return told


def _text(check: CheckResult) -> str:
    parts: Sequence[str] = [check.message, *map(card_text, check.cards)]
    return "\n\n".join(filter(None, parts)) or f"{check.verdict}: {check.nodeid}"


def _location(check: CheckResult) -> dict[str, Any]:
    file, _, name = check.nodeid.partition("::")
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": file, "uriBaseId": "SRCROOT"},
            "region": {"startLine": 1},
        },
        "logicalLocations": [
            {"name": name, "fullyQualifiedName": check.nodeid, "kind": "function"}
        ],
    }


def _suppression(waiver: WaiverState | None) -> dict[str, Any]:
    told = {"kind": "external", "status": "accepted"}
    if waiver is not None:
        told["justification"] = (
            f"{waiver.reason} ({waiver.owner}, approved by {waiver.approver}, "
            f"until {waiver.expires})"
        )
    return told


WRITER: Final = Sarif()
