"""What changed between two runs, grouped by what it means for whoever owns the nightly run."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from reports.certificate import exit_status
from reports.model import CheckResult, Run
from reports.verdict import EXECUTED, Verdict, worst

_RANK = {verdict: rank for rank, verdict in enumerate(Verdict)}
_RUN_RANK = {1: 0, 6: 1, 8: 2, 0: 3}  # by exit status, worst first


class Group(StrEnum):
    """Kinds of changes, the one to look at first standing first."""

    NEW = "new failures"
    WORSE = "worse"
    GONE = "gone from the requirement set"
    MENDED = "mended"
    BETTER = "better"
    ADDED = "new in the requirement set"
    OTHER = "other"


@dataclass(frozen=True)
class CheckChange:
    """A check whose verdict is another one; None where a run does not have it."""

    nodeid: str
    before: Verdict | None
    after: Verdict | None

    @property
    def is_new_failure(self) -> bool:
        return self.after is Verdict.FAIL

    @property
    def worse(self) -> bool:
        """A check may come and go with the seed: only one that comes and fails is worse."""
        if self.before is None or self.after is None:
            return self.is_new_failure
        return _worse(self.before, self.after)


@dataclass(frozen=True)
class Change:
    """A requirement that has changed, itself or in one of its checks."""

    requirement: str
    step: int
    text: str
    before: Verdict | None
    after: Verdict | None
    checks: Sequence[CheckChange] = ()

    @cached_property
    def group(self) -> Group:
        if self.is_new_failure:
            return Group.NEW
        if self.after is None:
            return Group.GONE
        if self.before is None:
            return Group.ADDED
        if self.before is not self.after and _worse(self.before, self.after):
            return Group.WORSE
        if self.before is Verdict.FAIL and self.after is not Verdict.FAIL:
            return Group.MENDED if self.after in EXECUTED else Group.OTHER
        return self._within if self.before is self.after else self._otherwise

    @property
    def is_new_failure(self) -> bool:
        """Whether it fails and did not, or fails in a check that did not."""
        fails = self.after is Verdict.FAIL and self.before is not Verdict.FAIL
        return fails or any(check.is_new_failure for check in self.checks)

    @property
    def worse(self) -> bool:
        return self.group in {Group.NEW, Group.WORSE, Group.GONE}

    @property
    def _within(self) -> Group:
        """The group of a requirement whose checks alone have changed."""
        if any(check.worse for check in self.checks):
            return Group.WORSE
        return Group.BETTER if self.checks else Group.OTHER

    @property
    def _otherwise(self) -> Group:
        """The group of a change that is none for the worse."""
        outside = Verdict.NOT_APPLICABLE in {self.before, self.after}
        return Group.OTHER if outside else Group.BETTER

    @property
    def turn(self) -> str:
        """`pass -> fail`."""
        return f"{self.before or 'absent'} -> {self.after or 'absent'}"


@dataclass(frozen=True)
class Difference:
    """Two runs, and what is between them.

    `warnings` tell why the two can hardly be compared; `came` and `went` are the checks that only
    one of the runs has and that failed in neither.
    """

    before: Run
    after: Run
    warnings: Sequence[str]
    changes: Sequence[Change]
    came: int
    went: int

    @property
    def turned(self) -> bool:
        """Whether the run says another thing of itself."""
        return self.before.headline != self.after.headline

    @property
    def turned_worse(self) -> bool:
        ranks = [_RUN_RANK[exit_status(run.verdict)] for run in (self.before, self.after)]
        return ranks[1] < ranks[0]

    @cached_property
    def worse(self) -> int:
        return sum(change.worse for change in self.changes) + self.turned_worse

    @cached_property
    def new(self) -> int:
        return sum(change.is_new_failure for change in self.changes)

    @property
    def count(self) -> int:
        return len(self.changes) + self.turned

    @cached_property
    def groups(self) -> Mapping[Group, Sequence[Change]]:
        """The changes of each group that has any."""
        found: dict[Group, list[Change]] = {group: [] for group in Group}
        for change in self.changes:
            found[change.group].append(change)
        return {group: listed for group, listed in found.items() if listed}


def compare(before: Run, after: Run) -> Difference:
    """What changed from one run to the other; no changes for runs that agree.

    A check may come and go with the seed, a requirement only with its set: one that is gone counts
    as worse, and so does a verdict that turns into not-applicable.

    Raises:
        ValueError: one run is of a client, and the other is not.
    """
    kinds = {before.scope.target_kind, after.scope.target_kind}
    if "client" in kinds and len(kinds) > 1:
        raise ValueError("one run is of a client and the other of a platform: they do not compare")
    old, new = _by_requirement(before), _by_requirement(after)
    known = {item.id: item for run in (before, after) for item in run.requirements}
    changes, came, went = [], 0, 0
    for name in dict.fromkeys((*old, *new)):
        was, now = old.get(name), new.get(name)
        checks = list(_checks(was.checks if was else {}, now.checks if now else {}))
        told = tuple(it for it in checks if it.worse or (it.before and it.after))
        came += sum(it.before is None and not it.worse for it in checks)
        went += sum(it.after is None for it in checks)
        first, second = was.verdict if was else None, now.verdict if now else None
        if told or first is not second:
            item = known.get(name)
            step, text = (item.step, item.text) if item else (0, "of no requirement of the set")
            changes.append(Change(name, step, text, first, second, told))
    changes.sort(key=lambda change: (list(Group).index(change.group), change.step))
    return Difference(before, after, tuple(_warnings(before, after)), tuple(changes), came, went)


@dataclass(frozen=True)
class _State:
    verdict: Verdict
    checks: Mapping[str, Verdict]


def _by_requirement(run: Run) -> Mapping[str, _State]:
    found = {item.id: _State(item.verdict, _verdicts(item.checks)) for item in run.requirements}
    strays: dict[str, list[CheckResult]] = {}
    for check in run.unassigned:
        strays.setdefault(check.requirement, []).append(check)
    for name, checks in strays.items():
        found.setdefault(name, _State(worst(it.verdict for it in checks), _verdicts(checks)))
    return found


def _verdicts(checks: Iterable[CheckResult]) -> Mapping[str, Verdict]:
    return {check.nodeid: check.verdict for check in checks}


def _checks(old: Mapping[str, Verdict], new: Mapping[str, Verdict]) -> Iterator[CheckChange]:
    for nodeid in dict.fromkeys((*old, *new)):
        before, after = old.get(nodeid), new.get(nodeid)
        if before is not after:
            yield CheckChange(nodeid, before, after)


def _worse(old: Verdict, new: Verdict) -> bool:
    if new is Verdict.NOT_APPLICABLE:
        return old in EXECUTED and old is not Verdict.FAIL
    if old is Verdict.NOT_APPLICABLE:
        return new is Verdict.FAIL
    return _RANK[new] < _RANK[old]


def _warnings(before: Run, after: Run) -> Iterator[str]:
    old, new = before.scope, after.scope
    for what, was, now in (
        ("profiles", old.profile, new.profile),
        ("targets", old.host, new.host),
        ("kinds of target", old.target_kind, new.target_kind),
        ("requirement sets", old.requirement_set, new.requirement_set),
        ("tiers", old.tier, new.tier),
        ("versions of the suite", old.suite_version, new.suite_version),
        ("selections", old.narrowed or "none", new.narrowed or "none"),
    ):
        # The reference is started anew for each run, wherever there is room.
        on_reference = what == "targets" and {old.target_kind, new.target_kind} == {"reference"}
        if was != now and not on_reference:
            yield f"{what} differ: {was} and {now}"
    for name, run in (("first", before), ("second", after)):
        if why := run.scope.unfinished or ("it was interrupted" if run.scope.interrupted else None):
            yield f"the {name} run did not come to its end: {why}"
        elif not any(item.executed for item in run.requirements):
            yield f"the {name} run executed no check"
    if before.started_at > after.started_at:
        yield "the first run is the later one"
