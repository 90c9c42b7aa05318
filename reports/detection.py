"""How many deliberate defects the checks detect, from the committed results of the measurement."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from conformance.requirements import load
from reports.model import DetectingPower, MutationScore, StepPower, WeakenedScore
from reports.options import ROOT

RESULTS: Final = ROOT / "tests" / "detection" / "results.json"
#: The same for readers; nothing reads it back.
TABLE: Final = RESULTS.with_name("table.md")
MUTANTS: Final = ROOT / "tests" / "mutation" / "results.json"
WEAKENED: Final = MUTANTS.with_name("checks.json")
CAUGHT: Final = "caught"
_FAIL: Final = "fail"
# Outcomes of mutants that a request of a check came to.
_FAILS: Final = "fails"
_REACHED: Final = (_FAILS, "told", "noticed", "survived")
# The run that these results are made from is still to come for this row.
UNMEASURED: Final = "not measured"


class Row(NamedTuple):
    """A defect at one of the requirements it breaks.

    `verdict` is what the check came to: `fail` where the suite holds the defect against a platform,
    `advisory` where it only advises, other words where the defect was missed, "" where `result`
    is `not measured`. `also_failing` are other requirements that failed in the same run. `in_turns`
    is the result where parameter sets take turns by seed, as against foreign targets; "" where that
    was not tried.
    """

    defect: str
    family: str
    requirement: str
    check: str
    verdict: str
    result: str
    also_failing: tuple[str, ...] = ()
    in_turns: str = ""


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
        fails=len({row.defect for row in measured if row.verdict == _FAIL}),
        unmeasured=len({row.defect for row in measured if row.result == UNMEASURED}),
        measured=TABLE.relative_to(ROOT).as_posix(),
        mutants=mutation_score(),
        weakened=weakened_score(),
        steps=tuple(by_step(measured, _read(MUTANTS).get("mutants", ()))),
    )


def by_step(measured: Sequence[Row], mutants: Iterable[Mapping[str, Any]]) -> Iterator[StepPower]:
    """Defects and mutants by the step whose requirement they break, or that reaches them first."""
    step_of = {each.id: each.step for each in load().requirements}
    found = {step: _Breaches() for step in sorted({*step_of.values()})}
    for row in measured:
        if row.requirement in step_of:
            breaches = found[step_of[row.requirement]]
            (breaches.fails if row.verdict == _FAIL else breaches.told).add(row.defect)
    for mutant in mutants:
        if (step := mutant.get("step")) in found and mutant["outcome"] in _REACHED:
            found[step].mutants.append(mutant["outcome"] == _FAILS)
    for step, breaches in found.items():
        yield StepPower(
            step=step,
            fails=len(breaches.fails),
            told=len(breaches.told - breaches.fails),
            mutants_failed=sum(breaches.mutants),
            mutants_reached=len(breaches.mutants),
        )


class _Breaches:
    def __init__(self) -> None:
        self.fails: set[str] = set()
        self.told: set[str] = set()
        self.mutants: list[bool] = []


def mutation_score(path: Path = MUTANTS) -> MutationScore | None:
    """The committed score of the sample of mutants; None where none was tried."""
    if not (found := _read(path)):
        return None
    counts = found["counts"]
    return MutationScore(
        **{name: counts.get(name, 0) for name in _REACHED},
        not_reached=counts.get("not reached", 0),
        measured_on=found["measured_on"],
        measured=MUTANTS.relative_to(ROOT).as_posix(),
    )


def weakened_score(path: Path = WEAKENED) -> WeakenedScore | None:
    """The committed score of the sample of weakened checks; None where none was tried."""
    if not (found := _read(path)):
        return None
    return WeakenedScore(
        **found["counts"],
        measured_on=found["measured_on"],
        measured=WEAKENED.relative_to(ROOT).as_posix(),
    )


def _read(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
