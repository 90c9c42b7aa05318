"""Fields of which nothing shows that the target knows them, called as its answers call them.

One that may be left out is ignored under a wrong name, and no refusal tells of it.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from conformance.contract import envelope
from conformance.contract.operation import Operation, name_of
from fixtures.exchange.answer import Answer
from fixtures.formats.json_values import leaves
from fixtures.learning import answers, shown, wanted
from fixtures.learning.surface import Keys
from fixtures.learning.votes import Votes
from fixtures.learning.wanted import Wanted

_DATA: Final = envelope.DATA.strip("/")


@dataclass(frozen=True)
class Named:
    """A body with fields under the names that an answer has for them, and where they are shown."""

    body: dict[str, Any]
    yields: dict[str, str]
    evidence: tuple[str, ...]


def as_shown(
    answer: Answer,
    sent: Mapping[str, Any],
    asked: Collection[str],
    bodies: list[Any],
    votes: Votes,
) -> Named | None:
    """The body of a write in the names of its answers, or None where nothing is to be renamed.

    `sent` is what was sent, by our names; `asked` are fields that a refusal has asked for.
    """
    operation, template = answer.operation, answer.target.body(answer.operation)
    ours = list(_not_understood(answer, sent, asked)) if operation.writes else []
    found = shown.names(operation, ours, bodies, votes) if ours else {}
    places = {
        each.keys[0]: match
        for each in ours
        if (match := found.get(each.key)) and match.keys != each.keys
        if match.keys[0] not in template or len(match.keys) > 1
    }
    if not places:
        return None
    body: dict[str, Any] = {}
    yields: dict[str, str] = {}
    for name, part in template.items():
        keys = places[name].keys if name in places else (name,)
        _place(body, keys, part)
        if name in places:
            read = {name, name_of(str(part))} & _open_yields(operation)
            yields |= dict.fromkeys(read, answers.pointer((_DATA, *keys)))
    told = (f"field {name}: {match.told}, as it is shown" for name, match in places.items())
    return Named(body, yields, tuple(told))


def _not_understood(
    answer: Answer, sent: Mapping[str, Any], asked: Collection[str]
) -> Iterator[Wanted]:
    """Fields under our own names of which nothing shows that the target knows them."""
    operation, template = answer.operation, answer.target.body(answer.operation)
    came = {each for each in leaves(answer.body) if isinstance(each, str)}
    for each in wanted.fields(operation):
        name = each.keys[0]
        is_ours = len(each.keys) == 1 and template.get(name) == operation.body[name]
        if not is_ours or each.printed or name in asked:
            continue
        value = sent.get(name_of(str(template[name])))
        if not (shown.is_telling(value) and value in came):
            yield each


def _open_yields(operation: Operation) -> set[str]:
    """What is read of an answer, and where no page places it."""
    return {name for name, each in operation.yields.items() if not each.certainty.binding}


def _place(made: dict[str, Any], keys: Keys, part: Any) -> None:
    """Put a part where the keys lead, into what is there already."""
    *outer, last = keys
    for key in outer:
        inside = made.get(key)
        made[key] = inside = dict(inside) if isinstance(inside, Mapping) else {}
        made = inside
    made[last] = part
