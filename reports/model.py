"""The run model: what a run leaves behind, as frozen values.

`run.json` is one `Run`. Everything here has been through redaction: the model carries no secret
and needs none.
"""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator

from reports.verdict import EXECUTED, MET, Verdict

Certainty = Literal["documented", "confirmed", "inferred"]
Responsibility = Literal["yours", "platform", "suite"]
# A run of a client is of the traffic of a calling integration, and says nothing of a platform.
TargetKind = Literal["reference", "foreign", "client"]
RunVerdict = Annotated[
    str,
    Field(
        pattern=r"^(CONFORMANT|CONFORMANT WITH [1-9][0-9]* WAIVERS|NOT CONFORMANT|INCOMPLETE)$",
        description="computed from the requirements, never set by hand",
    ),
]
Count = Annotated[int, Field(ge=0)]
Seconds = Annotated[float, Field(ge=0)]

#: A report says nothing about the platform after this many days.
VALIDITY_DAYS = 90


class Frozen(BaseModel):
    """A value: immutable, and closed to fields nobody declared."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Card(Frozen):
    """One contradicted expectation, told so that its reader can act on it."""

    requirement: str
    text: str = Field(default="", description="what the requirement says")
    expectation: str = Field(description="what was judged, as one sentence")
    expected: str
    observed: str
    source: str = Field(description="documentation page the expectation rests on")
    certainty: Certainty
    remedy: str
    move: Responsibility = Field(description="who can do something about it")
    repeat: str = Field(description="pytest command that repeats the check")
    curl: str | None = Field(default=None, description="names variables, never their values")
    exchange: str | None = Field(default=None, description="id in exchanges.jsonl")


class CheckResult(Frozen):
    """What one check found: a test, a stage of the context, or an invariant of all answers."""

    nodeid: str
    kind: Literal["test", "stage", "invariant"] = "test"
    requirement: str
    verdict: Verdict
    message: str = Field(default="", description="one line")
    certainty: Certainty | None = Field(
        default=None, description="weakest of the expectations the check relied on"
    )
    subject: Certainty | None = Field(
        default=None, description="how sure it is that what the check is about is there at all"
    )
    cards: tuple[Card, ...] = ()
    exchanges: tuple[str, ...] = Field(default=(), description="ids in exchanges.jsonl")
    cause: str | None = Field(default=None, description="what kept it from a verdict")
    unsure: tuple[str, ...] = Field(
        default=(), description="lines of a target file that would make its expectations sure"
    )
    duration_s: Seconds = 0.0
    started_at: AwareDatetime | None = None
    worker: str | None = None
    counts: dict[str, Count] | None = Field(
        default=None, description="of an invariant: answers it concerns, answers that violate it"
    )

    @field_validator("kind", mode="before")
    @classmethod
    def _under_its_present_name(cls, value: object) -> object:
        """Invariants were called watchers once; older runs stay readable, to be compared with."""
        return "invariant" if value == "watcher" else value

    @property
    def executed(self) -> bool:
        """Whether it reached its assertion; an invariant that concerned no answer did not."""
        return self.verdict in EXECUTED and (self.counts is None or self.counts.get("seen", 1) > 0)


class Shard(Frozen):
    """A part of a run that several machines share."""

    number: Annotated[int, Field(ge=1)]
    total: Annotated[int, Field(ge=1)]
    divided: str | None = Field(
        default=None, description="digest of the checks of all shards; null if it died before"
    )

    def __str__(self) -> str:
        return f"{self.number}/{self.total}"


class Scope(Frozen):
    """What was run, against what, and what limits the statement."""

    suite_version: str
    requirement_set: str
    profile: str
    tier: str
    target_kind: TargetKind
    host: str
    org: str | None = Field(default=None, description="orgcode")
    started_at: AwareDatetime
    finished_at: AwareDatetime
    builds: tuple[str, ...] = ()
    api_versions: tuple[str, ...] = Field(default=(), description="values of X-API-Version seen")
    seed: int | str | None = None
    suite_commit: str | None = Field(default=None, description="of the suite's checkout")
    challenge: str | None = Field(default=None, description="digest of the nonce it answers")
    narrowed: str | None = Field(default=None, description="the selection, as given: -k session")
    interrupted: bool = False
    unfinished: str | None = Field(
        default=None, description="why the run did not come to its end; null where it did"
    )
    lost: tuple[str, ...] = Field(
        default=(), description="checks that the suite collected and that came to no verdict of it"
    )
    unwritten: tuple[str, ...] = Field(
        default=(), description="outputs that could not be written, and why"
    )
    crashed_workers: Count = 0
    resumed: tuple[AwareDatetime, ...] = Field(
        default=(), description="when the run was gone on with after it had died"
    )
    doubts: tuple[str, ...] = Field(
        default=(), description="what could not be read, or makes the evidence itself doubtful"
    )
    identity: dict[str, str] = Field(
        default_factory=dict, description="what parts of one run have in common, by name"
    )
    shard: Shard | None = Field(default=None, description="which part of a run this is")
    merged: tuple[str, ...] = Field(default=(), description="the shards it was put together from")
    missing_shards: tuple[str, ...] = ()
    note: str | None = Field(default=None, description="companion plugins, extra arguments")
    instrument: Literal["caught", "missed", "not run"] = Field(
        default="not run", description="what became of the canary defect"
    )


class Reading(Frozen):
    """Which of several documented readings the target follows."""

    topic: str
    reading: str
    source: str
    seen: Count = Field(description="answers that showed it")
    requirements: tuple[str, ...] = Field(default=(), description="whose checks found it")


class Drift(Frozen):
    """Where answers are not as the target's own OpenAPI file describes them: advice, each once."""

    operation: str
    status: str
    place: str = Field(description="JSON pointer into the answer; [] is any element of a list")
    said: str
    seen: Count = Field(description="answers that showed it")
    exchange: str = Field(description="the first of them")


