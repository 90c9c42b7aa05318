"""The command line of a run, and what becomes of it."""

import os
import secrets
import shlex
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from conformance.requirements import Profile, RequirementSet, load
from fixtures.context import layers
from fixtures.exchange import target_file
from fixtures.exchange.target import Target
from fixtures.exchange.target_parts import TargetError
from fixtures.exchange.wording import did_you_mean
from reports import history, shards
from reports.challenge import challenge_of
from reports.history import HISTORY_JSONL
from reports.model import Shard, Waiver
from reports.selection import SMOKE
from reports.waivers import load_waivers

ROOT: Final = Path(__file__).resolve().parent.parent
TIERS: Final = (SMOKE, "certify", "deep")
CELLS: Final = ("auto", "every", "turns")
DEFAULT_PROFILE: Final = "full/2"
_RARER: Final = "conformance"
#: Sends nothing that writes, so it needs no leave to write, and can certify nothing that is made.
READ_ONLY: Final = Profile(
    name="readonly/1", description="One owner account; nothing is written.", needs=frozenset()
)


def add(parser: pytest.Parser) -> None:
    """Declare the options; one whose name another plugin has is `--conformance-NAME`."""
    group = parser.getgroup("conformance", "integration conformance")
    _add(group, "--target", metavar="FILE", help="target file (TOML); default: the reference")
    _add(group, "--target-url", metavar="URL", help="base URL, in place of a target file")
    _add(group, "--operator-url", metavar="URL", help="Lambda endpoint, with --target-url")
    _add(
        group,
        "--profile",
        metavar="NAME",
        help="full/2, full/1, team/2, team/1, solo/1 or readonly/1",
    )
    _add(
        group,
        "--tier",
        choices=TIERS,
        default="certify",
        help="how much to run; smoke looks at the target and runs no check: exit 0 ready, 7 not",
    )
    _add(
        group,
        "--cells",
        choices=CELLS,
        default="auto",
        help="every parameter set of a check, or one of each kind by seed (turns); auto takes turns"
        " where requests are a budget: in tier certify on a target that is not loopback",
    )
    _add(group, "--report-dir", metavar="DIR", default=str(ROOT / "reports" / "out"))
    _add(
        group,
        "--history",
        metavar="DIR",
        help="add the run to the history in this folder: python -m reports history DIR tells it",
    )
    _add(
        group,
        "--challenge",
        metavar="NONCE",
        help="what a reviewer gave: every request bears a digest of it, and verify asks for it",
    )
    _add(group, "--waivers", metavar="FILE", help="known failures somebody answers for (TOML)")
    _add(
        group,
        "--write-waivers",
        metavar="FILE",
        help="after the run, write a waiver file of its failures, to be filled in",
    )
    _add(group, "--run-seed", type=int, metavar="N", help="seed of all that is drawn")
    _add(
        group,
        "--requirement",
        action="append",
        default=[],
        metavar="ID",
        help="only checks that prove this requirement; may be given again",
    )
    _add(
        group,
        "--resume",
        action="store_true",
        help="go on where the run that died in the report directory stopped",
    )
    _add(
        group,
        "--shard",
        metavar="N/M",
        help="only the Nth of M parts, of like size; python -m reports merge puts them together",
    )
    _add(
        group,
        "--no-learn",
        action="store_true",
        help="go by the pages alone, and not by how the target's OpenAPI files spell things",
    )
    _add(group, "--plan", action="store_true", help="tell what would run; send nothing")
    _add(
        group,
        "--probe",
        action="store_true",
        help="only stages and a sample of each operation: print the lines that the target file"
        " lacks and what a person must answer; exit 0 where nothing is missing, else 7",
    )
    _add(
        group,
        "--operator-letter",
        metavar="FILE",
        help="write what an operator must prepare by hand, with names and payloads; send nothing",
    )
    _add(group, "--keep", action="store_true", help="leave what the run made")
    _add(
        group, "--keep-on-failure", action="store_true", help="leave what the run made, if it fails"
    )
    _add(
        group,
        "--reference-args",
        default="",
        metavar="ARGS",
        help="handed on to the embedded reference as they are",
    )


def _add(group: pytest.OptionGroup, name: str, **attrs: Any) -> None:
    try:
        group.addoption(name, **attrs)
    except ValueError:
        group.addoption(f"--{_RARER}-{name.removeprefix('--')}", **attrs)


def _ours(option: Any) -> Any:
    """The options with ours under their own names, whatever another plugin calls so."""
    named, prefix = copy(option), f"{_RARER}_"
    for name, value in vars(option).items():
        if name.startswith(prefix):
            setattr(named, name.removeprefix(prefix), value)
    return named


@dataclass(frozen=True)
class Aim:
    """What the options ask for, validated. `target` is None where the reference is to start."""

    target: Target | None
    profile: Profile
    tier: str
    cells: str
    directory: Path
    waivers: tuple[Waiver, ...]
    seed: int
    plan: bool
    keep: bool
    keep_on_failure: bool
    learns: bool
    reference_args: tuple[str, ...]
    repeat: str
    resume: bool = False
    shard: Shard | None = None
    challenge: str | None = None
    probe: bool = False
    letter: Path | None = None

    @property
    def reads_only(self) -> bool:
        """Whether nothing may leave that writes."""
        return self.profile.name == READ_ONLY.name

    @property
    def checks(self) -> bool:
        """Whether checks are run: a plan sends nothing, smoke and a probe only look around."""
        return not (self.plan or self.probe or self.tier == SMOKE)

    def takes_turns(self, target: Target) -> bool:
        """Whether parameter sets take turns by seed, in place of all being tried."""
        if self.cells == "auto":
            return self.tier == "certify" and not target.is_loopback
        return self.cells == "turns"


