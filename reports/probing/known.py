"""What a probe has sent and read so far, by name: where such a value turns up, that is its place.

A value that only one thing of the run has, an id or a drawn code, says more than any name: another
place would have shown another one.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from conformance.contract.operation import Binding, Operation
from fixtures.exchange.answer import Answer
from fixtures.learning.shown import leaves, of_record
from fixtures.learning.wanted import is_of_a_row

# A shorter text, or one without a digit, may be anybody's word.
_LONG: Final = 6
_OF_ITEM: Final = "item_"
_ROWS: Final = "items"


@dataclass
class Known:
    """Names of ours by the values that they had."""

    _names: dict[str, set[str]] = field(default_factory=dict)

    def note(self, answer: Answer, sent: Mapping[str, Any]) -> None:
        """Remember what was sent with an accepted request, and what its answer shows."""
        yields = answer.operation.yields
        read = {n: answer.optional(n) for n, each in yields.items() if not is_of_a_row(each)}
        for name, value in (*sent.items(), *read.items()):
            if _is_one_of_a_kind(value):
                self._names.setdefault(value, set()).add(name)

    def places(self, answer: Answer, missing: Collection[str]) -> dict[str, str]:
        """The one place, of each that is `missing`, at which a value of its name stands."""
        operation = answer.operation
        whole = list(of_record(answer.body))
        rows = [list(leaves(each)) for each in _rows(answer)]
        found: dict[str, str] = {}
        for name in missing:
            of_row = is_of_a_row(operation.yields[name])
            taken = self._where(_aliases(operation, name), rows if of_row else [whole])
            if len(taken) == 1:
                found[name] = next(iter(taken))
        return found

    def _where(
        self, aliases: Collection[str], parts: list[list[tuple[str, Any]]]
    ) -> dict[str, None]:
        """Places that hold a value of one of these names, in each part that has them."""
        return {
            place: None
            for part in parts
            for place, value in part
            if isinstance(value, str) and not self._names.get(value, set()).isdisjoint(aliases)
        }


def _aliases(operation: Operation, name: str) -> frozenset[str]:
    """Our names for a value: the one it is read by, and those of its places."""
    binding: Binding = operation.yields[name]
    last = {place.rpartition("/")[2] for place in binding.pointers}
    own = {name, name.removeprefix(_OF_ITEM)}
    return frozenset(own | last) - {"id", "code", "guid", "value"}


def _rows(answer: Answer) -> Iterator[Mapping[str, Any]]:
    listed = answer.optional(_ROWS) if _ROWS in answer.operation.yields else None
    for each in listed if isinstance(listed, list) else ():
        if isinstance(each, Mapping):
            yield each


def _is_one_of_a_kind(value: Any) -> bool:
    return isinstance(value, str) and len(value) >= _LONG and any(map(str.isdigit, value))
