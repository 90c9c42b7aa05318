"""`python -m tests.mutation.checks`: how many weakened checks are noticed, and by what.

A weakened check is noticed by a certification, where it no longer meets its requirement on the
sound platform, or by the detection run, where a defect that it caught before gets by.
"""

import argparse
import os
import shutil
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Final

from reports.detection import Row, rows
from tests import campaigns
from tests.campaigns import say
from tests.detection.judging import Ran, checks_of, verdict
from tests.detection.runs import Runner
from tests.detection.together import run_meeting
from tests.mutation import weakened
from tests.mutation.weakened import Weakened
from tests.run.suite import ROOT

FILE: Final = Path(__file__).with_name("checks.json")
# Defects that a check is asked for, at most: one that gets by is enough.
_DEFECTS: Final = 4
# Checks in one run, each with a defect of its own, and such runs: a defect that ends the work of
# others spoils the run for them, and they are judged one by one.
_AT_ONCE: Final = 50
_TURNS: Final = 2
_PASS: Final = "pass"
_FOLDERS: Final = ("conformance", "fixtures", "reports")
_FILES: Final = ("conftest.py", "pyproject.toml")
_LEFT_OUT: Final = shutil.ignore_patterns("__pycache__", "out")
_edits = count(1)

# The defects that a weakened check was seen to catch, by the check.
Caught = defaultdict[str, set[str]]


@dataclass(frozen=True)
class Copy:
    """A copy of the tree, in which one thing at a time is weakened."""

    runner: Runner

    @contextmanager
    def holding(self, *chosen: Weakened) -> Iterator[None]:
        """The copy with these in it, and after it as it was."""
        modules = {each.module for each in chosen}
        try:
            weakened.write(chosen, self.runner.root)
            self._touch(modules)
            yield
        finally:
            for module in modules:
                shutil.copy(ROOT / module, self.runner.root / module)
            self._touch(modules)

    def verdicts(
        self, checks: Iterable[str], defects: Mapping[str, str]
    ) -> dict[str, set[tuple[str, str]]]:
        """Requirements and verdicts of these checks, by check, whose requests meet these defects.

        Raises:
            BrokenRunError: the run left no report.
        """
        run = run_meeting(self.runner, defects, *dict.fromkeys(checks), "--no-learn")
        by_rule: dict[tuple[str, str], list[Ran]] = defaultdict(list)
        for each in checks_of(run):
            by_rule[each.function, each.requirement].append(each)
        found: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for (function, requirement), ran in by_rule.items():
            found[function].add((requirement, verdict(ran)))
        return found

    def _touch(self, modules: Iterable[str]) -> None:
        # What is compiled is told from what was by whole seconds: each edit gets one of its own.
        for module in modules:
            at = 1_000_000_000 + next(_edits)
            os.utime(self.runner.root / module, (at, at))


@contextmanager
def copies(number: int) -> Iterator[list[Copy]]:
    """Copies of what a run needs of the tree."""
    with tempfile.TemporaryDirectory(prefix="weakened-") as directory:
        roots = [Path(directory) / f"copy-{index}" for index in range(number)]
        for root in roots:
            for name in _FOLDERS:
                shutil.copytree(ROOT / name, root / name, ignore=_LEFT_OUT)
            for name in _FILES:
                shutil.copy(ROOT / name, root / name)
        yield [Copy(Runner(root / "cache", root)) for root in roots]