def read(option: Any) -> Aim:
    """The aim of the run.

    Raises:
        pytest.UsageError: an option, or a file it names, cannot be used.
    """
    requirements, option = load(), _ours(option)
    try:
        target = _target(option)
        waivers = _waivers(option.waivers, requirements)
    except (TargetError, ValueError) as error:
        raise pytest.UsageError(str(error)) from None
    _known(option.requirement, requirements)
    _readable_history(option)
    _unwritten("--write-waivers", option.write_waivers)
    _unwritten("--operator-letter", option.operator_letter)
    name = option.profile or (target and target.profile) or DEFAULT_PROFILE
    return Aim(
        target=target,
        profile=_profile(requirements, name),
        tier=option.tier,
        cells=option.cells,
        directory=_writable(Path(option.report_dir)),
        waivers=waivers,
        seed=option.run_seed if option.run_seed is not None else secrets.randbelow(2**32),
        plan=option.plan or bool(option.operator_letter),
        keep=option.keep,
        keep_on_failure=option.keep_on_failure,
        learns=not option.no_learn,
        reference_args=tuple(shlex.split(option.reference_args)),
        repeat=_repeat(option),
        resume=option.resume,
        shard=_shard(option),
        challenge=challenge_of(option.challenge) if option.challenge else None,
        probe=option.probe,
        letter=Path(option.operator_letter) if option.operator_letter else None,
    )


def _shard(option: Any) -> Shard | None:
    if option.shard is None:
        return None
    if option.run_seed is None and not option.resume:
        raise pytest.UsageError("--shard needs --run-seed N, the same for all shards of a run")
    try:
        return shards.parse(option.shard)
    except ValueError as error:
        raise pytest.UsageError(str(error)) from None


def _target(option: Any) -> Target | None:
    # A plan sends nothing, a look sends nothing that lasts.
    reads = (
        option.plan
        or option.operator_letter
        or option.tier == SMOKE
        or option.profile == READ_ONLY.name
    )
    if option.target and option.target_url:
        raise TargetError("give --target or --target-url, not both")
    if option.operator_url and not option.target_url:
        raise TargetError("--operator-url goes with --target-url")
    if option.target:
        target = target_file.read(Path(option.target), reading_only=True)
        if not reads and (option.profile or target.profile) != READ_ONLY.name:
            target_file.require_leave(target, option.target)
        if wrong := layers.problem_of_given(target.given):
            raise TargetError(f"{option.target}: {wrong}")
        if option.operator_letter:
            return target
        # A secret that is missing is told now, and not by the first check that needs it.
        for account in (target.actors.owner, target.actors.member, target.actors.stranger):
            _ = account and account.passcode()
        _ = target.queue and target.queue.secrets()
        _ = target.network.secrets()
        if target.base_url.startswith("https:"):
            _ = target.network.trust()
        return target
    if option.target_url:
        data = {"base_url": option.target_url, "operator_url": option.operator_url}
        given = {key: value for key, value in data.items() if value}
        return target_file.build(given, "--target-url", reading_only=reads)
    return None


def _readable_history(option: Any) -> None:
    """Before the first request: a night's run is not to end with a history that takes no line."""
    if option.history and not option.plan:
        directory = Path(option.history)
        try:
            directory.mkdir(parents=True, exist_ok=True)
            if (directory / HISTORY_JSONL).exists():
                history.read(directory)
        except OSError as error:
            raise pytest.UsageError(f"--history {directory}: {error.strerror}") from None
        except ValueError as error:
            raise pytest.UsageError(str(error)) from None


def _known(asked: list[str], requirements: RequirementSet) -> None:
    known = [requirement.id for requirement in requirements.requirements]
    for each in asked:
        if each not in known:
            raise pytest.UsageError(f"unknown requirement {each!r}{did_you_mean(each, known)}")


def _unwritten(option: str, path: str | None) -> None:
    """A file that is there is somebody's work, and is not written over."""
    if path and Path(path).exists():
        raise pytest.UsageError(f"{path} is there already: {option} writes a new file")
    if path and not Path(path).absolute().parent.is_dir():
        raise pytest.UsageError(f"{path}: no such folder for {option} to write into")


def _profile(requirements: RequirementSet, name: str) -> Profile:
    if name == READ_ONLY.name:
        return READ_ONLY
    try:
        return requirements.profile(name)
    except KeyError:
        known = ", ".join(each.name for each in (*requirements.profiles, READ_ONLY))
        raise pytest.UsageError(f"unknown profile {name!r}: choose one of {known}") from None


def _waivers(path: str | None, requirements: RequirementSet) -> tuple[Waiver, ...]:
    return load_waivers(Path(path), requirements.requirements) if path else ()


def _writable(directory: Path) -> Path:
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise pytest.UsageError(
            f"report directory {directory} cannot be made: {error.strerror}; choose another "
            "with --report-dir"
        ) from None
    if not os.access(directory, os.W_OK | os.X_OK):
        raise pytest.UsageError(
            f"report directory {directory} is not writable: choose another with --report-dir"
        )
    return directory


def _repeat(option: Any) -> str:
    """The options that repeat this run's aim, for failure messages."""
    given = {
        "--target": option.target,
        "--target-url": option.target_url,
        "--operator-url": option.operator_url,
        "--profile": option.profile,
        "--reference-args": option.reference_args,
    }
    given["--report-dir"] = _of_repeats(option.report_dir)
    told = "".join(f" {name}={shlex.quote(value)}" for name, value in given.items() if value)
    return f"{told} --no-learn" if option.no_learn else told


def _of_repeats(directory: str) -> str:
    """Where a repeated check reports: not over the run that it comes from."""
    there = Path(directory)
    near = there.relative_to(ROOT) if there == ROOT / "reports" / "out" else there
    return str(near / "repeat")