class CauseNote(Frozen):
    """What is known of a cause, by the name checks give in `cause`."""

    cause: str
    kind: str = Field(description="singular noun phrase: refused body, unbound name")
    what: str = Field(description="what to fix, one line")


class Cause(CauseNote):
    """A cause, ranked by how many checks it keeps from a verdict."""

    blocks: Count

    @property
    def sentence(self) -> str:
        """`1 refused body blocks 74 checks`."""
        return f"1 {self.kind} blocks {self.blocks} check{'' if self.blocks == 1 else 's'}"


class Leftover(Frozen):
    """A record of this run that is still on the target."""

    kind: str
    id: str
    fate: Literal["doomed", "permanent", "left"]


class NotCovered(Frozen):
    """An operation the suite does not reach, and why."""

    operation: str
    reason: str


class Slow(Frozen):
    """A check among the slowest."""

    nodeid: str
    requirement: str
    duration_s: Seconds


class Waiver(Frozen):
    """A known failure that somebody answers for, until a day."""

    requirement: str
    target: str
    reason: str
    owner: str
    approver: str
    expires: date


class WaiverState(Waiver):
    """A waiver as this run found it."""

    state: Literal["active", "expired", "stale", "foreign"]
    told: str = Field(default="", description="what that means, in one sentence")


class MutationScore(Frozen):
    """What became of a drawn sample of small changes of the reference, which nobody aimed.

    Three numbers and never one: changes that a check fails, that are told as advice, and that are
    noticed only, since a check could not be decided. `survived` made no check end otherwise.
    """

    fails: Count
    told: Count
    noticed: Count
    survived: Count
    not_reached: Count = Field(description="no request of a check came there")
    measured_on: date
    measured: str = Field(description="where the results are kept")


class WeakenedScore(Frozen):
    """What became of a drawn sample of checks, each with one assertion made weaker."""

    noticed: Count = Field(description="by a certification, or by a defect that got by")
    survived: Count
    measured_on: date
    measured: str = Field(description="where the results are kept")


class StepPower(Frozen):
    """Detecting power at one step of the checklist; step 0 stands for rules of the whole stack."""

    step: Annotated[int, Field(ge=0, le=13)]
    fails: Count = Field(description="deliberate defects that end in a failure there")
    told: Count = Field(description="those that end in advice there")
    mutants_failed: Count = Field(description="of the drawn changes that its checks reach first")
    mutants_reached: Count


