"""The recorder plugin, on the side where tests run.

It gives each check the context through which a client is reached: without this plugin no check
runs. It turns what happened into verdicts; `reports.controller` adds them up.
"""

import gc
import random
from collections.abc import Generator
from pathlib import Path
from typing import Final

import pytest

from conformance.requirements import Requirement, RequirementSet, load
from fixtures.exchange.check import Check
from fixtures.exchange.outcome import NotApplicable
from fixtures.run.session import Session
from reports import notes, shards
from reports.messages import Settings, Tally
from reports.model import Shard
from reports.notes import carried
from reports.options import READ_ONLY
from reports.selection import requirement_ids, select
from reports.verdicts_of_tests import judged, tell, under_waiver
from reports.writers import writers

CHECK: Final = pytest.StashKey[Check]()
_ERROR: Final = pytest.StashKey[BaseException]()
# Under this key a worker of pytest-xdist hands its tally to the controller.
TALLY: Final = "conformance"
# So many new objects before the collector of garbage looks at them: an exchange makes thousands.
_YOUNG: Final = 50_000


class Recorder:
    """Runs in every process that runs tests: a worker's, or the only one."""

    def __init__(self, settings: Settings, worker: str) -> None:
        self.settings, self.worker = settings, f"{settings.part}{worker}"
        self.requirements: RequirementSet = load()
        self.cells = (0, 0)
        self.expected: tuple[str, ...] = ()
        self.divided: str | None = None
        self._left_out: frozenset[str] = frozenset()
        self._session: Session | None = None

    def open(self) -> Session:
        """The session of this process; the same one however often it is asked for."""
        if self._session is None:
            settings = self.settings
            self._session = Session(
                target=settings.target,
                requirements=self.requirements,
                needs=settings.needs,
                directory=Path(settings.directory),
                run_id=settings.run_id,
                seed=settings.seed,
                worker=self.worker,
                aim=settings.repeat,
                tier=settings.tier,
                challenge=settings.challenge,
                reads_only=settings.profile == READ_ONLY.name,
            )
        return self._session

    # --- hooks ---

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> Generator[None, None, None]:
        """Note what was collected before any other plugin can touch it; choose after them all."""
        noted = [*items]
        yield
        self._select(config, items)
        meant = [item for item in noted if item.nodeid not in self._left_out]
        if self.settings.shard is not None:
            meant = self._share(config, items, meant, self.settings.shard)
        self.expected = tuple(item.nodeid for item in meant)
        passed = carried(Path(self.settings.directory))
        if done := [item for item in items if item.nodeid in passed]:
            items[:] = [item for item in items if item.nodeid not in passed]
            config.hook.pytest_deselected(items=done)

    def _select(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        settings, wanted = self.settings, {*config.option.requirement}
        asked = [i for i in items if not wanted or wanted & {*requirement_ids(i)}]
        chosen = select(
            asked,
            tier=settings.tier,
            rotate=settings.turns,
            seed=settings.seed,
            inside=lambda item: not self._missing(item),
        )
        taken = {*chosen.kept}
        dropped = [item for item in items if item not in taken]
        items[:] = chosen.kept
        self.cells = chosen.cells
        self._left_out = frozenset(item.nodeid for item in dropped)
        if dropped:
            config.hook.pytest_deselected(items=dropped)

    def _share(
        self,
        config: pytest.Config,
        items: list[pytest.Item],
        meant: list[pytest.Item],
        shard: Shard,
    ) -> list[pytest.Item]:
        """Take the checks of this shard, of all that the run means to do, whoever left some out."""
        areas = {i.nodeid: f"{requirement_of(i, self.requirements).step:02}" for i in meant}
        self.divided = shards.digest(areas)
        mine = shards.chosen(meant, areas, shard)
        if others := [item for item in items if item.nodeid not in mine]:
            items[:] = [item for item in items if item.nodeid in mine]
            config.hook.pytest_deselected(items=others)
        return [item for item in meant if item.nodeid in mine]

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self) -> None:
        """Nothing of what is collected goes before the end: it is not looked through for waste."""
        gc.freeze()
        gc.set_threshold(_YOUNG, 20, 50)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        requirement = requirement_of(item, self.requirements)
        repeat = f"pytest '{item.nodeid}'{self.settings.repeat}"
        item.stash[CHECK] = Check(item.nodeid, requirement, repeat)
        random.seed(f"{self.settings.seed}:{item.nodeid}")
        missing = sorted(self._missing(item))
        for writer in writers():
            writer.before_test(item.config, requirement, self.requirements)
        if missing:
            profile = self.settings.profile
            raise NotApplicable(f"outside profile {profile}: needs {', '.join(missing)}")

    # Innermost of all wrappers: the others, Allure's among them, see what is redacted.
    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        error = call.excinfo.value if call.excinfo else None
        vault = self.open().runtime.vault
        if error is not None or call.when == "call":
            found = judged(error, item.stash.get(CHECK, None), requirement_ids(item))
            tell(item, report, error, under_waiver(found, self.settings.waived), vault)
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logfinish(self) -> None:
        """Keep what was counted: this process may not live to hand it over."""
        if self._session is not None:
            notes.count(Path(self.settings.directory), self.worker, self._counted(self._session))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput[TALLY] = self.finish().model_dump(mode="json")

    def finish(self) -> Tally:
        """Close the session; returns what was counted in it."""
        if self._session is None:
            return Tally(expected=self.expected, divided=self.divided)
        self._session.close()
        counted = self._counted(self._session)
        notes.count(Path(self.settings.directory), self.worker, counted)
        told = {"cells": self.cells, "expected": self.expected, "divided": self.divided}
        return counted.model_copy(update=told)

    @staticmethod
    def _counted(session: Session) -> Tally:
        runtime = session.runtime
        renewed = runtime.renewals.count if runtime.renewals else 0
        seen = dict(runtime.invariants.seen)
        return Tally(seen=seen, lost_answers=runtime.lost, renewed=renewed)

    def _missing(self, item: pytest.Item) -> frozenset[str]:
        """What the check stands on and the profile does not have."""
        return needs_of(item, self.requirements) - self.settings.needs


def requirement_of(item: pytest.Item, requirements: RequirementSet) -> Requirement:
    """The requirement that a check is named after.

    Raises:
        pytest.UsageError: there is no such requirement.
    """
    first = requirement_ids(item)[0]
    try:
        return requirements.get(first)
    except KeyError:
        raise pytest.UsageError(f"{item.nodeid} names unknown requirement {first}") from None


def needs_of(item: pytest.Item, requirements: RequirementSet) -> frozenset[str]:
    """What the check stands on: its requirement's needs and those of its parameters."""
    marked = {need for marker in item.iter_markers("needs") for need in marker.args}
    return frozenset(requirement_of(item, requirements).needs) | marked
