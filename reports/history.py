"""A folder that remembers runs: one line of JSON for each, appended when a run has ended.

What a line holds is enough for a trend, and to tell a requirement that flickers from one that
broke. The folder may be kept by a build server from night to night; runs may write into it at once.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Final, Literal

from filelock import FileLock
from pydantic import AwareDatetime, ValidationError

from reports.model import Count, Frozen, Run, RunVerdict, Seconds, TargetKind
from reports.verdict import Verdict

HISTORY_JSONL: Final = "history.jsonl"
_LOCK: Final = ".history.lock"
#: Verdicts that say something of the platform; others say that the run learned nothing.
_OUTCOMES: Final = frozenset({Verdict.PASS, Verdict.FAIL, Verdict.ADVISORY, Verdict.WAIVED})


class Entry(Frozen):
    """One run, as the history keeps it. `requirements` are verdicts by id, of the profile alone."""

    schema_version: Literal["1"] = "1"
    started_at: AwareDatetime
    duration_s: Seconds
    verdict: RunVerdict
    headline: str
    target: str
    target_kind: TargetKind
    profile: str
    tier: str
    requirement_set: str
    suite_version: str
    builds: tuple[str, ...] = ()
    seed: int | str | None = None
    narrowed: str | None = None
    must_executed: Count
    must_met: Count
    must_total: Count
    exchanges: Count
    checks: dict[Verdict, Count]
    requirements: dict[str, Verdict]

    @property
    def series(self) -> tuple[str, ...]:
        """What runs must have in common to be compared. Each reference is started anew."""
        where = "reference" if self.target_kind == "reference" else self.target
        return where, self.profile, self.tier, self.narrowed or ""

    @property
    def series_name(self) -> str:
        """The same in words."""
        where, profile, tier, narrowed = self.series
        return f"{where}, {profile}, {tier}{f', narrowed by {narrowed}' if narrowed else ''}"

    @property
    def failed(self) -> Sequence[str]:
        return [name for name, verdict in self.requirements.items() if verdict is Verdict.FAIL]


def entry(run: Run) -> Entry:
    """What the history keeps of a run."""
    scope = run.scope
    return Entry(
        started_at=run.started_at,
        duration_s=max(0.0, (run.finished_at - run.started_at).total_seconds()),
        verdict=run.verdict,
        headline=run.headline,
        target=scope.host,
        target_kind=scope.target_kind,
        profile=run.profile,
        tier=scope.tier,
        requirement_set=scope.requirement_set,
        suite_version=scope.suite_version,
        builds=scope.builds,
        seed=scope.seed,
        narrowed=_narrowed(run),
        must_executed=run.must_executed,
        must_met=run.must_met,
        must_total=run.must_total,
        exchanges=run.exchanges,
        checks=Counter(check.verdict for check in run.counting),
        requirements={item.id: item.verdict for item in run.requirements if item.in_profile},
    )


def _narrowed(run: Run) -> str | None:
    shard = f"shard {run.scope.shard}" if run.scope.shard else None
    return ", ".join(filter(None, (run.scope.narrowed, shard))) or None


def append(directory: Path, run: Run) -> bool:
    """Add a run to the history; False where it is there already.

    Raises OSError where the folder cannot be written, ValueError where its lines cannot be read.
    """
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / HISTORY_JSONL
    new = entry(run)
    with FileLock(directory / _LOCK):
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        if any((it.started_at, it.seed) == (new.started_at, new.seed) for it in _lines(path, text)):
            return False
        # A line that a full disk or a kill has cut short must not take the next one with it.
        start = "\n" if text and not text.endswith("\n") else ""
        with path.open("a", encoding="utf-8") as stream:
            stream.write(f"{start}{new.model_dump_json()}\n")
    return True


def read(path: Path) -> Sequence[Entry]:
    """The runs of a history, the oldest first; `path` is the folder or its file.

    Raises ValueError with one clear line that names the line which is none.
    """
    path = path / HISTORY_JSONL if path.is_dir() else path
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ValueError(f"{path}: no such history: a run with --history makes it") from None
    except (OSError, UnicodeError) as error:
        raise ValueError(f"{path}: cannot be read: {error}") from None
    return sorted(_lines(path, text), key=lambda found: found.started_at)


def _lines(path: Path, text: str) -> list[Entry]:
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            found.append(_entry(path, number, line))
    return found


def _entry(path: Path, number: int, line: str) -> Entry:
    try:
        version = json.loads(line).get("schema_version")
    except (ValueError, AttributeError):
        raise ValueError(f"{path}: line {number}: not a run: not an object of JSON") from None
    if version != "1":
        raise ValueError(
            f"{path}: line {number}: schema version {version!r} is unknown: this suite reads 1"
        )
    try:
        return Entry.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"{path}: line {number}: not a run: {where}: {first['msg']}") from None


@dataclass(frozen=True)
class Course:
    """What became of one requirement in a series of runs: pairs (start of the run, verdict)."""

    requirement: str
    outcomes: Sequence[tuple[datetime, Verdict, tuple[str, ...]]]

    @property
    def flips(self) -> int:
        """How often one run says another thing than the run before it."""
        verdicts = [verdict for _, verdict, _ in self.outcomes]
        return sum(a is not b for a, b in pairwise(verdicts))

    @property
    def same_build_differs(self) -> bool:
        """Whether one build of the platform showed two outcomes."""
        seen: dict[tuple[str, ...], set[Verdict]] = {}
        for _, verdict, builds in self.outcomes:
            seen.setdefault(builds, set()).add(verdict)
        return any(builds and len(verdicts) > 1 for builds, verdicts in seen.items())

    @property
    def flaky(self) -> bool:
        """Broken once is no flicker: it takes a way back, or one build with two outcomes."""
        return self.flips > 1 or (self.flips > 0 and self.same_build_differs)

    def last(self, verdict: Verdict) -> datetime | None:
        """When it last came to this verdict."""
        return max((at for at, found, _ in self.outcomes if found is verdict), default=None)

    @property
    def counts(self) -> Mapping[Verdict, int]:
        return Counter(verdict for _, verdict, _ in self.outcomes)


def series(entries: Sequence[Entry]) -> Mapping[str, Sequence[Entry]]:
    """Runs that can be compared with each other, by what they have in common."""
    found: dict[str, list[Entry]] = {}
    for each in entries:
        found.setdefault(each.series_name, []).append(each)
    return found


def courses(entries: Sequence[Entry]) -> Sequence[Course]:
    """What became of each requirement in runs that can be compared."""
    found: dict[str, list[tuple[datetime, Verdict, tuple[str, ...]]]] = {}
    for each in entries:
        for name, verdict in each.requirements.items():
            if verdict in _OUTCOMES:
                outcomes = found.setdefault(name, [])
                outcomes.append((each.started_at, verdict, each.builds))
    return [Course(name, tuple(outcomes)) for name, outcomes in found.items()]


def flaky(entries: Sequence[Entry]) -> Sequence[Course]:
    """Requirements that flicker, the most restless first."""
    restless = [course for course in courses(entries) if course.flaky]
    return sorted(restless, key=lambda course: (-course.flips, course.requirement))


def broken(entries: Sequence[Entry]) -> Sequence[Course]:
    """Requirements that were met once, fail now, and do not flicker."""
    return [
        course
        for course in courses(entries)
        if course.outcomes[-1][1] is Verdict.FAIL and course.flips == 1 and not course.flaky
    ]
