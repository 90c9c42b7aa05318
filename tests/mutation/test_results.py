"""The committed results of the sample of mutants are whole, and are what the page tells."""

import json
from collections import Counter

from reports import detection
from tests.mutation import results, sample

WORDS = {"fails", "told", "noticed", "survived", "not reached", "equivalent"}


def test_counts_are_those_of_the_mutants() -> None:
    told = json.loads(results.FILE.read_text(encoding="utf-8"))
    assert len(told["mutants"]) == sample.SIZE
    counted = Counter(each["outcome"] for each in told["mutants"])
    assert set(counted) <= WORDS
    assert told["counts"] == dict(sorted(counted.items()))
    assert all((each["step"] is None) == (each["judged_by"] == 0) for each in told["mutants"])


def test_page_tells_the_score_by_step() -> None:
    power = detection.detecting_power()
    assert power is not None
    assert power.mutants is not None
    score = power.mutants
    reached = score.fails + score.told + score.noticed + score.survived
    assert sum(each.mutants_reached for each in power.steps) == reached
    assert sum(each.mutants_failed for each in power.steps) == score.fails
