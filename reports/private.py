"""The private directory of a run: its secrets, its ledger, and what its processes share.

Readable by its owner only, and removed at the end. Where a run died it stays, since the ledger in
it is all that leads to what the run made: `python -m conformance clean` closes that.
"""

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout
from pydantic import AwareDatetime, ValidationError

from fixtures.exchange.target import Target
from fixtures.run import ledger
from fixtures.run.ledger import Entry, Fate
from fixtures.run.store import ContextStore, StageResult
from reports.journal import JOURNAL
from reports.model import Frozen
from reports.notes import replace_text

PREFIX: Final = "conformance-run-"
_ORIGIN: Final = "origin.json"
_LOCK: Final = "alive.lock"
# What the stages built, and how those went that were built before a death.
_NOW, _BEFORE = "context", "stages-before"
_OPEN: Final = frozenset({Fate.CREATED, Fate.INTENDED})


class Origin(Frozen):
    """Whose private directory it is: enough to close what the run made, and no secret.

    `target` is None where the run started the reference itself, which ended with it. `folder` is
    the one that files named in the target are relative to.
    """

    run_id: str
    started_at: AwareDatetime
    reports: str
    folder: str
    seed: int
    needs: frozenset[str]
    target: Target | None


class PrivateDirectory:
    """One that this process owns while it lives."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = FileLock(path / _LOCK, timeout=0)
        self._lock.acquire()

    def sign(self, origin: Origin) -> None:
        """Write down whose it is."""
        replace_text(self.path / _ORIGIN, origin.model_dump_json())

    def forget_context(self) -> None:
        """Remove what the stages of a dead run built, secrets among it: they are built anew."""
        _forget_context(self.path)

    def leave(self) -> None:
        """End without removing it."""
        self._lock.release()

    def remove(self) -> None:
        """End, and leave nothing."""
        self._lock.release()
        shutil.rmtree(self.path, ignore_errors=True)


def make() -> PrivateDirectory:
    """A new one."""
    return PrivateDirectory(Path(tempfile.mkdtemp(prefix=PREFIX)))


@dataclass(frozen=True)
class DeadRun:
    """The private directory of a run that lives no more."""

    path: Path
    origin: Origin

    def open_entries(self) -> list[Entry]:
        """What it made, or may have made, that still stands; nothing where the target ended too."""
        if self.origin.target is None:
            return []
        return [entry for entry in ledger.read(self.path) if entry.fate in _OPEN]

    def can_be_resumed(self) -> bool:
        """Whether the journal of this run still lies in its report folder."""
        try:
            with (Path(self.origin.reports) / JOURNAL).open(encoding="utf-8") as lines:
                return str(self.path) in lines.readline()
        except (OSError, UnicodeDecodeError):
            return False

    def own(self) -> PrivateDirectory:
        """Take it over.

        Raises:
            ValueError: somebody else did so just now.
        """
        try:
            return PrivateDirectory(self.path)
        except Timeout:
            raise ValueError(f"run {self.origin.run_id} is being worked on elsewhere") from None


def dead_runs() -> Iterator[DeadRun]:
    """The runs of this user on this machine that died, in alphabetical order of their folders."""
    for path in sorted(Path(tempfile.gettempdir()).glob(f"{PREFIX}*")):
        if (found := dead_run(path)) is not None:
            yield found


def dead_run(path: Path) -> DeadRun | None:
    """The dead run of a private directory, or None where it lives, or is somebody else's."""
    try:
        if path.is_symlink() or (hasattr(os, "getuid") and path.stat().st_uid != os.getuid()):
            return None
        origin = Origin.model_validate_json((path / _ORIGIN).read_text(encoding="utf-8"))
        lock = FileLock(path / _LOCK, timeout=0)
        lock.acquire()
    except (OSError, ValidationError, Timeout):
        return None
    lock.release()
    return DeadRun(path, origin)


def sweep() -> list[DeadRun]:
    """Remove what dead runs left here that leads to nothing; returns those that made something."""
    left: list[DeadRun] = []
    for run in dead_runs():
        if run.open_entries():
            left.append(run)
        elif run.can_be_resumed():
            _forget_context(run.path)
        else:
            shutil.rmtree(run.path, ignore_errors=True)
    return left


def stages(directory: Path) -> list[StageResult]:
    """How the stages of a run went, over its deaths; of one that was built twice, the last."""
    found = ContextStore(directory / _BEFORE).results() + ContextStore(directory / _NOW).results()
    return list({stage.name: stage for stage in found}.values())


def carry_stages(directory: Path, went: Iterable[StageResult]) -> None:
    """Keep how the stages of the run before went, of those that came to be."""
    before = ContextStore(directory / _BEFORE)
    for stage in went:
        if stage.verdict == "pass":
            before.note(stage)


def _forget_context(directory: Path) -> None:
    carry_stages(directory, ContextStore(directory / _NOW).results())
    shutil.rmtree(directory / _NOW, ignore_errors=True)
