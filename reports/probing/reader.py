"""What an accepted sample tells: where its answer shows what the operation reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from conformance.contract.operation import Kind, Operation, parameters
from fixtures.exchange.answer import Answer
from fixtures.exchange.gateway import gateway_reason
from fixtures.formats.json_values import leaves, member_names
from fixtures.learning import shown
from fixtures.learning.wanted import is_of_a_row
from reports.probing import naming
from reports.probing.books import Books
from reports.probing.known import Known

# Of each operation, so many answers are looked at together.
ROUNDS: Final = 8
_ROWS: Final = "items"
_AGAIN: Final = 2


@dataclass
class Reader(Books):
    """Reads accepted samples, and reads them again with what later ones have told."""

    _seen: dict[str, list[tuple[Answer, Mapping[str, Any]]]] = field(default_factory=dict)
    _known: Known = field(default_factory=Known)
    # By service, names of members of answers: what bears our name bears no other.
    _members: dict[str, set[str]] = field(default_factory=dict)

    def read(self, answer: Answer, values: Mapping[str, Any]) -> None:
        """Look where the answer shows what the operation reads, and not where we looked."""
        operation = answer.operation
        self.questions.pop(operation.id, None)
        sent = answer.target.sent(operation, values)
        self._seen.setdefault(operation.id, []).append((answer, sent))
        self._members.setdefault(operation.service, set()).update(member_names(answer.body))
        self._confirm_fields(answer, sent)
        self._name_as_shown(answer, sent)
        self._look(answer, sent)

    def look_again(self) -> None:
        """Read what came before with all that is known by now."""
        for _ in range(_AGAIN):
            for seen in self._seen.values():
                for answer, sent in seen[-_AGAIN:]:
                    self._look(answer, sent)

    def _bodies(self, operation: Operation) -> list[Any]:
        return [answer.body for answer, _ in self._seen[operation.id][-ROUNDS:]]

    def _look(self, answer: Answer, sent: Mapping[str, Any]) -> None:
        operation = answer.operation
        if gateway_reason(answer.status, answer.headers, answer.body):
            return
        missing = self._missing(answer, sent)
        if missing:
            self._bind(operation, missing, sent)
        doubtful = {n for n in operation.yields if f"yields.{n}" in self.spelling(operation).unsure}
        self._place(operation, self._known.places(answer, {*missing, *doubtful}))
        self._known.note(answer, sent)
        if _ROWS in missing and _ROWS in self.spelling(operation).yields:
            # Only where the rows stand can be looked for what is in them.
            self._look(answer, sent)

    def _missing(self, answer: Answer, sent: Mapping[str, Any]) -> list[str]:
        spelling = self.spelling(answer.operation)
        return [
            name
            for name, binding in answer.operation.yields.items()
            if not (binding.certainty.binding or name in spelling.yields or is_shown(answer, name))
            and not shown.may_be_without(answer, name, sent)
        ]

    def _bind(self, operation: Operation, missing: list[str], sent: Mapping[str, Any]) -> None:
        spelling = self.spelling(operation)
        lenient = [name for name in missing if self.renames and self._is_foreign(operation, name)]
        bound = shown.places(
            operation, missing, self._bodies(operation), sent, self.votes, lenient=lenient
        )
        for mine, match in bound.matches:
            self.votes.note(operation.id, mine, match.keys)
        places = bound.places
        words = {n: w for n, w in bound.words.items() if n not in spelling.words}
        numbers = bound.numbers - spelling.numbers
        if not (places or words or numbers):
            return
        unsure = {f"yields.{name}" for name in places} & {*bound.unsure}
        self.respell(
            operation,
            yields={**spelling.yields, **places},
            words={**spelling.words, **words},
            numbers=spelling.numbers | numbers,
            unsure=spelling.unsure | unsure,
        )
        self.tell(operation, *(e for e in bound.evidence if e.partition(":")[0] in places))

    def _is_foreign(self, operation: Operation, name: str) -> bool:
        """Whether no answer of the service has a member that is called as we call this one."""
        named = self._members.get(operation.service, set())
        return named.isdisjoint(p.rpartition("/")[2] for p in operation.yields[name].pointers)

    def _place(self, operation: Operation, places: Mapping[str, str]) -> None:
        """Go by places at which values of this run stand."""
        if not places:
            return
        spelling = self.spelling(operation)
        unsure = spelling.unsure - {f"yields.{name}" for name in places}
        self.respell(operation, yields={**spelling.yields, **places}, unsure=unsure)
        for name, place in places.items():
            self.tell(operation, f"{name}: {place}, where a value of this run stands")

    def _name_as_shown(self, answer: Answer, sent: Mapping[str, Any]) -> None:
        """Call a field as the answer calls it, and look for it there."""
        operation = answer.operation
        spelling = self.spelling(operation)
        bodies = self._bodies(operation)
        asked = self.asked.get(operation.id, {})
        found = naming.as_shown(answer, sent, asked, bodies, self.votes)
        if found is not None:
            yields = {**found.yields, **spelling.yields}
            gone = {f"body.{name}" for name in answer.target.body(operation)}
            unsure = spelling.unsure - (gone - {f"body.{name}" for name in found.body})
            self.respell(operation, body=found.body, yields=yields, unsure=unsure)
            self.tell(operation, *found.evidence)

    def _confirm_fields(self, answer: Answer, sent: Mapping[str, Any]) -> None:
        """A field of which the value comes back was understood."""
        operation = answer.operation
        spelling = self.spelled.get(operation.id)
        if spelling is None or spelling.body is None or not spelling.unsure:
            return
        came = {each for each in leaves(answer.body) if isinstance(each, str)}
        seen = {
            f"body.{field}"
            for field, part in spelling.body.items()
            if (names := parameters(part))
            and all(shown.is_telling(sent.get(n)) and sent.get(n) in came for n in names)
        }
        if seen & spelling.unsure:
            self.respell(operation, unsure=spelling.unsure - seen)


def is_shown(answer: Answer, name: str) -> bool:
    """Whether a value stands where the operation reads it: of rows, in one of them."""
    operation = answer.operation
    if name == _ROWS and operation.kind is Kind.LIST:
        return isinstance(answer.optional(name), list)
    if is_of_a_row(operation.yields[name]):
        rows = answer.optional(_ROWS) if _ROWS in operation.yields else None
        listed = rows if isinstance(rows, list) else []
        return not listed or any(answer.read_item(row, name) is not None for row in listed)
    return answer.optional(name) is not None
