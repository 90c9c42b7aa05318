"""What an operation of the platform is: where it lives, what it takes, who may call it.

Bodies are templates over the suite's own parameter names, so that a target file can rename a field
or move it without touching a check: `"$caption"` stands for the parameter `caption`, `"$?reason"`
for one that is left out unless the check gives it, `"$quantity|text"` for a number that the target
takes as text (`number` and `joined` turn a text into a number, a list into a text).
"""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, Final

from conformance.contract.facts import Certainty, Source

Template = Mapping[str, Any]

OPTIONAL: Final = "$?"
PARAMETER: Final = "$"
# A parameter that is so named is a new value of the kind that follows.
FRESH: Final = "fresh_"
# What follows says in which form the value is written.
AS: Final = "|"
FORMS: Final = ("text", "number", "joined")
_VARIABLE: Final = re.compile(r"\{(\w+)\}")


class Kind(StrEnum):
    READ = "read"
    LIST = "list"
    RESOLVE = "resolve"
    CREATE = "create"
    UPDATE = "update"
    STATUS = "status"
    ACTION = "action"

    @property
    def writes(self) -> bool:
        return self not in (Kind.READ, Kind.LIST, Kind.RESOLVE)


class Placement(StrEnum):
    """Where an operation takes credentials."""

    HEADER = "header"
    BODY = "body"
    BOTH = "both"
    NONE = "none"


class Access(StrEnum):
    """Whom the documentation lets through, beyond association with the org."""

    PUBLIC = "public"
    SELF = "self"
    ASSOCIATED = "associated"
    ROLE = "role"
    OWNER = "owner"
    PRIMARY_OWNER = "primary-owner"


class Radius(StrEnum):
    """How far the effect of an operation reaches, from small to large."""

    NONE = "none"
    RECORD = "record"
    USER = "user"
    ORG = "org"
    PLATFORM = "platform"


@dataclass(frozen=True)
class Fixed:
    """A value that a sample sends as it stands; a name in its place asks for a fresh one."""

    value: Any


@dataclass(frozen=True)
class Binding:
    """JSON pointers into an answer, tried in order; the first that is there gives the value."""

    pointers: tuple[str, ...]
    certainty: Certainty = Certainty.INFERRED


def bound(*pointers: str) -> Binding:
    """A value whose place in the answer is our deduction."""
    return Binding(pointers)


def published(*pointers: str) -> Binding:
    """A value whose place in the answer a page shows."""
    return Binding(pointers, Certainty.DOCUMENTED)


@dataclass(frozen=True)
class Operation:
    """One operation as the suite reads the documentation. `source` is the source of the path."""

    id: str
    path: str
    kind: Kind
    source: Source
    access: Access
    # How sure we are of `access`: a page may name an operation without saying who may call it.
    access_certainty: Certainty = Certainty.DOCUMENTED
    # Of a GET this is the query; of any other method the JSON body.
    body: Template = field(default_factory=dict)
    # Headers that carry context: org, facility, channel.
    context: Template = field(default_factory=dict)
    # Any of these roles lets a caller through, where `access` is by role.
    roles: frozenset[str] = frozenset()
    method: str = "POST"
    credentials: Placement = Placement.HEADER
    # What a sample sends unless it is given: the kind of a fresh value, or one value for all times.
    fresh: Mapping[str, str | Fixed] = field(default_factory=dict)
    yields: Mapping[str, Binding] = field(default_factory=dict)
    # A record kind (see `RecordKind`) that must exist before the operation can be called.
    acts_on: str | None = None
    revisioned: bool = False
    # How sure we are of `revisioned`: a page may show a revision and not say that writes need it.
    revision_certainty: Certainty = Certainty.DOCUMENTED
    paginated: bool = False
    human_only: bool = False
    radius: Radius = Radius.NONE
    needs: frozenset[str] = frozenset()
    # Parameters of the answer that hold a secret shown once.
    issues: tuple[str, ...] = ()
    # Writes that stay open while the org is not verified (the ones that bring it back).
    exempt_from_org_status: bool = False

    @cached_property
    def service(self) -> str:
        return self.id.split(".", 1)[0]

    @property
    def org_scoped(self) -> bool:
        return self.access not in (Access.PUBLIC, Access.SELF)

    @cached_property
    def parameters(self) -> frozenset[str]:
        """Names of all that a call takes, in body, query or headers."""
        return parameters(self.body) | parameters(self.context)

    @cached_property
    def fresh_fields(self) -> frozenset[str]:
        """The fields of the body, dots leading into objects, whose values a sample makes anew."""
        return frozenset(fields_with(self.body, frozenset(self.fresh)))

    @property
    def writes(self) -> bool:
        return self.kind.writes

    @property
    def guard_is_documented(self) -> bool:
        """Whether a page says that the write needs a revision, and not merely takes one."""
        return bool(self.body.get("expected_revision") == "$expected_revision")


