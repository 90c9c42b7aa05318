"""The duties as the rules of a run, for all that tells of runs."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from conformance.client.catalogue import STEPS, VERSION, Duty, duties
from conformance.client.catalogue import parts as all_parts
from conformance.client.certificate import Certificate, Verdict


@dataclass(frozen=True)
class Rule:
    """A duty as reports know a rule. Only an unqualified MUST is one; all else advises."""

    id: str
    step: int
    level: str
    certainty: str
    text: str
    source: str
    remedy: str
    heading: str | None = None
    needs: frozenset[str] = frozenset()
    waivable: bool = True


@dataclass(frozen=True)
class StepOfDuties:
    """A step of the checklist; `gap` is why no duty counts for it."""

    number: int
    gap: str | None


@dataclass(frozen=True)
class Claimed:
    """What a client claims to use: `client/1: core, keys`. A duty that it broke counts anyway."""

    name: str
    ids: frozenset[str]


class DutySet:
    """All duties, with those of a claim for a profile."""

    version = VERSION

    def __init__(self) -> None:
        self.requirements = tuple(map(_rule, duties()))
        self.titles: Mapping[int, str] = STEPS
        there = {duty.step for duty in duties()}
        self.steps = tuple(
            StepOfDuties(number, None if number in there else "no duty counts for it")
            for number in STEPS
        )

    def in_profile(self, profile: Claimed, /) -> Iterable[Rule]:
        return [rule for rule in self.requirements if rule.id in profile.ids]

    def denominator(self, profile: Claimed, /) -> Iterable[Rule]:
        binding = {duty.id for duty in duties() if duty.binding}
        return [rule for rule in self.in_profile(profile) if rule.id in binding]


def claimed(certificate: Certificate) -> Claimed:
    """What a certificate speaks of."""
    inside = (r.duty.id for r in certificate.duties if r.verdict is not Verdict.OUTSIDE)
    return Claimed(profile(certificate.parts), frozenset(inside))


def profile(parts: Collection[str]) -> str:
    """The name of what a client claims."""
    return f"{VERSION}: {'all parts' if len(parts) == len(all_parts()) else ', '.join(parts)}"


def _rule(duty: Duty) -> Rule:
    return Rule(
        id=duty.id,
        step=duty.step,
        level="MUST" if duty.binding else "SHOULD",
        certainty="inferred" if duty.strength == "inferred" else "documented",
        text=duty.text,
        source=duty.page,
        remedy=duty.remedy or f"Kept is: {duty.kept}.",
        needs=frozenset({duty.part}),
    )
