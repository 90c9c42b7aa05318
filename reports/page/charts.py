"""The charts of the page as numbers: where bars begin and how long they are.

They repeat what the table of steps says, which is what a reader who cannot see them is given.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from reports.exchange import BESIDE, Exchange
from reports.model import RequirementRun, Run
from reports.verdict import Verdict

WIDTH: Final = 400.0  # of the longest bar, in units of the drawing
_ORDER: Final = tuple(Verdict)


@dataclass(frozen=True)
class Part:
    """A piece of a bar: requirements of one verdict."""

    verdict: Verdict
    count: int
    x: float
    width: float


@dataclass(frozen=True)
class Bar:
    """A step in all charts. `seconds` are those that its checks took."""

    step: int
    title: str
    parts: tuple[Part, ...]
    requests: int
    seconds: float
    request_width: float
    time_width: float


def bars(run: Run, exchanges: Iterable[Exchange]) -> tuple[Bar, ...]:
    """A bar for each step that the run says something about."""
    step_of = {item.id: item.step for item in run.requirements}
    requests: Counter[int] = Counter()
    for each in exchanges:
        if each.actor not in BESIDE and each.requirement in step_of:
            requests[step_of[each.requirement]] += 1
    seconds = _seconds(run.requirements)
    most = max((len(_inside(run, step.number)) for step in run.steps), default=0) or 1
    longest, busiest = max(seconds.values(), default=0) or 1, max(requests.values(), default=0) or 1
    return tuple(
        Bar(
            step=step.number,
            title=step.title,
            parts=tuple(_parts(_inside(run, step.number), WIDTH / most)),
            requests=requests[step.number],
            seconds=seconds.get(step.number, 0.0),
            request_width=round(WIDTH * requests[step.number] / busiest, 1),
            time_width=round(WIDTH * seconds.get(step.number, 0.0) / longest, 1),
        )
        for step in run.steps
        if step.covered
    )


def _inside(run: Run, step: int) -> list[RequirementRun]:
    return [item for item in run.requirements if item.step == step and item.in_profile]


def _seconds(requirements: Iterable[RequirementRun]) -> Mapping[int, float]:
    """Seconds by step; a check that proves several requirements took its time once."""
    spent: dict[tuple[int, str], float] = {}
    for item in requirements:
        for check in item.checks:
            spent[item.step, check.nodeid] = check.duration_s
    total: Counter[int] = Counter()
    for (step, _), duration in spent.items():
        total[step] += duration  # type: ignore[assignment]
    return total


def _parts(requirements: Iterable[RequirementRun], unit: float) -> Iterable[Part]:
    counts = Counter(item.verdict for item in requirements)
    x = 0.0
    for verdict in _ORDER:
        if counts[verdict]:
            width = counts[verdict] * unit
            yield Part(verdict, counts[verdict], round(x, 1), round(width, 1))
            x += width
