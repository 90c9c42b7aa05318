"""The controlling side of a run: aims it, collects the verdicts, and tells the outcome."""

import threading
from collections.abc import Generator
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import pytest

from conformance.requirements import RequirementSet, load
from fixtures.context import given
from fixtures.exchange.actors import ANONYMOUS
from fixtures.exchange.answer import Answer
from fixtures.exchange.gateway import redirect_reason
from fixtures.exchange.outcome import Inconclusive
from fixtures.exchange.target import Target
from fixtures.run import published
from fixtures.run.aws import AwsError
from fixtures.run.reference_process import LIMITS, Embedded, EmbeddedError
from fixtures.run.session import Session
from reports import (
    canary,
    closing,
    learned,
    notes,
    operator_letter,
    plan,
    preflight,
    recognition,
    results,
    shards,
    workers,
)
from reports.announce import announce, is_announced
from reports.arguments import require_known_marks
from reports.assemble import assemble
from reports.certificate import exit_status
from reports.claim import Claim
from reports.collected import Observed
from reports.course import Course
from reports.crash import give_up
from reports.files import write_text
from reports.messages import Judgement, Settings, Tally
from reports.narrowing import narrowing
from reports.probing.probe import Probe
from reports.recorder import TALLY, Recorder
from reports.selection import SMOKE
from reports.traffic import REFERENCE
from reports.verdicts_of_tests import stamped, unrecorded_failure
from reports.waivers import in_force
from reports.writers import write_all
from reports.writers.writer import Finished

if TYPE_CHECKING:
    from fixtures.run.front import Front
    from reports.model import CheckResult
    from reports.preflight import Preflight

# Under this key pytest-xdist hands the settings to a worker.
SETTINGS: Final = "conformance_settings"


