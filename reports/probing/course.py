"""The course of a probe: the stages, then one sample of each operation, all layers as they go."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from conformance.contract import RECORDS, ROUTES
from conformance.contract.operation import Kind, Operation
from fixtures.context import credentials, layers, organization, records
from fixtures.context.operation_context import ContextBuilder, OperationContext
from fixtures.exchange.outcome import Blocked, Inconclusive, NotApplicable, Violation
from fixtures.exchange.permissions import RefusedBySuite
from fixtures.run.session import Session
from reports.probing.learner import Learner

# What is not to be had, and keeps only what rests on it.
STOPS: Final = (Inconclusive, Violation, Blocked, NotApplicable, RefusedBySuite)
_ORDER: Final = (
    Kind.CREATE,
    Kind.READ,
    Kind.LIST,
    Kind.RESOLVE,
    Kind.UPDATE,
    Kind.STATUS,
    Kind.ACTION,
)


@dataclass
class Course:
    """What became of a probe: what was accepted, what was not, and why."""

    session: Session
    learner: Learner
    stopped: str = ""
    accepted: set[str] = field(default_factory=set)
    # By operation: why there is no accepted sample of it.
    stuck: dict[str, str] = field(default_factory=dict)
    _builder: ContextBuilder = field(init=False)

    def __post_init__(self) -> None:
        self._builder = ContextBuilder(self.session)

    def run(self) -> None:
        """The stages, the layers, the samples; a first stage that is dead ends it at once."""
        for name, stage in self._first_stages():
            try:
                stage()
            except STOPS as stop:
                self.stopped = f"{name}: {_told(stop)}"
                return
        for layer in self._layers():
            self._attempt(f"layer {layer.name}", partial(layers.in_main, self.session, layer))
        self.learner.look_again()
        for operation in self._operations():
            self.sample(operation.id)
        self.learner.look_again()

    def _first_stages(self) -> Iterator[tuple[str, Callable[[], Any]]]:
        yield "sign-in", lambda: credentials.owner(self.session)
        yield "organization", lambda: organization.org(self.session)
        yield "facilities", lambda: organization.facilities(self.session)

    @staticmethod
    def _layers() -> list[layers.Layer[Any]]:
        return list({each.name: each for each in layers.by_service().values()}.values())

    @staticmethod
    def _operations() -> list[Operation]:
        """All routes, what makes records first, what stands on fewer layers before the rest."""
        below = {name: len(each.below) for name, each in layers.by_service().items()}

        def rank(operation: Operation) -> tuple[int, str, int]:
            depth = below.get(operation.service, -1)
            return depth, operation.service, _ORDER.index(operation.kind)

        return sorted(ROUTES.values(), key=rank)

    def sample(self, name: str) -> None:
        """One sample of a route, unless the run lacks what it needs."""
        operation, builder = ROUTES[name], self._builder
        if "clock" in operation.needs or not operation.needs <= self.session.needs:
            return
        check = self.session.stage_check("probe", "ORG-33")

        def call() -> None:
            made = builder.fresh if operation.writes else builder.kept
            prepared = made(check, operation)
            prepared.caller(operation.id, **prepared.values).accepted()
            self.accepted.add(operation.id)
            self._turn(prepared, operation)

        self._attempt(operation.id, call)

    def _turn(self, prepared: OperationContext, operation: Operation) -> None:
        """Send the other states of a record, too, where the target has its own word for one."""
        kind = next((each for each in RECORDS.values() if each.status == operation.id), None)
        spelled = self.learner.spelled.get(operation.id)
        if kind is not None and spelled is not None and spelled.words:
            made = records.make(prepared.caller, kind.name)
            records.move(prepared.caller, kind, made, *kind.turns)

    def _attempt(self, name: str, call: Callable[[], Any]) -> None:
        try:
            call()
        except STOPS as stop:
            self.stuck[name] = _told(stop)
        except KeyError as error:
            self.stuck[name] = f"the probe has no value for {error}"


def _told(stop: BaseException) -> str:
    if isinstance(stop, Violation):
        return f"{stop.finding.expectation}: {stop.finding.observed}"
    return str(stop).splitlines()[0]
