"""The recorder plugin, on the side where tests run.

It gives each check the context through which a client is reached: without this plugin no check
runs. It turns what happened into verdicts; `reports.controller` adds them up.
"""

import random
from collections.abc import Generator
from pathlib import Path
from typing import Any, Final

import pytest

from conformance.requirements import Requirement, RequirementSet, load
from fixtures.exchange.check import Check
from fixtures.exchange.outcome import NotApplicable
from fixtures.exchange.target import Target
from fixtures.run.session import Session
from reports import allure_labels
from reports.selection import requirement_ids, select
from reports.verdict import Verdict
from reports.verdicts_of_tests import Judged, judged, redact, stamp

CHECK: Final = pytest.StashKey[Check]()
_ERROR: Final = pytest.StashKey[BaseException]()
SETTINGS: Final = "conformance_settings"


class Recorder:
    """Runs in every process that runs tests: a worker's, or the only one."""

    def __init__(self, settings: dict[str, Any], worker: str) -> None:
        self.settings, self.worker = settings, worker
        self.requirements: RequirementSet = load()
        self.needs = frozenset(settings["needs"])
        self.waived: dict[str, str] = settings["waived"]
        self.cells = (0, 0)
        self._session: Session | None = None

    def open(self) -> Session:
        """The session of this process; the same one however often it is asked for."""
        if self._session is None:
            settings = self.settings
            self._session = Session(
                target=Target.model_validate(settings["target"]),
                requirements=self.requirements,
                needs=self.needs,
                directory=Path(settings["directory"]),
                run_id=settings["run_id"],
                seed=settings["seed"],
                worker=self.worker,
                aim=settings["repeat"],
                tier=settings["tier"],
            )
        return self._session

    # --- hooks ---

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        settings = self.settings
        how = {"tier": settings["tier"], "rotate": settings["turns"], "seed": settings["seed"]}
        chosen = select(items, **how, inside=lambda item: not self._missing(item))
        items[:] = chosen.kept
        self.cells = chosen.cells
        if chosen.dropped:
            config.hook.pytest_deselected(items=chosen.dropped)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        requirement = requirement_of(item, self.requirements)
        repeat = f"pytest '{item.nodeid}'{self.settings['repeat']}"
        item.stash[CHECK] = Check(item.nodeid, requirement, repeat)
        random.seed(f"{self.settings['seed']}:{item.nodeid}")
        missing = sorted(self._missing(item))
        if allure_labels.is_on(item.config):
            allure_labels.label_test(requirement, self.requirements)
        if missing:
            profile = self.settings["profile"]
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
            check = item.stash.get(CHECK, None)
            found = self._under_waiver(item, judged(error, check))
            redact(report, error, vault)
            stamp(report, found, check, vault, requirement_ids(item))
        return report

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput["conformance"] = self.finish()

    def finish(self) -> dict[str, Any]:
        """Close the session; returns what its watchers counted."""
        if self._session is None:
            return {}
        self._session.close()
        invariants = self._session.runtime.invariants
        counts = {"seen": invariants.seen, "violated": invariants.violated}
        return {**counts, "cells": list(self.cells)}

    def _missing(self, item: pytest.Item) -> frozenset[str]:
        """What the check stands on and the profile does not have."""
        return needs_of(item, self.requirements) - self.needs

    def _under_waiver(self, item: pytest.Item, found: Judged) -> Judged:
        """A known failure that somebody answers for is told as such."""
        ids = requirement_ids(item)
        reasons = [self.waived[i] for i in ids if i in self.waived]
        if found.verdict is Verdict.FAIL and len(reasons) == len(ids):
            return Judged(Verdict.WAIVED, reasons[0], found.cause, found.line, found.cards)
        return found


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
