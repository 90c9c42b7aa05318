"""`python -m tests.detection.permitted`: platforms with several permitted differences at once.

Each combination of variants is tried on a drawn slice of the checks, as a target that nobody has
special knowledge of. No requirement may fail there, and a documented MUST stays undecided only
where a variant of the combination says why. What is wrong is traced to the variants that do it.
"""

import argparse
import random
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from conformance.requirements import load
from reports.detection import RESULTS
from reports.verdict import Verdict
from tests import campaigns
from tests.campaigns import say
from tests.detection import variants
from tests.detection.runs import WITHOUT_CANARY, BrokenRunError, Runner, runner
from tests.run.suite import ROOT

FILE: Final = RESULTS.with_name("permitted.json")
COUNT: Final = 200
LARGEST: Final = 8
LARGEST_SEED: Final = 1_000_000
# A slice has from an eighth to a fifth of the files.
NARROW, WIDE = 8, 5
LISTS: Final = "conformance/stack/test_lists.py"
FAILED: Final = "fail"
UNDECIDED: Final = "undecided"
NO_REPORT: Final = "no report"
# How a run tells that a value of its own is to blame.
_MADE_UP: Final = re.compile(
    r"value the run makes up|made up by the run|no accepted sample with|values of our deduction"
)
_OPEN: Final = frozenset({Verdict.INCONCLUSIVE, Verdict.BLOCKED, Verdict.ADVISORY})


@dataclass(frozen=True)
class Trial:
    """Variants that one platform has at once, and the files of checks it is asked by.

    Parameter sets take turns by `seed`, as they do against a platform that nobody knows; without a
    seed every one is asked.
    """

    variants: tuple[str, ...]
    files: tuple[str, ...]
    seed: int | None = None


@dataclass(frozen=True)
class Finding:
    """A requirement that a permitted platform failed, or that was left open without a reason.

    `kind` is `fail`, `undecided` or `no report`; `guilty` is the smallest set of variants found
    that does it, empty where the platform without any has it too.
    """

    kind: str
    requirement: str
    check: str
    said: str
    guilty: tuple[str, ...] = ()


@dataclass(frozen=True)
class Told:
    """What the run of a combination came to."""

    trial: Trial
    verdict: str
    decided: int
    findings: tuple[Finding, ...]

    @property
    def wrong(self) -> bool:
        return bool(self.findings)


Run = Callable[[Sequence[str], Sequence[str]], Mapping[str, Any]]
# The same, told first by which seed parameter sets take turns, if they do.
Asked = Callable[[int | None, Sequence[str], Sequence[str]], Mapping[str, Any]]


