"""What a run says about its mutants: by checks of their requirements that end worse than before."""

from collections.abc import Iterator, Mapping
from enum import IntEnum
from typing import Any, Final


class Outcome(IntEnum):
    """What became of a mutant, the best first."""

    FAILED = 1
    ADVISED = 2
    NOTICED = 3
    SURVIVED = 4


_OUTCOMES: Final = {
    "fail": Outcome.FAILED,
    "advisory": Outcome.ADVISED,
    "inconclusive": Outcome.NOTICED,
    "blocked": Outcome.NOTICED,
    "undecided": Outcome.NOTICED,
}
_CHECKED: Final = "test"


def verdicts(run: Mapping[str, Any]) -> dict[str, str]:
    """Verdicts by node id of the checks of a run; those of stages and invariants left out."""
    return {nodeid: verdict for _, nodeid, verdict in _checks(run)}


def outcomes(
    run: Mapping[str, Any], table: Mapping[str, str], base: Mapping[str, str]
) -> dict[str, Outcome]:
    """What became of the mutants of a run, by key.

    `table` gives each requirement its mutant, `base` the verdicts on the sound platform: what was
    no better there says nothing.
    """
    found = dict.fromkeys(table.values(), Outcome.SURVIVED)
    for requirement, nodeid, verdict in _checks(run):
        key = table.get(requirement)
        if key is not None and verdict != base.get(nodeid):
            found[key] = min(found[key], _OUTCOMES.get(verdict, Outcome.SURVIVED))
    return found


def _checks(run: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for each in run["requirements"]:
        for check in each["checks"]:
            if check["kind"] == _CHECKED:
                yield each["id"], check["nodeid"], check["verdict"]
