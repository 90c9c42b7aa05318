"""The script of a card, pasted into a shell, shows the failure again, where there is one."""

from pathlib import Path
from typing import Final

import pytest

from reports.detection import Row
from tests.reproduction.trials import Result, able, attempt, drawn

DRAWN: Final = 20
SEED: Final = 730


def check_that_it_tells_a_defect_from_health(row: Row, directory: Path) -> None:
    trial = attempt(row, directory)
    assert trial.result is Result.REPRODUCED, trial.said


@pytest.mark.parametrize("defect", ["edit-while-active", "exported-at-of-the-record"])
def test_a_pasted_script_tells_a_defect_from_health(tmp_path: Path, defect: str) -> None:
    (row,) = [each for each in able() if each.defect == defect]
    check_that_it_tells_a_defect_from_health(row, tmp_path)


@pytest.mark.whole
@pytest.mark.parametrize("row", drawn(DRAWN, SEED), ids=lambda row: row.defect)
def test_scripts_of_defects_drawn_by_chance_reproduce_them(row: Row, tmp_path: Path) -> None:
    check_that_it_tells_a_defect_from_health(row, tmp_path)
