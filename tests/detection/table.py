"""The measured results: every defect, the check that must notice it, and what that check said.

`results.json` holds them, one row a line; `table.md` shows them to readers.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Final

from reports.detection import CAUGHT, RESULTS, TABLE, UNMEASURED, Row
from reports.verdict import Verdict
from tests.detection.defects import Defect
from tests.detection.judging import Finding
from tests.detection.trials import Told

_HEAD: Final = """\
# What the checks detect

Rendered from `results.json`, which `python -m tests.detection --write` writes: the reference
platform is started with each defect in turn, and the check named here is run against it. *caught*:
the check left `pass` for `fail`, or for `advisory` where the fact is inferred. *survived*: it still
passed. *dead*: it was never reached. *inconclusive*: it came to no verdict. *not measured*: the run
for this table is still to be made, and nothing is claimed. A defect has a line for each requirement
it breaks; the last column lists other requirements that fail in the same run. *In turns* is the
result of a run in which parameter sets take turns by seed, as they do against a foreign target.

Defects share platforms, in which each is met by the requests of its own checks alone; one that is
not caught so, or only told as advice, has a platform of its own.

"""
_COLUMNS: Final = (
    *("defect", "family", "requirement", "check", "verdict", "result"),
    *("in turns", "also failing"),
)


def measured(told: Told) -> list[Row]:
    """The rows of one defect."""
    return [_row(finding, told.others) for finding in told.findings]


def _row(finding: Finding, others: tuple[str, ...]) -> Row:
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
    old = list(old)
    turned = {(row.defect, row.requirement): row.in_turns for row in old}
    new = [row._replace(in_turns=turned.get((row.defect, row.requirement), "")) for row in new]
    fresh = {row.defect for row in new}
    kept = [row for row in old if row.defect not in fresh and row.defect in order]
    return sorted([*kept, *new], key=lambda row: order.index(row.defect))


def turned(old: Iterable[Row], new: Iterable[Row]) -> list[Row]:
    """The old rows with the results of the new ones as those of a run by turns."""
    results = {(row.defect, row.requirement): row.result for row in new}
    return [
        row._replace(in_turns=results.get((row.defect, row.requirement), row.in_turns))
        for row in old
    ]


def completed(results: Iterable[Row], defects: Iterable[Defect]) -> list[Row]:
    """A row for each defect at each requirement it breaks, in their order."""
    known = {(row.defect, row.requirement): row for row in results}
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
    return Row(defect.name, defect.family, requirement, named if own else "", "", UNMEASURED)


def failing(results: Iterable[Row]) -> frozenset[str]:
    """The requirements at which some defect ends in `fail`, and not only in advice."""
    return frozenset(row.requirement for row in results if row.verdict == Verdict.FAIL)


def write(results: Sequence[Row]) -> None:
    """Replace the committed results and the table that shows them."""
    lines = [json.dumps(row._asdict(), ensure_ascii=False) for row in results]
    RESULTS.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")
    TABLE.write_text(rendered(results), encoding="utf-8")


def rendered(results: Sequence[Row]) -> str:
    """The results as a page of Markdown."""
    shown = [(*row[:-2], row.in_turns, ", ".join(row.also_failing)) for row in results]
    return _HEAD + _totals(results) + _aligned([_COLUMNS, *shown])


def _totals(results: Sequence[Row]) -> str:
    names = {row.defect for row in results}
    missed = {row.defect for row in results if row.result != CAUGHT}
    open_ = {row.defect for row in results if row.result == UNMEASURED}
    families = {row.family for row in results}
    requirements = {row.requirement for row in results}
    tried = {row.defect for row in results if row.in_turns}
    left = {row.defect for row in results if row.in_turns not in {"", CAUGHT}}
    return (
        f"{len(names)} defects of {len(families)} families, {len(names - missed)} caught, "
        f"{len(open_)} not measured throughout, at {len(requirements)} requirements, "
        f"of which {len(failing(results))} fail and the others are told as advice. "
        f"By turns {len(tried - left)} of {len(tried)} are caught throughout.\n\n"
    )


def _aligned(table: Sequence[Sequence[str]]) -> str:
    widths = [max(len(case) for case in column) for column in zip(*table, strict=True)]
    told = [
        "| " + " | ".join(case.ljust(width) for case, width in zip(row, widths, strict=True)) + " |"
        for row in table
    ]
    told.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(told) + "\n"
