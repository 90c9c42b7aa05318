"""Tries the sample: one run with all mutants asleep tells what reaches them, the next ones judge.

Each request bears the requirement of its check, so that one run judges many mutants, each by the
checks of its own requirements; stages and all other checks meet the sound platform. What no check
failed so is tried once more alone, in an ordinary run.
"""

import json
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from tests.detection.runs import PLAIN
from tests.mutation import alone
from tests.mutation.instrument import Mutant
from tests.mutation.judging import Met, Outcome, outcomes, verdicts
from tests.mutation.memory import Memory
from tests.run.suite import ROOT, environment

STARTUP: Final = Path(__file__).parent / "startup"
# A mutant may hang a request, a check, or the run: each has its bound. A run that is cut off says
# what it came to so far; the mutants it did not come to are judged in a later one.
BOUND_S: Final = 1800
ALONE_BOUND_S: Final = 420
END_BOUND_S: Final = 120
CHECK_BOUND_S: Final = 60
# Requirements that judge a mutant in one run, the rarest first; and mutants in one run. More would
# leave too little of a run sound, and what no sound request has proven cannot be judged.
JUDGES: Final = 12
MOST_AT_ONCE: Final = 45
ROUNDS: Final = 1
_PROVEN: Final = "tests.mutation.proven"
_UNUSED: Final = ("allure_pytest", "html", "metadata", "randomly")

Run = Mapping[str, Any]
Table = Mapping[str, str]  # which mutant a requirement's requests meet, by name


class BrokenRunError(RuntimeError):
    """A run ended without a report; the text is what it said last."""


@dataclass(frozen=True)
class Reach:
    """The run with all mutants asleep: its verdicts, and what each requirement's checks reach.

    `proofs` are the requirements whose checks, or stages, have proven a mark.
    """

    base: Mapping[str, str]  # verdicts by node id
    requirements: Mapping[str, tuple[str, ...]]  # that can judge it, by name of the mutant
    reaching: Mapping[str, frozenset[str]]  # all that come there, by name of the mutant
    proofs: Mapping[str, frozenset[str]]  # by mark

    def judges(self, name: str) -> tuple[str, ...]:
        """Requirements that can judge a mutant, the rarest first; those of stages cannot."""
        return self.requirements.get(name, ())

    def seeds(self, name: str) -> list[str]:
        """The marks that are proven on a platform with this mutant by what never comes to it."""
        reaching = self.reaching.get(name, frozenset())
        return sorted(mark for mark, provers in self.proofs.items() if provers - reaching)

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """From what a memory keeps."""
        return cls(
            kept["base"],
            {name: tuple(each) for name, each in kept["reached"].items()},
            {name: frozenset(each) for name, each in kept["reaching"].items()},
            {mark: frozenset(each) for mark, each in kept["proofs"].items()},
        )


def reach(sample: Sequence[Mutant], cache: Path, memory: Memory) -> Reach:
    """Run the whole suite once, with all mutants asleep; not again where that is remembered.

    Raises:
        BrokenRunError: the run left no report.
    """
    names = {each.key: each.name for each in sample}
    if (kept := memory.reached(names.values())) is not None:
        return Reach.of(kept)
    with tempfile.TemporaryDirectory(prefix="mutation-") as directory:
        logs = {name: Path(directory) / f"{name}.txt" for name in ("log", "proofs")}
        for path in logs.values():
            path.touch()
        run = _run(sample, {}, cache, "-n", "2", **{name: str(logs[name]) for name in logs})
        pairs = _pairs(logs["log"])
        proofs = _pairs(logs["proofs"])
    usable = _usable(run)
    often = Counter(requirement for requirement, _ in pairs)
    found: dict[str, list[str]] = defaultdict(list)
    for requirement, key in sorted(pairs, key=lambda pair: (often[pair[0]], pair)):
        if requirement in usable:
            found[names[key]].append(requirement)
    told = {
        "base": verdicts(run),
        "reached": found,
        "reaching": _grouped((names[key], requirement) for requirement, key in pairs),
        "proofs": _grouped((mark, requirement) for requirement, mark in proofs),
        "sample": sorted(names.values()),
    }
    memory.keep_reached(told)
    return Reach.of(told)


def _pairs(log: Path) -> set[tuple[str, str]]:
    lines = (line.partition("\t") for line in log.read_text("utf-8").splitlines())
    return {(requirement, what) for requirement, _, what in lines}


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for name, each in sorted(pairs):
        found[name].append(each)
    return dict(found)


def _usable(run: Run) -> set[str]:
    """Requirements with a check, none of whose requests are those of a stage."""
    kinds = {
        each["id"]: {check["kind"] for check in each["checks"]} for each in run["requirements"]
    }
    return {name for name, found in kinds.items() if "test" in found and "stage" not in found}