def drawn(
    catalogue: Sequence[variants.Variant], files: Sequence[str], count: int, seed: int
) -> Iterator[Trial]:
    """Combinations of one to eight variants that exclude none of each other, with a slice each."""
    draw = random.Random(seed)  # noqa: S311 - a draw of tests, not a secret
    for _ in range(count):
        chosen = _compatible(draw, catalogue, draw.randint(1, LARGEST))
        size = draw.randint(len(files) // NARROW, len(files) // WIDE)
        first = draw.randrange(len(files))
        taken = [files[(first + place) % len(files)] for place in range(size)]
        yield Trial(chosen, tuple(sorted(taken)), draw.randint(1, LARGEST_SEED))


def alone(catalogue: Sequence[variants.Variant]) -> Iterator[Trial]:
    """Each variant by itself, on what sees most of it and on lists."""
    for each in catalogue:
        yield Trial((each.name,), tuple(dict.fromkeys((*each.seen_by, LISTS))))


def _compatible(
    draw: random.Random, catalogue: Sequence[variants.Variant], size: int
) -> tuple[str, ...]:
    chosen: list[variants.Variant] = []
    for each in draw.sample(catalogue, len(catalogue)):
        if len(chosen) < size and not any(excluded(each, other) for other in chosen):
            chosen.append(each)
    return tuple(sorted(each.name for each in chosen))


def excluded(one: variants.Variant, other: variants.Variant) -> bool:
    """Whether no platform can have both."""
    return other.name in one.excludes or one.name in other.excludes


def check_files() -> list[str]:
    """All files of checks, those of one step one after the other."""
    found = (ROOT / "conformance").glob("*/test_*.py")
    return sorted(path.relative_to(ROOT).as_posix() for path in found)


def attempt(
    asked: Asked, open_by: Mapping[str, frozenset[str]], musts: frozenset[str], trial: Trial
) -> Told:
    """Run the slice against the combination; trace what is wrong to its smallest cause."""
    run: Run = partial(asked, trial.seed)
    try:
        report = run(trial.variants, trial.files)
    except BrokenRunError as error:
        return Told(trial, NO_REPORT, 0, (Finding(NO_REPORT, "", "", f"{error}"),))
    excused = frozenset().union(*(open_by.get(name, frozenset()) for name in trial.variants))
    found = [each for each in judged(report, musts, excused) if not _limited(each, trial.variants)]
    traced = Tracing(run, musts, trial.variants).told(found)
    decided = sum(1 for each in report["requirements"] if each["verdict"] == Verdict.PASS)
    return Told(trial, report["verdict"], decided, traced)


def _limited(finding: Finding, names: Iterable[str]) -> bool:
    """Whether a made-up value left it open, where one of these variants limits values."""
    is_made_up = finding.kind == UNDECIDED and _MADE_UP.search(finding.said) is not None
    return is_made_up and not variants.LIMITING.isdisjoint(names)


def judged(
    report: Mapping[str, Any], musts: frozenset[str], excused: frozenset[str]
) -> list[Finding]:
    """What a run says that it may not say of a permitted platform."""
    found = []
    for each in report["requirements"]:
        is_open = each["id"] in musts - excused and each["verdict"] in _OPEN
        if each["checks"] and (each["verdict"] == Verdict.FAIL or is_open):
            kind = FAILED if each["verdict"] == Verdict.FAIL else UNDECIDED
            worst = next(c for c in each["checks"] if c["verdict"] == each["verdict"])
            found.append(Finding(kind, each["id"], worst["nodeid"], worst["message"][:400]))
    return found


@dataclass(frozen=True)
class Tracing:
    """Finds out which variants of a combination do what was found of it."""

    run: Run
    musts: frozenset[str]
    chosen: tuple[str, ...]

    def told(self, found: Sequence[Finding]) -> tuple[Finding, ...]:
        """The findings, each with the variants that cannot be left out without losing it.

        What no check of its own tells, a stage or an invariant, has all of them.
        """
        checks = [each for each in found if ".py::" in each.check]
        guilty: dict[Finding, tuple[str, ...]] = {}
        for names in ((), *((name,) for name in self.chosen if len(self.chosen) > 1)):
            open_ones = [each for each in checks if each not in guilty]
            guilty |= dict.fromkeys(self._seen(names, open_ones), names)
        for each in checks:
            if each not in guilty:
                guilty[each] = self._reduced(each)
        return tuple(replace(each, guilty=guilty.get(each, self.chosen)) for each in found)

    def _seen(self, names: Sequence[str], found: Sequence[Finding]) -> list[Finding]:
        """Those of the findings that a platform with these variants has too."""
        if not found:
            return []
        try:
            report = self.run(names, list(dict.fromkeys(each.check for each in found)))
        except BrokenRunError:
            return []
        again = {(f.kind, f.requirement) for f in judged(report, self.musts, frozenset())}
        return [each for each in found if (each.kind, each.requirement) in again]

    def _reduced(self, finding: Finding) -> tuple[str, ...]:
        kept = self.chosen
        for name in self.chosen if len(kept) > 1 else ():
            fewer = tuple(each for each in kept if each != name)
            if self._seen(fewer, [finding]):
                kept = fewer
        return kept


def main(arguments: Sequence[str] | None = None) -> int:
    """0 where no combination is wrong, else 1."""
    options = _parser().parse_args(arguments)
    catalogue = variants.catalogue()
    musts = frozenset(each.id for each in load().requirements if each.counts)
    open_by = {each.name: frozenset(each.leaves_open) for each in catalogue}
    trials = _trials(options, catalogue)
    with tempfile.NamedTemporaryFile(prefix="permitted-", suffix=".jsonl") as file, runner() as own:
        memory = Path(options.memory or file.name)
        attempted = partial(attempt, partial(_run, own), open_by, musts)
        all_ = _all(attempted, trials, memory, open_by, options.jobs)
        told = [excused(each, open_by) for each in all_]
    wrong = [each for each in told if each.wrong]
    say(f"{len(told)} combinations, {len(wrong)} of them wrong")
    if options.write:
        campaigns.write_draws(FILE, "combinations", told, options.seed)
    return 1 if wrong else 0


def _trials(options: argparse.Namespace, catalogue: Sequence[variants.Variant]) -> Iterator[Trial]:
    if options.alone:
        return alone([each for each in catalogue if each.name in options.alone])
    return drawn(catalogue, check_files(), options.count, options.seed)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.detection.permitted", description=__doc__
    )
    parser.add_argument("--count", type=int, default=COUNT, metavar="N", help="how many to draw")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the draw")
    parser.add_argument(
        "--alone",
        nargs="+",
        metavar="NAME",
        choices=variants.NAMES,
        help="draw nothing; try each of these by itself, on what sees most of it and on lists",
    )
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="runs at a time")
    parser.add_argument("--memory", metavar="FILE", help="go on with what this file holds")
    parser.add_argument("--write", action="store_true", help="write the results file")
    return parser


