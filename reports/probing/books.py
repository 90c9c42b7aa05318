"""What a probe knows of the target's spellings so far, and how much it may still try."""

from dataclasses import dataclass, field
from typing import Any, Final

from conformance.contract.operation import Operation
from fixtures.exchange.target import Spelling
from fixtures.learning.likely_paths import House
from fixtures.learning.surface import Keys
from fixtures.learning.votes import Votes

# Requests that are spent on guesses.
MOST: Final = 1500


@dataclass
class Books:
    """`spelled` is what the probed target goes by; all else is by the ids of operations."""

    spelled: dict[str, Spelling]
    tries: int = 0
    house: House = field(default_factory=House)
    votes: Votes = field(default_factory=Votes)
    # Why it is bound so, and what a person has to answer.
    evidence: dict[str, list[str]] = field(default_factory=dict)
    questions: dict[str, str] = field(default_factory=dict)
    # Where the target takes fields of ours, by our names: what it calls them once, it does again.
    fields: dict[str, Keys] = field(default_factory=dict)
    # Fields that refusals have asked for, with the words that they allow.
    asked: dict[str, dict[str, list[Any]]] = field(default_factory=dict)

    def spelling(self, operation: Operation) -> Spelling:
        """How the target spells an operation, as far as it is known."""
        return self.spelled.get(operation.id, Spelling())

    @property
    def renames(self) -> bool:
        """Whether the target calls anything otherwise than we read the pages."""
        return bool(self.fields or self.house.words)

    def may_try(self) -> bool:
        """Count one more guess, if there may be one."""
        self.tries += 1
        return self.tries <= MOST

    def respell(self, operation: Operation, **parts: Any) -> None:
        """Go by other parts of a spelling from now on."""
        self.spelled[operation.id] = self.spelling(operation).model_copy(update=parts)

    def restore(self, operation: Operation, before: Spelling | None) -> None:
        """Go by an earlier spelling again."""
        if before is None:
            self.spelled.pop(operation.id, None)
        else:
            self.spelled[operation.id] = before

    def tell(self, operation: Operation, *lines: str) -> None:
        """Say what a spelling rests on."""
        known = self.evidence.setdefault(operation.id, [])
        known += [line for line in lines if line not in known]
