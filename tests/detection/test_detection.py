"""A defect of each family is caught, for real; no permitted difference fails a requirement."""

from typing import Final

import pytest

from tests.detection import variants
from tests.detection.defects import Defect, catalogue
from tests.detection.judging import Result
from tests.detection.runs import Runner
from tests.detection.trials import Trials

pytestmark = pytest.mark.whole

# Of each family the defect that breaks fewest requirements, for its run is the shortest.
ONE_OF_FAMILY: Final = {
    defect.family: defect for defect in sorted(catalogue(), key=lambda it: -len(it.requirements))
}
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


@pytest.mark.parametrize("defect", ONE_OF_FAMILY.values(), ids=ONE_OF_FAMILY.keys())
def test_defect_of_each_family_is_caught(runs: Runner, defect: Defect) -> None:
    told = next(iter(Trials(runs, [defect]).tell(jobs=1)))
    assert told.result is Result.CAUGHT, told


@pytest.mark.parametrize("variant", variants.NAMES)
def test_variant_fails_no_requirement(runs: Runner, variant: str) -> None:
    told = variants.attempt(runs, variant, *REDUCED)
    assert told.failed == ()
    assert told.open == ()
