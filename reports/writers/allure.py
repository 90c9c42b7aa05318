"""allure-results: step as feature, requirement as story, level as severity, page as link.

Made of the run, so that it holds every check, however the run was spread over processes. Names
and identities are of node ids alone: the next run's results are found to be the same, which is
what Allure's history rests on.
"""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from hashlib import md5
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import allure
import pytest

from conformance.requirements import Requirement, RequirementSet
from reports import ci
from reports.cases import FAILED, PASSED, SKIPPED, UNKNOWN, Case, about, cases
from reports.files import ExchangeLog, write_text
from reports.model import Run
from reports.sources import pages
from reports.verdict import Verdict
from reports.writers.writer import RunWriter

_SEVERITY: Final = {"MUST": "critical", "SHOULD": "normal", "MAY": "minor"}
_STATUS: Final = {FAILED: "failed", UNKNOWN: "broken", PASSED: "passed", SKIPPED: "skipped"}
_ENVIRONMENT: Final = "environment.properties"
# Of these the exchanges are attached, and of each check so many: the rest is in exchanges.jsonl.
_SHOWN: Final = {Verdict.FAIL, Verdict.WAIVED, Verdict.ADVISORY, Verdict.INCONCLUSIVE}
_EXCHANGES: Final = 60

# In the order in which Allure asks them; the messages begin as `Case.summary` makes them. Allure 2
# reads the expressions as Java does and Allure 3 as JavaScript does: no flags, and a whole match.
CATEGORIES: Final[Sequence[Mapping[str, object]]] = (
    {
        "name": "The platform contradicts a documented MUST",
        "matchedStatuses": ["failed"],
        "messageRegex": r"^\[fail, platform\][\s\S]*",
    },
    {
        "name": "Yours: an account, an option or the target file",
        "matchedStatuses": ["failed", "broken"],
        "messageRegex": r"^\[[a-z]+, yours\][\s\S]*",
    },
    {
        "name": "The suite itself failed",
        "matchedStatuses": ["failed", "broken"],
        "messageRegex": r"^\[[a-z]+, suite\][\s\S]*",
    },
    {
        "name": "Blocked: a stage before it failed",
        "matchedStatuses": ["broken"],
        "messageRegex": r"^\[blocked[\s\S]*",
    },
    {
        "name": "Inconclusive: nothing can be said",
        "matchedStatuses": ["broken"],
        "messageRegex": r"^\[inconclusive[\s\S]*",
    },
    {
        "name": "Waived: known, and somebody answers for it",
        "matchedStatuses": ["skipped"],
        "messageRegex": r"^\[waived[\s\S]*",
    },
    {
        "name": "Advisory: our reading is contradicted, no failure",
        "matchedStatuses": ["passed"],
        "messageRegex": r"^\[advisory[\s\S]*",
    },
)


class Allure(RunWriter):
    """Results with environment, categories and executor; exchanges of what did not pass."""

    output = "allure-results"

    def before_test(
        self, config: pytest.Config, requirement: Requirement, requirements: RequirementSet
    ) -> None:
        """Label the test for whoever has Allure's own plugin write to a folder of theirs."""
        if getattr(config.option, "allure_report_dir", None):
            title = requirements.titles.get(requirement.step, "Whole stack")
            allure.dynamic.feature(f"{requirement.step} {title}")
            allure.dynamic.story(f"{requirement.id} {requirement.text}")
            allure.dynamic.severity(_SEVERITY[requirement.level])
            for name, address in pages(requirement.source):
                allure.dynamic.link(address, name=name)

    def tell(self, run: Run, log: ExchangeLog, directory: Path) -> None:
        results = directory / self.output
        shutil.rmtree(results, ignore_errors=True)
        results.mkdir()
        listed = cases(run)
        shown = _exchanges(listed, log)
        for case in listed:
            _write_case(results, case, shown)
        lines = (f"{name} = {_one_line(value)}\n" for name, value in about(run).items())
        write_text(results / _ENVIRONMENT, "".join(lines))
        _write(results / "categories.json", CATEGORIES)
        _write(results / "executor.json", _executor(run))

    def problems(self, path: Path, run: Run) -> Iterator[str]:
        results = sum(1 for _ in path.glob("*-result.json"))
        expected = len({check.nodeid for check in run.checks})
        if results != expected:
            yield f"holds {results} results, run.json holds {expected} checks"
        environment = path / _ENVIRONMENT
        started = f"started_at = {about(run)['started_at']}"
        if not environment.exists():
            yield f"{_ENVIRONMENT} is missing"
        elif started not in environment.read_text(encoding="utf-8").splitlines():
            yield "is of another run"


