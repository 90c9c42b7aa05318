"""Tells pytest's listeners of checks that have no test, so that their reports hold them too."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import pytest

from reports.model import CheckResult
from reports.verdict import Verdict

_ANNOUNCED: Final = "conformance_announced"


def announce(config: pytest.Config, results: Iterable[CheckResult]) -> None:
    """Report each result as pytest reports a test, phase by phase."""
    alike: dict[str, list[CheckResult]] = {}
    for result in results:
        alike.setdefault(result.nodeid, []).append(result)
    for each in alike.values():
        for report in _phases(each):
            setattr(report, _ANNOUNCED, True)
            config.hook.pytest_runtest_logreport(report=report)


def is_announced(report: pytest.TestReport) -> bool:
    """Whether a report was made here, of a check whose result is known already."""
    return getattr(report, _ANNOUNCED, False)


def _phases(alike: Sequence[CheckResult]) -> Iterable[pytest.TestReport]:
    """The reports of one check, which has a result for each requirement that it proves."""
    result = alike[0]
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
        yield pytest.TestReport(
            nodeid=result.nodeid,
            location=(path, 0, name),
            keywords={},
            outcome=outcome,
            longrepr=longrepr,
            when=when,
            duration=result.duration_s if when == "call" else 0,
            user_properties=[
                *(("requirement", each.requirement) for each in alike),
                ("verdict", result.verdict.value),
            ],
        )
