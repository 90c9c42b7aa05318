"""The stand for a client that a person starts: it stays up, and each line arms what comes next."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Final

from conformance.client import canary, scenarios
from conformance.client.certificate import RunOfClient
from conformance.client.deliveries import Front, Inlet
from conformance.client.evidence import Examined, examined
from conformance.client.judgement import Claim, Stand
from conformance.client.platform import Platform, StandError
from conformance.client.recording import Recording
from conformance.client.relay import Actor, Parcel, Relay, Run
from conformance.client.scenarios.scenario import Scenario
from conformance.client.stand import PLAIN, environment, hooks, took, with_free_port

END: Final = "end"
_HELP: Final = (
    "Start the client; then type Enter for the next scenario, the name of one, or 'end' for the "
    "certificate."
)
Tell = Callable[[str], None]


class _Examination:
    """What is armed, what ran, and what it showed."""

    def __init__(self, platform: Platform, relay: Relay) -> None:
        self.platform, self.relay = platform, relay
        # A queue is lent to whoever reads one, and another where scenarios hand on from.
        self.org = replace(platform.org(), queue=platform.queue(), inlet=platform.queue())
        self.runs: list[RunOfClient] = []
        self.stand = Stand()

    def arm(self, name: str) -> None:
        """End what ran, and let the scenario of this name act on what comes.

        Raises:
            StandError: it needs an operator, and the platform lends none.
        """
        self.end()
        found = scenarios.ALL.get(name)
        if found and found.needs_operator and not self.platform.has_operator:
            raise StandError(f"{name} needs an operator, and this platform lends none")
        again = sum(run.scenario == name for run in self.runs)
        mark = f"({again + 1})" if again else ""
        actor = found(self.platform, self.org) if found else Actor()
        self.relay.run = Run(name, actor, mark=mark)

    def end(self) -> None:
        """Put back what the scenario did, and keep what its run showed."""
        run = self.relay.run
        if isinstance(run.actor, Scenario):
            run.actor.end()
            run.acted += run.actor.acts
            self.stand = Stand(shown=(*self.stand.shown, *run.actor.shown))
        if run.calls:
            self.runs.append(
                RunOfClient(
                    scenario=run.name, exit_status=None, seconds=0, calls=run.calls, acted=run.acted
                )
            )

    def deliver(self, parcel: Parcel) -> Sequence[Parcel]:
        """What is handed on in place of a delivery, as what is armed has it."""
        return self.relay.run.actor.deliver(parcel)


def stand(
    platform: Platform, claim: Claim, lines: Iterable[str], tell: Tell, receiver: str = ""
) -> Examined:
    """Print the environment to export; then arm scenarios, line by line, until the end.

    Webhooks are handed on to `receiver`, the address where the client takes them, `{port}` in it
    being a free one. Duties of comparison (unknown fields, another order) have no traffic here:
    nobody can tell where a run of such a client ends.

    Raises:
        StandError: the platform refuses what the stand needs.
    """
    doubts = list(canary.doubts(platform))
    with ExitStack() as stack:
        recording = stack.enter_context(Recording())
        relay = stack.enter_context(Relay(platform, recording))
        examination = _Examination(platform, relay)
        examination.arm(PLAIN)
        given = environment(platform, relay, examination.org, PLAIN)
        front = _front(stack, examination, receiver)
        if front:
            given |= hooks(front, front.receiver)
        for name, value in given.items():
            tell(f"export {name}={value}")
        tell(_HELP)
        waiting = [*scenarios.ALL]
        for line in lines:
            name = line.strip() or (waiting[0] if waiting else END)
            if name == END:
                break
            _arm(examination, name, tell)
            if name in waiting:
                waiting.remove(name)
        examination.end()
        shown = (*examination.stand.shown, *(took(front.taken, front.refused) if front else ()))
        doubts += recording.unread
        recording.unread.clear()
        found = Stand(shown, examination.runs, doubts)
        return examined(recording, claim, found)


def _front(stack: ExitStack, examination: _Examination, receiver: str) -> Front | None:
    """What hands deliveries on: of the queue always, of webhooks where there is a receiver."""
    org = examination.org
    if org.queue and org.inlet:
        stack.enter_context(Inlet(org.inlet, org.queue, examination.deliver))
    if not receiver:
        return None
    return stack.enter_context(Front(with_free_port(receiver), examination.deliver))


def _arm(examination: _Examination, name: str, tell: Tell) -> None:
    if name not in (PLAIN, *scenarios.ALL):
        tell(f"{name}: no scenario; there are {', '.join((PLAIN, *scenarios.ALL))}")
        return
    try:
        examination.arm(name)
    except StandError as error:
        tell(str(error))
        return
    found = scenarios.ALL.get(name)
    tell(f"armed {name}: {found.does if found else 'nothing is done'}")
    if found:
        tell(f"  expected: {found.expects}")
