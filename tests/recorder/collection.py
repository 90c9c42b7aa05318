"""What pytest collects under `conformance/`, and what a run takes of it; as one JSON document.

Run as a process of its own: pytest does not collect inside a run of pytest.
"""

import json
import sys
from typing import Any, Final

import pytest

from conformance.contract.operation import Operation, RecordKind
from conformance.requirements import load
from reports.recorder import needs_of
from reports.selection import select

CERTIFY: Final = "certify"
REQUIREMENTS: Final = load()
# Tier, whether requests are a budget, seed.
TAKEN: Final = [
    (CERTIFY, False, 1),
    ("deep", False, 1),
    *((CERTIFY, True, seed) for seed in range(1, 9)),
    (CERTIFY, True, 1),
]


class Teller:
    """Tells of the items that were collected."""

    def __init__(self) -> None:
        self.told: dict[str, Any] = {}

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        items = [item for item in session.items if isinstance(item, pytest.Function)]
        self.told = {
            "checks": [_told(item) for item in items],
            "selections": [_taken(items, *how) for how in TAKEN],
        }


def is_solo(item: pytest.Item) -> bool:
    """Whether the smallest profile has all that a check needs."""
    return not needs_of(item, REQUIREMENTS)


def _told(item: pytest.Function) -> dict[str, Any]:
    parameters = list(item.callspec.params.values()) if hasattr(item, "callspec") else []
    operation = next((p for p in parameters if isinstance(p, Operation)), None)
    kind = next((p for p in parameters if isinstance(p, RecordKind)), None)
    return {
        "nodeid": item.nodeid,
        "function": item.originalname,
        "fixtures": item.fixturenames,
        "requirements": [n for mark in item.iter_markers("requirement") for n in mark.args],
        "marks": sorted({mark.name for mark in item.iter_markers()}),
        "needs": sorted(needs_of(item, REQUIREMENTS)),
        "cell": operation
        and [operation.service, operation.kind.value, operation.credentials.value],
        "kind": kind and kind.name,
        "service": kind and kind.service,
    }


def _taken(items: list[pytest.Function], tier: str, rotate: bool, seed: int) -> dict[str, Any]:
    chosen = select(items, tier=tier, rotate=rotate, seed=seed, inside=is_solo)
    return {
        "tier": tier,
        "rotate": rotate,
        "seed": seed,
        "kept": [item.nodeid for item in chosen.kept],
        "dropped": [item.nodeid for item in chosen.dropped],
        "cells": chosen.cells,
    }


if __name__ == "__main__":
    teller = Teller()
    status = pytest.main(
        ["conformance", "--collect-only", "-qqq", "-p", "no:randomly"], plugins=[teller]
    )
    sys.stdout.write("\n" + json.dumps(teller.told))
    raise SystemExit(status)
