"""`python -m tests.stability`: the same verdicts whatever the seed, the order and the workers are.

Each run draws its seed, how many workers share it, and whether its checks come in the order of
their files or shuffled. A requirement whose verdict is not that of most runs has changed.
"""

import argparse
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from tests import campaigns
from tests.campaigns import say
from tests.detection.runs import BrokenRunError, Runner, runner

FILE: Final = Path(__file__).with_name("results.json")
RUNS: Final = 50
WORKERS: Final = (0, 1, 2, 3, 4, 8)
# What a report for people needs is not made, and hypothesis keeps its part.
_UNUSED: Final = ("allure_pytest", "html", "metadata")


@dataclass(frozen=True)
class Course:
    """How one run goes. `shuffled` is the seed of the order; None: the order of the files."""

    seed: int
    workers: int
    shuffled: int | None

    @property
    def arguments(self) -> tuple[str, ...]:
        order = (
            ("-p", "no:randomly")
            if self.shuffled is None
            else (f"--randomly-seed={self.shuffled}",)
        )
        spread = ("-n", str(self.workers)) if self.workers else ("-p", "no:xdist")
        return ("--run-seed", str(self.seed), *order, *spread)


@dataclass(frozen=True)
class Ended:
    """What a run came to: its verdict, and those of its requirements."""

    course: Course
    verdict: str
    requirements: Mapping[str, str]


def courses(count: int, seed: int) -> Iterator[Course]:
    """The same ones for the same seed."""
    draw = random.Random(seed)  # noqa: S311 - a draw of tests, not a secret
    for _ in range(count):
        shuffled = draw.randrange(1, 10_000) if draw.random() < 0.5 else None
        yield Course(draw.randrange(1, 10_000), draw.choice(WORKERS), shuffled)


def run(runs: Runner, course: Course, selection: Sequence[str]) -> Ended:
    """Run the suite, or a selection of it, in this way."""
    try:
        told = runs.run(*selection, *course.arguments, plugins=_UNUSED)
    except BrokenRunError as error:
        return Ended(course, f"no report: {str(error)[-200:]}", {})
    return ended(course, told)


def ended(course: Course, told: Mapping[str, Any]) -> Ended:
    """What `run.json` says."""
    asked = [each for each in told["requirements"] if each["checks"]]
    return Ended(course, told["verdict"], {each["id"]: each["verdict"] for each in asked})


def changed(all_: Sequence[Ended]) -> dict[str, dict[str, int]]:
    """The requirements that had more than one verdict, and how many runs gave each."""
    names = sorted({name for each in all_ for name in each.requirements})
    counted = {
        name: Counter(each.requirements.get(name, "none") for each in all_) for name in names
    }
    return {name: dict(counts) for name, counts in counted.items() if len(counts) > 1}


def content(all_: Sequence[Ended], seed: int) -> dict[str, Any]:
    """The results file."""
    return {
        "measured_on": campaigns.today(),
        "seed": seed,
        "changed": changed(all_),
        "runs": [
            {**asdict(each.course), "verdict": each.verdict, "asked": len(each.requirements)}
            for each in all_
        ],
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """0 where no verdict changed, else 1."""
    options = _parser().parse_args(arguments)
    with runner() as runs, tempfile.NamedTemporaryFile(suffix=".jsonl") as file:
        memory = Path(options.memory or file.name)
        kept = {each.course: each for each in remembered(memory)}
        all_ = []
        for course in courses(options.runs, options.seed):
            if course not in kept:
                kept[course] = run(runs, course, options.selection or ["conformance"])
                campaigns.keep(memory, asdict(kept[course]))
            all_.append(kept[course])
            say(f"{course}: {kept[course].verdict}")
    found = content(all_, options.seed)
    say(f"{len(all_)} runs, {len(found['changed'])} changed: {found['changed']}")
    if options.write:
        campaigns.write(FILE, found)
    return 1 if found["changed"] else 0


def remembered(memory: Path) -> Iterator[Ended]:
    """The runs of an earlier call."""
    for entry in campaigns.kept(memory):
        yield Ended(Course(**entry["course"]), entry["verdict"], entry["requirements"])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.stability", description=__doc__)
    parser.add_argument("selection", nargs="*", help="what to run (default: conformance)")
    parser.add_argument("--runs", type=int, default=RUNS, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the draw")
    parser.add_argument("--memory", metavar="FILE", help="go on with what this file holds")
    parser.add_argument("--write", action="store_true", help="write the results file")
    return parser


if __name__ == "__main__":
    sys.exit(main())
