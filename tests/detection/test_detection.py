"""A defect of each family is caught, for real."""

from typing import Final

import pytest

from tests.detection.defects import Defect, catalogue
from tests.detection.judging import Result
from tests.detection.runs import Runner
from tests.detection.trials import Trials

pytestmark = pytest.mark.whole

# Of each family the defect that breaks fewest requirements, for its run is the shortest.
ONE_OF_FAMILY: Final = {
    defect.family: defect for defect in sorted(catalogue(), key=lambda it: -len(it.requirements))
}


@pytest.mark.parametrize("defect", ONE_OF_FAMILY.values(), ids=ONE_OF_FAMILY.keys())
def test_defect_of_each_family_is_caught(runs: Runner, defect: Defect) -> None:
    told = next(iter(Trials(runs, [defect]).tell([defect], jobs=1)))
    assert told.result is Result.CAUGHT, told
