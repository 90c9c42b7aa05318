"""What changed between two runs, and whether anything got worse."""

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from reports.certificate import exit_status
from reports.commands.command import say
from reports.files import read_run
from reports.model import Run
from reports.verdict import EXECUTED, Verdict

HELP: Final = "what changed between two runs?"

_RANK = {verdict: rank for rank, verdict in enumerate(Verdict)}
_RUN_RANK = {1: 0, 6: 1, 8: 2, 0: 3}  # by exit status, worst first


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("before", type=Path, help="report directory or run.json")
    parser.add_argument("after", type=Path, help="report directory or run.json")


def run(chosen: argparse.Namespace) -> int:
    changes = compare(read_run(chosen.before), read_run(chosen.after))
    for change in changes:
        say(f"{'worse ' if change.worse else '      '}{change.text}")
    worse = sum(change.worse for change in changes)
    say(f"{len(changes)} changes, {worse} for the worse")
    return 1 if worse else 0


@dataclass(frozen=True)
class Change:
    """One line of a comparison."""

    text: str
    worse: bool


def compare(before: Run, after: Run) -> list[Change]:
    """Changes of the verdict, of requirements and of checks; empty for runs that agree.

    A check may come and go with the seed, a requirement only with its set: one that is gone counts
    as worse, and so does a verdict that turns into not-applicable.
    """
    return [*_headlines(before, after), *_requirements(before, after), *_checks(before, after)]


def _headlines(before: Run, after: Run) -> Iterator[Change]:
    if before.headline != after.headline:
        ranks = [_RUN_RANK[exit_status(run.verdict)] for run in (before, after)]
        yield Change(f"run: {before.headline} -> {after.headline}", worse=ranks[1] < ranks[0])


def _requirements(before: Run, after: Run) -> Iterator[Change]:
    old, new = ({item.id: item.verdict for item in run.requirements} for run in (before, after))
    return _changes(old, new, gone_is_worse=True)


def _checks(before: Run, after: Run) -> Iterator[Change]:
    old, new = (
        {f"{check.requirement} {check.nodeid}": check.verdict for check in run.checks}
        for run in (before, after)
    )
    return _changes(old, new, gone_is_worse=False)


def _changes(
    old: Mapping[str, Verdict], new: Mapping[str, Verdict], *, gone_is_worse: bool
) -> Iterator[Change]:
    for name, verdict in old.items():
        if name not in new:
            yield Change(f"{name}: gone, was {verdict}", worse=gone_is_worse)
        elif new[name] is not verdict:
            yield Change(f"{name}: {verdict} -> {new[name]}", worse=_worse(verdict, new[name]))
    for name in new.keys() - old.keys():
        yield Change(f"{name}: new, {new[name]}", worse=new[name] is Verdict.FAIL)


def _worse(old: Verdict, new: Verdict) -> bool:
    if new is Verdict.NOT_APPLICABLE:
        return old in EXECUTED and old is not Verdict.FAIL
    if old is Verdict.NOT_APPLICABLE:
        return new is Verdict.FAIL
    return _RANK[new] < _RANK[old]
