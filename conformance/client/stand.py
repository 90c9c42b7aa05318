"""The stand: a platform, a relay before it, and the client run before that, once a scenario."""

import secrets
import socket
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from conformance.client import artefacts, canary, evidence, judgement, running, scenarios, spellings
from conformance.client.certificate import Examinee, RunOfClient
from conformance.client.deliveries import Front, Inlet
from conformance.client.evidence import Examined
from conformance.client.judgement import Claim, Shown
from conformance.client.platform import Org, Platform, StandError
from conformance.client.recording import Recording
from conformance.client.relay import HOST, Actor, Relay, Run
from conformance.client.scenarios.deliveries import OnTheWay
from conformance.client.scenarios.scenario import Scenario
from conformance.client.settings import ClientFile
from fixtures.exchange.redaction import Vault
from fixtures.exchange.target import Target
from fixtures.exchange.target_file import read
from fixtures.run.reference_process import Embedded

PLAIN: Final = "plain"
# The parts that a queue and a receiver belong to.
QUEUED: Final = "events"
HOOKED: Final = "webhooks"
# Where the reference puts the signature of a delivery: no page says where a platform does.
SIGNATURE_HEADER: Final = "x-g3n-signature"
_SIDE_BY_SIDE: Final = 4
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
    spelled = spellings.of_target(target)
    return Platform(
        url, operator_url, owner.email, owner.passcode(), target.orgcode, spellings=spelled
    )


@contextmanager
def _closing(platform: Platform) -> Iterator[Platform]:
    try:
        yield platform
    finally:
        platform.close()


@dataclass(frozen=True)
class _Ran:
    """One run of the client: what was done to it, how it ended, and what came of deliveries."""

    run: Run
    actor: Actor
    ended: running.Ended
    taken: int = 0
    refused: int = 0


