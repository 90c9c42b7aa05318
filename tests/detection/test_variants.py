"""No permitted difference fails a requirement: alone, where it is seen most, and with others."""

import os
from collections import Counter
from typing import Final

import pytest

from tests.detection import variants
from tests.detection.places import places
from tests.detection.runs import Runner

# A part of every room that variants reach: pages, conflicts, sessions, keys, renamed names.
REDUCED: Final = (
    "conformance/step01_credentials/test_sessions.py",
    "conformance/step02_validation/test_sessions.py::test_closed_session_is_refused_by_ofm_within_its_cache",
    "conformance/step02_validation/test_keys.py::test_principal_names_its_organisation",
    "conformance/step03_association/test_association.py::test_stranger_cannot_tell_whether_an_org_exists",
    "conformance/step04_organization/test_channels.py::test_what_was_declared_is_read_back",
    "conformance/stack/test_lists.py::test_walk_through_a_list_shows_each_record_once_and_ends[ofm.zone.list-5]",
    "conformance/stack/test_status_map.py::test_stale_expected_revision_is_answered_with_409",
)
# How many sets of variants the long test draws; two hundred are for a night.
COMBINATIONS: Final = int(os.environ.get("G3N_VARIANT_COMBINATIONS", "12"))
SEED: Final = 20261130


def test_catalogue_tells_each_variant_once_and_what_it_rests_on() -> None:
    told = variants.catalogue()
    assert [name for name, count in Counter(each.name for each in told).items() if count > 1] == []
    assert [each.name for each in told if not (each.story and each.rests_on)] == []
    assert len(told) >= 30


def test_each_variant_stands_in_the_code() -> None:
    # One table of names is the variant that spells names otherwise.
    assert [name for name in variants.NAMES if name not in places()] == []


def test_combinations_are_the_same_for_a_seed_and_never_twice() -> None:
    drawn = list(variants.combinations(50, seed=1))
    assert drawn == list(variants.combinations(50, seed=1))
    assert drawn != list(variants.combinations(50, seed=2))
    assert len(set(drawn)) == 50
    assert all(len(each) >= 2 for each in drawn)


@pytest.mark.whole
@pytest.mark.parametrize("variant", variants.catalogue(), ids=variants.NAMES)
def test_variant_fails_no_check_that_sees_most_of_it(
    runs: Runner, variant: variants.Variant
) -> None:
    told = variants.attempt(runs, [variant.name], *variant.seen_by)
    assert told.failed == ()


@pytest.mark.whole
@pytest.mark.parametrize("variant", variants.catalogue(), ids=variants.NAMES)
def test_variant_fails_no_requirement(runs: Runner, variant: variants.Variant) -> None:
    told = variants.attempt(runs, [variant.name], *REDUCED)
    assert told.failed == ()
    assert set(told.open) <= set(variant.leaves_open)


@pytest.mark.whole
@pytest.mark.parametrize(
    "chosen", list(variants.combinations(COMBINATIONS, seed=SEED)), ids="+".join
)
def test_variants_together_fail_no_requirement(runs: Runner, chosen: tuple[str, ...]) -> None:
    assert variants.attempt(runs, chosen, *REDUCED).failed == ()