@dataclass(frozen=True)
class Edge:
    """A step of a lifecycle: from one state to another."""

    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.before}->{self.after}"


@dataclass(frozen=True)
class RecordKind:
    """A kind of record and the operations that make, read, change and close it."""

    name: str
    id: str
    create: str
    read: str | None = None
    list: str | None = None
    update: str | None = None
    status: str | None = None
    # The parameter that an update changes, and whose value must be readable back.
    editable: str = "caption"
    # The status that ends the record's life, given to `status` at clean-up; None: stays for good.
    terminal: str | None = "doomed"
    # Two statuses that a new record can be given in turn, for ever: each step is a legal edge.
    turns: tuple[str, str] = ("inactive", "active")
    # Whether every run tries plans and races on it, and not only the deep ones.
    tried: bool = True
    # An operation that makes a new record from one that is there.
    copy: str | None = None
    # Kinds of which each record of this kind has one of its own.
    parents: tuple[str, ...] = ()
    # Fields that a read names a record by, beside its id.
    named_with: tuple[str, ...] = ()

    @property
    def service(self) -> str:
        return self.name.split(".", 1)[0]


def render(template: Any, values: Mapping[str, Any]) -> Any:
    """`template` with its parameters filled in.

    An element of a list that loses all its optional fields goes with them.

    Raises:
        KeyError: a parameter that is not optional has no value.
    """
    if isinstance(template, str) and template.startswith(PARAMETER):
        return _written(values[name_of(template)], template.partition(AS)[2])
    if isinstance(template, Mapping):
        return {
            key: render(part, values)
            for key, part in template.items()
            if not (_is_optional(part) and name_of(part) not in values)
        }
    if isinstance(template, Sequence) and not isinstance(template, str):
        rendered = [(part, render(part, values)) for part in template]
        # An element of optional parameters alone is left out with them.
        return [made for part, made in rendered if made != {} or part == {}]
    return template


def parameters(template: Any) -> frozenset[str]:
    """Names of all parameters in `template`, the optional ones included."""
    if isinstance(template, str):
        return frozenset({name_of(template)}) if template.startswith(PARAMETER) else frozenset()
    if isinstance(template, Mapping):
        return frozenset().union(*(parameters(part) for part in template.values()))
    if isinstance(template, Sequence):
        return frozenset().union(*(parameters(part) for part in template))
    return frozenset()


def fields_with(template: Any, names: frozenset[str], before: str = "") -> Iterator[str]:
    """The fields that hold one of these parameters; a dot leads into an object."""
    if isinstance(template, Mapping):
        for field, part in template.items():
            yield from fields_with(part, names, f"{before}.{field}" if before else field)
    elif isinstance(template, list):
        for part in template:
            yield from fields_with(part, names, before)
    elif parameters(template) & names:
        yield before


def optional_parameters(template: Any) -> frozenset[str]:
    """Names of the parameters that are left out where they have no value."""
    if isinstance(template, Mapping):
        return frozenset().union(*(optional_parameters(part) for part in template.values()))
    if isinstance(template, list):
        return frozenset().union(*(optional_parameters(part) for part in template))
    return frozenset({name_of(template)}) if _is_optional(template) else frozenset()


def variables(path: str) -> tuple[str, ...]:
    """The names of the parameters that stand in a path: `/x/{id}`."""
    return tuple(_VARIABLE.findall(path))


def _is_optional(part: Any) -> bool:
    return isinstance(part, str) and part.startswith(OPTIONAL)


def name_of(part: str) -> str:
    """The name of the parameter that a part of a template stands for."""
    return part.removeprefix(OPTIONAL).removeprefix(PARAMETER).partition(AS)[0]


def _written(value: Any, form: str) -> Any:
    """A value in the form in which the target takes it; without a form, as it is."""
    if form == "text":
        return value if value is None or isinstance(value, str) else json.dumps(value)
    if form == "number" and isinstance(value, str):
        return _number(value)
    if form == "joined" and isinstance(value, list):
        return ",".join(map(str, value))
    return value


def _number(text: str) -> Any:
    """The number that a text writes; a text that writes none stays one."""
    try:
        number = float(text)
    except ValueError:
        return text
    if not math.isfinite(number):
        return text
    return int(number) if number.is_integer() else number
