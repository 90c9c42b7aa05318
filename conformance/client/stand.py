"""The stand: a platform, a relay before it, and the client run before that, once a scenario."""

import secrets
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from conformance.client import canary, evidence, judgement, running, scenarios
from conformance.client.certificate import Examinee, RunOfClient
from conformance.client.evidence import Examined
from conformance.client.judgement import Claim, Shown
from conformance.client.platform import Org, Platform, StandError
from conformance.client.recording import Recording
from conformance.client.relay import Actor, Relay, Run
from conformance.client.scenarios.scenario import Scenario
from conformance.client.settings import ClientFile
from fixtures.exchange.redaction import Vault
from fixtures.exchange.target import Target
from fixtures.exchange.target_file import read
from fixtures.run.reference_process import Embedded

PLAIN: Final = "plain"
# The part that a queue belongs to.
QUEUED: Final = "events"
_REFERENCE: Final = ("--rate-limit-rpm", "0")
Tell = Callable[[str], None]


@contextmanager
def practice() -> Iterator[Platform]:
    """The reference platform with an org and an owner; it lives as long as the block.

    Raises:
        StandError: it cannot be signed in to.
        EmbeddedError: it did not start.
    """
    with tempfile.TemporaryDirectory(prefix="stand-") as folder, ExitStack() as stack:
        path = Path(folder) / "practice.toml"
        embedded = Embedded((*_REFERENCE, "--provision", str(path)))
        stack.callback(embedded.stop)
        yield stack.enter_context(_closing(of_target(read(path), embedded.operator_url)))


def of_target(target: Target, operator_url: str | None = None) -> Platform:
    """The platform of a target file, as its owner sees it.

    Raises:
        StandError: the file names no owner or no org, or forbids to write.
        TargetError: the owner's passcode cannot be read.
    """
    owner = target.actors.owner
    if owner is None or target.orgcode is None:
        raise StandError("the target file needs [actors.owner] and orgcode")
    if not target.may_write:
        raise StandError("clients write: the target file must say allow_write = true")
    url = str(target.base_url).rstrip("/")
    return Platform(url, operator_url, owner.email, owner.passcode(), target.orgcode)


@contextmanager
def _closing(platform: Platform) -> Iterator[Platform]:
    try:
        yield platform
    finally:
        platform.close()


