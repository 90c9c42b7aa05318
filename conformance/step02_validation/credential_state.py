"""What tells a credential that validates from one that does not."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from conformance.contract.envelope import DATA
from conformance.contract.errors import Tag
from fixtures import Answer, Inconclusive
from fixtures.formats.json_values import at

# Names of states and roles, unlike ids, instants and captions.
_WORD: Final = re.compile(r"[A-Za-z_-]+")


def ended(answer: Answer, live: Answer) -> bool:
    """True where `answer` says that the credential does not validate.

    No page tells whether that is an HTTP error or a success that says so; `live` is what the
    same route answers about a credential that does validate.
    """
    return not answer.ok or _outline(answer) != _outline(live)


def expect_ended(answer: Answer, live: Answer, *tags: Tag) -> None:
    """Expect that the credential does not validate; a refusal bears one of `tags`, if given.

    A success that cannot be told from the one about a live credential contradicts the page; in
    which of its words or flags it differs is left to the platform.
    """
    if not answer.ok:
        answer.refused(None, *tags)
        return
    answer.expect(
        f"{answer.operation.id} does not call the credential of {answer.actor} valid",
        holds=ended(answer, live),
        expected="a refusal, or a success that tells it from a live credential",
        observed="what is said of a live credential, word for word",
    )


def live_answer(validate: Callable[[], Answer]) -> Answer:
    """What the platform says of a live credential that was used before.

    A first use may leave traces of its own in the answer, such as when it was last seen.
    """
    validate().accepted("a credential that nobody ended validates")
    return validate().accepted("a credential that nobody ended validates a second time")


@dataclass(frozen=True)
class Ending:
    """What one route says about one credential before and after it is ended.

    It shows how this platform tells an ended credential from a live one.
    """

    live: Answer
    gone: Answer


def expect_spared(after: Answer, before: Answer, ending: Ending) -> None:
    """Expect that a bystander's credential still validates, as `before`.

    `ending` is the control: what the platform says differently of the credential that was ended,
    it must say of the bystander's as before.

    Raises:
        Violation: the bystander's credential does not validate any more.
        Inconclusive: the platform tells the ended credential in no way from a live one.
    """
    after.accepted("a credential that was not to be ended still validates")
    marks = _marks_of_an_end(ending)
    if ending.gone.ok and not marks:
        raise Inconclusive(
            f"{after.operation.id} says the same of an ended credential as of a live one, so its "
            "answer does not show that another one was spared",
            cause=f"{after.operation.id}:status",
        )
    was, now = _outline(before), _outline(after)
    changed = sorted(place for place in marks if was.get(place) != now.get(place))
    after.expect(
        f"{after.operation.id} speaks of a credential that was not to be ended as before",
        holds=not changed,
        expected="nothing of what tells the ended credential from a live one",
        observed=f"changed like the ended credential at {', '.join(changed)}",
    )


def _marks_of_an_end(ending: Ending) -> set[str]:
    """The places at which the answer changed with the end of the credential."""
    if not ending.gone.ok:
        return set()
    live, gone = _outline(ending.live), _outline(ending.gone)
    return {place for place in {*live, *gone} if live.get(place) != gone.get(place)}


def _outline(answer: Answer) -> dict[str, Any]:
    return dict(_leaves(at(answer.body, DATA)))


def _leaves(part: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Flags and words by their place as they are, of all else only that it is there.

    Lists hold roles and the like, which differ between any two credentials.
    """
    if isinstance(part, Mapping):
        for name, value in part.items():
            yield from _leaves(value, f"{place}/{name}")
    else:
        word = isinstance(part, str) and _WORD.fullmatch(part)
        yield place, part if word or isinstance(part, bool) or part is None else type(part)
