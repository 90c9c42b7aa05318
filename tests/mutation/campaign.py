"""Tries the sample: one run with all mutants asleep tells what reaches them, the next ones judge.

Each request bears the requirement of its check, so that one run judges many mutants, each by the
checks of its own requirements; stages and all other checks meet the sound platform.
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
from typing import Any, Final

from tests.mutation.instrument import Mutant
from tests.mutation.judging import Outcome, outcomes, verdicts
from tests.mutation.memory import Memory
from tests.run.suite import ROOT, environment

STARTUP: Final = Path(__file__).parent / "startup"
# A mutant may hang a request, a check, or the run: each has its bound, and a run that was cut off
# has noticed its mutants and judged none.
BOUND_S: Final = 900
CHECK_BOUND_S: Final = 60
# Requirements that judge a mutant in one run, the rarest first; and mutants in one run. More would
# leave too little of a run sound, and what no sound request has proven cannot be judged.
JUDGES: Final = 12
MOST_AT_ONCE: Final = 45
ROUNDS: Final = 4
_UNUSED: Final = ("allure_pytest", "html", "metadata", "randomly")

Run = Mapping[str, Any]
Table = Mapping[str, str]  # which mutant a requirement's requests meet


class BrokenRunError(RuntimeError):
    """A run ended without a report; the text is what it said last."""


@dataclass(frozen=True)
class Reach:
    """The run with all mutants asleep: its verdicts, and what each requirement's checks reach."""

    base: Mapping[str, str]  # verdicts by node id
    requirements: Mapping[str, tuple[str, ...]]  # by key

    def judges(self, key: str) -> tuple[str, ...]:
        """Requirements that can judge a mutant, the rarest first; those of stages cannot."""
        return self.requirements.get(key, ())


def reach(sample: Sequence[Mutant], cache: Path, memory: Memory) -> Reach:
    """Run the whole suite once, with all mutants asleep; not again where that is remembered.

    Raises:
        BrokenRunError: the run left no report.
    """
    if (kept := memory.reached()) is not None:
        return Reach(kept["base"], {key: tuple(each) for key, each in kept["reached"].items()})
    with tempfile.TemporaryDirectory(prefix="mutation-") as directory:
        log = Path(directory) / "reached.txt"
        log.touch()
        run = _run(sample, {}, cache, "-n", "2", log=str(log))
        pairs = {tuple(line.split("\t")) for line in log.read_text("utf-8").splitlines()}
    usable = _usable(run)
    often = Counter(requirement for requirement, _ in pairs)
    found: dict[str, list[str]] = defaultdict(list)
    for requirement, key in sorted(pairs, key=lambda pair: (often[pair[0]], pair)):
        if requirement in usable:
            found[key].append(requirement)
    memory.keep_reached({"base": verdicts(run), "reached": found})
    return Reach(verdicts(run), {key: tuple(names) for key, names in found.items()})


def _usable(run: Run) -> set[str]:
    """Requirements with a check, none of whose requests are those of a stage."""
    kinds = {
        each["id"]: {check["kind"] for check in each["checks"]} for each in run["requirements"]
    }
    return {name for name, found in kinds.items() if "test" in found and "stage" not in found}


def judge(
    sample: Sequence[Mutant],
    reached: Reach,
    judged: Callable[[Table], Mapping[str, Outcome]],
    jobs: int,
    tell: Callable[[str], None],
    *,
    rounds: int = ROUNDS,
) -> dict[str, Outcome]:
    """What became of each mutant that is reached, by key.

    In each round the mutants that are not failed yet meet further requirements of theirs; `judged`
    tells what a run came to in which requirements meet these mutants.
    """
    best: dict[str, Outcome] = {}
    asked: dict[str, int] = {each.key: 0 for each in sample if reached.judges(each.key)}
    for number in range(rounds):
        open_ = [key for key in asked if best.get(key, Outcome.SURVIVED) is not Outcome.FAILED]
        tables = list(packed(open_, asked, reached, JUDGES if not number else 3 * JUDGES))
        tell(f"round {number + 1}: {len(open_)} mutants in {len(tables)} runs")
        with ThreadPoolExecutor(jobs) as pool:
            for found in pool.map(judged, tables):
                for key, outcome in found.items():
                    best[key] = min(best.get(key, Outcome.SURVIVED), outcome)
                tell(f"  {Counter(each.name.lower() for each in best.values())}")
    return best


def packed(
    open_: Iterable[str], asked: dict[str, int], reached: Reach, judges: int
) -> Iterable[dict[str, str]]:
    """Tables in which no requirement judges two mutants; `asked` moves on by what is in them."""
    tables: list[dict[str, str]] = []
    for key in open_:
        names = reached.judges(key)[asked[key] : asked[key] + judges]
        asked[key] += len(names)
        if not names:
            continue
        for table in tables:
            if len(set(table.values())) < MOST_AT_ONCE and not table.keys() & set(names):
                break
        else:
            tables.append(table := {})
        table |= dict.fromkeys(names, key)
    return tables


def judged(
    sample: Sequence[Mutant], reached: Reach, cache: Path, memory: Memory, table: Table
) -> dict[str, Outcome]:
    """What became of the mutants of a run; not run again where that is remembered.

    Raises:
        BrokenRunError: the run left no report.
    """
    if (kept := memory.outcomes(table)) is not None:
        return kept
    chosen = [part for name in table for part in ("--requirement", name)]
    bound = ("-o", f"timeout={CHECK_BOUND_S}")
    try:
        run = _run(sample, table, cache, "-p", "tests.mutation.proven", *bound, *chosen)
        found = outcomes(run, table, reached.base)
    except subprocess.TimeoutExpired:
        found = dict.fromkeys(table.values(), Outcome.NOTICED)
    memory.keep(table, found)
    return found


def _run(
    sample: Sequence[Mutant], table: Table, cache: Path, *arguments: str, log: str | None = None
) -> Run:
    """`run.json` of a run whose platform holds these mutants."""
    keys = {each.key for each in sample}
    awake = keys if log else keys & set(table.values())
    with tempfile.TemporaryDirectory(prefix="mutation-") as directory:
        told = Path(directory) / "mutants.json"
        content = {"chosen": sorted(awake), "by_check": dict(table), "log": log}
        told.write_text(json.dumps(content), encoding="utf-8")
        without = [part for name in _UNUSED for part in ("-p", f"no:{name}")]
        command = [sys.executable, "-m", "pytest", "conformance", "-q", "-p", "no:cacheprovider"]
        done = subprocess.run(
            [*command, "--run-seed", "1", *without, "--report-dir", directory, *arguments],
            cwd=ROOT,
            env=environment(
                G3N_MUTANTS=str(told), PYTHONPATH=str(STARTUP), PYTHONPYCACHEPREFIX=str(cache)
            ),
            capture_output=True,
            text=True,
            timeout=BOUND_S,
            check=False,
        )
        report = Path(directory) / "run.json"
        if not report.exists():
            raise BrokenRunError((done.stdout + done.stderr)[-2000:])
        loaded: Run = json.loads(report.read_text(encoding="utf-8"))
        return loaded