class DetectingPower(Frozen):
    """How many deliberate defects the suite catches, as measured on the reference."""

    caught: Count
    defects: Count
    fails: Count = Field(default=0, description="those that end in a failure somewhere")
    unmeasured: Count = Field(default=0, description="defects whose run is still to be made")
    measured: str = Field(description="where the table is kept")
    mutants: MutationScore | None = None
    weakened: WeakenedScore | None = None
    steps: tuple[StepPower, ...] = ()


class Target(Frozen):
    """What the run was aimed at."""

    kind: TargetKind
    host: str
    org: str | None = None


class StepRun(Frozen):
    """A checklist step. `counts` are checks; `must_*` count documented MUST requirements."""

    number: Annotated[int, Field(ge=0, le=13)]
    title: str
    verdict: Verdict | None = Field(description="null where the run says nothing about the step")
    counts: dict[Verdict, Count]
    must_executed: Count
    must_met: Count
    must_total: Count
    covered: bool
    reason: str | None = Field(default=None, description="why it is not covered")


class RequirementRun(Frozen):
    """A requirement and everything the run learned about it."""

    id: str
    step: int
    level: str
    certainty: Certainty = Field(description="how surely it was judged: the best of its checks")
    documented: bool | None = Field(
        default=None, description="whether a page states the rule; null in older runs"
    )
    source: str
    text: str
    remedy: str
    verdict: Verdict
    executed: Count = Field(description="checks that reached their assertion")
    in_profile: bool
    denominator: bool = Field(description="a documented MUST of the profile")
    needs: tuple[str, ...] = ()
    checks: tuple[CheckResult, ...] = ()

    @property
    def is_documented(self) -> bool:
        """Whether a page states the rule itself, however surely it was judged."""
        return self.denominator if self.documented is None else self.documented

    @property
    def met(self) -> bool:
        """Whether it counts as met: something was executed and nothing stands against it."""
        return self.executed > 0 and self.verdict in MET


class Deciding(Frozen):
    """A line of a target file, and how many undecided MUSTs rest on what it would say."""

    line: str
    decides: Count


class Run(Frozen):
    """One run, whole: the certificate and the findings it rests on."""

    schema_version: Literal["1"] = "1"
    verdict: RunVerdict
    headline: str
    reasons: tuple[str, ...]
    profile: str
    profile_outside: Count = Field(description="requirements the profile does not reach")
    target: Target
    started_at: AwareDatetime
    finished_at: AwareDatetime
    exchanges: Count
    requests_by_status: dict[str, Count]
    throttled: Count = Field(description="answers 429, waited out")
    must_executed: Count
    must_met: Count
    must_total: Count
    undecided: Count = Field(default=0, description="documented MUSTs that could only be advised")
    deciding: tuple[Deciding, ...] = Field(
        default=(), description="lines for the target file, the one that decides most first"
    )
    readings: tuple[Reading, ...] = ()
    steps: tuple[StepRun, ...]
    requirements: tuple[RequirementRun, ...]
    unassigned: tuple[CheckResult, ...] = Field(
        default=(), description="checks that name no requirement of the set"
    )
    causes: tuple[Cause, ...] = ()
    leftovers: tuple[Leftover, ...] = ()
    drift: tuple[Drift, ...] = Field(
        default=(), description="departures from the target's own OpenAPI files; advice"
    )
    not_covered: tuple[NotCovered, ...] = ()
    bindings_missing: tuple[str, ...] = Field(default=(), description="lines for the target file")
    slowest: tuple[Slow, ...] = ()
    waivers: tuple[WaiverState, ...] = ()
    detection: DetectingPower | None = None
    scope: Scope

    @property
    def checks(self) -> Sequence[CheckResult]:
        """Every check of the run, requirement by requirement."""
        found = [check for requirement in self.requirements for check in requirement.checks]
        return [*found, *self.unassigned]

    @property
    def counting(self) -> Sequence[CheckResult]:
        """The checks that count: of requirements in the profile, and those without any."""
        inside = [requirement for requirement in self.requirements if requirement.in_profile]
        return [*(check for item in inside for check in item.checks), *self.unassigned]
