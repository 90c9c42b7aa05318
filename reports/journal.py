"""The journal of a run: what each check found, written as it comes, so that nothing is lost.

It lies in the report directory and goes when the run has ended. A run that died is gone on with
from it (`--resume`), so its first line holds what the two must have in common.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TextIO

from pydantic import AwareDatetime, ValidationError

from fixtures.run.store import StageResult
from reports.files import write_text
from reports.identity import difference
from reports.messages import Judgement, Tally
from reports.model import Frozen
from reports.verdict import Verdict

JOURNAL: Final = "journal.jsonl"


class Heading(Frozen):
    """What a run is, for the run that goes on with it. `directory` is its private one.

    `same` are the things that both must have in common, by the name under which they are told.
    """

    run_id: str
    directory: str
    started_at: AwareDatetime
    seed: int
    same: dict[str, str]
    resumed: tuple[AwareDatetime, ...] = ()


class Line(Frozen):
    """What a check found, with what pytest measured of it."""

    nodeid: str
    judgement: Judgement
    duration_s: float = 0.0
    started_at: AwareDatetime | None = None
    worker: str | None = None


class Counted(Frozen):
    """What a run had counted that was interrupted, and ended in order."""

    tally: Tally
    stages: tuple[StageResult, ...] = ()


@dataclass
class Journal:
    """Appends to the journal of a run; every line is flushed as it is written."""

    path: Path
    _file: TextIO | None = field(default=None, init=False)

    def begin(self, heading: Heading, carried: tuple[Line, ...] = ()) -> None:
        """Start with these lines: all of them are there, or none."""
        text = "".join(f"{each.model_dump_json()}\n" for each in (heading, *carried))
        write_text(self.path, text)
        self._file = self.path.open("a", encoding="utf-8", errors="replace")

    def add(self, line: Line) -> None:
        """Write down what a check found."""
        if self._file is not None:
            self._file.write(f"{line.model_dump_json()}\n")
            self._file.flush()

    def count(self, tally: Tally, stages: Iterable[StageResult]) -> None:
        """Write down what the run had counted when it ended, and how its stages went."""
        if self._file is not None:
            counted = Counted(tally=tally, stages=tuple(stages))
            self._file.write(f"{counted.model_dump_json()}\n")
            self._file.flush()

    def close(self, *, keep: bool) -> None:
        """End it; without `keep` nothing of it stays."""
        if self._file is not None:
            self._file.close()
            self._file = None
        if not keep:
            self.path.unlink(missing_ok=True)


@dataclass(frozen=True)
class Dead:
    """A run that came to no end, as its journal tells it."""

    heading: Heading
    passed: tuple[Line, ...]
    tally: Tally = field(default_factory=Tally)
    stages: tuple[StageResult, ...] = ()

    def differs(self, same: dict[str, str]) -> str | None:
        """What the run that wants to go on does not have in common with it, as a phrase."""
        found = difference(self.heading.same, same)
        return f"its {found[0]} was {found[1]}, this one has {found[2]}" if found else None


def read(directory: Path) -> Dead:
    """The run that died in a report directory; of a check told twice, the last line counts.

    Raises:
        ValueError: there is none.
    """
    path = directory / JOURNAL
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        raise ValueError(f"nothing to resume in {directory}: no run died there") from None
    first, _, rest = text.partition("\n")
    try:
        heading = Heading.model_validate_json(first)
    except ValidationError:
        raise ValueError(f"nothing to resume in {directory}: its journal has no heading") from None
    found: dict[str, Line] = {}
    told = Counted(tally=Tally())
    for each in rest.split("\n"):
        match _line(each):
            case Line() as line:
                found[line.nodeid] = line
            case Counted() as counted:
                told = counted
    passed = (line for line in found.values() if line.judgement.verdict is Verdict.PASS)
    return Dead(heading, tuple(passed), told.tally, told.stages)


def _line(text: str) -> Line | Counted | None:
    """A line of the journal; None for what a killed process left half written."""
    try:
        document: Any = json.loads(text)
        kind = Counted if "tally" in document else Line
        return kind.model_validate(document)
    except (ValueError, TypeError):
        return None
