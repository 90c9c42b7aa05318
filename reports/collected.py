"""What a run collected, as one value: made when the last check is done, and handed on.

`Observed` is what the controller saw through pytest's hooks. `reports.closing` adds what lies in
the private directory of the run, cleans up on the target, and makes a `Collected` of both. From
there a `Run` is assembled, and writers tell the two of them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol

from conformance.requirements import RequirementSet
from fixtures.exchange.check import Rule
from fixtures.exchange.target import Target
from reports.files import ExchangeLog
from reports.messages import Judgement
from reports.model import (
    CauseNote,
    CheckResult,
    DetectingPower,
    Drift,
    Leftover,
    NotCovered,
    Reading,
    Scope,
    Waiver,
)
from reports.options import Aim
from reports.traffic import Traffic

if TYPE_CHECKING:
    # It flies on a session: what only tells of runs has no need of one, nor of its clients.
    from reports.canary import Result


class RequirementLike(Rule, Protocol):
    """The part of a requirement a report needs: what a check does, and where it stands."""

    @property
    def step(self) -> int: ...
    @property
    def heading(self) -> str | None: ...
    @property
    def needs(self) -> Iterable[str]: ...
    @property
    def waivable(self) -> bool: ...


class StepLike(Protocol):
    """A step of the checklist; `gap` is why the set does not cover it."""

    @property
    def number(self) -> int: ...
    @property
    def gap(self) -> str | None: ...


class RequirementSetLike(Protocol):
    """A frozen requirement set. Profiles are whatever the set itself takes."""

    @property
    def version(self) -> str: ...
    @property
    def requirements(self) -> Iterable[RequirementLike]: ...
    @property
    def titles(self) -> Mapping[int, str]: ...
    @property
    def steps(self) -> Iterable[StepLike]: ...
    def denominator(self, profile: Any, /) -> Iterable[RequirementLike]:
        """The documented MUSTs of the profile."""

    def in_profile(self, profile: Any, /) -> Iterable[RequirementLike]:
        """Every requirement the profile reaches."""


class ProfileLike(Protocol):
    """A frozen set of needs, by name: `full/1`."""

    @property
    def name(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Observed:
    """What the controller saw of a run.

    `seen` counts the answers that each invariant concerned; `cells` tells how many parameter sets
    were taken of how many; `narrowed` is what made the run smaller, as it was given; `lost` are
    checks that the suite meant to run, and that came to no verdict of it; `carried` are results of
    the run that this one goes on with; `identity` is what it has in common with other parts of its
    run, and `divided` a digest of the checks that its shards divide; `learned`
    tells what came of the OpenAPI files of the target.
    """

    aim: Aim
    target: Target
    requirements: RequirementSet
    started_at: datetime
    tests: tuple[CheckResult, ...]
    judgements: tuple[Judgement, ...]
    seen: Mapping[str, int]
    cells: tuple[int, int]
    narrowed: str | None
    interrupted: bool
    lost: tuple[str, ...]
    crashed_workers: int
    canary: "Result"
    lost_answers: int
    renewed: int = 0
    carried: tuple[CheckResult, ...] = ()
    resumed: tuple[datetime, ...] = ()
    identity: Mapping[str, str] = field(default_factory=dict)
    divided: str | None = None
    learned: str = ""


@dataclass(frozen=True, kw_only=True)
class Collected:
    """All that a run is assembled from.

    `exchanges` is the log of all processes in one file; `traffic` is what it adds up to.
    `bindings_missing` are lines for the target file; `causes` are notes on what kept checks from
    a verdict. Waivers hold for other targets and other days too: assembling chooses.
    """

    scope: Scope
    requirements: RequirementSetLike
    profile: ProfileLike
    today: date
    exchanges: ExchangeLog
    traffic: Traffic = field(default_factory=Traffic)
    tests: tuple[CheckResult, ...] = ()
    carried: tuple[CheckResult, ...] = ()
    stages: tuple[CheckResult, ...] = ()
    invariants: tuple[CheckResult, ...] = ()
    readings: tuple[Reading, ...] = ()
    causes: tuple[CauseNote, ...] = ()
    leftovers: tuple[Leftover, ...] = ()
    drift: tuple[Drift, ...] = ()
    not_covered: tuple[NotCovered, ...] = ()
    bindings_missing: tuple[str, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    detection: DetectingPower | None = None

    @property
    def without_test(self) -> tuple[CheckResult, ...]:
        """Results of checks that pytest did not run as tests here."""
        return (*self.carried, *self.stages, *self.invariants)

    @property
    def checks(self) -> tuple[CheckResult, ...]:
        """Every result."""
        return (*self.tests, *self.without_test)
