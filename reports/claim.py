"""The report directory belongs to one run at a time, and says so from the first moment.

What an older run left there is removed before the first request, and `run.json` says INCOMPLETE
until the run has come to its end: whatever kills it, nothing in the directory claims its verdict.
"""

import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
from filelock import FileLock, Timeout

from conformance import __version__
from conformance.requirements import load
from reports.assemble import assemble
from reports.collected import Collected
from reports.files import EXCHANGES_JSONL, ExchangeLog, write_run
from reports.learned import BINDINGS
from reports.model import Scope
from reports.options import Aim
from reports.writers import outputs

GOING_ON: Final = "it is still going on, or it was killed"
_LOCK: Final = ".run.lock"


@dataclass
class Claim:
    """The hold of one run on its report directory. `identity` is what makes it that run."""

    aim: Aim
    identity: dict[str, str]
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        self._lock = FileLock(self.aim.directory / _LOCK)

    def take(self, keep: frozenset[str] = frozenset()) -> None:
        """Take the directory, and leave there nothing but a run that has not ended.

        A run that goes on with another will `keep` what it still needs of that.

        Raises:
            pytest.UsageError: another run is writing there, or what is there cannot be removed.
        """
        directory = self.aim.directory
        try:
            self._lock.acquire(timeout=0)
            for name in {*outputs(), BINDINGS} - keep:
                _remove(directory / name)
            self.tell(GOING_ON)
        except Timeout:
            raise pytest.UsageError(
                f"another run is writing into {directory}: wait for its end, or choose another "
                "directory with --report-dir"
            ) from None
        except OSError as error:
            raise pytest.UsageError(
                f"report directory {directory} cannot be written: {error.strerror}; choose "
                "another with --report-dir"
            ) from None

    def tell(self, why: str) -> None:
        """Have run.json say that the run has not come to its end, and why."""
        write_run(assemble(self._nothing_yet(why)), self.aim.directory)

    def release(self) -> None:
        """Let other runs have the directory."""
        self._lock.release()

    def _nothing_yet(self, why: str) -> Collected:
        aim, rules = self.aim, load()
        scope = Scope(
            suite_version=__version__,
            requirement_set=rules.version,
            profile=aim.profile.name,
            tier=aim.tier,
            target_kind=aim.target.kind if aim.target else "reference",
            host=aim.target.host if aim.target else "embedded reference",
            started_at=self.started_at,
            finished_at=datetime.now(UTC),
            seed=aim.seed,
            unfinished=" ".join(why.split()),
            identity=self.identity,
            shard=aim.shard,
        )
        return Collected(
            scope=scope,
            requirements=rules,
            profile=aim.profile,
            today=datetime.now(UTC).date(),
            exchanges=ExchangeLog(aim.directory / EXCHANGES_JSONL),
            waivers=aim.waivers,
        )


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
