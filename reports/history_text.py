"""A history as text, Markdown or JSON: the trend, what flickers, what broke and when."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from reports.files import json_text
from reports.history import Course, Entry, broken, flaky, series
from reports.markdown import plain, table

_BARS: Final = "▁▂▃▄▅▆▇█"
_DATE: Final = "%Y-%m-%d %H:%M"


def bars(entries: Sequence[Entry]) -> str:
    """Met of all documented MUSTs, a bar for each run; a run that decided nothing is the lowest."""
    shares = [each.must_met / each.must_total if each.must_total else 0.0 for each in entries]
    return "".join(_BARS[min(int(share * len(_BARS)), len(_BARS) - 1)] for share in shares)


def as_text(entries: Sequence[Entry]) -> str:
    """For a terminal."""
    return "\n".join(_text(entries)) + "\n"


def _text(entries: Sequence[Entry]) -> Iterator[str]:
    for name, runs in series(entries).items():
        yield f"{name}: {len(runs)} runs  {bars(runs)}"
        for each, before in zip(runs, [None, *runs], strict=False):
            yield f"  {' '.join(str(cell) for cell in _row(each, before))}"
        for course in flaky(runs):
            yield f"  flaky   {course.requirement}: {outcomes(course)}"
        for course in broken(runs):
            yield f"  broken  {course.requirement}: {outcomes(course)}"
        yield ""
    yield f"{len(entries)} runs, {sum(len(flaky(it)) for it in series(entries).values())} flaky"


def _row(each: Entry, before: Entry | None) -> list[object]:
    met = f"{each.must_met}/{each.must_total}"
    change = f"{each.must_met - before.must_met:+d}" if before else ""
    failed = f"{len(each.failed)} failed"
    return [
        f"{each.started_at:{_DATE}}",
        f"{each.verdict:<14}",
        f"{met:>9}",
        f"{change:>5}",
        failed,
    ]


def outcomes(course: Course) -> str:
    """`2 pass (last 2026-03-01 09:30), 1 fail (last …)`: both outcomes, with when."""
    return ", ".join(
        f"{count} {verdict} (last {course.last(verdict):{_DATE}})"
        for verdict, count in course.counts.items()
    )


def as_markdown(entries: Sequence[Entry]) -> str:
    """For the summary of a job."""
    lines = []
    for name, runs in series(entries).items():
        lines += [f"### {plain(name)}", "", bars(runs), ""]
        rows = [_row(each, before) for each, before in zip(runs, [None, *runs], strict=False)]
        lines += [*table(["run", "verdict", "MUST met", "change", "failed"], rows), ""]
        for title, found in (("Flaky", flaky(runs)), ("Broken", broken(runs))):
            if found:
                told = [[course.requirement, outcomes(course)] for course in found]
                lines += [f"**{title}**", "", *table(["requirement", "outcomes"], told), ""]
    return "\n".join(lines).rstrip() + "\n"


def as_json(entries: Sequence[Entry]) -> str:
    """For programs."""
    document = {
        "schema_version": "1",
        "series": [
            {
                "name": name,
                "runs": [_run(each) for each in runs],
                "flaky": [_course(course) for course in flaky(runs)],
                "broken": [_course(course) for course in broken(runs)],
            }
            for name, runs in series(entries).items()
        ],
    }
    return json_text(document)


def _run(each: Entry) -> dict[str, Any]:
    told = each.model_dump(mode="json", exclude={"requirements", "schema_version"})
    return told | {"failed": list(each.failed)}


def _course(course: Course) -> dict[str, Any]:
    return {
        "requirement": course.requirement,
        "flips": course.flips,
        "outcomes": [
            {"started_at": at.isoformat(), "verdict": verdict, "builds": builds}
            for at, verdict, builds in course.outcomes
        ],
    }


FORMATS: Final[Mapping[str, Callable[[Sequence[Entry]], str]]] = {
    "text": as_text,
    "markdown": as_markdown,
    "json": as_json,
}