@dataclass
class Stand:
    """One examination of one client. `tell` is told of each run as it ends."""

    platform: Platform
    client: ClientFile
    recording: Recording
    tell: Tell
    vault: Vault = field(default_factory=Vault)
    runs: list[RunOfClient] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    logs: dict[str, str] = field(default_factory=dict)
    waived: Mapping[str, str] = field(default_factory=dict)
    _agents: set[str] = field(default_factory=set)
    _plain: _Ran | None = None

    def examine(self, names: Iterable[str]) -> None:
        """The plain run, and then each scenario of these names that concerns the client.

        Where each run has an org of its own they go side by side, but for those that do something
        to the whole platform.
        """
        self.run(PLAIN)
        left = [name for name in names if self._concerns(name)]
        if not self.runs[0].calls:
            for name in left:
                self._left_out(name, "the plain run called nothing")
            return
        alone = [name for name in left if scenarios.ALL[name].alone]
        beside = [name for name in left if name not in alone]
        if not self.platform.has_operator:
            alone, beside = left, []
        with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
            for name, ran in zip(beside, pool.map(self._ran, beside), strict=True):
                self._note(name, ran)
        for name in alone:
            self.run(name)

    def run(self, name: str) -> None:
        """Run the client once; a scenario that the stand cannot make is told as such."""
        self._note(name, self._ran(name))

    def _concerns(self, name: str) -> bool:
        parts = scenarios.ALL[name].parts
        return not parts or any(part in self.client.claimed for part in parts)

    def _ran(self, name: str) -> _Ran | None:
        """One run, with a relay of its own; None where the stand cannot make it."""
        found = scenarios.ALL.get(name)
        if found and found.needs_operator and not self.platform.has_operator:
            return None
        org = self._org(interposed=found is not None and issubclass(found, OnTheWay))
        actor: Actor = found(self.platform, org) if found else Actor()
        receiver = with_free_port(self.client.receiver)
        run = Run(name, actor)
        with ExitStack() as stack:
            relay = stack.enter_context(
                Relay(self.platform, self.recording, self._agents, self.vault)
            )
            relay.run = run
            given = environment(self.platform, relay, org, name)
            front = None
            if receiver and HOOKED in self.client.claimed:
                front = stack.enter_context(Front(receiver, actor.deliver))
                given |= hooks(front, receiver)
            if org.queue and org.inlet:
                stack.enter_context(Inlet(org.inlet, org.queue, actor.deliver))
            ended = running.run(self.client, given)
        if isinstance(actor, Scenario):
            actor.ended(ended.exit_status)
            self._end(actor)
            run.acted += actor.acts
        return _Ran(run, actor, ended, *((front.taken, front.refused) if front else ()))

    def _org(self, *, interposed: bool) -> Org:
        """An org for one run, with a queue where the client claims to read one."""
        org = self.platform.org()
        if QUEUED not in self.client.claimed:
            return org
        inlet = self.platform.queue() if interposed else None
        return replace(org, queue=self.platform.queue(), inlet=inlet)

    def _end(self, actor: Scenario) -> None:
        try:
            actor.end()
        except StandError as error:
            self.doubts.append(f"{actor.name}: the stand could not put things back: {error}")

    def _note(self, name: str, ran: _Ran | None) -> None:
        """Keep what a run showed."""
        if ran is None:
            self._left_out(name, "needs an operator, and this platform lends none")
            return
        run, actor, ended = ran.run, ran.actor, ran.ended
        for secret, label in ((self.platform.passcode, "PASSCODE"), (self.platform.session, "S")):
            self.vault.add(secret, label)
        self.logs[name] = self.vault.redact_text(ended.output)
        self.doubts += [f"{name}: {fault}" for fault in run.faults]
        note = ""
        if ended.exit_status is None:
            note = f"stopped after {self.client.timeout_s:g} s"
        elif isinstance(actor, Scenario) and not run.acted:
            note = "found no call of its kind"
        if name == PLAIN:
            self._of_the_plain_run(ran)
        elif isinstance(actor, Scenario) and run.acted:
            self.shown += actor.shown
            self.shown += self._compared(ran, actor)
        self._look_into_log(ran)
        self.runs.append(
            RunOfClient(
                scenario=name,
                exit_status=ended.exit_status,
                seconds=round(ended.seconds, 1),
                calls=run.calls,
                acted=run.acted,
                note=note,
            )
        )
        self.tell(f"{name}: exit {ended.exit_status}, {run.calls} calls, {run.acted} acted on")

    def _of_the_plain_run(self, ran: _Ran) -> None:
        self._plain = ran
        if ran.ended.exit_status != 0:
            said = _last_line(self.logs[PLAIN])
            self.doubts.append(f"the plain run did not end well: {_how(ran.ended)}{said}")
        self.shown += took(ran.taken, ran.refused)
        self.shown += self._of_artefacts()

    def _of_artefacts(self) -> Iterator[Shown]:
        """Whether what was handed in holds a secret; clean, it counts with the statement alone."""
        client = self.client
        if not client.artefacts:
            return
        paths = [client.folder / name for name in client.artefacts]
        secrets = (self.platform.passcode, self.platform.session)
        faults = list(artefacts.found_in(paths, secrets))
        if faults or "B5" in client.statements:
            yield Shown("B5", PLAIN, not faults, "; ".join(faults[:3]))

    def _compared(self, ran: _Ran, actor: Scenario) -> Iterator[Shown]:
        """Duties that are kept where the client did as in the plain run, and broken otherwise."""
        if self._plain is None:
            return
        usual, now = Counter(self._plain.run.operations), Counter(ran.run.operations)
        status, ended = self._plain.ended.exit_status, ran.ended.exit_status
        missing = ", ".join(sorted((usual - now).keys())[:3])
        more = ", ".join(sorted((now - usual).keys())[:3])
        said = f"exit {ended} instead of {status}; left out: {missing}; more: {more}"
        for duty in actor.compared:
            yield Shown(duty, ran.run.name, usual == now and status == ended, said)
        before, after = self._effects(self._plain), self._effects(ran)
        if before:  # without effects that are declared, nothing shows how often an event had one
            said = f"{after} effects instead of {before}; exit {ended} instead of {status}"
            for duty in actor.same_effects:
                yield Shown(duty, ran.run.name, before == after and status == ended, said)

    def _effects(self, ran: _Ran) -> int:
        """How many effects of events the run had; what bears one key is one."""
        wanted = {*self.client.effects.values()}
        return len({effect for effect in ran.run.effects if effect[0] in wanted})

    def _look_into_log(self, ran: _Ran) -> None:
        """Whether what a client has to log stands in its log."""
        if not self.client.log:
            return
        run, log = ran.run, ran.ended.output
        if self.client.log != "-":
            path = self.client.folder / self.client.log
            log = path.read_text("utf-8", "replace") if path.is_file() else ""
        if run.request_ids:
            lacking = [number for number in run.request_ids if number not in log]
            said = f"{len(lacking)} of {len(run.request_ids)} request ids are not in the log"
            self.shown.append(Shown("F11", run.name, not lacking, said))
        if isinstance(ran.actor, Scenario) and run.acted:
            for duty, text in ran.actor.logged.items():
                self.shown.append(Shown(duty, run.name, text in log, f"{text} is not in the log"))

    def _left_out(self, name: str, why: str) -> None:
        self.runs.append(
            RunOfClient(scenario=name, exit_status=None, seconds=0, calls=0, acted=0, note=why)
        )
        self.tell(f"{name}: {why}")

    def examined(self) -> Examined:
        """What all runs together say."""
        recording = self.recording
        self.doubts += recording.unread
        if recording.facts.around:
            self.doubts.append("sessions were used that were not made before the stand")
        recording.unread.clear()
        settings = self.client
        examinee = Examinee(
            name=settings.name,
            command=tuple(settings.command),
            digest=running.digest(settings),
            agents=tuple(sorted(self._agents)),
        )
        claim = Claim(settings.claimed, settings.statements, self.waived, examinee)
        stand = judgement.Stand(self.shown, self.runs, self.doubts)
        return evidence.examined(recording, claim, stand, self.logs)


def with_free_port(receiver: str) -> str:
    """The address of the client's receiver, `{port}` in it being one that is free now."""
    with socket.socket() as found:
        found.bind((HOST, 0))
        return receiver.replace("{port}", str(found.getsockname()[1]))


def took(taken: int, refused: int) -> Iterator[Shown]:
    """What the deliveries that a receiver answered show of it; nothing where none came."""
    if taken or refused:
        said = "" if taken else f"the receiver took none of {refused} deliveries"
        yield Shown("V7", PLAIN, taken > 0, said)


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


def hooks(front: Front, receiver: str) -> dict[str, str]:
    """What a client is told of webhooks: what to register, and where it has to listen."""
    return {
        "G3N_WEBHOOK_URL": front.url,
        "G3N_RECEIVER_PORT": str(urlsplit(receiver).port or ""),
        "G3N_SIGNATURE_HEADER": SIGNATURE_HEADER,
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
    with Recording() as recording:
        stand = Stand(platform, client, recording, tell, waived=waived or {})
        stand.doubts += canary.doubts(platform)
        stand.examine(names)
        return stand.examined()
