"""Scenarios in which an answer does not come, or comes late, or comes as a 429."""

import time
from typing import Final

from conformance.client.judgement import Shown
from conformance.client.operations import made_fields
from conformance.client.relay import Act, Answer, Request
from conformance.client.scenarios.scenario import Scenario, made_up, scenario, work
from conformance.contract.operation import Kind

_RETRY_AFTER_S: Final = 1
_MOST_REFUSALS: Final = 3
_HELD_S: Final = 11.0  # longer than the longest that the pages advise for control-plane routes
_EARLY_S: Final = 0.05


class _Lost(Scenario):
    """Loses a create and a change, the first of each."""

    loses = ""

    def begin(self) -> None:
        self._open = {"create", "change"}

    def before(self, request: Request) -> Act | None:
        operation = work(request)
        kind = ""
        if operation and operation.kind is Kind.CREATE and made_fields(operation.id):
            kind = "create"
        elif operation and operation.writes and "expected_revision" in request.fields:
            kind = "change"
        if kind not in self._open:
            return None
        self._open.discard(kind)
        return Act(self.name, lose=self.loses)


@scenario
class LostAnswer(_Lost):
    name = "lost-answer"
    does = "the connection is closed after the platform did what was asked"
    expects = "the client looks before it makes again, and repeats a change with the same revision"
    loses = "answer"


@scenario
class LostRequest(_Lost):
    name = "lost-request"
    does = "the connection is closed before the platform is asked; a client cannot tell"
    expects = "the client looks before it makes again, and repeats a change with the same revision"
    loses = "request"


@scenario
class Throttled(Scenario):
    name = "throttled"
    does = "two reads are answered 429, one with Retry-After, again while the client is too early"
    expects = "the client waits, longer each time and no shorter than it is told, and tries again"
    genuine = False

    def begin(self) -> None:
        # Of each read that was refused: until when, and how often.
        self._refused: dict[str, tuple[float, int]] = {}

    def before(self, request: Request) -> Act | None:
        operation = work(request)
        if operation is None or operation.writes:
            return None
        until, times = self._refused.get(operation.id, (0.0, 0))
        is_new = times == 0 and len(self._refused) < 2  # noqa: PLR2004 - with and without
        is_early = 0 < times < _MOST_REFUSALS and time.monotonic() < until - _EARLY_S
        if not is_new and not is_early:
            return None
        told = _RETRY_AFTER_S if next(iter([*self._refused, operation.id])) == operation.id else 0
        self._refused[operation.id] = (time.monotonic() + told, times + 1)
        return Act(self.name, reply=_throttled(told))


def _throttled(retry_after_s: int) -> Answer:
    wait = (("retry-after", str(retry_after_s)),) if retry_after_s else ()
    return made_up(429, "throttled", *wait)


@scenario
class Slow(Scenario):
    name = "slow"
    does = f"the answer to a read is held back for {_HELD_S:.0f} s"
    expects = "the client gives up after 5 to 10 s"

    def before(self, request: Request) -> Act | None:
        operation = work(request)
        if self.shown or not operation or operation.writes or hasattr(self, "_held"):
            return None
        self._held = True
        return Act(self.name, hold_s=_HELD_S)

    def gone(self, request: Request) -> None:
        del request
        self.shown.append(Shown("E10", self.name, kept=True))

    def ended(self, exit_status: int | None) -> None:
        del exit_status
        if hasattr(self, "_held") and not self.shown:
            said = f"it waited for {_HELD_S:.0f} s, and would have waited longer"
            self.shown.append(Shown("E10", self.name, kept=False, said=said))
