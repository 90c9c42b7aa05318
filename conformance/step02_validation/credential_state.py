"""What tells a credential that validates from one that does not."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from conformance.contract.envelope import DATA
from conformance.contract.errors import Tag
from fixtures import Answer
from fixtures.formats.json_values import at

# Names of states and roles, unlike ids, instants and captions.
_WORD: Final = re.compile(r"[A-Za-z_-]+")


def ended(answer: Answer, live: Answer) -> bool:
    """True where `answer` says that the credential does not validate.

    No page tells whether that is an HTTP error or a success that says so; `live` is what the
    same route answers about a credential that does validate.
    """
    return not answer.ok or answer.optional("status") != live.optional("status")


def expect_ended(answer: Answer, live: Answer, *tags: Tag) -> None:
    """Expect that the credential does not validate; a refusal bears one of `tags`, if given.

    A success that cannot be told from the one about a live credential contradicts the page; one
    that differs in a field we do not know may mean the right thing, and is advice.
    """
    if not answer.ok:
        answer.refused(None, *tags)
        return
    answer.expect(
        f"{answer.operation.id} does not call the credential of {answer.actor} valid",
        holds=ended(answer, live),
        expected="a refusal, or a success that tells it from a live credential",
        inferred=_outline(answer) != _outline(live),
    )


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
