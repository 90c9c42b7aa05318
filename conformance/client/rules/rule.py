"""What a judging rule is: it sees each call in turn and says where its duty was at stake."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, TypeVar, dataclass_transform

from conformance.client.recording import Call, Facts


@dataclass(frozen=True)
class Occasion:
    """One call at which a duty was at stake. `said` holds no value of the recording.

    A breach that is not `grave` warns, even of a binding duty: pages disagree on it.
    """

    call: Call
    kept: bool
    said: str = ""
    grave: bool = True


@dataclass(eq=False)
class Rule(ABC):
    """A rule sees the calls of one recording in the order of their instants."""

    facts: Facts

    @abstractmethod
    def see(self, call: Call) -> Iterable[Occasion]:
        """The occasions that this call decides."""

    def end(self) -> Iterable[Occasion]:
        """The occasions that the end of the recording decides."""
        return ()


Judge = Callable[[Call, Facts], Iterable[Occasion]]
RULES: Final[dict[str, Callable[[Facts], Rule]]] = {}
_R = TypeVar("_R", bound=type[Rule])


@dataclass(eq=False)
class _OfOneCall(Rule):
    judge: Judge

    def see(self, call: Call) -> Iterable[Occasion]:
        return self.judge(call, self.facts)


def each(duty: str) -> Callable[[Judge], Judge]:
    """Registers a function that judges each call by itself."""

    def register(judge: Judge) -> Judge:
        RULES[duty] = lambda facts: _OfOneCall(facts, judge)
        return judge

    return register


@dataclass_transform(eq_default=False, field_specifiers=(field,))
def watching(duty: str) -> Callable[[_R], _R]:
    """Registers a rule with memory: its fields are what it remembers, empty in the beginning."""

    def register(rule: _R) -> _R:
        RULES[duty] = dataclass(eq=False)(rule)
        return rule

    return register


def held(call: Call, kept: object, said: str) -> Iterator[Occasion]:
    """One occasion; `said` is for the case that it is a breach."""
    yield Occasion(call, kept=True) if kept else Occasion(call, kept=False, said=said)
