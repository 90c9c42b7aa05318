"""What a judging rule is: it sees each call in turn and says where its duty was at stake."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import ClassVar, Final, TypeVar, dataclass_transform

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


@dataclass(eq=False)
class RuleOfSome(Rule):
    """A rule that some calls are nothing to."""

    @staticmethod
    @abstractmethod
    def concerns(call: Call) -> bool:
        """Whether the rule looks at this call at all."""

    @abstractmethod
    def look(self, call: Call) -> Iterable[Occasion]:
        """The occasions that a call decides which concerns the rule."""

    def see(self, call: Call) -> Iterable[Occasion]:
        return self.look(call) if self.concerns(call) else ()


@dataclass(eq=False)
class RuleOfOperations(RuleOfSome):
    """A rule for calls of operations that are known, and for no other traffic."""

    @staticmethod
    def concerns(call: Call) -> bool:
        return bool(call.op)


@dataclass(eq=False)
class BeforeWork(RuleOfOperations):
    """Something is to be done before a caller's first work in an organisation."""

    said: ClassVar[str]

    _prepared: set[str] = field(default_factory=set)
    _used: set[str] = field(default_factory=set)

    @abstractmethod
    def prepares(self, call: Call) -> set[str]:
        """The callers for whom this call is what was to be done; none where it is another."""

    def look(self, call: Call) -> Iterator[Occasion]:
        operation, who = call.operation, call.identity
        if not operation or not who:
            return
        if prepared := self.prepares(call):
            self._prepared |= prepared
        elif operation.org_scoped and who not in self._used:
            self._used.add(who)
            yield from held(call, who in self._prepared, self.said)


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
