"""What a finding was about: the part of an answer that showed it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reports.exchange import Exchange
from reports.page.scene import Pointer, leaves


@dataclass(frozen=True)
class Subject:
    """The exchange that the expectation was about, and what was observed in it, in words."""

    number: int | None
    observed: str
    # Whether it speaks of what was delivered, and was only told beside the last answer.
    is_delivered: bool = False

    def told_by(self, body: Any, alike: frozenset[str]) -> Any:
        """The part of a body that showed it; None where status and tag were all."""
        if self.observed in alike:
            return None
        body = {n: part for n, part in body.items() if n != "stats"} if _is_object(body) else body
        told = [
            place
            for place, leaf in leaves(body)
            if str(leaf) == self.observed and not isinstance(leaf, bool) and place[:1] == ("data",)
        ]
        if len(told) == 1 and all(isinstance(name, str) for name in told[0]):
            return _only(body, told)
        return body


def sketch(exchange: Exchange) -> str:
    """Status and error tag, as the script tells them."""
    response = exchange.response
    if response is None:
        return "no answer"
    found = response.body
    for name in ("error", "major", "tag"):
        found = found.get(name) if isinstance(found, Mapping) else None
    return f"{response.status} {found}" if found else str(response.status)


def refusal(body: Any) -> Any:
    """What a refusal says, without the record that it may show."""
    error = body.get("error") if isinstance(body, Mapping) else None
    if not isinstance(error, Mapping):
        return body
    return Part(error=Part({name: part for name, part in error.items() if name != "details"}))


def sketches(exchange: Exchange) -> frozenset[str]:
    """How a finding says that status and tag of an answer are all that it is about."""
    status = exchange.response.status if exchange.response else 0
    return frozenset({sketch(exchange), f"{status}, success", f"{status}, no error tag"})


def _is_object(body: Any) -> bool:
    return isinstance(body, Mapping)


class Part(dict[str, Any]):
    """A part of an object: what else is in it does not matter."""


def _only(body: Any, places: Sequence[Pointer]) -> Part:
    """An object that holds these places alone."""
    made = Part()
    for place in places:
        into, found = made, body
        for name in place[:-1]:
            into, found = into.setdefault(str(name), Part()), found[name]
        into[str(place[-1])] = found[place[-1]]
    return made
