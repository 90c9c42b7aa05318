"""Runs checks over what is given to them, and writes every format of the run that they make.

The checks of a platform send requests and need a session for it. Those of a calling client look at
traffic that is there already: what was given is a fixture of theirs, and nothing is sent.
"""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from fixtures.exchange.check import Check
from fixtures.exchange.redaction import Vault
from reports import results, traffic
from reports.assemble import assemble
from reports.collected import Collected, ProfileLike, RequirementLike, RequirementSetLike
from reports.files import EXCHANGES_JSONL, RUN_JSON, ExchangeLog, read_run, write_text
from reports.model import CheckResult, Scope, Waiver
from reports.retelling import QUIET
from reports.verdicts_of_tests import judged, stamped, tell, under_waiver, unrecorded_failure
from reports.waivers import in_force
from reports.writers import write_all, writers
from reports.writers.writer import Finished, Writer

_CHECK: Final = pytest.StashKey[Check]()


@dataclass(frozen=True, kw_only=True)
class Examination:
    """What is checked, by which checks, and what the run says of itself.

    `checks` is the file of the checks, each with a parameter set that is named as its rule;
    `given` is what their fixture `given` gives; `exchanges` are lines of exchanges.jsonl; `options`
    are values of pytest's options that formats ask for.
    """

    checks: Path
    rules: RequirementSetLike
    profile: ProfileLike
    scope: Scope
    given: Any
    exchanges: tuple[str, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    options: Mapping[str, object] = field(default_factory=dict)
    repeat: str = ""


def examine(examination: Examination, directory: Path, *, formats: bool = True) -> Finished:
    """Run the checks, and write all formats into `directory`; without `formats` the log alone.

    Raises:
        ValueError: the directory holds a run of another kind, or a plugin did not end well.
    """
    _refuse_another_kind(directory, examination.scope)
    engine = _Engine(examination, directory, writers() if formats else ())
    status = pytest.main([*QUIET, str(examination.checks)], plugins=[engine])
    if engine.finished is None or status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise ValueError(f"{directory}: the reports could not be written (pytest: {status})")
    return engine.finished


def _refuse_another_kind(directory: Path, scope: Scope) -> None:
    """Raises ValueError where the outputs of a run of another kind lie there."""
    if (directory / RUN_JSON).exists():
        there = read_run(directory).scope.target_kind
        if "client" in {there, scope.target_kind} and there != scope.target_kind:
            raise ValueError(f"{directory} holds the run of a {there}: choose another --report-dir")


class _Engine:
    """A plugin of pytest's: gives the checks what they look at, and keeps what they came to."""

    def __init__(
        self, examination: Examination, directory: Path, formats: Sequence[Writer]
    ) -> None:
        self._of, self._directory, self._formats = examination, directory, formats
        self._rules = {rule.id: rule for rule in examination.rules.requirements}
        scope = examination.scope
        self._today = datetime.now(UTC).date()
        self._waived = in_force(examination.waivers, scope.host, scope.target_kind, self._today)
        self._vault = Vault()
        self._tests: list[CheckResult] = []
        self.finished: Finished | None = None

    @pytest.fixture(scope="session")
    def given(self) -> Any:
        """What the checks look at."""
        return self._of.given

    @pytest.fixture
    def check(self, request: pytest.FixtureRequest) -> Check:
        """The context of the check: its rule, its findings, its exchanges."""
        found: Check = request.node.stash[_CHECK]
        return found

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        for name, value in self._of.options.items():
            setattr(config.option, name, value)
        for writer in self._formats:
            writer.configure(config, self._directory)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        item.stash[_CHECK] = Check(item.nodeid, self._rule(item), self._of.repeat)

    # Innermost of all wrappers, as the recorder's: others see what is judged already.
    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        error = call.excinfo.value if call.excinfo else None
        if error is not None or call.when == "call":
            rule = self._rule(item)
            found = judged(error, item.stash.get(_CHECK, None), [rule.id])
            report.user_properties.append(("step", str(rule.step)))
            tell(item, report, error, under_waiver(found, self._waived), self._vault)
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        judgement = stamped(report)
        if judgement is None and report.failed:
            judgement = unrecorded_failure(report)
        if judgement is not None:
            self._tests += results.of_test(report, judgement)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self) -> Generator[None, object, object]:
        of = self._of
        path = self._directory / EXCHANGES_JSONL
        write_text(path, "".join(f"{line}\n" for line in of.exchanges))
        log = ExchangeLog(path)
        collected = Collected(
            scope=of.scope,
            requirements=of.rules,
            profile=of.profile,
            today=self._today,
            exchanges=log,
            traffic=traffic.count(log),
            tests=tuple(self._tests),
            waivers=of.waivers,
        )
        told = Finished(assemble(collected), collected, self._directory)
        self.finished = write_all(told) if self._formats else told
        return (yield)

    def _rule(self, item: pytest.Item) -> RequirementLike:
        """The rule that the parameter set of a check is named as."""
        return self._rules[item.name.partition("[")[2].removesuffix("]")]