def _write_case(directory: Path, case: Case, shown: Mapping[str, Mapping[str, Any]]) -> None:
    result = _result(case)
    evidence = [shown[name] for name in case.first.exchanges if name in shown]
    if case.verdict in _SHOWN and evidence:
        name = f"{result['uuid']}-attachment.json"
        write_text(directory / name, json.dumps(evidence, indent=1, ensure_ascii=False))
        told = f"exchanges ({len(evidence)} of {len(case.first.exchanges)})"
        result["attachments"] = [{"name": told, "source": name, "type": "application/json"}]
    _write(directory / f"{result['uuid']}-result.json", result)


def _result(case: Case) -> dict[str, Any]:
    test = f"{case.module}#{case.function}"
    start, stop = case.milliseconds or (None, None)
    rules = case.requirements
    result: dict[str, Any] = {
        "uuid": str(uuid4()),
        "name": case.name,
        "fullName": test,
        "testCaseId": _identity(test),
        "historyId": _identity(f"{test}[{case.parameters}"),
        "status": _STATUS[case.outcome],
        "stage": "finished",
        "description": "\n\n".join(f"**{rule.id}** {rule.text}" for rule in rules),
        "labels": [{"name": name, "value": value} for name, value in _labels(case)],
        "links": [
            {"type": "link", "name": name, "url": address}
            for source in dict.fromkeys(rule.source for rule in rules)
            for name, address in pages(source)
        ],
        "parameters": [{"name": "case", "value": case.parameters}] if case.parameters else [],
    }
    if start is not None:
        result |= {"start": start, "stop": stop}
    if case.summary:
        known = case.verdict is Verdict.WAIVED
        result["statusDetails"] = {
            "message": case.summary,
            "trace": case.details,
            "known": known,
        }
    return result


def _labels(case: Case) -> Iterator[tuple[str, str]]:
    yield "parentSuite", case.suite
    yield "suite", case.module.rpartition(".")[2]
    yield "feature", case.suite
    for rule in case.requirements:
        yield "story", f"{rule.id} {rule.text}"
    if case.requirements:
        yield "severity", _SEVERITY[case.requirements[0].level]
    yield "framework", "pytest"
    yield "language", "python"
    yield "thread", case.first.worker or "main"
    yield "tag", str(case.verdict)
    yield from case.properties


def _executor(run: Run) -> dict[str, Any]:
    server = ci.build()
    if server is None:
        return {"name": "local", "type": "local", "reportName": run.headline}
    told: dict[str, Any] = {
        "name": server.server,
        "type": server.server,
        "buildName": " ".join(filter(None, (server.name, server.order))),
        "buildUrl": server.url,
        "reportName": run.headline,
    }
    if server.order.isdecimal():
        told["buildOrder"] = int(server.order)
    return told


def _exchanges(listed: Sequence[Case], log: ExchangeLog) -> dict[str, dict[str, Any]]:
    """The recorded exchanges to show, by id. They were redacted as they were recorded."""
    wanted = {
        name
        for case in listed
        if case.verdict in _SHOWN
        for name in case.first.exchanges[-_EXCHANGES:]
    }
    if not wanted or not log.path.exists():
        return {}
    return {it.id: it.model_dump(mode="json") for it in log if it.id in wanted}


def _write(path: Path, document: object) -> None:
    """Write a file of the new folder as it stands: thousands of renames take seconds."""
    text = json.dumps(document, ensure_ascii=False)
    path.write_text(text, encoding="utf-8", errors="replace")


def _one_line(text: str) -> str:
    """A value of a properties file: no line breaks, and no backslash that would escape."""
    return " ".join(text.split()).replace("\\", "\\\\")


def _identity(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()


WRITER: Final = Allure()
