"""`python -m tests.detection.crowds`: platforms with many defects at once are never conformant.

Each crowd holds a defect that by itself fails a documented MUST. Of its run every MUST that a
defect of the crowd fails by itself has to be failed or left open; one that is met was hidden.
"""

import argparse
import random
import sys
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from conformance.requirements import load
from reports.detection import RESULTS, Row, rows
from reports.verdict import Verdict
from tests import campaigns
from tests.campaigns import say
from tests.detection.defects import INVARIANTS
from tests.detection.runs import PLAIN, BrokenRunError, Runner, runner
from tests.detection.trials import WATCHED

FILE: Final = RESULTS.with_name("crowds.json")
COUNT: Final = 200
SMALLEST: Final = 2
LARGEST: Final = 40
_CONFORMANT: Final = "CONFORMANT"


@dataclass(frozen=True)
class Told:
    """What the run of a crowd came to; `hidden` are MUSTs that it met all the same."""

    defects: tuple[str, ...]
    verdict: str
    failed: int
    open: int
    hidden: tuple[str, ...]

    @property
    def wrong(self) -> bool:
        return self.verdict == _CONFORMANT or bool(self.hidden)


def broken_by(results: Iterable[Row], musts: Collection[str]) -> dict[str, frozenset[str]]:
    """The documented MUSTs that each defect fails by itself, by its name."""
    found: dict[str, set[str]] = {}
    for row in results:
        if row.verdict == Verdict.FAIL and row.requirement in musts:
            found.setdefault(row.defect, set()).add(row.requirement)
    return {name: frozenset(each) for name, each in found.items()}


def drawn(
    names: Sequence[str], breaking: Collection[str], count: int, seed: int
) -> Iterator[tuple[str, ...]]:
    """Sets of 2 to 40 defects with one that breaks a MUST; half of them hold fewer than nine."""
    draw = random.Random(seed)  # noqa: S311 - a draw of tests, not a secret
    for _ in range(count):
        size = round(SMALLEST * (LARGEST / SMALLEST) ** draw.random())
        first = draw.choice(sorted(breaking))
        others = draw.sample([name for name in names if name != first], size - 1)
        yield tuple(sorted([first, *others]))


def seeing(results: Iterable[Row]) -> dict[str, tuple[str, ...]]:
    """The checks that each defect was seen by, by its name; what answers are watched in, too."""
    found: dict[str, dict[str, None]] = {}
    for row in results:
        nodes = found.setdefault(row.defect, {})
        node = f"conformance/{row.check}"
        nodes.update(dict.fromkeys(WATCHED if node.startswith(INVARIANTS) else (node,)))
    return {name: tuple(nodes) for name, nodes in found.items()}


def attempt(
    runs: Runner,
    seen_by: Mapping[str, Sequence[str]],
    broken: Mapping[str, frozenset[str]],
    crowd: Sequence[str],
) -> Told:
    """Run the checks that see these defects one by one against a platform with all of them."""
    checks = dict.fromkeys(node for name in crowd for node in seen_by[name])
    options = " ".join(f"--defect {name}" for name in crowd)
    try:
        run = runs.run(*checks, *PLAIN, "--reference-args", options)
    except BrokenRunError:
        return Told(tuple(crowd), "no report", 0, 0, ())
    return judged(crowd, run, set().union(*(broken.get(name, set()) for name in crowd)))


def judged(crowd: Sequence[str], run: Mapping[str, Any], must: Collection[str]) -> Told:
    """What a run says of a crowd whose defects break these MUSTs one by one."""
    asked = {each["id"]: each["verdict"] for each in run["requirements"] if each["checks"]}
    met = tuple(sorted(name for name in must if asked.get(name) == Verdict.PASS))
    failed = sum(1 for verdict in asked.values() if verdict == Verdict.FAIL)
    still_open = sum(1 for verdict in asked.values() if verdict not in {Verdict.FAIL, Verdict.PASS})
    return Told(tuple(crowd), run["verdict"], failed, still_open, met)


def main(arguments: Sequence[str] | None = None) -> int:
    """0 where no crowd is conformant and none hides a breach, else 1."""
    options = _parser().parse_args(arguments)
    seen_by = seeing(rows())
    broken = broken_by(rows(), {each.id for each in load().requirements if each.counts})
    crowds = drawn(list(seen_by), broken, options.count, options.seed)
    with tempfile.NamedTemporaryFile(prefix="crowds-", suffix=".jsonl") as file, runner() as runs:
        memory = Path(options.memory or file.name)
        told = list(_all(partial(attempt, runs, seen_by, broken), crowds, memory, options.jobs))
    wrong = [each for each in told if each.wrong]
    say(f"{len(told)} crowds, {len(wrong)} of them wrong")
    if options.write:
        campaigns.write_draws(FILE, "crowds", told, options.seed)
    return 1 if wrong else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.detection.crowds", description=__doc__)
    parser.add_argument("--count", type=int, default=COUNT, metavar="N", help="crowds to draw")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the draw")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="runs at a time")
    parser.add_argument("--memory", metavar="FILE", help="go on with what this file holds")
    parser.add_argument("--write", action="store_true", help="write the results file")
    return parser


def _all(
    attempted: partial[Told], crowds: Iterable[tuple[str, ...]], memory: Path, jobs: int
) -> Iterator[Told]:
    kept = {each.defects: each for each in remembered(memory)}

    def tried(crowd: tuple[str, ...]) -> Told:
        if crowd in kept:
            return kept[crowd]
        told = attempted(crowd)
        campaigns.keep(memory, asdict(told))
        return told

    with ThreadPoolExecutor(jobs) as pool:
        for told in pool.map(tried, crowds):
            hidden = f"  HIDDEN {', '.join(told.hidden)}" if told.hidden else ""
            say(f"{len(told.defects):2} defects: {told.verdict}, {told.failed} failed{hidden}")
            yield told


def remembered(memory: Path) -> Iterator[Told]:
    """What an earlier call has found."""
    for entry in campaigns.kept(memory):
        yield Told(
            **{**entry, "defects": tuple(entry["defects"]), "hidden": tuple(entry["hidden"])}
        )


if __name__ == "__main__":
    sys.exit(main())
