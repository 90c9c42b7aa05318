"""Registers the recorder and the controller for a run of `conformance/`, and for nothing else."""

from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest

from fixtures.exchange.check import Check
from fixtures.run.session import Session
from reports import arguments, options, signals
from reports.claim import Claim
from reports.controller import SETTINGS, Controller
from reports.course import Course
from reports.messages import Settings
from reports.narrowing import narrowing
from reports.options import ROOT
from reports.progress import Progress
from reports.recorder import CHECK, Recorder
from reports.telling import Telling
from reports.writers import writers

_CONTROLLER: Final = pytest.StashKey[Controller]()
_MARKERS: Final = (
    "requirement(*ids): the requirements that the check proves, the one it is named after first",
    "needs(*names): what this parameter set stands on, beyond its requirement",
    "deep: part of the deep tier only",
    "every: about tenancy, secrets or money: no parameter set is left to the turn of another run",
    "last: runs after everything else",
    "whole: a test of the suite's own that runs it whole, or against many references",
)
_RECORDER: Final = pytest.StashKey[Recorder]()


@pytest.fixture(scope="session")
def session(pytestconfig: pytest.Config) -> Session:
    """The session of the process that runs the check: target, transport, context store."""
    recorder = pytestconfig.stash.get(_RECORDER, None)
    if recorder is None:
        raise pytest.UsageError("checks run by `pytest conformance` only")
    return recorder.open()


@pytest.fixture
def check(request: pytest.FixtureRequest, session: Session) -> Check:
    """The context of the check: its requirement, its findings, its exchanges."""
    del session
    context: Check = request.node.stash[CHECK]
    return context


def pytest_addoption(parser: pytest.Parser) -> None:
    options.add(parser)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    for marker in _MARKERS:
        config.addinivalue_line("markers", marker)
    if hasattr(config, "workerinput"):
        if SETTINGS in config.workerinput:
            settings = Settings.model_validate(config.workerinput[SETTINGS])
            _record(config, settings, config.workerinput["workerid"])
            signals.leave_to_controller()
        return
    if not _is_conformance(config) or config.option.collectonly or config.option.markers:
        return
    arguments.require_usable(config)
    aim = options.read(config.option)
    if not aim.checks:
        # Nothing is checked, so nothing is spread over workers and no report is begun.
        config.option.dist, config.option.tx, config.option.numprocesses = "no", [], None
    course = Course(aim, config.option.run_seed, narrowing(config))
    claim = Claim(course.aim, course.identity)
    if aim.checks:
        claim.take(course.kept)
        signals.end_in_order()
        for writer in writers():
            writer.configure(config, aim.directory)
    controller = _controller(config, course, claim)
    config.stash[_CONTROLLER] = controller
    config.pluginmanager.register(controller, "conformance-controller")
    config.pluginmanager.register(Telling(controller), "conformance-telling")
    if aim.checks:
        config.pluginmanager.register(Progress(config), "conformance-progress")
    if not getattr(config.option, "numprocesses", None):
        controller.recorder = _record(config, controller.settings, "main")


def _controller(config: pytest.Config, course: Course, claim: Claim) -> Controller:
    """The controller of the run; where there can be none, run.json says why."""
    try:
        course.begin()
        return Controller(config, course, claim)
    except BaseException as error:
        course.close()
        if not course.aim.plan:
            # A look at the target alone had no report to begin, and leaves no older verdict either.
            with suppress(OSError, pytest.UsageError):
                claim.take()
                claim.tell(str(error) or type(error).__name__)
            claim.release()
        raise


def pytest_unconfigure(config: pytest.Config) -> None:
    controller = config.stash.get(_CONTROLLER, None)
    if controller is not None:
        controller.close()


def _record(config: pytest.Config, settings: Settings, worker: str) -> Recorder:
    recorder = Recorder(settings, worker)
    config.stash[_RECORDER] = recorder
    config.pluginmanager.register(recorder, "conformance-recorder")
    return recorder


def _is_conformance(config: pytest.Config) -> bool:
    """True where the run is of the conformance suite.

    Raises:
        pytest.UsageError: the suite's own tests are asked for in the same run.
    """
    folders = {_top(Path(argument.partition("::")[0])) for argument in config.args}
    if "conformance" in folders and folders != {"conformance"}:
        raise pytest.UsageError("run conformance and tests apart: a certificate covers only one")
    return folders == {"conformance"}


def _top(path: Path) -> str:
    try:
        return path.resolve().relative_to(ROOT).parts[0]
    except (ValueError, IndexError):
        return ""
