"""The course of a run over its deaths: what it goes on with, and what it leaves for the next.

One `Course` a run, on the controlling side. It owns the journal and the private directory, and
knows the run that this one resumes, if any.
"""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from fixtures.exchange.target import Target
from fixtures.run.world import new_run_id
from reports import journal, notes, private, results
from reports.files import EXCHANGES_JSONL
from reports.identity import identity
from reports.journal import JOURNAL, Dead, Heading, Journal, Line
from reports.messages import Judgement
from reports.model import CheckResult
from reports.options import Aim
from reports.private import DeadRun, Origin, PrivateDirectory

_CARRIED: Final = "carried"
# Of so many dead runs the head of the output tells each one.
_NAMED: Final = 3


def told_of(left: Sequence[DeadRun]) -> Iterator[str]:
    """A line for each of the first dead runs that left records, and one for all further ones."""
    for run in left[:_NAMED]:
        host = run.origin.target.host if run.origin.target else ""
        yield (
            f"run {run.origin.run_id} died and left records on {host}: "
            f"python -m conformance clean {run.origin.run_id}"
        )
    if more := left[_NAMED:]:
        yield f"{len(more)} more runs died and left records: python -m conformance clean"


class Course:
    """`aim` is what the run is to do, with the seed of the run that it goes on with.

    Raises:
        pytest.UsageError: there is nothing to resume, or that run was another one.
    """

    def __init__(self, aim: Aim, seed: int | None, narrowed: str | None) -> None:
        self._dead = _dead(aim)
        if self._dead is not None and seed is None:
            aim = replace(aim, seed=self._dead.heading.seed)
        self.aim = aim
        self.identity = identity(aim, narrowed)
        self._same = {**self.identity, "shard": str(aim.shard or "none")}
        if self._dead is not None and (differs := self._dead.differs(self._same)):
            raise pytest.UsageError(f"the run cannot be resumed: {differs}")
        heading = self._dead.heading if self._dead is not None else None
        self.run_id = heading.run_id if heading else new_run_id()
        self.started_at = heading.started_at if heading else datetime.now(UTC)
        self.resumed = (*heading.resumed, datetime.now(UTC)) if heading else ()
        self._lines: tuple[Line, ...] = self._dead.passed if self._dead is not None else ()
        self._journal = Journal(aim.directory / JOURNAL)
        self._private: PrivateDirectory | None = None
        self._left: list[DeadRun] = []
        self._closed = False

    @property
    def kept(self) -> frozenset[str]:
        """Outputs of the run before that this one still needs."""
        return frozenset({EXCHANGES_JSONL}) if self._dead is not None else frozenset()

    @property
    def part(self) -> str:
        """What goes before the names of workers, so that their exchanges bear different ids."""
        shard = f"s{self.aim.shard.number}-" if self.aim.shard else ""
        return shard + (f"r{len(self.resumed)}-" if self.resumed else "")

    def begin(self) -> None:
        """Start: the report directory is this run's.

        Raises:
            pytest.UsageError: what the run before recorded is gone.
        """
        self._private = self._taken_over(self._dead) if self._dead is not None else private.make()
        if self.aim.plan:
            return
        self._left = private.sweep()
        if not self.aim.checks:
            return
        heading = Heading(
            run_id=self.run_id,
            directory=str(self.directory),
            started_at=self.started_at,
            seed=self.aim.seed,
            same=self._same,
            resumed=self.resumed,
        )
        self._journal.begin(heading, self._lines)
        notes.carry(self.directory, (line.nodeid for line in self._lines))

    def _taken_over(self, dead: Dead) -> PrivateDirectory:
        """The private directory of the run that died; or its results, where it ended in order."""
        path = Path(dead.heading.directory)
        run = private.dead_run(path)
        if run is not None:
            try:
                owned = run.own()
            except ValueError as error:
                raise pytest.UsageError(str(error)) from None
            owned.forget_context()
            return owned
        made, exchanges = private.make(), self.aim.directory / EXCHANGES_JSONL
        if exchanges.exists():
            shutil.copyfile(exchanges, made.path / f"exchanges-{_CARRIED}.jsonl")
            notes.count(made.path, _CARRIED, dead.tally)
            private.carry_stages(made.path, dead.stages)
        elif self._lines:
            made.remove()
            raise pytest.UsageError(
                f"nothing to resume in {self.aim.directory}: the exchanges of that run are gone "
                f"with {path}"
            )
        return made

    def aimed_at(self, target: Target) -> None:
        """Tell in the private directory whose it is."""
        if self._private is None or self.aim.plan:
            return
        self._private.sign(
            Origin(
                run_id=self.run_id,
                started_at=self.started_at,
                reports=str(self.aim.directory.resolve()),
                folder=str(Path.cwd()),
                seed=self.aim.seed,
                needs=self.aim.profile.needs,
                target=target if self.aim.target is not None else None,
            )
        )

    @property
    def directory(self) -> Path:
        """The private directory."""
        if self._private is None:
            raise RuntimeError("the run has not begun")
        return self._private.path

    def header(self) -> list[str]:
        """Lines for the head of pytest's output."""
        lines = []
        if self.resumed:
            lines.append(
                f"resumed: begun {self.started_at:%Y-%m-%d %H:%M:%S} UTC, "
                f"{len(self._lines)} checks have passed already"
            )
        return [*lines, *told_of(self._left)]

    # --- while checks run ---

    def note(self, report: pytest.TestReport, judgement: Judgement) -> None:
        """Write down what a check found, as it comes."""
        started = getattr(report, "start", None)
        line = Line(
            nodeid=report.nodeid,
            judgement=judgement,
            duration_s=report.duration,
            started_at=datetime.fromtimestamp(started, UTC) if started else None,
            worker=getattr(report, "worker_id", None),
        )
        self._journal.add(line)

    @property
    def judgements(self) -> tuple[Judgement, ...]:
        """Of the checks that need not be repeated."""
        return tuple(line.judgement for line in self._lines)

    @property
    def carried(self) -> tuple[CheckResult, ...]:
        """The results of the checks that need not be repeated."""
        return tuple(result for line in self._lines for result in results.of_line(line))

    # --- after the last check ---

    def finish(self, *, interrupted: bool) -> None:
        """The run has been told, and its records are closed. An interrupted one can be resumed."""
        self._closed = True
        self._journal.count(notes.tally(self.directory), private.stages(self.directory))
        self._journal.close(keep=interrupted)

    def close(self) -> None:
        """End the private directory: it stays where records may be left that nobody closed."""
        if self._private is None:
            return
        owned, self._private = self._private, None
        owned.leave()
        dead = private.dead_run(owned.path)
        if self._closed or dead is None or not dead.open_entries():
            shutil.rmtree(owned.path, ignore_errors=True)


def _dead(aim: Aim) -> Dead | None:
    try:
        return journal.read(aim.directory) if aim.resume and not aim.plan else None
    except ValueError as error:
        raise pytest.UsageError(str(error)) from None
