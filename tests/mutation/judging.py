"""What a run says about its mutants: by checks of their requirements that end worse than before."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Final

# What is told of a check in one line goes on with the text of its rule.
_RULE: Final = " (the rule: "
_LONGEST: Final = 200


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
_RAN: Final = frozenset({"pass", *_OUTCOMES})


@dataclass
class Met:
    """What one mutant has met: the requirements that judged it, and the best outcome of these.

    `saw` is what one of the checks with that outcome said, after its requirement.
    """

    judges: set[str] = field(default_factory=set)
    outcome: Outcome = Outcome.SURVIVED
    saw: str = ""

    def add(self, other: "Met") -> None:
        self.judges |= other.judges
        if other.outcome < self.outcome or (other.outcome is self.outcome and not self.saw):
            self.outcome, self.saw = other.outcome, other.saw


def told(requirement: str, verdict: str, message: str) -> Met:
    """What one check of a requirement says."""
    outcome = _OUTCOMES.get(verdict, Outcome.SURVIVED)
    said = message.partition("\n")[0].partition(_RULE)[0][:_LONGEST]
    return Met(set(), outcome, f"{requirement}: {said}" if outcome < Outcome.SURVIVED else "")


def verdicts(run: Mapping[str, Any]) -> dict[str, str]:
    """Verdicts by node id of the checks of a run; those of stages and invariants left out."""
    return {nodeid: verdict for _, nodeid, verdict, _ in _checks(run)}


def outcomes(
    run: Mapping[str, Any], table: Mapping[str, str], base: Mapping[str, str]
) -> dict[str, Met]:
    """What the mutants of a run met there, by name; those that no check came to are left out.

    `table` gives each requirement its mutant, `base` the verdicts on the sound platform: what was
    no better there says nothing.
    """
    found: dict[str, Met] = defaultdict(Met)
    for requirement, nodeid, verdict, message in _checks(run):
        name = table.get(requirement)
        if name is not None and verdict in _RAN:
            found[name].judges.add(requirement)
            if verdict != base.get(nodeid):
                found[name].add(told(requirement, verdict, message))
    return dict(found)


def _checks(run: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    for each in run["requirements"]:
        for check in each["checks"]:
            if check["kind"] == _CHECKED:
                yield each["id"], check["nodeid"], check["verdict"], check["message"]
