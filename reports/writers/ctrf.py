"""ctrf.json: the Common Test Report Format, for dashboards that read it."""

import json
import platform
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid5

from reports import ci
from reports.cases import FAILED, PASSED, SKIPPED, UNKNOWN, Case, about, cases
from reports.model import Run
from reports.writers.writer import JsonWriter

_SPECIFICATION: Final = "0.0.0"
_TOOL: Final = "g3n-integration-conformance"
# So that the same check has the same id in every run.
_NAMESPACE: Final = UUID("6f2b5c1e-3f0d-5a0e-9c55-0d2c7b1b7a41")
_STATUS: Final = {FAILED: "failed", UNKNOWN: "other", PASSED: "passed", SKIPPED: "skipped"}


class Ctrf(JsonWriter):
    """Verdicts as raw status, what a check proves as labels."""

    output = "ctrf.json"

    def document(self, run: Run) -> dict[str, Any]:
        return ctrf(run)

    def problems(self, path: Path, run: Run) -> Iterator[str]:
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            tests, report = len(told["results"]["tests"]), told["reportId"]
        except (ValueError, KeyError, TypeError) as error:
            yield f"not a report: {type(error).__name__}: {error}"
            return
        expected = len({check.nodeid for check in run.checks})
        if tests != expected:
            yield f"holds {tests} tests, run.json holds {expected} checks"
        if report != _id(run):
            yield "is of another run"


def ctrf(run: Run) -> dict[str, Any]:
    """The run as a CTRF document."""
    listed = cases(run)
    return {
        "reportFormat": "CTRF",
        "specVersion": _SPECIFICATION,
        "reportId": _id(run),
        "timestamp": run.finished_at.isoformat(),
        "generatedBy": _TOOL,
        "results": {
            "tool": {"name": _TOOL, "version": run.scope.suite_version},
            "summary": _summary(run, listed),
            "tests": [_test(case) for case in listed],
            "environment": _environment(run),
            "extra": about(run) | {"reasons": list(run.reasons)},
        },
    }


def _id(run: Run) -> str:
    return str(uuid5(_NAMESPACE, f"{run.started_at.isoformat()} {run.scope.seed}"))


def _summary(run: Run, listed: Sequence[Case]) -> dict[str, Any]:
    counts = Counter(_STATUS[case.outcome] for case in listed)
    start, stop = (round(it.timestamp() * 1000) for it in (run.started_at, run.finished_at))
    return {
        "tests": len(listed),
        **{name: counts[name] for name in ("passed", "failed", "skipped", "pending", "other")},
        "suites": len({case.suite for case in listed}),
        "start": start,
        "stop": stop,
        "duration": stop - start,
    }


def _test(case: Case) -> dict[str, Any]:
    labels: dict[str, list[str]] = {}
    for name, value in case.properties:
        labels.setdefault(name, []).append(value)
    told: dict[str, Any] = {
        "id": str(uuid5(_NAMESPACE, case.nodeid)),
        "name": case.name,
        "status": _STATUS[case.outcome],
        "duration": round(case.first.duration_s * 1000),
        "suite": [case.suite, case.module],
        "rawStatus": str(case.verdict),
        "labels": {name: them[0] if len(them) == 1 else them for name, them in labels.items()},
        "type": case.first.kind,
        "filePath": case.file,
        "threadId": case.first.worker or "main",
        "extra": {"exchanges": list(case.first.exchanges)},
    }
    if case.milliseconds:
        told["start"], told["stop"] = case.milliseconds
    if case.summary:
        told["message"] = case.summary
    if case.details:
        told["trace"] = case.details
    if case.parameters:
        told["parameters"] = {"case": case.parameters}
    return told


def _environment(run: Run) -> dict[str, Any]:
    told: dict[str, Any] = {
        "reportName": run.headline,
        "appName": run.scope.host,
        "testEnvironment": run.scope.target_kind,
        "osPlatform": platform.system().lower(),
        "osRelease": platform.release(),
    }
    if run.scope.builds:
        told["appVersion"] = ", ".join(run.scope.builds)
    if server := ci.build():
        told |= {"buildName": server.name, "buildUrl": server.url, "commit": server.commit}
        if server.order.isdecimal():
            told["buildNumber"] = int(server.order)
    return {name: value for name, value in told.items() if value != ""}


WRITER: Final = Ctrf()
