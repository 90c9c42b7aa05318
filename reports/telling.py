"""What a run says of itself on the terminal: at its head, in pytest's counts, and at its end."""

from typing import TYPE_CHECKING, Any, Final

import pytest

from reports.verdict import Verdict
from reports.verdicts_of_tests import stamped
from reports.writers import writers

if TYPE_CHECKING:
    from reports.controller import Controller

Status = tuple[str, str, str | tuple[str, dict[str, bool]]]

# What is told as advice is no pass for whoever reads pytest's last line alone.
_ADVISED: Final[Status] = ("advised", "a", ("ADVISED", {"yellow": True}))


class Telling:
    """A plugin of the controlling side."""

    def __init__(self, controller: "Controller") -> None:
        self._of = controller

    def pytest_report_header(self) -> list[str]:
        aim, target, course = self._of.aim, self._of.target, self._of.course
        host = target.host if aim.target or not aim.plan else "none yet"
        where = f"target: {host} ({target.kind}), profile {aim.profile.name}"
        first = f"{where}, tier {aim.tier}, seed {aim.seed}"
        first += f"\nlearned: {self._of.learned}" if self._of.learned else ""
        first += f"\ngiven: {', '.join(target.given)}, not made" if target.given else ""
        found = self._of.preflight
        if found is None or not found.faults or not aim.checks:
            return [first, *course.header()]
        told = "the target file has faults; what rests on them is not judged:"
        return [first, *course.header(), told, *found.to_mend()]

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(
        self, report: pytest.CollectReport | pytest.TestReport
    ) -> Status | None:
        """Count a check that could only advise apart from those that passed."""
        if not isinstance(report, pytest.TestReport) or report.when != "call":
            return None
        judgement = stamped(report)
        is_advice = judgement is not None and judgement.verdict is Verdict.ADVISORY
        return _ADVISED if is_advice else None

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self._of.finished is None:
            return
        for writer in writers():
            try:
                writer.print_summary(self._of.finished, terminalreporter)
            except Exception as error:  # noqa: BLE001 - the reports are written already
                terminalreporter.write_line(f"the summary failed: {type(error).__name__}")