def _run(
    own: Runner, seed: int | None, names: Sequence[str], checks: Sequence[str]
) -> dict[str, Any]:
    turns = () if seed is None else ("--cells", "turns", "--run-seed", f"{seed}")
    return variants.as_foreign(own, names, *checks, *turns, *WITHOUT_CANARY)


def excused(told: Told, open_by: Mapping[str, frozenset[str]]) -> Told:
    """Without what the guilty variants leave open for a reason that has been told since."""
    left = tuple(
        each
        for each in told.findings
        if each.kind != UNDECIDED
        or not (
            _limited(each, each.guilty)
            or any(each.requirement in open_by.get(name, ()) for name in each.guilty)
        )
    )
    return replace(told, findings=left)


def _all(
    attempted: Callable[[Trial], Told],
    trials: Iterable[Trial],
    memory: Path,
    open_by: Mapping[str, frozenset[str]],
    jobs: int,
) -> Iterator[Told]:
    # The last word counts; what was wrong may have been mended since, and is tried again.
    kept = {each.trial: excused(each, open_by) for each in remembered(memory)}

    def tried(trial: Trial) -> Told:
        if trial in kept and not kept[trial].wrong:
            return kept[trial]
        told = attempted(trial)
        campaigns.keep(memory, entry(told))
        return told

    with ThreadPoolExecutor(jobs) as pool:
        for number, told in enumerate(pool.map(tried, trials), start=1):
            named = "+".join(told.trial.variants)
            say(f"{number:3} {named}: {told.verdict}, {told.decided} decided")
            for each in told.findings:
                say(f"    {each.kind} {each.requirement} {'+'.join(each.guilty)} {each.said}")
            yield told


def entry(told: Told) -> dict[str, Any]:
    """What is kept of a combination, for `remembered` and for the results file."""
    return asdict(told)


def remembered(memory: Path) -> Iterator[Told]:
    """What an earlier call has found."""
    for line in campaigns.kept(memory):
        kept = line["trial"]
        trial = Trial(tuple(kept["variants"]), tuple(kept["files"]), kept.get("seed"))
        found = (Finding(**{**each, "guilty": tuple(each["guilty"])}) for each in line["findings"])
        yield Told(**{**line, "trial": trial, "findings": tuple(found)})


if __name__ == "__main__":
    sys.exit(main())
