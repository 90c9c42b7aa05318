"""How many deliberate defects the checks detect, from the committed table."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from reports.model import DetectingPower
from reports.options import ROOT

TABLE: Final = ROOT / "tests" / "detection" / "table.md"
CAUGHT: Final = "caught"
# The run that the table is made from is still to come for this line.
UNMEASURED: Final = "not measured"


class Row(NamedTuple):
    """A defect at one of the requirements it breaks."""

    defect: str
    family: str
    requirement: str
    check: str
    verdict: str
    result: str
    others: str


COLUMNS: Final = Row(
    "defect", "family", "requirement", "check", "verdict", "result", "also failing"
)


def rows(text: str) -> Sequence[Row]:
    """The rows of the table, without its head."""
    cells = [
        [case.strip() for case in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("| ")
    ]
    return [Row(*each) for each in cells if each != list(COLUMNS)]


def detecting_power() -> DetectingPower | None:
    """Defects, those that are caught wherever they must be, and those not measured throughout.

    None without a table.
    """
    if not TABLE.exists():
        return None
    table = rows(TABLE.read_text(encoding="utf-8"))
    defects = {row.defect for row in table}
    missed = {row.defect for row in table if row.result != CAUGHT}
    return DetectingPower(
        caught=len(defects - missed),
        defects=len(defects),
        unmeasured=len({row.defect for row in table if row.result == UNMEASURED}),
        measured=TABLE.relative_to(ROOT).as_posix(),
    )
