"""Registers the recorder and the controller for a run of `conformance/`, and for nothing else."""

from pathlib import Path
from typing import Any, Final

import pytest

from fixtures.exchange.check import Check
from fixtures.run.session import Session
from reports import html_columns, options
from reports.controller import Controller
from reports.options import ROOT
from reports.recorder import CHECK, SETTINGS, Recorder

_CONTROLLER: Final = pytest.StashKey[Controller]()
_MARKERS: Final = (
    "requirement(*ids): the requirements that the check proves, the one it is named after first",
    "needs(*names): what this parameter set stands on, beyond its requirement",
    "smoke: part of the smoke tier",
    "deep: part of the deep tier only",
    "last: runs after everything else",
    "whole: a test of the suite's own that runs it whole, or against many references",
)
_OUTPUTS: Final = {
    "htmlpath": "pytest.html",
    "xmlpath": "junit.xml",
    "allure_report_dir": "allure-results",
}


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
            settings = config.workerinput[SETTINGS]
            # A worker parses the command line anew, where the directory need not stand.
            config.option.allure_report_dir = settings["allure"]
            _record(config, settings, config.workerinput["workerid"])
        return
    if not _is_conformance(config) or config.option.collectonly:
        return
    aim = options.read(config.option)
    if aim.plan:
        # Nothing is sent, so nothing is spread over workers.
        config.option.dist, config.option.tx, config.option.numprocesses = "no", [], None
    else:
        _set_outputs(config, aim.directory)
    controller = Controller(config, aim)
    config.stash[_CONTROLLER] = controller
    config.pluginmanager.register(controller, "conformance-controller")
    config.pluginmanager.register(html_columns, "conformance-html-columns")
    if not getattr(config.option, "numprocesses", None):
        controller.recorder = _record(config, controller.settings, "main")


def pytest_unconfigure(config: pytest.Config) -> None:
    controller = config.stash.get(_CONTROLLER, None)
    if controller is not None:
        controller.close()


def _record(config: pytest.Config, settings: dict[str, Any], worker: str) -> Recorder:
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


def _set_outputs(config: pytest.Config, directory: Path) -> None:
    """Every report goes to the report directory, unless the command line says otherwise."""
    option: Any = config.option
    for name, file in _OUTPUTS.items():
        if not getattr(option, name, None):
            setattr(option, name, str(directory / file))
    option.self_contained_html = True
    option.clean_alluredir = True
