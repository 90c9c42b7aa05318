"""A transport that lets a learner look at each sample, and try it in another spelling."""

from dataclasses import replace
from typing import Any

from conformance.contract import ROUTES
from conformance.contract.operation import FRESH, parameters
from fixtures.exchange.answer import Answer
from fixtures.exchange.request import AS_PROVEN
from fixtures.exchange.target import Target
from fixtures.run.http import HttpSender
from fixtures.run.runtime import Runtime
from fixtures.run.transport import Call, Transport
from fixtures.run.world import World
from reports.probing.learner import Learner


class Trying(Transport):
    """Sends samples until the target takes one, within the learner's bounds."""

    def __init__(self, target: Target, runtime: Runtime, learner: Learner) -> None:
        super().__init__(target, runtime, HttpSender(target))
        self._learner = learner

    def carry(self, call: Call, *, patient: bool) -> Answer:
        """One call; a sample of a route that is refused is tried otherwise."""
        operation, values = call.operation, call.values

        def again() -> Answer:
            asked = parameters(self.target.body(operation)) - values.keys()
            made = {name: self._fresh(name) for name in asked if name.startswith(FRESH)}
            return super(Trying, self).carry(
                replace(call, values={**made, **values}), patient=patient
            )

        if call.change is not AS_PROVEN or operation.id not in ROUTES:
            return again()
        self._learner.prepare(operation)
        answer = again()
        if not answer.ok:
            answer = self._learner.mend(answer, values, again)
        if answer.ok:
            self._learner.read(answer, values)
        return answer

    def _fresh(self, name: str) -> Any:
        return World({}, self.runtime.run_id).fresh(name.removeprefix(FRESH))
