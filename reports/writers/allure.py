"""allure-results: step as feature, requirement as story, level as severity, page as link."""

import json
from collections.abc import Iterator, Mapping
from hashlib import md5
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import allure
import allure_commons
import pytest
from allure_commons.model2 import Label, Link, Status, StatusDetails, TestResult
from allure_commons.types import LabelType, LinkType
from allure_commons.utils import now

from conformance.contract.facts import DOCUMENTATION
from conformance.requirements import Requirement, RequirementSet
from reports.collected import RequirementLike
from reports.model import CheckResult, Run
from reports.verdict import Verdict
from reports.writers.writer import Finished, PluginWriter

_SEVERITY: Final = {"MUST": "critical", "SHOULD": "normal", "MAY": "minor"}
_STATUS: Final = {
    Verdict.FAIL: Status.FAILED,
    Verdict.INCONCLUSIVE: Status.BROKEN,
    Verdict.BLOCKED: Status.BROKEN,
    Verdict.NOT_APPLICABLE: Status.SKIPPED,
}


class Allure(PluginWriter):
    """Tests are written by Allure's plugin, in whichever process runs them; the rest is here."""

    output = "allure-results"
    option = "allure_report_dir"

    def configure(self, config: pytest.Config, directory: Path) -> None:
        super().configure(config, directory)
        config.option.clean_alluredir = True

    def worker_options(self, config: pytest.Config) -> dict[str, str | None]:
        # A worker parses the command line anew, where the directory need not stand.
        return {self.option: getattr(config.option, self.option, None)}

    def before_test(
        self, config: pytest.Config, requirement: Requirement, requirements: RequirementSet
    ) -> None:
        if self.is_on(config):
            allure.dynamic.feature(_feature(requirement, requirements.titles))
            allure.dynamic.story(f"{requirement.id} {requirement.text}")
            allure.dynamic.severity(_SEVERITY[requirement.level])
            allure.dynamic.link(DOCUMENTATION + requirement.source, name=requirement.source)

    def write(self, finished: Finished) -> None:
        """Report checks that have no test, then give every result a lasting identity."""
        rules = finished.collected.requirements
        known = {requirement.id: requirement for requirement in rules.requirements}
        for check in finished.collected.without_test:
            allure_commons.plugin_manager.hook.report_result(
                result=_result(check, known[check.requirement], rules.titles)
            )
        settle(finished.directory / self.output)

    def problems(self, path: Path, run: Run) -> Iterator[str]:
        if run.checks and not any(path.glob("*-result.json")):
            yield "holds no result"


def _result(
    check: CheckResult, requirement: RequirementLike, titles: Mapping[int, str]
) -> TestResult:
    instant = now()
    labels = {
        LabelType.FEATURE: _feature(requirement, titles),
        LabelType.STORY: f"{requirement.id} {requirement.text}",
        LabelType.SEVERITY: _SEVERITY[requirement.level],
        LabelType.SUITE: check.nodeid.partition("::")[0],
    }
    return TestResult(
        uuid=str(uuid4()),
        name=check.nodeid.partition("::")[2],
        fullName=check.nodeid,
        status=_STATUS.get(check.verdict, Status.PASSED),
        statusDetails=StatusDetails(message=check.message) if check.message else None,
        labels=[Label(name=name, value=value) for name, value in labels.items()],
        links=[
            Link(
                type=LinkType.LINK, url=DOCUMENTATION + requirement.source, name=requirement.source
            )
        ],
        start=instant,
        stop=instant,
    )


def settle(directory: Path) -> None:
    """Name results by their node ids alone, so that the next run's are found to be the same.

    The plugin makes identities, and parameters, of the objects that a check is given: they change
    with an address in memory, or with a word in a contract. The containers of fixtures, three for
    each check, hold nothing that a report shows, and go.
    """
    for path in directory.glob("*-container.json"):
        path.unlink()
    for path in directory.glob("*-result.json"):
        result = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps(_settled(result), ensure_ascii=False), encoding="utf-8")


def _settled(result: dict[str, Any]) -> dict[str, Any]:
    function, _, parameters = str(result["name"]).partition("[")
    place = str(result["fullName"])
    test = place if place.endswith(function) else f"{place}::{function}"
    told = [{"name": "case", "value": parameters.removesuffix("]")}] if parameters else []
    return {
        **result,
        "parameters": told,
        "testCaseId": _identity(test),
        "historyId": _identity(f"{test}[{parameters}"),
    }


def _identity(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def _feature(requirement: RequirementLike, titles: Mapping[int, str]) -> str:
    title = titles.get(requirement.step, "Whole stack")
    return f"{requirement.step} {title}" if requirement.step else title


WRITER: Final = Allure()
