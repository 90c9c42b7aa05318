"""How sure the suite is of a statement, and where the statement stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

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


class Maturity(StrEnum):
    """The word with which a page says of itself that it is no settled statement."""

    DRAFT = "DRAFT"
    INTERIM = "INTERIM"
    UNCONFIRMED = "UNCONFIRMED"
    GUIDANCE = "guidance"


# What each page says of all that it states; one that is not here has no such word.
_UNSETTLED: Final[Mapping[str, Maturity]] = {
    # The version that each of these files gives itself is a draft, such as `0.1.0-draft`.
    **dict.fromkeys(
        (
            "accounting/openapi.yaml",
            "crm/openapi.yaml",
            "ics/openapi.yaml",
            "influencer/openapi.yaml",
            "ipm/openapi.yaml",
            "mrs/openapi.yaml",
            "ofm/openapi.yaml",
            "pcm/openapi.yaml",
            "pmc/openapi.yaml",
            "ppm/openapi.yaml",
            "pvm/openapi.yaml",
            "rbs/openapi.yaml",
            "scm/openapi.yaml",
            "uas/openapi.yaml",
            "utl/openapi.yaml",
        ),
        Maturity.DRAFT,
    ),
    "common/comments-inbox.html": Maturity.INTERIM,
    "common/eventing-auditability.html": Maturity.INTERIM,
    "common/performance-slos.html": Maturity.GUIDANCE,
    "common/rate-limit-timeouts.html": Maturity.GUIDANCE,
    "common/reason-codes.html": Maturity.DRAFT,
    "common/request-context.html": Maturity.INTERIM,
    # Of the roles it says "as built", and that the list is not exhaustive.
    "common/role-matrix.html": Maturity.INTERIM,
    "common/roles-governance.html": Maturity.INTERIM,
    # Nearly all routes of the first, most of the second, bear the word.
    "ics/calls.html": Maturity.DRAFT,
    "pcm/calls.html": Maturity.DRAFT,
    "story/ppm.html": Maturity.DRAFT,
}

_STRENGTH = tuple(Certainty)


def weakest(*parts: Certainty) -> Certainty:
    """The certainty of a statement that rests on all of `parts`."""
    return min(parts, key=_STRENGTH.index, default=Certainty.DOCUMENTED)


def strongest(*parts: Certainty) -> Certainty:
    """The certainty of a statement for which one of `parts` is enough."""
    return max(parts, key=_STRENGTH.index, default=Certainty.DOCUMENTED)


def maturity_of(page: str) -> Maturity | None:
    """The page's own word for what it states, or None where that is settled."""
    return _UNSETTLED.get(page)


@dataclass(frozen=True)
class Source:
    """A documentation page, relative to the documentation host, and how sure we are of it."""

    page: str
    # How sure we are that the page states it.
    stated: Certainty = Certainty.DOCUMENTED

    @property
    def maturity(self) -> Maturity | None:
        """The page's own word for what it states, or None where that is settled."""
        return maturity_of(self.page)

    @property
    def certainty(self) -> Certainty:
        """How sure we are of the statement: what a page calls tentative binds nobody."""
        return self.stated if self.maturity is None else Certainty.INFERRED

    @property
    def link(self) -> str:
        return DOCUMENTATION + self.page


def documented(page: str) -> Source:
    """A statement that `page` makes."""
    return Source(page)


def inferred(page: str) -> Source:
    """A deduction of ours from `page`: recorded as advice, never a failure."""
    return Source(page, Certainty.INFERRED)
