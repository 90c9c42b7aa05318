"""How sure the suite is of a statement, and where the statement stands."""

from dataclasses import dataclass
from enum import StrEnum

DOCUMENTATION = "https://doc.g3nretailstack.com/"


class Certainty(StrEnum):
    """From weak to strong; the weakest part of an expectation decides what a contradiction is."""

    INFERRED = "inferred"
    CONFIRMED = "confirmed"
    DOCUMENTED = "documented"

    @property
    def binding(self) -> bool:
        """True where a contradiction is a failure and not merely advice."""
        return self is not Certainty.INFERRED


_STRENGTH = tuple(Certainty)


def weakest(*parts: Certainty) -> Certainty:
    """The certainty of a statement that rests on all of `parts`."""
    return min(parts, key=_STRENGTH.index, default=Certainty.DOCUMENTED)


@dataclass(frozen=True)
class Source:
    """A documentation page, relative to the documentation host, and how sure we are of it."""

    page: str
    certainty: Certainty = Certainty.DOCUMENTED

    @property
    def link(self) -> str:
        return DOCUMENTATION + self.page


def documented(page: str) -> Source:
    """A statement that `page` makes."""
    return Source(page)


def inferred(page: str) -> Source:
    """A deduction of ours from `page`: recorded as advice, never a failure."""
    return Source(page, Certainty.INFERRED)
