"""A plugin of the runs of a campaign: what counts as proven to a mutant's checks.

A refusal means something only where the target has accepted a sound request before. On a platform
that holds one mutant, that is what its own checks see accepted, and what was accepted in checks
that never come to the mutant: `seeds`, by mutant. Other mutants of the run prove nothing for it.
With `proofs`, it is noted which requirement proves what (one line each: requirement, tab, mark).
"""

import functools
import json
import os
import threading
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from fixtures.context.operation_context import ContextBuilder
from fixtures.run.caller import Caller
from fixtures.run.marks import Marks
from fixtures.run.proofs import Proofs
from fixtures.run.transport import Transport


class _Here(threading.local):
    requirement = ""


_HERE: Final = _Here()


class MarksByMutant:
    """Stands in the place of a run's marks: a mutant's checks have their own."""

    def __init__(self, shared: Marks, table: dict[str, Any]) -> None:
        self._shared = shared
        self._by_check: dict[str, str] = table["by_check"]
        self._seeds = {key: frozenset(each) for key, each in table.get("seeds", {}).items()}
        self._own: dict[str, set[str]] = defaultdict(set)
        self._log: str | None = table.get("proofs")
        self._noted: set[tuple[str, str]] = set()

    def __contains__(self, name: str) -> bool:
        mutant = self._by_check.get(_HERE.requirement)
        if mutant is None:
            return name in self._shared
        return name in self._own[mutant] or name in self._seeds.get(mutant, ())

    def add(self, name: str) -> None:
        mutant = self._by_check.get(_HERE.requirement)
        if mutant is not None:
            self._own[mutant].add(name)
            return
        self._shared.add(name)
        if self._log and (_HERE.requirement, name) not in self._noted:
            self._noted.add((_HERE.requirement, name))
            with Path(self._log).open("a", encoding="utf-8") as file:
                file.write(f"{_HERE.requirement}\t{name}\n")


def pytest_configure() -> None:
    table = json.loads(Path(os.environ["G3N_MUTANTS"]).read_text(encoding="utf-8"))
    made = Proofs.__init__

    def make(this: Proofs, marks: Marks) -> None:
        made(this, MarksByMutant(marks, table))  # type: ignore[arg-type]

    Proofs.__init__ = make  # type: ignore[method-assign, assignment]
    _attribute(Caller, "_call", lambda caller, *_: caller.check.rule.id)
    _attribute(Transport, "unproven", lambda _, check, *_rest: check.rule.id)
    _attribute(ContextBuilder, "proven", lambda _, check, *_rest: check.rule.id)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    marker = item.get_closest_marker("requirement")
    _HERE.requirement = marker.args[0] if marker else ""


def _attribute(owner: type, method: str, requirement: Callable[..., str]) -> None:
    """Let a method say, while it runs, for which requirement it does."""
    original = getattr(owner, method)

    @functools.wraps(original)
    def attributed(*arguments: Any, **named: Any) -> Any:
        before = _HERE.requirement
        _HERE.requirement = requirement(*arguments)
        try:
            return original(*arguments, **named)
        finally:
            _HERE.requirement = before

    setattr(owner, method, attributed)
