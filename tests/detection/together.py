"""Many defects on one platform, each met by its own checks alone.

Every request tells the requirement of its check. In one run each requirement is given at most one
defect, so that its checks see a platform with that defect and everything else sees a sound one. A
defect that is not caught so is tried again by itself: it may bite where no request tells of it.
"""

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from conformance.requirements import load
from reports.detection import rows
from reports.verdict import Verdict
from tests.detection.defects import INVARIANTS, Defect
from tests.detection.judging import Ran, Result, checks_of
from tests.detection.runs import PLAIN, BrokenRunError, Runner
from tests.detection.trials import Told, Trials, selection
from tests.mutation.campaign import STARTUP

STAGES: Final = "conformance/stages::"
# More would leave too little of a run sound, and what no sound request has proven fails nobody.
MOST_AT_ONCE: Final = 90


@dataclass(frozen=True)
class Given:
    """A defect, and the requirements whose requests have to meet it."""

    defect: Defect
    requirements: frozenset[str]


def asked_by(defect: Defect, runner: Runner) -> frozenset[str] | None:
    """Requirements whose requests have to meet the defect; None where watchers have to see it.

    The requests of a check tell the requirement that it names first.
    """
    functions = selection(defect, runner)
    if any(node.startswith(INVARIANTS) for node in (defect.caught_by, *functions)):
        return None
    if any(name.startswith("ENV-") for name in defect.requirements):
        return None
    own = set(defect.requirements)
    checks = [each for function in functions for each in runner.checks_of(function).values()]
    return frozenset(proven[0] for proven in checks if not own.isdisjoint(proven)) or None


def of_stages(quiet: Iterable[Ran]) -> frozenset[str]:
    """Requirements that stages prove: a defect that these are given would be met by all checks."""
    return frozenset(ran.requirement for ran in quiet if ran.nodeid.startswith(STAGES))


def batches(given: Iterable[Given], most: int = MOST_AT_ONCE) -> list[list[Given]]:
    """Sets in which no requirement is given two defects."""
    found: list[tuple[set[str], list[Given]]] = []
    for each in given:
        for taken, batch in found:
            if len(batch) < most and taken.isdisjoint(each.requirements):
                break
        else:
            taken, batch = set(), []
            found.append((taken, batch))
        taken |= each.requirements
        batch.append(each)
    return [batch for _, batch in found]


def tell(trials: Trials, jobs: int) -> Iterator[Told]:
    """What was told of those that were caught as surely as they can be, in no order."""
    staged = of_stages(trials.quiet)
    asking = ((each, asked_by(each, trials.runner)) for each in trials.defects)
    given = [Given(each, asked) for each, asked in asking if asked and not asked & staged]
    advised = _advised()
    with ThreadPoolExecutor(jobs) as pool:
        for told in pool.map(partial(_judged, trials), batches(given)):
            yield from (each for each in told if _is_sure(each, advised))


def _is_sure(told: Told, advised: frozenset[tuple[str, str]]) -> bool:
    """Whether trying it by itself could tell no more: `advised` is what that has told as advice."""
    return told.result is Result.CAUGHT and all(
        each.verdict == Verdict.FAIL or (each.defect, each.requirement) in advised
        for each in told.findings
    )


def _advised() -> frozenset[tuple[str, str]]:
    """Defects at requirements that can only be advised of, by the requirement or as measured."""
    musts = {each.id for each in load().requirements if each.counts}
    return frozenset(
        (row.defect, row.requirement)
        for row in rows()
        if row.verdict == Verdict.ADVISORY or row.requirement not in musts
    )


def _judged(trials: Trials, batch: Sequence[Given]) -> list[Told]:
    try:
        ran = _run(trials.runner, batch)
    except BrokenRunError:
        return []
    return [_told(trials, each, ran) for each in batch]


def _run(runner: Runner, batch: Sequence[Given]) -> list[Ran]:
    table = {name: each.defect.name for each in batch for name in each.requirements}
    chosen = dict.fromkeys(node for each in batch for node in selection(each.defect, runner))
    return checks_of(run_meeting(runner, table, *chosen, *PLAIN))


def run_meeting(runner: Runner, given: Mapping[str, str], *arguments: str) -> dict[str, Any]:
    """`run.json` of a run in which requests of each requirement meet the defect it is given.

    Raises:
        BrokenRunError: the run left no report.
    """
    with tempfile.NamedTemporaryFile("w", prefix="detection-", suffix=".json") as file:
        json.dump({"chosen": [], "by_check": {}, "defects": dict(given)}, file)
        file.flush()
        return runner.run(*arguments, G3N_MUTANTS=file.name, PYTHONPATH=str(STARTUP))


def _told(trials: Trials, given: Given, ran: Sequence[Ran]) -> Told:
    functions = set(selection(given.defect, trials.runner))
    meeting = [
        nodeid
        for function in functions
        for nodeid, proven in trials.runner.checks_of(function).items()
        if proven[0] in given.requirements
    ]
    return trials.judged(given.defect, [each for each in ran if each.nodeid in set(meeting)])
