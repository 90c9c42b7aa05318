"""Frozen models of requirements, profiles and checklist steps."""

import hashlib
import json
import re
from functools import cached_property
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from conformance.contract.facts import maturity_of

SET_VERSION = "2026.12.6"
"""Year, month and number of the requirement set; a changed requirement needs a new one."""

Area = Literal[
    "CRED",
    "VALID",
    "ASSOC",
    "ORG",
    "PROD",
    "PUB",
    "STOCK",
    "ORDER",
    "PROC",
    "PRICE",
    "LOYAL",
    "EVENT",
    "EXIT",
    "MAP",
    "REV",
    "ENV",
    "LIST",
    "LIM",
]
Level = Literal["MUST", "SHOULD", "MAY"]
Certainty = Literal["documented", "inferred"]
Maturity = Literal["DRAFT", "INTERIM", "UNCONFIRMED", "guidance"]
Need = Literal[
    "operator", "second-org", "member", "throwaway", "burst", "clock", "queue", "receiver"
]

NEEDS: frozenset[Need] = frozenset(get_args(Need))
STACK_WIDE = 0
LAST_STEP = 13

# A MAP id names the status and, where the rule is one service's, the service. The letter behind
# the status tells rules of one status apart: W write block, R record, F foreign, E enumeration.
ID_GRAMMAR = re.compile(
    rf"(?:{'|'.join(area for area in get_args(Area) if area != 'MAP')})-[1-9]\d*"
    r"|MAP-[45]\d\d[A-Z]?(?:-[A-Z]{3,})?"
)
# Pages as the documentation is cited: `usm/playbooks.html`, `usm/PROTOCOL.md`, `ofm/` (an index).
SOURCE_GRAMMAR = re.compile(r"[a-z][\w./-]*(?:\.html|\.md|\.yaml|/)")

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


def _of_the_form(grammar: re.Pattern[str], form: str) -> AfterValidator:
    def matching(value: str) -> str:
        if not grammar.fullmatch(value):
            raise ValueError(f"is not {form}")
        return value

    return AfterValidator(matching)


_Id = Annotated[str, _of_the_form(ID_GRAMMAR, "of the form AREA-n or MAP-status[-SERVICE]")]
_Page = Annotated[
    str, _of_the_form(SOURCE_GRAMMAR, "a documentation page such as usm/playbooks.html")
]
Step = Annotated[int, Field(ge=STACK_WIDE, le=LAST_STEP)]


class Frozen(BaseModel):
    """Base of the models: immutable, strict about types and keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Requirement(Frozen):
    """One testable statement about the platform.

    `certainty` is that of the rule alone; an expectation may be weaker through its path or binding.
    `step` is 1 to 13, or 0 for a rule of the whole stack. `maturity` is the word of the source for
    itself where it is no settled statement, which no MUST may rest on.
    """

    id: _Id
    step: Step
    level: Level
    certainty: Certainty
    text: Text
    source: _Page
    heading: Text | None = None
    maturity: Maturity | None = None
    needs: frozenset[Need] = frozenset()
    remedy: Text
    waivable: bool = True

    @property
    def area(self) -> str:
        """The part of the id before the first hyphen, such as `CRED`."""
        return self.id.partition("-")[0]

    @property
    def counts(self) -> bool:
        """Whether a profile that covers the needs counts it in its denominator."""
        return self.level == "MUST" and self.certainty == "documented"

    @field_validator("needs", mode="before")
    @classmethod
    def _needs_from_array(cls, value: object) -> object:
        return frozenset(value) if isinstance(value, list) else value

    @model_validator(mode="before")
    @classmethod
    def _as_settled_as_its_page(cls, values: dict[str, Any]) -> dict[str, Any]:
        word = maturity_of(str(values.get("source")))
        return values if word is None else {"maturity": word.value} | values

    @model_validator(mode="after")
    def _binds_nobody_to_a_draft(self) -> Self:
        if self.maturity is not None and self.level == "MUST":
            raise ValueError(f"level: a MUST cannot rest on what its page calls {self.maturity}")
        return self


class Profile(Frozen):
    """A versioned set of needs, `name/version`; what it covers is the scope of a run."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z]+/[1-9]\d*$")]
    description: Text
    needs: frozenset[Need]

    @field_validator("needs", mode="before")
    @classmethod
    def _needs_from_array(cls, value: object) -> object:
        return frozenset(value) if isinstance(value, list) else value

    def covers(self, requirement: Requirement) -> bool:
        """Whether everything that the requirement stands on is in the profile."""
        return requirement.needs <= self.needs


class ChecklistStep(Frozen):
    """A step of the integration checklist; `gap` is the reason where the set does not cover it."""

    number: Annotated[int, Field(ge=1, le=LAST_STEP)]
    title: Text
    wording: Text
    gap: Text | None = None


class ChecklistItem(Frozen):
    """One thing that a step of the checklist names, and who speaks for it in this set.

    Either `requirements` check it, or `not_covered` names the entry that says why nothing does.
    """

    step: Step
    named: Text
    requirements: tuple[str, ...] = ()
    not_covered: Text | None = None

    @field_validator("requirements", mode="before")
    @classmethod
    def _requirements_from_array(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value

    @model_validator(mode="after")
    def _is_spoken_for_once(self) -> Self:
        if bool(self.requirements) == (self.not_covered is not None):
            raise ValueError("needs requirements or an entry of what is not covered, and not both")
        return self


class RequirementSet(Frozen):
    """All requirements of one version, in the order of the checklist, with steps and profiles."""

    version: str
    requirements: tuple[Requirement, ...]
    steps: tuple[ChecklistStep, ...]
    profiles: tuple[Profile, ...]

    @cached_property
    def _by_id(self) -> dict[str, Requirement]:
        return {requirement.id: requirement for requirement in self.requirements}

    @cached_property
    def titles(self) -> dict[int, str]:
        """Title by step number, 0 included."""
        return {STACK_WIDE: "Whole stack"} | {step.number: step.title for step in self.steps}

    def get(self, requirement_id: str) -> Requirement:
        """The requirement of that id. KeyError when the set has none."""
        return self._by_id[requirement_id]

    def profile(self, name: str) -> Profile:
        """The profile of that name, such as `team/1`. KeyError when there is none."""
        for profile in self.profiles:
            if profile.name == name:
                return profile
        raise KeyError(name)

    def in_profile(self, profile: Profile) -> tuple[Requirement, ...]:
        """The requirements whose needs the profile covers."""
        return tuple(r for r in self.requirements if profile.covers(r))

    def denominator(self, profile: Profile) -> tuple[Requirement, ...]:
        """The documented MUSTs in the profile: what CONFORMANT is counted against."""
        return tuple(r for r in self.in_profile(profile) if r.counts)

    def of_step(self, step: int) -> tuple[Requirement, ...]:
        """The requirements of one step, in order; step 0 holds those of the whole stack."""
        return tuple(r for r in self.requirements if r.step == step)

    def digest(self) -> str:
        """SHA-256, in hex, over the content in canonical form; layout and comments do not count."""
        canonical = json.dumps(self._content(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    def _content(self) -> dict[str, object]:
        return {
            "requirements": [_plain(requirement) for requirement in self.requirements],
            "steps": [_plain(step) for step in self.steps],
            "profiles": [_plain(profile) for profile in self.profiles],
        }


def _plain(model: Frozen) -> dict[str, object]:
    """Values that JSON knows; sets become sorted lists, absent values are left out."""
    values = model.model_dump(exclude_none=True)
    return {k: sorted(v) if isinstance(v, frozenset) else v for k, v in values.items()}
