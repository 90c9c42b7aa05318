"""A target in memory, in the place of a transport: for plans that send nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.contract.operation import Operation
from fixtures.exchange.actors import Actor
from fixtures.exchange.answer import Answer
from fixtures.exchange.check import Check
from fixtures.exchange.target import Target
from fixtures.run.caller import Caller
from fixtures.run.runtime import Runtime
from fixtures.run.transport import Call, Transport
from fixtures.run.world import World
from tests.runtimes import TARGET, Rule


@dataclass
class Memory(Transport):
    """Answers by `respond`; the actor named `closed_to` may write nothing."""

    runtime: Runtime
    target: Target = field(default=TARGET, kw_only=True)
    closed_to: str = field(default="", kw_only=True)
    calls: list[str] = field(default_factory=list, kw_only=True)

    def respond(self, operation: Operation, sent: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        """The status, and what the envelope holds beside `success`."""
        raise NotImplementedError

    def carry(self, call: Call, *, patient: bool) -> Answer:
        del patient
        operation, omitted = call.operation, call.change.omit
        self.calls.append(operation.id)
        sent = {name: value for name, value in call.values.items() if name not in omitted}
        shut = operation.writes and call.actor.name == self.closed_to
        status, body = (403, {"data": {}}) if shut else self.respond(operation, sent)
        return Answer(
            status=status,
            headers={},
            body={"success": status == 200, **body},
            operation=operation,
            target=self.target,
            check=call.check,
            actor=call.actor.name,
            exchange=f"x-{len(self.calls)}",
            command=str,
            proven=True,
        )


def callers(at: Memory, world: Mapping[str, Any], *names: str) -> list[Caller]:
    """Actors of these names who call the same target."""
    check = Check("test", Rule(), "")
    return [Caller(Actor(name=name), at, check, World(world, "run")) for name in names]
