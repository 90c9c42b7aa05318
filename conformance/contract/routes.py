"""How the routes of a service are made: on the terms of the service, unless a route has its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from conformance.contract.facts import Certainty, Source, documented
from conformance.contract.operation import (
    Access,
    Binding,
    Fixed,
    Kind,
    Operation,
    Radius,
    RecordKind,
    Template,
    bound,
)
from conformance.contract.shapes import LISTED, ORG, PAGE, REVISED


def slashed(name: str) -> str:
    """The path as most services spell it: each word of the name is a part."""
    return name.replace(".", "/").replace("_", "/")


def underscored(name: str) -> str:
    """The path where words that make up one part are joined by underscores."""
    return name.replace(".", "/")


@dataclass(frozen=True)
class Terms:
    """What a service asks of those who read it, or of those who write to it.

    `body` is what each of these routes takes beside its own fields.
    """

    roles: frozenset[str] = frozenset()
    context: Template = field(default_factory=lambda: ORG)
    access: Access = Access.ROLE
    certainty: Certainty = Certainty.DOCUMENTED
    method: str = "POST"
    body: Template = field(default_factory=dict)


@dataclass(frozen=True)
class Routes:
    """Makes the routes of one service: calling it gives an operation on the service's terms.

    `source` is the page that names a route unless the route has its own; `rows` is where lists
    answer what they list; `more` are fields of `Operation` that all its routes share, and
    `spelling` makes a path of a route's name.
    """

    service: str
    source: Source
    reads: Terms
    writes: Terms
    rows: Mapping[str, Binding] = field(default_factory=lambda: LISTED)
    more: Mapping[str, Any] = field(default_factory=dict)
    spelling: Callable[[str], str] = slashed

    def __call__(
        self,
        name: str,
        kind: Kind,
        source: Source | None = None,
        *,
        path: str | None = None,
        **more: Any,
    ) -> Operation:
        """A route; its id is `service.name`, and its path is spelt like its name unless told.

        `more` are fields of `Operation`, and go before the terms.
        """
        terms = self.writes if kind.writes else self.reads
        usual: dict[str, Any] = {
            "access": terms.access,
            "access_certainty": self.access_certainty(kind, more.get("roles", terms.roles)),
            "roles": terms.roles,
            "context": terms.context,
            "method": terms.method,
            "radius": Radius.RECORD if kind.writes else Radius.NONE,
            **self.more,
        }
        return Operation(
            id=f"{self.service}.{name}",
            path=f"/{self.service}/{self.spelling(name) if path is None else path}",
            kind=kind,
            source=source or self.source,
            **{**usual, **more, "body": {**more.get("body", {}), **terms.body}},
        )

    @property
    def access_deduced(self) -> Self:
        """The same routes, where it is our deduction who may call them."""
        return replace(self, more={**self.more, "access_certainty": Certainty.INFERRED})

    def access_certainty(self, kind: Kind, roles: frozenset[str]) -> Certainty:  # noqa: ARG002
        """How sure it is who may call a route of this kind with one of these roles."""
        return (self.writes if kind.writes else self.reads).certainty

    def create(self, name: str, source: Source | None = None, **more: Any) -> Operation:
        """A route that makes a record."""
        return self(name, Kind.CREATE, source, **more)

    def update(self, name: str, source: Source | None = None, **more: Any) -> Operation:
        """A route that changes fields of a record."""
        return self(name, Kind.UPDATE, source, **more)

    def action(self, name: str, source: Source | None = None, **more: Any) -> Operation:
        """A route that does something else to a record, or to an org or a user."""
        return self(name, Kind.ACTION, source, **more)

    def step(self, name: str, source: Source | None = None, **more: Any) -> Operation:
        """A route that takes a record to one certain state."""
        return self(name, Kind.STATUS, source, **more)

    def read(self, name: str, source: Source | None = None, **more: Any) -> Operation:
        """A route that reads what is not told by one field."""
        return self(name, Kind.READ, source, **more)

    def resolve(self, name: str, source: Source | None = None, **more: Any) -> Operation:
        """A route that answers which record a code stands for, or what rules come to."""
        return self(name, Kind.RESOLVE, source, **more)

    def one(self, name: str, source: Source | None = None, *, by: str, **more: Any) -> Operation:
        """A route that reads one record, told by one field."""
        return self.read(name, source, body={by: f"${by}"}, **more)

    def page(
        self,
        name: str,
        source: Source | None = None,
        *,
        item_id: str | None = None,
        shows: Mapping[str, Binding] | None = None,
        by: Template | None = None,
        **more: Any,
    ) -> Operation:
        """A route that lists records page by page.

        `item_id` is the field of a row that identifies it, `shows` are further places in a row;
        `by` is what the list can be narrowed by.
        """
        identified = {} if item_id is None else {"item_id": bound(f"/{item_id}")}
        return self(
            name,
            Kind.LIST,
            source,
            paginated=True,
            body={**(by or {}), **PAGE},
            yields={**self.rows, **identified, **(shows or {})},
            **more,
        )

    def get_and_list(
        self,
        noun: str,
        yields: Mapping[str, Binding],
        source: Source | None = None,
        *,
        stem: str | None = None,
        narrowed: Template | None = None,
        shows: Mapping[str, Binding] | None = None,
        **more: Any,
    ) -> tuple[Operation, Operation]:
        """The two routes that read records of one kind, told by `noun_id`: one, and all by pages.

        Their names begin with `stem`, `noun.` unless told. `narrowed` is what the list can be
        narrowed by, `shows` are places in a row beside the id.
        """
        stem, identifier = stem or f"{noun}.", f"{noun}_id"
        more["acts_on"] = f"{self.service}.{noun}"
        get = self.one(f"{stem}get", source, by=identifier, yields=yields, **more)
        rows: dict[str, Any] = {"item_id": identifier, "shows": shows, "by": narrowed}
        return get, self.page(f"{stem}list", source, **rows, **more)

    def status(
        self, name: str, source: Source | None = None, *, by: str, new: str | Fixed, **more: Any
    ) -> Operation:
        """A route that gives one record a status; a sample gives it `new`."""
        body = {by: f"${by}", "status": "$status", **REVISED}
        return self.step(name, source, body=body, fresh={"status": new}, **more)

    @property
    def deduced(self) -> "Routes":
        """The same routes where no page says by name who may call them."""
        unsure = Certainty.INFERRED
        return replace(
            self,
            reads=replace(self.reads, certainty=unsure),
            writes=replace(self.writes, certainty=unsure),
        )


def stat(service: str, source: Source | None = None, **more: Any) -> Operation:
    """The status route of a service: a GET, for a session of any user unless told otherwise."""
    return Operation(
        id=f"{service}.stat",
        path=f"/{service}/stat",
        method="GET",
        kind=Kind.READ,
        source=source or documented(f"{service}/PROTOCOL.md"),
        **{"access": Access.SELF, "human_only": True, **more},
    )


def lasting(
    name: str,
    identifier: str,
    create: Operation,
    read: Operation | None = None,
    list_: Operation | None = None,
    **more: Any,
) -> RecordKind:
    """A kind of record that no status ends: none is documented, or the record stays for good.

    `more` are fields of `RecordKind`.
    """
    read_by, listed_by = (None if each is None else each.id for each in (read, list_))
    return RecordKind(name, identifier, create.id, read_by, listed_by, terminal=None, **more)
