"""Allure's view: step as feature, requirement as story, level as severity, page as link."""

from collections.abc import Iterable
from typing import Final
from uuid import uuid4

import allure
import allure_commons
import pytest
from allure_commons.model2 import Label, Link, Status, StatusDetails, TestResult
from allure_commons.types import LabelType, LinkType
from allure_commons.utils import now

from conformance.contract.facts import DOCUMENTATION
from conformance.requirements import Requirement, RequirementSet
from reports.model import CheckResult
from reports.verdict import Verdict

_SEVERITY: Final = {"MUST": "critical", "SHOULD": "normal", "MAY": "minor"}
_STATUS: Final = {
    Verdict.FAIL: Status.FAILED,
    Verdict.INCONCLUSIVE: Status.BROKEN,
    Verdict.BLOCKED: Status.BROKEN,
    Verdict.NOT_APPLICABLE: Status.SKIPPED,
}


def label_test(requirement: Requirement, requirements: RequirementSet) -> None:
    """Label the test that is running."""
    allure.dynamic.feature(_feature(requirement, requirements))
    allure.dynamic.story(f"{requirement.id} {requirement.text}")
    allure.dynamic.severity(_SEVERITY[requirement.level])
    allure.dynamic.link(DOCUMENTATION + requirement.source, name=requirement.source)


def report(results: Iterable[CheckResult], requirements: RequirementSet) -> None:
    """Report checks that have no test: stages and watchers."""
    for result in results:
        requirement = requirements.get(result.requirement)
        allure_commons.plugin_manager.hook.report_result(
            result=_result(result, requirement, requirements)
        )


def is_on(config: pytest.Config) -> bool:
    """True where Allure's plugin takes results."""
    return bool(getattr(config.option, "allure_report_dir", None))


def _result(
    check: CheckResult, requirement: Requirement, requirements: RequirementSet
) -> TestResult:
    instant = now()
    labels = {
        LabelType.FEATURE: _feature(requirement, requirements),
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


def _feature(requirement: Requirement, requirements: RequirementSet) -> str:
    title = requirements.titles.get(requirement.step, "Whole stack")
    return f"{requirement.step} {title}" if requirement.step else title
