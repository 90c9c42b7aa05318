"""Learns from the answers of a probe how the target spells what no page prints, and tries it.

What is tried is bounded, and is a sample each time: a read, or a write on a record that the run has
made for it. Nothing is judged here; what the target accepts is what goes into the lines.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from conformance.contract import OPERATIONS, RECORDS, ROUTES
from conformance.contract.documented import inputs
from conformance.contract.operation import FORMS, Operation, Radius, name_of
from fixtures.exchange.answer import Answer
from fixtures.exchange.spelling import known_states
from fixtures.formats.json_values import MISSING, at
from fixtures.learning import refusals, routes, wanted
from fixtures.learning.likely_paths import likely
from fixtures.learning.requests import BoundBody
from fixtures.learning.surface import ELEMENT, Keys
from fixtures.learning.votes import OF_A_FIELD
from fixtures.learning.words import synonyms
from reports.probing.reader import ROUNDS, Reader

# Requests that are spent on guesses: in all, and on the body of one operation.
# So many paths are tried at which something is that takes nothing of ours.
_PATHS: Final = 3
_REFUSED: Final = frozenset({400, 422})
_OTHER_METHOD: Final = 405
_NOT_THERE: Final = frozenset({403, 404, _OTHER_METHOD})
_NO_SUCH_PATH: Final = "no-such-path-there-is"
_KNOWN: Final = frozenset({"expected_revision", "idempotency_key", "session_guid", "api_key"})

Again = Callable[[], Answer]


@dataclass
class Learner(Reader):
    """Learns what a platform calls things from what it refuses and what it accepts."""

    _prepared: set[str] = field(default_factory=set)
    _signs: dict[str, tuple[int, str | None]] = field(default_factory=dict)
    # Paths at which something was there, by operation.
    _tried_paths: dict[str, dict[str, None]] = field(default_factory=dict)

    def _is_unrouted(self, answer: Answer, again: Again) -> bool:
        """Whether an answer is that of a path that there is not; the service is asked for one."""
        operation = answer.operation
        if answer.status not in _NOT_THERE:
            return False
        if operation.service not in self._signs:
            before = self.spelled.get(operation.id)
            self.respell(operation, path=f"/{operation.service}/{_NO_SUCH_PATH}")
            nowhere = again()
            self.restore(operation, before)
            self._signs[operation.service] = (nowhere.status, nowhere.tag)
        return (
            answer.status == _OTHER_METHOD
            or (answer.status, answer.tag) == self._signs[operation.service]
        )

    def prepare(self, operation: Operation) -> None:
        """Before its first sample: call its fields as the target calls them elsewhere.

        A field that may be left out is ignored under a wrong name, and nothing tells of it.
        """
        spelling = self.spelling(operation)
        if operation.id in self._prepared or spelling.body is not None:
            return
        self._prepared.add(operation.id)
        known = {
            _dotted(keys): list[Any]()
            for each in wanted.fields(operation)
            if not each.printed and (keys := self.fields.get(each.key)) and keys != each.keys
        }
        if known:
            self.asked[operation.id] = known
            bound = self._bound(operation)
            unsure = {*self._unsure_fields(operation, bound)}
            unsure |= {f"body.{name.partition('.')[0]}" for name in known}
            self.respell(operation, body=bound.template, unsure=spelling.unsure | unsure)

    # --- a sample that is refused ---

    def mend(self, answer: Answer, values: Mapping[str, Any], again: Again) -> Answer:
        """The answer to the sample as the target takes it, or the last refusal."""
        operation = answer.operation
        if answer.proven:
            return self._in_other_words(answer, values, again) or answer
        if operation.id in self.questions or operation.radius is Radius.PLATFORM:
            return answer
        before, tried = (
            self.spelled.get(operation.id),
            self._tried_paths.setdefault(operation.id, {}),
        )
        while (found := self._where_it_is_served(answer, again)) is not None:
            found = self._as_it_is_taken(found, values, again)
            path = self.spelling(operation).path
            if found.ok and path in tried:
                self.house.note(operation.path, path)
            if found.status not in _REFUSED or path not in tried or len(tried) >= _PATHS:
                return found
            # Something is there, and it takes nothing of ours: it may be another route.
            self.questions.pop(operation.id, None)
            self.asked.pop(operation.id, None)
            self.restore(operation, before)
        return answer

    def _as_it_is_taken(self, answer: Answer, values: Mapping[str, Any], again: Again) -> Answer:
        """The answer to the body that the target takes, or the last refusal."""
        operation = answer.operation
        before = self.spelled.get(operation.id)
        for _ in range(ROUNDS):
            if answer.ok or answer.status not in _REFUSED:
                break
            better = self._in_other_words(answer, values, again)
            if (better := better or self._with_other_body(answer, again)) is None:
                break
            answer = better
        if answer.ok:
            self._note_fields(operation)
        elif answer.status in _REFUSED:
            self._ask_for_body(answer)
            self.restore(operation, before)
        return answer

    def _where_it_is_served(self, answer: Answer, again: Again) -> Answer | None:
        """The answer of the route, by whatever method and path; None where it is not found."""
        if answer.status == _OTHER_METHOD:
            answer = self._by_other_method(answer, again)
        if self._is_unrouted(answer, again):
            return self._at_likely_paths(answer, again)
        return answer

    def _by_other_method(self, answer: Answer, again: Again) -> Answer:
        """The answer to the method that a path allows, where it allows one alone."""
        operation = answer.operation
        allowed = {each.strip().upper() for each in answer.headers.get("allow", "").split(",")}
        usable = sorted(allowed & routes.methods(operation))
        is_open = not operation.source.certainty.binding
        if len(usable) != 1 or not is_open or not self.may_try():
            return answer
        before = self.spelled.get(operation.id)
        self.respell(operation, method=usable[0])
        better = again()
        if better.status == _OTHER_METHOD:
            self.restore(operation, before)
            return answer
        self.tell(operation, f"method {usable[0]}: the one that the path allows")
        return better

    def _at_likely_paths(self, answer: Answer, again: Again) -> Answer | None:
        operation = answer.operation
        known = self._tried_paths.setdefault(operation.id, {})
        taken = {each.path for each in ROUTES.values()} | known.keys()
        taken |= {each.path for each in self.spelled.values() if each.path}
        before, tried = self.spelled.get(operation.id), 0
        if not operation.source.certainty.binding:
            for path in likely(operation.path, self.house):
                if path in taken or not self.may_try():
                    continue
                tried += 1
                self.respell(operation, path=path)
                found = again()
                if not self._is_unrouted(found, again):
                    known[path] = None
                    self.tell(operation, f"path {path}: there, unlike {operation.path}")
                    return found
            self.restore(operation, before)
        self.questions[operation.id] = (
            f"{operation.method} {operation.path} is answered as a path that there is not"
            + (f", and so are {tried} others" if tried else "")
            + f': operations."{operation.id}".path = "?"'
        )
        return None

    def _with_other_body(self, answer: Answer, again: Again) -> Answer | None:
        """The answer to another body that the refusal speaks for; None where it speaks for none."""
        operation = answer.operation
        told = refusals.named(answer.body)
        asked = self.asked.setdefault(operation.id, {})
        template = answer.target.body(operation)
        there = set(refusals.sent(template))
        new = {name: words for name, words in told.items() if name not in there}
        if new and self._add(asked, new):
            bound = self._bound(operation)
            if bound.template is not None and bound.template != template:
                return self._tried(answer, bound.template, again, bound)
        for pairs in refusals.paired(operation, template, asked):
            bound = replace(self._bound(operation), unsure=[f"body.{name}" for name in pairs])
            better = self._tried(answer, pairs, again, bound)
            if better is not None and (better.ok or refusals.named(better.body) != told):
                self.tell(operation, "what was left on both sides")
                return better
            self.respell(operation, body=dict(template))
        for other, why in self._other_forms(template, told.keys() & there, operation):
            better = self._tried(answer, other, again, None)
            if better is not None and (better.ok or refusals.named(better.body) != told):
                self.tell(operation, why)
                return better
            self.respell(operation, body=dict(template))
        return None

    def _in_other_words(
        self, answer: Answer, values: Mapping[str, Any], again: Again
    ) -> Answer | None:
        """The answer to a state in another word, where a refusal names the field that holds one."""
        operation, template = answer.operation, answer.target.body(answer.operation)
        told = refusals.named(answer.body)
        for name in told.keys() & set(refusals.sent(template)):
            part = at(template, f"/{name.replace('.', '/')}")
            parameter = name_of(part) if isinstance(part, str) else ""
            word = values.get(parameter)
            words = self.spelling(operation).words
            if answer.status not in _REFUSED or not (
                isinstance(word, str) and word in known_states()
            ):
                continue
            if word in words.get(parameter, {}):
                continue
            for other in (each for each in synonyms(word) if each not in known_states()):
                if not self.may_try():
                    break
                self._note_word(operation, parameter, word, other)
                better = again()
                if better.ok or refusals.named(better.body) != told:
                    self.tell(operation, f"{parameter} {word}: taken as {other}")
                    self._note_word_of_kind(operation, word, other)
                    return better
            self.respell(operation, words=words)
        return None

    def _note_word(self, operation: Operation, name: str, word: str, other: str) -> None:
        words = self.spelling(operation).words
        self.respell(operation, words={**words, name: {**words.get(name, {}), word: other}})

    def _note_word_of_kind(self, operation: Operation, word: str, other: str) -> None:
        """What takes a record to a state shows it so, and so do all that show the record."""
        for kind in RECORDS.values():
            if kind.status != operation.id:
                continue
            for each in {kind.create, kind.read, kind.list, kind.update, kind.status} - {None}:
                shows = OPERATIONS[str(each)]
                for name in ("state", "item_state"):
                    if name in shows.yields:
                        self._note_word(shows, name, word, other)

    @staticmethod
    def _add(asked: dict[str, list[Any]], new: Mapping[str, list[Any]]) -> bool:
        """Remember what was asked for; whether any of it was not known yet."""
        fresh = {name: words for name, words in new.items() if asked.get(name) != words}
        asked.update(fresh)
        # What leads into an object says more than the object alone.
        for name in list(asked):
            if any(other.startswith(f"{name}.") for other in asked):
                del asked[name]
        return bool(fresh)

    def _bound(self, operation: Operation) -> BoundBody:
        return refusals.mended(operation, self.asked.get(operation.id, {}), self.votes)

    def _tried(
        self, answer: Answer, template: Mapping[str, Any], again: Again, bound: BoundBody | None
    ) -> Answer | None:
        if not self.may_try():
            return None
        self.respell(answer.operation, body=dict(template))
        if bound is not None:
            unsure = frozenset(self._unsure_fields(answer.operation, bound))
            self.respell(answer.operation, unsure=unsure)
        try:
            return again()
        except KeyError:
            return None  # a value that nobody has

    @staticmethod
    def _unsure_fields(operation: Operation, bound: BoundBody) -> Iterator[str]:
        printed = inputs(operation.method, operation.path) | _KNOWN
        for each in bound.unsure:
            if each.removeprefix("body.").partition(".")[0] not in printed:
                yield each

    @staticmethod
    def _other_forms(
        template: Mapping[str, Any], names: set[str], operation: Operation
    ) -> Iterator[tuple[dict[str, Any], str]]:
        """Bodies that send a field which is refused in another form, or leave it out."""
        printed = inputs(operation.method, operation.path)
        for name in sorted(names - printed):
            part = at(template, f"/{name.replace('.', '/')}")
            if not isinstance(part, str):
                continue
            forms: list[tuple[Any, str]] = [([part], "as a list"), ({"id": part}, "as an object")]
            if part.startswith("$"):
                bare = part.partition("|")[0]
                forms = [(f"{bare}|{form}", f"as {form}") for form in FORMS] + forms
            else:
                forms += [(word, f"as {word}") for word in synonyms(part)[:ROUNDS]]
            for form, how in forms:
                yield _with(template, name, form), f"field {name}: taken {how}"
            if part.startswith("$?") or name_of(part) not in operation.parameters:
                yield _with(template, name, MISSING), f"field {name}: not taken at all"

    def _note_fields(self, operation: Operation) -> None:
        bound = self._bound(operation) if operation.id in self.asked else None
        if bound is not None:
            for mine, match in bound.matches:
                self.votes.note(operation.id, mine, match.keys, OF_A_FIELD)
                self.fields.setdefault(mine.key, match.keys)
            self.tell(operation, *bound.evidence)

    def _ask_for_body(self, answer: Answer) -> None:
        operation = answer.operation
        names = ", ".join(refusals.named(answer.body)) or "no field"
        self.questions.setdefault(
            operation.id,
            f"{operation.method} {answer.target.path(operation)} answers {answer.sketch} and names "
            f'{names}: operations."{operation.id}".body = ?',
        )


def _dotted(keys: Keys) -> str:
    return ".".join(key for key in keys if key != ELEMENT)


def _with(template: Mapping[str, Any], dotted: str, part: Any) -> dict[str, Any]:
    """The template with another part where the dots lead; `MISSING` takes the field out."""
    head, _, rest = dotted.partition(".")
    made = dict(template)
    if rest and isinstance(made.get(head), Mapping):
        made[head] = _with(made[head], rest, part)
    elif part is MISSING:
        made.pop(head, None)
    else:
        made[head] = part
    return made
