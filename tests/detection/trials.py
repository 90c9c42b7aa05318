"""Start the reference with a defect, ask the checks that must notice, and tell what they said."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, NamedTuple

from tests.detection.defects import INVARIANTS, Defect
from tests.detection.judging import Finding, Ran, Result, alarms, checks_of, result, verdict
from tests.detection.runs import PLAIN, BrokenRunError, Runner

# What watchers look at: answers of every service, accepted and refused, and all that is secret.
WATCHED: Final = (
    "conformance/step01_credentials/test_sessions.py::test_wrong_passcode_is_refused",
    "conformance/step01_credentials/test_sessions.py::test_credential_check_names_the_user",
    "conformance/step01_credentials/test_keys.py::test_key_list_never_holds_the_secret",
    "conformance/step01_credentials/test_users.py::test_session_get_returns_the_session_that_asks",
    "conformance/step03_association/test_association.py::test_stranger_is_not_associated",
    "conformance/step03_association/test_association.py::test_member_is_associated",
    "conformance/step04_organization/test_orgs.py::test_owner_reads_the_org",
    "conformance/step04_organization/test_orgs.py::test_health_needs_no_credential",
    "conformance/step04_organization/test_keys.py::test_key_without_a_view_role_does_not_read",
)


class Told(NamedTuple):
    """What one defect led to."""

    defect: Defect
    findings: tuple[Finding, ...]
    others: tuple[str, ...]
    blast: bool
    said: str

    @property
    def result(self) -> Result:
        """The worst of its findings: a defect is caught where every finding says so."""
        wrong = [each.result for each in self.findings if each.result is not Result.CAUGHT]
        return wrong[0] if wrong else Result.CAUGHT


class Trials:
    """Tries defects. The checks they name are first run on a platform without any."""

    def __init__(self, runner: Runner, defects: Sequence[Defect], jobs: int = 1) -> None:
        self.runner = runner
        self.defects = defects
        self.quiet = _quiet(runner, defects, jobs)

    def tell(self, defects: Iterable[Defect], jobs: int) -> Iterable[Told]:
        """What each of these led to by itself, in order."""
        with ThreadPoolExecutor(jobs) as pool:
            yield from pool.map(self._try, defects)

    def judged(self, defect: Defect, ran: Sequence[Ran]) -> Told:
        """What these checks, which have all met the defect, say of it."""
        findings = tuple(self._finding(defect, name, ran) for name in defect.requirements)
        others, blast = alarms(ran, defect.requirements)
        own = [each.message for each in ran if each.requirement in defect.requirements]
        return Told(defect, findings, tuple(others), blast, next(filter(None, own), ""))

    def _try(self, defect: Defect) -> Told:
        try:
            chosen = selection(defect, self.runner)
            broken = self.runner.against(f"--defect {defect.name}")
            run = self.runner.run(*chosen, *PLAIN, *broken)
        except BrokenRunError as error:
            nothing = self._finding(defect, defect.requirement, [])
            return Told(defect, (nothing,), (), True, f"{error}")
        return self.judged(defect, checks_of(run))

    def _finding(self, defect: Defect, requirement: str, ran: Sequence[Ran]) -> Finding:
        functions = _checks(defect, requirement, self.runner)
        own, quiet = (
            [r for r in each if r.requirement == requirement and r.function in functions]
            for each in (ran, self.quiet)
        )
        told = result(own, quiet)
        check = next((r.function for r in own if r.verdict.value == verdict(own)), functions[0])
        return Finding(defect.name, defect.family, requirement, check, verdict(own), told)


def _quiet(runner: Runner, defects: Sequence[Defect], jobs: int) -> list[Ran]:
    """What the checks that any of these defects names say of a platform without any."""
    chosen = list(dict.fromkeys(node for each in defects for node in selection(each, runner)))
    size = -(-len(chosen) // jobs)
    parts = [chosen[first : first + size] for first in range(0, len(chosen), size)]
    with ThreadPoolExecutor(jobs) as pool:
        runs = pool.map(lambda part: runner.run(*part, *PLAIN), parts)
        return [ran for run in runs for ran in checks_of(run)]


def selection(defect: Defect, runner: Runner) -> Sequence[str]:
    """What to run so that the checks which have to notice the defect take place."""
    named = [node for name in defect.requirements for node in _checks(defect, name, runner)]
    watched = any(node.startswith(INVARIANTS) for node in named)
    tests = [node for node in named if not node.startswith(INVARIANTS)]
    return [*dict.fromkeys(tests), *(WATCHED if watched else ())]


def _checks(defect: Defect, requirement: str, runner: Runner) -> tuple[str, ...]:
    """The named check, or for a further requirement whatever proves it."""
    if requirement == defect.requirement:
        return (defect.caught_by,)
    if requirement.startswith("ENV-"):
        return (f"{INVARIANTS}::{requirement}",)
    return runner.functions()[requirement]