class Controller:
    """One per run. Lives where the summary is printed: in the only process, or above workers."""

    def __init__(self, config: pytest.Config, course: Course, claim: Claim) -> None:
        self.config, self.course, self.claim = config, course, claim
        self.aim = course.aim
        self.requirements: RequirementSet = load()
        self.directory, self.run_id = course.directory, course.run_id
        self.crashed = 0
        self.cells = (0, 0)
        self.divided: str | None = None
        self.tests: list[CheckResult] = []
        self.judgements: list[Judgement] = list(course.judgements)
        self.expected: dict[str, None] = {}
        self.finished: Finished | None = None
        self.canary: canary.Result = "not run"
        self.recorder: Recorder | None = None
        self.preflight: Preflight | None = None
        self.probe: Probe | None = None
        self._embedded: Embedded | None = None
        self._front: Front | None = None
        self._canary_thread: threading.Thread | None = None
        self.target = shards.share(self._aim_at(), self.aim.shard)
        self.learned = ""
        if not self.aim.plan and (self.aim.learns or not self.aim.probe):
            self.target = published.described(self.target, self.directory / "openapi")
            kept = self.aim.directory if self.aim.checks else None
            if self.aim.learns:
                self.target, self.learned = learned.teach(self.target, kept)
        course.aimed_at(self.target)
        self.session = self._session()
        if not self.aim.plan:
            self._prepare()

    # --- before the first check ---

    def _aim_at(self) -> Target:
        if self.aim.target is not None:
            return self.aim.target
        if self.aim.plan:
            nowhere = "http://127.0.0.1:9"
            return Target(kind="reference", base_url=nowhere, operator_url=nowhere)
        try:
            self._embedded = Embedded(["--rate-limit-rpm", "0", *self.aim.reference_args])
        except EmbeddedError as error:
            self.course.close()
            raise pytest.UsageError(f"the embedded reference did not start: {error}") from None
        return Target(
            name="embedded reference",
            kind="reference",
            base_url=self._embedded.base_url,
            operator_url=self._embedded.operator_url,
            limits=LIMITS,
        )

    def _session(self, worker: str = "controller") -> Session:
        try:
            return self._opened(worker)
        except AwsError as error:
            self._abandon()
            raise pytest.UsageError(str(error)) from None

    def _opened(self, worker: str) -> Session:
        return Session(
            target=self.target,
            requirements=self.requirements,
            needs=self.aim.profile.needs,
            directory=self.directory,
            run_id=self.run_id,
            seed=self.aim.seed,
            worker=f"{self.course.part}{worker}",
            aim=self.aim.repeat,
            challenge=self.aim.challenge,
            reads_only=self.aim.reads_only,
        )

    def _prepare(self) -> None:
        try:
            knock = self._knock()
        except Inconclusive as error:
            if self.aim.tier == SMOKE:
                self.preflight = preflight.unreachable(self.target, error.reason)
                return
            self.close()
            told = "" if ";" in error.reason else ": is it running, and is base_url right?"
            raise pytest.UsageError(f"{error.reason}{told}") from None
        if self.aim.target is not None:
            self._recognise_reference(knock)
        self.preflight = preflight.look(self.session, knock, self.aim.profile.name)
        given.keep(self.directory, self.preflight.faults)
        if self.aim.probe:
            self.probe = Probe(self.session)
        if not self.aim.checks:
            return
        self._open_front()
        self._canary_thread = threading.Thread(target=self._fly_canary, daemon=True)
        self._canary_thread.start()

    def _knock(self) -> Answer:
        """One public request, so that an unreachable host is told before anything else."""
        check = self.session.stage_check("reach", "ORG-16")
        answer = self.session.caller(check, ANONYMOUS)("ofm.stat")
        if reason := redirect_reason(answer.status, answer.headers):
            raise Inconclusive(f"{self.target.host} answers {reason};")
        return answer

    def _recognise_reference(self, knock: Answer) -> None:
        if REFERENCE in knock.headers:
            self.target = self.target.model_copy(update={"kind": "reference"})
        known = recognition.reference(self.session, self.target)
        if known is None:
            return
        self.session.close()
        self.target = shards.share(known, self.aim.shard)
        # Another name: what the first session has recorded keeps its numbers.
        self.session = self._session("controller-paced")

    def _open_front(self) -> None:
        try:
            self._front = workers.front(self.config, self.target, self.directory)
        except workers.FrontError as error:
            self.close()
            raise pytest.UsageError(str(error)) from None

    def _fly_canary(self) -> None:
        self.canary = canary.fly()

    @property
    def settings(self) -> Settings:
        """What a process that runs tests must know."""
        today = datetime.now(UTC).date()
        return Settings(
            target=self.target,
            needs=self.aim.profile.needs,
            profile=self.aim.profile.name,
            tier=self.aim.tier,
            directory=str(self.directory),
            run_id=self.run_id,
            seed=self.aim.seed,
            turns=self.aim.takes_turns(self.target),
            repeat=f"{self.aim.repeat} --run-seed {self.aim.seed}",
            waived=in_force(self.aim.waivers, self.target.host, self.target.kind, today),
            part=self.course.part,
            shard=self.aim.shard,
            challenge=self.aim.challenge,
        )

    # --- while checks run ---

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput[SETTINGS] = self.settings.model_dump(mode="json")

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        self.add(Tally.model_validate(getattr(node, "workeroutput", {}).get(TALLY, {})))
        self.crashed += error is not None

    def add(self, tally: Tally) -> None:
        """Add what one process counted. Parameter sets are the same in all of them."""
        self.cells = tally.cells or self.cells
        self.divided = tally.divided or self.divided
        self.expected.update(dict.fromkeys(tally.expected))

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> bool | None:
        """With --tier smoke: no check is run, so none is collected."""
        require_known_marks(session.config)
        lists_checks = self.aim.checks or (self.aim.plan and self.aim.letter is None)
        return None if lists_checks else True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if is_announced(report):
            return
        judgement = stamped(report)
        if judgement is None and report.failed:
            judgement = unrecorded_failure(report)
        if judgement is not None:
            self.judgements.append(judgement)
            self.tests += results.of_test(report, judgement)
            self.course.note(report, judgement)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """With --plan, --probe, and with --tier smoke: tell and stop."""
        if self.aim.checks:
            return None
        if self.probe is not None:
            self.probe.run()
            return True
        if self.preflight is not None:
            text = "\n".join(self.preflight.lines())
            session.config.get_terminal_writer().write(f"\n{text}\n")
            return True
        if self.aim.letter is not None:
            letter = operator_letter.text(self.target, self.aim.profile, self.requirements)
            write_text(self.aim.letter, letter)
            session.config.get_terminal_writer().write(f"\nwritten: {self.aim.letter}\n")
            return True
        text = plan.describe(self.aim, self.target, session.items, self.requirements)
        session.config.get_terminal_writer().write(f"\n{text}")
        return True

    # --- after the last check ---

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(
        self, session: pytest.Session, exitstatus: int
    ) -> Generator[None, object, object]:
        """Tell the run, before the other plugins tell what they know, and whatever they do.

        1 is the exit status of NOT CONFORMANT; Python would end with it after any exception.
        """
        try:
            self._finish(session, exitstatus)
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - told, with its own status
            self._give_up(session, error)
        try:
            return (yield)
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - of some other plugin
            self._give_up(session, error)
            return None

    def _give_up(self, session: pytest.Session, error: BaseException) -> None:
        self.finished = None
        give_up(session, self.claim, self.session.runtime.vault, error)

    def _finish(self, session: pytest.Session, exitstatus: int) -> None:
        if self.aim.plan:
            session.exitstatus = pytest.ExitCode.OK
            return
        if self.probe is not None:
            for line in self.probe.finish(keep=self.aim.keep):
                self.config.get_terminal_writer().line(line)
            session.exitstatus = self.probe.status
            return
        if not self.aim.checks:
            session.exitstatus = self.preflight.status if self.preflight else 0
            self._tell_what_is_missing()
            return
        interrupted = exitstatus == pytest.ExitCode.INTERRUPTED
        if interrupted:
            workers.end(self.config)
        if self._canary_thread is not None:
            self._canary_thread.join(timeout=0 if interrupted else 30)
        if self.recorder is not None:
            self.add(self.recorder.finish())
        collected = closing.collect(self._observed(interrupted=interrupted), self.session)
        announce(self.config, collected.without_test)
        told = Finished(assemble(collected), collected, self.aim.directory)
        self.finished = write_all(told)
        self.course.finish(interrupted=interrupted)
        none_ran = exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED
        nothing_left = none_ran and (self.course.carried or self.aim.shard)
        if nothing_left or exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            session.exitstatus = exit_status(self.finished.run.verdict)

    def _tell_what_is_missing(self) -> None:
        """A target that is not ready leaves no older verdict where its report would be."""
        if self.preflight is not None and self.preflight.status:
            with suppress(OSError, pytest.UsageError):
                self.claim.take()
                self.claim.tell("the target is not ready to be certified, see --tier smoke")

    def _lost(self) -> tuple[str, ...]:
        """Checks that the suite meant to run, and that nobody else was asked to leave out."""
        told = {test.nodeid for test in (*self.tests, *self.course.carried)}
        return tuple(name for name in self.expected if name not in told)

    def _observed(self, *, interrupted: bool) -> Observed:
        counted, narrowed = notes.tally(self.directory), narrowing(self.config)
        return Observed(
            aim=self.aim,
            target=self.target,
            requirements=self.requirements,
            started_at=self.course.started_at,
            tests=tuple(self.tests),
            judgements=tuple(self.judgements),
            seen=counted.seen,
            cells=self.cells,
            narrowed=narrowed,
            interrupted=interrupted,
            lost=() if interrupted or narrowed else self._lost(),
            crashed_workers=self.crashed,
            canary=self.canary,
            lost_answers=counted.lost_answers,
            renewed=counted.renewed,
            carried=self.course.carried,
            resumed=self.course.resumed,
            identity=self.course.identity,
            divided=self.divided,
            learned=self.learned,
        )

    def close(self) -> None:
        """End the embedded reference and remove the private directory."""
        self.session.close()
        self._abandon()
        self.claim.release()

    def _abandon(self) -> None:
        if self._front is not None:
            self._front.close()
        if self._embedded is not None:
            self._embedded.stop()
        self.course.close()