def judge(
    sample: Sequence[Mutant],
    reached: Reach,
    judged: Callable[[Table], Mapping[str, Met]],
    memory: Memory,
    *,
    by_itself: Callable[[str], Met],
    jobs: int,
    tell: Callable[[str], None],
    rounds: int = ROUNDS,
) -> dict[str, Met]:
    """What became of each mutant that is reached, by name.

    In each round the mutants that are not failed yet meet further requirements of theirs; `judged`
    tells what a run came to in which requirements meet these mutants. At last each that no check
    failed is tried alone: `by_itself` tells what came of it. What `memory` holds of a mutant is
    not asked again.
    """
    names = [each.name for each in sample if reached.judges(each.name)]
    met = {name: memory.met().get(name, Met()) for name in names}
    for number in range(rounds):
        tables = list(packed(met, reached, JUDGES * (1 + 3 * number)))
        tell(f"round {number + 1}: {len(tables)} runs")
        with ThreadPoolExecutor(jobs) as pool:
            for found in pool.map(judged, tables):
                for name, each in found.items():
                    met[name].add(each)
                    memory.keep(name, each)
                tell(f"  {_counted(met)}")
    left = [name for name, each in met.items() if not _is_done(each)]
    tell(f"alone: {len(left)} runs")
    with ThreadPoolExecutor(jobs) as pool:
        for name, of_its_own in zip(left, pool.map(by_itself, left), strict=True):
            met[name].add(of_its_own)
            memory.keep(name, of_its_own)
            tell(f"  {_counted(met)}")
    return met


def _counted(met: Mapping[str, Met]) -> dict[str, int]:
    return dict(Counter(each.outcome.name.lower() for each in met.values()))


def _is_done(met: Met) -> bool:
    return met.outcome is Outcome.FAILED or alone.ALONE in met.judges


def packed(met: Mapping[str, Met], reached: Reach, most: int) -> Iterable[dict[str, str]]:
    """Tables in which no requirement judges two mutants.

    Each mutant that is not failed yet meets up to `most` requirements, less those that judged it.
    """
    tables: list[dict[str, str]] = []
    for name, each in met.items():
        if each.outcome is Outcome.FAILED:
            continue
        judges = [one for one in reached.judges(name)[:most] if one not in each.judges]
        if not judges:
            continue
        for table in tables:
            if len(set(table.values())) < MOST_AT_ONCE and not table.keys() & set(judges):
                break
        else:
            tables.append(table := {})
        table |= dict.fromkeys(judges, name)
    return tables


def judged(sample: Sequence[Mutant], reached: Reach, cache: Path, table: Table) -> dict[str, Met]:
    """What the mutants of a run met there.

    Raises:
        BrokenRunError: the run left no report.
    """
    chosen = [part for name in table for part in ("--requirement", name)]
    bound = ("-o", f"timeout={CHECK_BOUND_S}")
    seeds = {each.key: reached.seeds(each.name) for each in sample if each.name in table.values()}
    run = _run(sample, table, cache, *bound, *chosen, seeds=seeds)
    return outcomes(run, table, reached.base)


def judged_alone(sample: Sequence[Mutant], reached: Reach, cache: Path, name: str) -> Met:
    """What an ordinary run came to on a platform that has one mutant."""
    key = next(each.key for each in sample if each.name == name)
    asked = [
        part for each in alone.chosen(reached.judges(name)) for part in ("--requirement", each)
    ]
    bound = ("-o", f"timeout={CHECK_BOUND_S}")
    content = {"chosen": [key], "by_check": {}, "everywhere": key}
    try:
        run = _report(content, alone.__name__, cache, *bound, *asked, bound_s=ALONE_BOUND_S)
    except BrokenRunError:
        return Met({alone.ALONE}, Outcome.NOTICED, "the run ended without a report")
    return alone.met(run)


def _run(
    sample: Sequence[Mutant], table: Table, cache: Path, *arguments: str, **told_more: Any
) -> Run:
    """`run.json` of a run whose platform holds these mutants; `told_more` is told to plugins."""
    keys = {each.name: each.key for each in sample}
    by_check = {requirement: keys[name] for requirement, name in table.items()}
    awake = set(by_check.values()) if table else set(keys.values())
    content = {"chosen": sorted(awake), "by_check": by_check, **told_more}
    return _report(content, _PROVEN, cache, *arguments)


def _report(
    content: Mapping[str, Any],
    plugin: str,
    cache: Path,
    *arguments: str,
    bound_s: float = BOUND_S,
) -> Run:
    """`run.json` of a run whose platform is told this of its mutants."""
    with tempfile.TemporaryDirectory(prefix="mutation-") as directory:
        told = Path(directory) / "mutants.json"
        told.write_text(json.dumps(content), encoding="utf-8")
        without = [part for name in _UNUSED for part in ("-p", f"no:{name}")]
        command = [sys.executable, "-m", "pytest", "conformance", "-q", "-p", "no:cacheprovider"]
        command += ["-p", plugin, *PLAIN]
        said = _ended(
            [*command, "--run-seed", "1", *without, "--report-dir", directory, *arguments],
            environment(
                G3N_MUTANTS=str(told), PYTHONPATH=str(STARTUP), PYTHONPYCACHEPREFIX=str(cache)
            ),
            bound_s,
        )
        report = Path(directory) / "run.json"
        if not report.exists():
            raise BrokenRunError(said[-2000:])
        loaded: Run = json.loads(report.read_text(encoding="utf-8"))
        return loaded


def _ended(command: Sequence[str], variables: Mapping[str, str], bound_s: float) -> str:
    """What a run said; one that is not done in time is asked to end, and reports what it has."""
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=dict(variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            return process.communicate(timeout=bound_s)[0]
        except subprocess.TimeoutExpired:
            process.terminate()
        try:
            return process.communicate(timeout=END_BOUND_S)[0]
        except subprocess.TimeoutExpired:
            process.kill()
            return process.communicate()[0]
