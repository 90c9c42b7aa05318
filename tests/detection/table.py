"""The committed table: every defect, the check that must notice it, and whether it does."""

from collections.abc import Iterable, Sequence
from typing import Final

from reports.detection import CAUGHT, COLUMNS, TABLE, UNMEASURED, Row, rows
from tests.detection.defects import Defect
from tests.detection.judging import Finding
from tests.detection.trials import Told

_HEAD: Final = """\
# What the checks detect

Written by `python -m tests.detection --write`: the reference platform is started with each defect
in turn, and the check named here is run against it. *caught*: the check left `pass` for `fail`, or
for `advisory` where the fact is inferred. *survived*: it still passed. *dead*: it was never
reached. *inconclusive*: it came to no verdict. *not measured*: the run for this table is still to
be made, and nothing is claimed. A defect has a line for each requirement it breaks; the last column
lists other requirements that fail in the same run.

"""


def read() -> Sequence[Row]:
    """The committed rows; none where the table was never written."""
    return rows(TABLE.read_text(encoding="utf-8")) if TABLE.exists() else ()


def lines(told: Told) -> list[Row]:
    """The rows of one defect."""
    return [_row(finding, ", ".join(told.others)) for finding in told.findings]


def _row(finding: Finding, others: str) -> Row:
    return Row(
        finding.defect,
        finding.family,
        finding.requirement,
        finding.check.removeprefix("conformance/"),
        finding.verdict,
        finding.result.value,
        others,
    )


def merged(old: Iterable[Row], new: Iterable[Row], order: Sequence[str]) -> list[Row]:
    """The new rows in the place of the old ones, in the order of the defects' names."""
    new = list(new)
    fresh = {row.defect for row in new}
    kept = [row for row in old if row.defect not in fresh and row.defect in order]
    return sorted([*kept, *new], key=lambda row: order.index(row.defect))


def completed(table: Iterable[Row], defects: Iterable[Defect]) -> list[Row]:
    """A row for each defect at each requirement it breaks, in their order."""
    known = {(row.defect, row.requirement): row for row in table}
    return [
        _current(known.get((defect.name, each)), defect, each)
        for defect in defects
        for each in defect.requirements
    ]


def _current(row: Row | None, defect: Defect, requirement: str) -> Row:
    """The row, unless there is none, or it is of a check that the defect no longer names."""
    named = defect.caught_by.removeprefix("conformance/")
    own = requirement == defect.requirement
    if row is not None and (not own or row.check == named):
        return row
    return Row(defect.name, defect.family, requirement, named if own else "", "", UNMEASURED, "")


def write(table: Sequence[Row]) -> None:
    """Replace the committed table."""
    TABLE.write_text(_HEAD + _totals(table) + _aligned([COLUMNS, *table]), encoding="utf-8")


def _totals(table: Sequence[Row]) -> str:
    names = {row.defect for row in table}
    missed = {row.defect for row in table if row.result != CAUGHT}
    open_ = {row.defect for row in table if row.result == UNMEASURED}
    families = {row.family for row in table}
    return (
        f"{len(names)} defects of {len(families)} families, {len(names - missed)} caught, "
        f"{len(open_)} not measured throughout, "
        f"at {len({row.requirement for row in table})} requirements.\n\n"
    )


def _aligned(table: Sequence[Sequence[str]]) -> str:
    widths = [max(len(case) for case in column) for column in zip(*table, strict=True)]
    told = [
        "| " + " | ".join(case.ljust(width) for case, width in zip(row, widths, strict=True)) + " |"
        for row in table
    ]
    told.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(told) + "\n"
