"""How pytest counts what is neither a pass nor a failure."""

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from reports.messages import Judgement
from reports.telling import Telling
from reports.verdict import Verdict
from reports.verdicts_of_tests import JUDGEMENT

if TYPE_CHECKING:
    from reports.controller import Controller


def status(verdict: Verdict, when: str) -> Any:
    """What pytest is told of a report with this verdict."""
    judgement = Judgement(verdict=verdict, requirements=("ORG-1",))
    report = pytest.TestReport(
        "conformance/a.py::test_b", ("a.py", 1, "test_b"), {}, "passed", None, cast("Any", when)
    )
    setattr(report, JUDGEMENT, judgement.model_dump(mode="json"))
    return Telling(cast("Controller", SimpleNamespace())).pytest_report_teststatus(report)


def test_advice_is_counted_apart_from_what_passed() -> None:
    category, letter, (word, _) = status(Verdict.ADVISORY, "call")
    assert (category, letter, word) == ("advised", "a", "ADVISED")


@pytest.mark.parametrize("verdict", [Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE])
def test_all_else_is_left_to_pytest(verdict: Verdict) -> None:
    assert status(verdict, "call") is None
    assert status(Verdict.ADVISORY, "setup") is None
