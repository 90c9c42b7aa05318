"""The stand for a client that a person starts: it stays up, and each line arms what comes next."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from conformance.client import canary, scenarios
from conformance.client.certificate import RunOfClient
from conformance.client.evidence import Examined, examined
from conformance.client.judgement import Claim, Stand
from conformance.client.platform import Platform, StandError
from conformance.client.recording import Recording
from conformance.client.relay import Actor, Relay, Run
from conformance.client.scenarios.scenario import Scenario
from conformance.client.stand import PLAIN, environment

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
        # A queue is lent to whoever reads one.
        self.org = replace(platform.org(), queue=platform.queue())
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
            self.stand = Stand(shown=(*self.stand.shown, *run.actor.shown))
        if run.calls:
            self.runs.append(
                RunOfClient(
                    scenario=run.name, exit_status=None, seconds=0, calls=run.calls, acted=run.acted
                )
            )


def stand(platform: Platform, claim: Claim, lines: Iterable[str], tell: Tell) -> Examined:
    """Print the environment to export; then arm scenarios, line by line, until the end.

    Duties of comparison (unknown fields, another order) have no traffic here: nobody can tell
    where a run of such a client ends.

    Raises:
        StandError: the platform refuses what the stand needs.
    """
    doubts = list(canary.doubts(platform))
    with Recording() as recording, Relay(platform, recording) as relay:
        examination = _Examination(platform, relay)
        examination.arm(PLAIN)
        for name, value in environment(platform, relay, examination.org, PLAIN).items():
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
        doubts += recording.unread
        recording.unread.clear()
        found = Stand(examination.stand.shown, examination.runs, doubts)
        return examined(recording, claim, found)


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
