"""Which fields of requests and answers a page names: the facts of `documented_fields.toml`."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

_FILE: Final = Path(__file__).with_name("documented_fields.toml")
_ANY: Final = "*"
# Places of a request that take its inputs; the others are headers, or parts of answers.
INPUTS: Final = frozenset({"body", "query", "input"})


class Fact(BaseModel):
    """One field on one route, or on all that a pattern stands for. Keys as the file explains."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    route: str
    place: str
    field: str
    required: str
    page: str
    unless: str = ""
    applies: str = ""
    group: str = ""
    when: str = ""
    type: str = ""
    enum: tuple[Any, ...] = ()
    pattern: str = ""
    form: str = ""
    minimum: int | None = None
    maximum: int | None = None
    default: Any = None
    printed: bool = True
    checklist: bool = True
    maturity: str = ""
    inferred: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The field without the marks of lists: `lines.variant_id` of `lines[].variant_id`."""
        return self.field.replace("[]", "")

    @property
    def names_one_route(self) -> bool:
        """Whether a page tells of exactly one route, and not of many that a pattern stands for."""
        return _ANY not in self.route

    def states(self, *parts: str) -> bool:
        """Whether a page prints the field and states these parts, none of which is deduced."""
        return self.printed and self.inferred.isdisjoint(parts)

    def holds_for(self, method: str, path: str) -> bool:
        """Whether the fact speaks of this route; what `applies` narrows it to is not judged."""
        return self.unless != f"{method} {path}" and _stands_for(self.route, method, path)


def _stands_for(route: str, method: str, path: str) -> bool:
    """Whether a route of a fact, which may be a pattern, is or includes this one."""
    wanted, _, pattern = route.partition(" ")
    return wanted in (_ANY, method) and _matches(pattern, path)


def _matches(pattern: str, path: str) -> bool:
    """Whether a path is one that a pattern stands for: `*` is one part of it, or all the rest."""
    if pattern == _ANY:
        return True
    wanted, parts = _parts(pattern), _parts(path)
    if wanted[-1] == _ANY and len(parts) >= len(wanted):
        wanted, parts = wanted[:-1], parts[: len(wanted) - 1]
    return len(wanted) == len(parts) and all(
        w in (_ANY, part) for w, part in zip(wanted, parts, strict=True)
    )


@cache
def _parts(path: str) -> list[str]:
    return path.strip("/").split("/")


@cache
def facts() -> tuple[Fact, ...]:
    """All facts of the file."""
    document = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return tuple(Fact.model_validate(each) for each in document["fact"])


@cache
def about(method: str, path: str) -> tuple[Fact, ...]:
    """The facts about one route."""
    routes = {route for route in _routes() if _stands_for(route, method, path)}
    return tuple(f for f in facts() if f.route in routes and f.holds_for(method, path))


@cache
def _routes() -> frozenset[str]:
    return frozenset(fact.route for fact in facts())


@cache
def inputs(method: str, path: str) -> frozenset[str]:
    """The inputs of a route that a page prints by name; a dot leads into an object."""
    return frozenset(
        fact.name
        for fact in about(method, path)
        if fact.place in INPUTS and fact.states("field", "route")
    )


@cache
def placed(method: str, path: str) -> frozenset[str]:
    """The fields of a body that a page prints by name and states to be of the body."""
    return frozenset(
        fact.name
        for fact in about(method, path)
        if fact.place == "body" and fact.states("place", "field", "route")
    )


@cache
def vocabulary() -> dict[str, tuple[str, ...]]:
    """The words that pages print as values, by what they are values of."""
    document = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {each["name"]: tuple(map(str, each["values"])) for each in document["vocabulary"]}


@cache
def words() -> frozenset[str]:
    """All of these words, whatever they are values of."""
    return frozenset(word for each in vocabulary().values() for word in each)