@dataclass
class Stand:
    """One examination of one client. `tell` is told of each run as it ends."""

    platform: Platform
    client: ClientFile
    relay: Relay
    tell: Tell
    vault: Vault = field(default_factory=Vault)
    runs: list[RunOfClient] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    logs: dict[str, str] = field(default_factory=dict)
    waived: Mapping[str, str] = field(default_factory=dict)
    _plain: tuple[Counter[str], int | None] | None = None

    def examine(self, names: Iterable[str]) -> None:
        """The plain run, and then each scenario of these names."""
        self.vault.add(self.platform.passcode, "PASSCODE")
        self.vault.add(self.platform.session, "SESSION")
        self.run(PLAIN)
        for name in names:
            if self.runs[0].calls:
                self.run(name)
            else:
                self._left_out(name, "the plain run called nothing")

    def run(self, name: str) -> None:
        """Run the client once; a scenario that the stand cannot make is told as such."""
        org = self._org()
        found = scenarios.ALL.get(name)
        if found and found.needs_operator and not self.platform.has_operator:
            self._left_out(name, "needs an operator, and this platform lends none")
            return
        actor: Actor = found(self.platform, org) if found else Actor()
        self.relay.run = run = Run(name, actor)
        ended = running.run(self.client, environment(self.platform, self.relay, org, name))
        self.relay.run = Run("after " + name)
        if isinstance(actor, Scenario):
            self._end(actor)
            run.acted += actor.acts
        self.logs[name] = self.vault.redact_text(ended.output)
        self._judge_run(run, actor, ended)

    def _org(self) -> Org:
        """An org for one run, with a queue where the client claims to read one."""
        org = self.platform.org()
        return replace(org, queue=self.platform.queue()) if QUEUED in self.client.claimed else org

    def _end(self, actor: Scenario) -> None:
        try:
            actor.end()
        except StandError as error:
            self.doubts.append(f"{actor.name}: the stand could not put things back: {error}")
        self.shown += actor.shown

    def _judge_run(self, run: Run, actor: Actor, ended: running.Ended) -> None:
        note = ""
        if ended.exit_status is None:
            note = f"stopped after {self.client.timeout_s:g} s"
        elif isinstance(actor, Scenario) and not run.acted:
            note = "found no call of its kind"
        if run.name == PLAIN:
            self._plain = (Counter(run.operations), ended.exit_status)
            if ended.exit_status != 0:
                said = _last_line(self.logs[run.name])
                self.doubts.append(f"the plain run did not end well: {_how(ended)}{said}")
        elif isinstance(actor, Scenario) and run.acted:
            self._compare(run, actor, ended)
        if run.verified:
            said = "the token arrived in the queue"
            self.shown.append(Shown("V1", run.name, kept=True, said=said))
        self._look_for_ids(run, ended)
        self.runs.append(
            RunOfClient(
                scenario=run.name,
                exit_status=ended.exit_status,
                seconds=round(ended.seconds, 1),
                calls=run.calls,
                acted=run.acted,
                note=note,
            )
        )
        self.tell(f"{run.name}: exit {ended.exit_status}, {run.calls} calls, {run.acted} acted on")

    def _compare(self, run: Run, actor: Scenario, ended: running.Ended) -> None:
        """Duties that are kept where the client did as in the plain run, and broken otherwise."""
        if self._plain is None or not actor.compared:
            return
        usual, status = self._plain
        now = Counter(run.operations)
        missing = ", ".join(sorted((usual - now).keys())[:3])
        more = ", ".join(sorted((now - usual).keys())[:3])
        said = f"exit {ended.exit_status} instead of {status}; left out: {missing}; more: {more}"
        kept = usual == now and status == ended.exit_status
        self.shown += [Shown(duty, run.name, kept, said) for duty in actor.compared]

    def _look_for_ids(self, run: Run, ended: running.Ended) -> None:
        """Whether the ids of the answers stand in the client's log."""
        if not self.client.log or not run.request_ids:
            return
        log = ended.output
        if self.client.log != "-":
            path = self.client.folder / self.client.log
            log = path.read_text("utf-8", "replace") if path.is_file() else ""
        lacking = [number for number in run.request_ids if number not in log]
        said = f"{len(lacking)} of {len(run.request_ids)} request ids are not in the log"
        self.shown.append(Shown("F11", run.name, not lacking, said))

    def _left_out(self, name: str, why: str) -> None:
        self.runs.append(
            RunOfClient(scenario=name, exit_status=None, seconds=0, calls=0, acted=0, note=why)
        )
        self.tell(f"{name}: {why}")

    def examined(self) -> Examined:
        """What all runs together say."""
        recording = self.relay.recording
        self.doubts += recording.unread
        if recording.facts.around:
            self.doubts.append("sessions were used that were not made before the stand")
        recording.unread.clear()
        settings = self.client
        examinee = Examinee(
            name=settings.name,
            command=tuple(settings.command),
            digest=running.digest(settings),
            agents=tuple(sorted(self.relay.agents)),
        )
        claim = Claim(settings.claimed, settings.statements, self.waived, examinee)
        stand = judgement.Stand(self.shown, self.runs, self.doubts)
        return evidence.examined(recording, claim, stand, self.logs)


def _last_line(log: str) -> str:
    """What the client said last, which most often says why it ended."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    return f"; it said last: {lines[-1][:200]}" if lines else ""


def _how(ended: running.Ended) -> str:
    return "stopped" if ended.exit_status is None else f"exit {ended.exit_status}"


def environment(platform: Platform, relay: Relay, org: Org, scenario: str) -> dict[str, str]:
    """What a client is told of the stand: where, in which org, and with which account."""
    return {
        "G3N_BASE_URL": relay.base_url,
        "G3N_ORGCODE": org.code,
        "G3N_EMAIL": platform.email,
        "G3N_PASSCODE": platform.passcode,
        "G3N_SCENARIO": scenario,
        "G3N_RUN": secrets.token_hex(4),
        **(org.queue.environment() if org.queue else {}),
    }


def certify(
    platform: Platform,
    client: ClientFile,
    names: Sequence[str],
    tell: Tell,
    waived: Mapping[str, str] | None = None,
) -> Examined:
    """The certificate of a client, and what it printed in each run, without secrets.

    `waived` are reasons by duty whose breach somebody answers for.

    Raises:
        OSError: the client's command cannot be started.
        StandError: the platform refuses what the stand needs.
    """
    with Recording() as recording, Relay(platform.base_url, recording) as relay:
        stand = Stand(platform, client, relay, tell, waived=waived or {})
        stand.doubts += canary.doubts(platform)
        stand.examine(names)
        return stand.examined()