def table() -> dict[str, list[Row]]:
    """The rows of the table of detection by check, the failures first."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in sorted(rows(), key=lambda each: each.verdict != "fail"):
        found[f"conformance/{row.check}"].append(row)
    return found


def judge(
    sample: Sequence[Weakened], kept: Mapping[str, str], memory: Path, jobs: int
) -> dict[str, str]:
    """What notices each of the sample, by name: "certification", the name of a defect, or "".

    What `kept` tells is not asked again.
    """
    known, found = table(), dict(kept)

    def note(one: Weakened, by: str) -> None:
        found[one.name] = by
        campaigns.keep(memory, {"name": one.name, "by": by})
        say(f"{by or 'SURVIVED':40} {one.function} [{one.operator}]")

    left = [one for one in sample if one.name not in kept]
    caught: Caught = defaultdict(set)
    with copies(jobs + 1) as (weak, *whole):
        for first in range(0, len(left), _AT_ONCE):
            part = left[first : first + _AT_ONCE]
            for one, by in _together(weak, whole[0], part, known, caught):
                note(one, by)
        alone = [one for one in left if one.name not in found]
        say(f"{len(alone)} to be judged one by one")
        open_rows = {one.check: _open(one, known, caught) for one in alone}
        for one, by in _shared(whole, alone, open_rows, jobs):
            note(one, by)
    return found


def _open(one: Weakened, known: Mapping[str, Sequence[Row]], caught: Caught) -> list[Row]:
    """Rows of which it is not known yet whether the weakened check still catches the defect."""
    asked = known.get(one.check, ())[:_DEFECTS]
    return [row for row in asked if row.defect not in caught[one.check]]


def _together(
    weak: Copy,
    whole: Copy,
    part: Sequence[Weakened],
    known: Mapping[str, Sequence[Row]],
    caught: Caught,
) -> Iterator[tuple[Weakened, str]]:
    """Those that runs of many checks at once tell: each check meets a defect of its own.

    `caught` learns which defects the weakened checks catch all the same.
    """
    left = {one.check: one for one in part}
    with weak.holding(*part):
        sound = weak.verdicts(left, {})
        for check in list(left):
            if any(verdict != _PASS for _, verdict in sound[check]):
                yield left.pop(check), "certification"
        for turn in range(_TURNS):
            rows = _assigned(left, known, turn)
            given = {row.requirement: row.defect for row in rows.values()}
            nodes = list(rows)
            if not nodes:
                return
            with ThreadPoolExecutor(2) as pool:
                asked = [pool.submit(copy.verdicts, nodes, given) for copy in (whole, weak)]
                before, after = (each.result() for each in asked)
            for check, row in rows.items():
                told = (row.requirement, row.verdict)
                if told in before[check] and told in after[check]:
                    caught[check].add(row.defect)
                elif told in before[check]:
                    yield left.pop(check), row.defect


def _assigned(
    checks: Iterable[str], known: Mapping[str, Sequence[Row]], turn: int
) -> dict[str, Row]:
    """A row for each check, of requirements that no other one has in this turn."""
    found: dict[str, Row] = {}
    taken: set[str] = set()
    for check in checks:
        for row in known.get(check, ())[turn : turn + 1]:
            if row.requirement not in taken:
                taken.add(row.requirement)
                found[check] = row
    return found


def _shared(
    whole: Sequence[Copy], alone: Sequence[Weakened], known: Mapping[str, Sequence[Row]], jobs: int
) -> Iterator[tuple[Weakened, str]]:
    free: SimpleQueue[Copy] = SimpleQueue()
    for each in whole:
        free.put(each)

    def tried(one: Weakened) -> tuple[Weakened, str]:
        copy = free.get()
        try:
            return one, noticed_by(copy, one, known.get(one.check, ()))
        finally:
            free.put(copy)

    with ThreadPoolExecutor(jobs) as pool:
        yield from pool.map(tried, alone)


def noticed_by(copy: Copy, one: Weakened, known: Sequence[Row]) -> str:
    """The defect that gets by a weakened check, each tried in a run of its own; or ""."""
    with copy.holding(one):
        for row in known:
            run = copy.runner.run(
                one.check, "--no-learn", "--reference-args", f"--defect {row.defect}"
            )
            own = [each for each in checks_of(run) if each.function == one.check]
            if (
                verdict([each for each in own if each.requirement == row.requirement])
                != row.verdict
            ):
                return row.defect
    return ""


def told(sample: Sequence[Weakened], found: Mapping[str, str]) -> dict[str, Any]:
    """The content of the results file."""
    listed = [
        {
            "check": one.check.removeprefix("conformance/"),
            "operator": one.operator,
            "before": one.before[:200],
            "after": one.after[:200],
            "noticed_by": found[one.name],
        }
        for one in sample
    ]
    noticed = sum(1 for row in listed if row["noticed_by"])
    return {
        "measured_on": campaigns.today(),
        "seed": weakened.SEED,
        "counts": {"noticed": noticed, "survived": len(listed) - noticed},
        "weakened": listed,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when the sample was tried."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation.checks", description=__doc__)
    parser.add_argument("--size", type=int, default=weakened.SIZE, metavar="N")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="runs at a time")
    parser.add_argument("--memory", metavar="FILE", help="go on with what this file holds")
    parser.add_argument("--again", action="store_true", help="judge anew what survived so far")
    parser.add_argument("--write", action="store_true", help="write the results file")
    options = parser.parse_args(arguments)
    sample = weakened.drawn(weakened.all_weakened(), options.size)
    with tempfile.NamedTemporaryFile(prefix="weakened-", suffix=".jsonl") as file:
        memory = Path(options.memory or file.name)
        kept = remembered(memory, again=options.again)
        content = told(sample, judge(sample, kept, memory, options.jobs))
    say(f"{content['counts']}; {dict(Counter(each.operator for each in sample))}")
    if options.write:
        campaigns.write(FILE, content)
    return 0


def remembered(memory: Path, *, again: bool) -> dict[str, str]:
    """What an earlier call found, by name; with `again` only what was noticed."""
    entries = campaigns.kept(memory)
    return {each["name"]: each["by"] for each in entries if each["by"] or not again}


if __name__ == "__main__":
    sys.exit(main())
