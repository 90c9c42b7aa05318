"""How many deliberate defects the checks detect, from the committed results of the measurement."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from reports.model import DetectingPower, MutationScore
from reports.options import ROOT

RESULTS: Final = ROOT / "tests" / "detection" / "results.json"
#: The same for readers; nothing reads it back.
TABLE: Final = RESULTS.with_name("table.md")
MUTANTS: Final = ROOT / "tests" / "mutation" / "results.json"
CAUGHT: Final = "caught"
# The run that these results are made from is still to come for this row.
UNMEASURED: Final = "not measured"


class Row(NamedTuple):
    """A defect at one of the requirements it breaks.

    `verdict` is what the check came to: `fail` where the suite holds the defect against a platform,
    `advisory` where it only advises, other words where the defect was missed, "" where `result`
    is `not measured`. `also_failing` are other requirements that failed in the same run.
    """

    defect: str
    family: str
    requirement: str
    check: str
    verdict: str
    result: str
    also_failing: tuple[str, ...] = ()


def rows(path: Path = RESULTS) -> Sequence[Row]:
    """The committed rows; none where nothing was ever measured."""
    if not path.exists():
        return ()
    measured = json.loads(path.read_text(encoding="utf-8"))
    return [Row(**{**row, "also_failing": tuple(row["also_failing"])}) for row in measured]


def detecting_power() -> DetectingPower | None:
    """Defects, those that are caught wherever they must be, and those not measured throughout.

    None without results.
    """
    measured = rows()
    if not measured:
        return None
    defects = {row.defect for row in measured}
    missed = {row.defect for row in measured if row.result != CAUGHT}
    return DetectingPower(
        caught=len(defects - missed),
        defects=len(defects),
        unmeasured=len({row.defect for row in measured if row.result == UNMEASURED}),
        measured=TABLE.relative_to(ROOT).as_posix(),
        mutants=mutation_score(),
    )


def mutation_score(path: Path = MUTANTS) -> MutationScore | None:
    """The committed score of the sample of mutants; None where none was tried."""
    if not path.exists():
        return None
    found = json.loads(path.read_text(encoding="utf-8"))
    counts = found["counts"]
    return MutationScore(
        **{name: counts.get(name, 0) for name in ("fails", "told", "noticed", "survived")},
        not_reached=counts.get("not reached", 0),
        measured_on=found["measured_on"],
        measured=MUTANTS.relative_to(ROOT).as_posix(),
    )
