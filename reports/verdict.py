"""The seven verdicts of a check, and the algebra that rolls them up."""

from collections.abc import Iterable
from enum import StrEnum


class Verdict(StrEnum):
    """What became of a check, or of a requirement. Members stand worst first: that is the algebra.

    `undecided` is of requirements alone: a documented MUST whose breach could only be advised.
    """

    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    BLOCKED = "blocked"
    UNDECIDED = "undecided"
    WAIVED = "waived"
    ADVISORY = "advisory"
    PASS = "pass"  # noqa: S105 - a verdict, not a password
    NOT_APPLICABLE = "not-applicable"


_RANK = {verdict: rank for rank, verdict in enumerate(Verdict)}

#: Verdicts of checks that reached their assertion. Blocked and inconclusive ones learned nothing.
EXECUTED = frozenset({Verdict.FAIL, Verdict.ADVISORY, Verdict.WAIVED, Verdict.PASS})

#: Verdicts with which a documented MUST counts as met. Advice decides nothing.
MET = frozenset({Verdict.PASS})


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of `verdicts`; `not-applicable` only where all are.

    Raises ValueError for none at all: what nobody checked has no verdict, least of all a good one.
    """
    return min(verdicts, key=_RANK.__getitem__)
