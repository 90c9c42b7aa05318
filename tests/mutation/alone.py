"""One mutant in an ordinary run: it is awake for all requests, those of stages too.

That is how a platform with this one mistake would be certified, so every kind of check counts, and
what a run has seen accepted is what this platform accepts.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import pytest

from reports.verdict import Verdict
from reports.verdicts_of_tests import stamped
from tests.mutation.judging import Met, told

#: Stands among the judges of a mutant that was tried so.
ALONE: Final = "(alone)"
# Requirements that such a run asks for: rare ones, and beside them some of those all mutants meet.
RAREST: Final = 60
OTHERS: Final = 24


def chosen(judges: Sequence[str]) -> list[str]:
    """Which of the requirements that reach a mutant are asked, the rarest first."""
    others = judges[RAREST:]
    return [*judges[:RAREST], *others[:: max(1, len(others) // OTHERS)][:OTHERS]]


def met(run: Mapping[str, Any]) -> Met:
    """What a run says of the one mutant of its platform."""
    found = Met({ALONE})
    for requirement, verdict, message in _checks(run):
        found.add(told(requirement, verdict, message))
    return found


def _checks(run: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for each in run["requirements"]:
        for check in each["checks"]:
            yield each["id"], check["verdict"], check["message"]


class Stop:
    """A plugin of such a run: what fails one check says all that is asked."""

    def __init__(self) -> None:
        self.session: pytest.Session | None = None

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        self.session = session

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        found = stamped(report)
        if self.session and found is not None and found.verdict is Verdict.FAIL:
            self.session.shouldstop = "a check failed"


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Stop())
