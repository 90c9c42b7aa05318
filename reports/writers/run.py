"""run.json: the run itself, for programs."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from reports import certificate
from reports.files import RUN_JSON, write_run
from reports.model import RequirementRun, Run
from reports.writers.writer import Finished, Writer


class RunJson(Writer):
    """The model as it is, valid by its JSON Schema."""

    output = RUN_JSON
    rank = 2

    def write(self, finished: Finished) -> None:
        write_run(finished.run, finished.directory)

    def problems(self, path: Path, run: Run) -> Iterator[str]:
        """Whether what is told as a sum is the sum of what it rests on."""
        del path
        if not run.checks:
            yield "holds no check"
            return
        yield from _verdicts(run)
        yield from _counts(run)


def _verdicts(run: Run) -> Iterator[str]:
    for item in run.requirements:
        verdict = certificate.requirement_verdict(
            item.checks, in_profile=item.in_profile, counted=item.denominator
        )
        if verdict is not item.verdict:
            yield f"{item.id} says {item.verdict}, its checks say {verdict}"
        executed = sum(check.executed for check in item.checks)
        if executed != item.executed:
            yield f"{item.id} says {item.executed} executed checks, there are {executed}"
    made = certificate.certify(
        run.scope, run.requirements, unassigned=run.unassigned, waivers=run.waivers
    )
    if made.verdict != run.verdict:
        yield f"the verdict says {run.verdict}, the requirements say {made.verdict}"
    counts = certificate.tally(run.requirements)
    headline = certificate.headline(made.verdict, run.profile, counts, kind=run.target.kind)
    if headline != run.headline:
        yield f"the headline says {run.headline!r}, the requirements say {headline!r}"


def _counts(run: Run) -> Iterator[str]:
    counts = certificate.tally(run.requirements)
    made = (counts.executed, counts.met, counts.total, counts.outside)
    said = (run.must_executed, run.must_met, run.must_total, run.profile_outside)
    if made != said:
        yield f"MUST executed, met, total and outside say {said}, the requirements say {made}"
    for step in run.steps:
        mine = [item for item in run.requirements if item.step == step.number]
        checks = Counter(check.verdict for item in mine for check in item.checks)
        total = certificate.tally(mine)
        if checks != Counter(step.counts) or not _same(step.must_total, step.must_executed, total):
            yield f"the counts of step {step.number} are not those of its requirements"
    yield from _strangers(run.requirements)


def _same(total: int, executed: int, counts: certificate.Tally) -> bool:
    return (total, executed) == (counts.total, counts.executed)


def _strangers(requirements: tuple[RequirementRun, ...]) -> Iterator[str]:
    for item in requirements:
        for check in item.checks:
            if check.requirement != item.id:
                yield f"{check.nodeid} stands under {item.id} and names {check.requirement}"


WRITER: Final = RunJson()
