"""Combinations of permitted differences: how they are drawn, judged, traced and kept."""

import json
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from tests import campaigns
from tests.detection import permitted, variants
from tests.detection.permitted import Finding, Told, Trial
from tests.detection.variants import Variant

CATALOGUE = [Variant(f"v{number}", "a story", "a page", ()) for number in range(12)]
FILES = [f"conformance/step{number:02}/test_it.py" for number in range(40)]
CHECK = "conformance/step01/test_it.py::test_it"
MUSTS = frozenset({"A", "B"})


def _report(**verdicts: str) -> dict[str, Any]:
    return {
        "verdict": "INCOMPLETE",
        "requirements": [
            {
                "id": name,
                "verdict": verdict,
                "checks": [{"nodeid": CHECK, "verdict": verdict, "message": "as it is said"}],
            }
            for name, verdict in verdicts.items()
        ],
    }


def test_combinations_are_the_same_for_a_seed() -> None:
    drawn = list(permitted.drawn(CATALOGUE, FILES, 50, 1))
    assert drawn == list(permitted.drawn(CATALOGUE, FILES, 50, 1))
    assert drawn != list(permitted.drawn(CATALOGUE, FILES, 50, 2))
    assert {len(each.variants) for each in drawn} == set(range(1, permitted.LARGEST + 1))
    assert {len(each.files) for each in drawn} <= set(range(5, 9))


def test_variants_that_exclude_each_other_are_not_drawn_together() -> None:
    apart = [Variant("a", "", "", (), excludes=("b", "c")), *(Variant(n, "", "", ()) for n in "bc")]
    for each in permitted.drawn(apart, FILES, 40, 1):
        assert each.variants in {("a",), ("b",), ("c",), ("b", "c")}


def test_what_is_excluded_is_a_variant() -> None:
    excluded = {name for each in variants.catalogue() for name in each.excludes}
    assert excluded <= set(variants.NAMES)


def test_open_requirements_have_a_reason() -> None:
    assert [
        each.name for each in variants.catalogue() if each.leaves_open and not each.because
    ] == []


def test_a_slice_is_made_of_files_that_exist() -> None:
    assert len(permitted.check_files()) > 80
    assert all(Path(file).exists() for file in permitted.check_files())


@pytest.mark.parametrize(
    ("verdicts", "excused", "kinds"),
    [
        ({"A": "pass", "C": "advisory"}, frozenset(), []),
        ({"A": "fail", "C": "fail"}, {"A"}, ["fail", "fail"]),
        ({"A": "inconclusive", "B": "blocked"}, frozenset(), ["undecided", "undecided"]),
        ({"A": "advisory", "B": "inconclusive"}, {"A"}, ["undecided"]),
    ],
)
def test_failures_and_unexplained_openness_are_found(
    verdicts: Mapping[str, str], excused: frozenset[str], kinds: Sequence[str]
) -> None:
    found = permitted.judged(_report(**verdicts), MUSTS, frozenset(excused))
    assert [each.kind for each in found] == kinds


@pytest.mark.parametrize(
    ("needed", "guilty"),
    [({"b"}, ("b",)), ({"a", "c"}, ("a", "c")), (set(), ()), ({"a", "b", "c"}, ("a", "b", "c"))],
)
def test_a_failure_is_traced_to_the_variants_that_make_it(
    needed: set[str], guilty: tuple[str, ...]
) -> None:
    def run(seed: int | None, names: Sequence[str], checks: Sequence[str]) -> Mapping[str, Any]:
        assert (seed, bool(checks)) == (7, True)
        return _report(A="fail" if needed <= set(names) else "pass")

    told = permitted.attempt(run, {}, MUSTS, Trial(("a", "b", "c"), ("some",), 7))
    assert [each.guilty for each in told.findings] == [guilty]


def test_a_variant_excuses_what_it_leaves_open() -> None:
    def run(_seed: int | None, _names: object, _checks: object) -> Mapping[str, Any]:
        return _report(A="inconclusive", B="pass")

    open_by = {"a": frozenset({"A"})}
    assert not permitted.attempt(run, open_by, MUSTS, Trial(("a",), ("some",))).wrong
    assert permitted.attempt(run, open_by, MUSTS, Trial(("b",), ("some",))).wrong


def test_what_was_found_is_remembered_as_it_was(tmp_path: Path) -> None:
    found = Finding("fail", "A", CHECK, "said", ("b",))
    told = Told(Trial(("a", "b"), ("file",), 7), "NOT CONFORMANT", 3, (found,))
    campaigns.keep(tmp_path / "memory.jsonl", permitted.entry(told))
    assert list(permitted.remembered(tmp_path / "memory.jsonl")) == [told]


def test_a_reason_that_is_told_later_excuses_what_was_found() -> None:
    found = (Finding("undecided", "A", CHECK, "", ("b",)), Finding("fail", "A", CHECK, "", ("b",)))
    told = Told(Trial(("a", "b"), ("file",)), "INCOMPLETE", 3, found)
    assert permitted.excused(told, {"a": frozenset({"A"})}) == told
    assert permitted.excused(told, {"b": frozenset({"A"})}).findings == found[1:]


@pytest.mark.parametrize(
    ("guilty", "said", "left"),
    [
        ("amounts-to-999", "the value of 'amount' is made up by the run", 0),
        ("amounts-to-999", "no value for 'state'", 1),
        ("newest-first", "the value of 'amount' is made up by the run", 1),
    ],
)
def test_a_value_that_the_run_makes_up_is_excused_where_values_are_limited(
    guilty: str, said: str, left: int
) -> None:
    found = Finding(permitted.UNDECIDED, "A", CHECK, said, (guilty,))
    told = Told(Trial((guilty,), ()), "INCOMPLETE", 1, (found,))
    assert len(permitted.excused(told, {}).findings) == left


def test_committed_campaign_is_of_this_catalogue_and_found_nothing() -> None:
    content = json.loads(permitted.FILE.read_text(encoding="utf-8"))
    tried = [tuple(each["trial"]["variants"]) for each in content["told"]]
    known = {each.name: each for each in variants.catalogue()}
    assert content["combinations"] == len(tried) > 0
    assert {name for names in tried for name in names} <= known.keys()
    pairs = (pair for names in tried for pair in combinations(names, 2))
    assert not any(permitted.excluded(known[one], known[other]) for one, other in pairs)
    assert content["wrong"] == sum(1 for each in content["told"] if each["findings"]) == 0


@pytest.mark.whole
def test_combinations_of_permitted_differences_are_not_wrong(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert permitted.main(["--count", "2", "--seed", "3"]) == 0
    assert "2 combinations, 0 of them wrong" in capsys.readouterr().err
