"""The suite's checks, collected once for all tests of this folder."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from reports.options import ROOT
from tests.run.suite import environment


@dataclass(frozen=True)
class Collected:
    """One check as a run collects it; `cell` and `kind` are what it is parametrized by."""

    nodeid: str
    function: str
    fixtures: list[str]
    requirements: list[str]
    marks: list[str]
    needs: list[str]
    cell: list[str] | None
    kind: str | None
    service: str | None


@dataclass(frozen=True)
class Taken:
    """What a run takes of the checks."""

    tier: str
    rotate: bool
    seed: int
    kept: list[str]
    dropped: list[str]
    cells: tuple[int, int]


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Any]) -> Any:
    """What `make` returns (a JSON value), made by whichever worker comes first.

    It is given a directory that all workers share.
    """
    base = factory.getbasetemp()
    directory = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / f"once-{name}"
    directory.mkdir(exist_ok=True)
    kept = directory / "made.json"
    with FileLock(directory / "lock"):
        if not kept.exists():
            kept.write_text(json.dumps(make(directory)))
    return json.loads(kept.read_text())


@pytest.fixture(scope="session")
def collection(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    told: dict[str, Any] = once(tmp_path_factory, "collection", lambda _: _collected())
    return told


def _collected() -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "tests.recorder.collection"],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=180,
        check=True,
    )
    return json.loads(done.stdout.rpartition("\n")[2])


@pytest.fixture(scope="session")
def checks(collection: dict[str, Any]) -> list[Collected]:
    """Every check of the suite."""
    return [Collected(**check) for check in collection["checks"]]


@pytest.fixture(scope="session")
def selections(collection: dict[str, Any]) -> list[Taken]:
    return [
        Taken(**{**taken, "cells": tuple(taken["cells"])}) for taken in collection["selections"]
    ]
