"""Runs of a part of the suite, each in a process of its own against a reference of its own."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.detection.collector import VARIABLE
from tests.run.suite import ROOT, environment

BOUND_S: Final = 1200
# The same draws each time, so that the table does not change by itself.
SEED: Final = "1"
# Reports for people and a second start of hypothesis cost more than most checks.
_UNUSED: Final = ("allure_pytest", "html", "metadata", "hypothesispytest", "randomly", "xdist")

# Such a run is a trial of its own.
WITHOUT_CANARY: Final = ("-p", "tests.detection.without_canary")
# Defects rename nothing, so there is nothing to learn.
PLAIN: Final = ("--no-learn", *WITHOUT_CANARY)


class BrokenRunError(RuntimeError):
    """A run ended without a report; the text is what it said last."""


@dataclass(frozen=True)
class Runner:
    """Starts runs of the suite in `root` with these options. Compiled modules are kept in `cache`,
    whatever the environment says.
    """

    cache: Path
    root: Path = ROOT
    options: Sequence[str] = ("--run-seed", SEED)
    # Permitted differences that the reference has in every run.
    variants: Sequence[str] = ()
    _checks: dict[str, Sequence[str]] = field(default_factory=dict)

    def run(
        self, *arguments: str, plugins: Iterable[str] = _UNUSED, **variables: str
    ) -> dict[str, Any]:
        """`run.json` of `pytest ARGUMENTS`, with these variables in its environment.

        Raises:
            BrokenRunError: there is none.
        """
        with tempfile.TemporaryDirectory(prefix="detection-") as directory:
            without = [part for name in plugins for part in ("-p", f"no:{name}")]
            if "--reference-args" not in arguments:
                arguments = (*arguments, *self.against())
            done = self._pytest(*arguments, *without, "--report-dir", directory, **variables)
            report = Path(directory) / "run.json"
            if not report.exists():
                raise BrokenRunError(done)
            loaded: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
            return loaded

    def against(self, *options: str) -> tuple[str, ...]:
        """What starts the reference with these options, beside the variants."""
        told = [*options, *(f"--variant {name}" for name in self.variants)]
        return ("--reference-args", " ".join(told)) if told else ()

    def functions(self) -> Mapping[str, tuple[str, ...]]:
        """The test functions of each requirement, parameters left out."""
        found: dict[str, dict[str, None]] = {}
        for nodeid, requirements in self._collected().items():
            for requirement in requirements:
                found.setdefault(requirement, {})[function_of(nodeid)] = None
        return {requirement: tuple(functions) for requirement, functions in found.items()}

    def checks_of(self, function: str) -> Mapping[str, Sequence[str]]:
        """The checks of a test function by node id, each with its requirements, its own first."""
        found = self._collected().items()
        return {nodeid: names for nodeid, names in found if function_of(nodeid) == function}

    def _collected(self) -> Mapping[str, Sequence[str]]:
        """The requirements of each check by its node id; collected once."""
        if not self._checks:
            with tempfile.NamedTemporaryFile(prefix="detection-", suffix=".json") as file:
                said = self._pytest(
                    "conformance", "--collect-only", "-p", collector(), **{VARIABLE: file.name}
                )
                text = Path(file.name).read_text(encoding="utf-8")
            if not text:
                raise BrokenRunError(said)
            self._checks.update(json.loads(text))
        return self._checks

    def _pytest(self, *arguments: str, **variables: str) -> str:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--assert=plain"]
        done = subprocess.run(
            [*command, *self.options, *arguments],
            cwd=self.root,
            env=self._environment(**variables),
            capture_output=True,
            text=True,
            timeout=BOUND_S,
            check=False,
        )
        return (done.stdout + done.stderr)[-2000:]

    def _environment(self, **variables: str) -> dict[str, str]:
        kept = environment(PYTHONPYCACHEPREFIX=str(self.cache), **variables)
        kept.pop("PYTHONDONTWRITEBYTECODE", None)
        return kept


@contextmanager
def runner(*options: str, seed: str = SEED, variants: Sequence[str] = ()) -> Iterator[Runner]:
    """A runner whose cache ends with it."""
    with tempfile.TemporaryDirectory(prefix="detection-cache-") as directory:
        yield Runner(Path(directory), options=("--run-seed", seed, *options), variants=variants)


def collector() -> str:
    return "tests.detection.collector"


def processors() -> int:
    return os.cpu_count() or 1


def function_of(nodeid: str) -> str:
    """The test function of a check: its node id without parameters."""
    return nodeid.partition("[")[0]
