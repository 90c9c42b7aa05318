"""What a run against a defective platform says about the checks that had to notice."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final, NamedTuple

from reports.verdict import EXECUTED, Verdict, worst

_ALARMS: Final = (Verdict.FAIL, Verdict.ADVISORY)
#: A defect that fails a larger share of the other checks is told by no check in particular.
BOUND: Final = 0.4


class Result(StrEnum):
    """What became of one check on a platform that breaks its requirement."""

    CAUGHT = "caught"
    SURVIVED = "survived"
    DEAD = "dead"
    INCONCLUSIVE = "inconclusive"


class Ran(NamedTuple):
    """A check that ran: a test with its parameters, a stage or a watcher."""

    nodeid: str
    requirement: str
    verdict: Verdict
    message: str

    @property
    def function(self) -> str:
        return self.nodeid.partition("[")[0]


class Finding(NamedTuple):
    """Whether a defect was noticed at one requirement, and by which check."""

    defect: str
    family: str
    requirement: str
    check: str
    verdict: str
    result: Result


def checks_of(run: Mapping[str, Any]) -> list[Ran]:
    """Every check of a run that has a verdict."""
    return [
        Ran(check["nodeid"], requirement["id"], Verdict(check["verdict"]), check["message"])
        for requirement in run["requirements"]
        for check in requirement["checks"]
    ]


def result(own: Sequence[Ran], quiet: Sequence[Ran]) -> Result:
    """The result of the checks `own`; `quiet` are the same ones on a platform without defects.

    A check that is not quiet there has nothing to tell here.
    """
    passing = {ran.nodeid for ran in quiet if ran.verdict is Verdict.PASS}
    if any(ran.verdict in _ALARMS and ran.nodeid in passing for ran in own):
        return Result.CAUGHT
    if any(ran.verdict is Verdict.INCONCLUSIVE for ran in own):
        return Result.INCONCLUSIVE
    return Result.SURVIVED if any(ran.verdict in EXECUTED for ran in own) else Result.DEAD


def verdict(own: Sequence[Ran]) -> str:
    """The worst alarm of these checks, or their worst verdict where none was raised."""
    raised = [ran.verdict for ran in own if ran.verdict in _ALARMS]
    return worst(raised or [ran.verdict for ran in own]).value if own else "none"


def alarms(ran: Iterable[Ran], requirements: Iterable[str]) -> tuple[list[str], bool]:
    """The other requirements that fail too, and whether they are too many."""
    others = [each for each in ran if each.requirement not in set(requirements)]
    executed = [each for each in others if each.verdict in EXECUTED]
    failed = [each for each in executed if each.verdict is Verdict.FAIL]
    names = sorted({each.requirement for each in failed})
    return names, len(failed) > BOUND * len(executed)
