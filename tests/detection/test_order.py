"""A verdict does not hang on what ran before: each check alone, in any order, says the same."""

import random
from collections.abc import Mapping, Sequence
from typing import Final

import pytest

from tests.detection.defects import INVARIANTS, catalogue
from tests.detection.judging import checks_of
from tests.detection.runs import Runner

SEED: Final = 20261130
# What is not as the pages say is where a judgement looks for what was proven before.
DEFECTS: Final = 12
CHECKS: Final = 24


def verdicts(runs: Runner, nodes: Sequence[str], defects: Sequence[str]) -> Mapping[str, str]:
    """Verdicts by node id, with these defects on the platform."""
    options = " ".join(f"--defect {name}" for name in defects)
    run = runs.run(*nodes, "--reference-args", options)
    return {each.nodeid: each.verdict.value for each in checks_of(run) if "test_" in each.nodeid}


@pytest.fixture(scope="module")
def drawn() -> tuple[list[str], list[str]]:
    """Some defects, and checks: those that notice them, and others."""
    draw = random.Random(SEED)  # noqa: S311 - a draw of tests, not a secret
    known = [each for each in catalogue() if not each.caught_by.startswith(INVARIANTS)]
    chosen = draw.sample(known, DEFECTS)
    checks = dict.fromkeys(each.caught_by for each in (*chosen, *draw.sample(known, CHECKS)))
    return [each.name for each in chosen], list(checks)[:CHECKS]


@pytest.mark.whole
def test_each_check_says_the_same_alone_and_in_any_order(
    runs: Runner, drawn: tuple[list[str], list[str]]
) -> None:
    defects, nodes = drawn
    forwards = verdicts(runs, nodes, defects)
    assert {"fail", "pass"} <= set(forwards.values())
    assert verdicts(runs, nodes[::-1], defects) == forwards
    alone: dict[str, str] = {}
    for node in nodes:
        alone |= verdicts(runs, [node], defects)
    assert alone == forwards
