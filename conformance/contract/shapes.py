"""The shapes that routes of several services have in common.

A service takes a shape as it stands. Where its pages ask for something else, it states the
difference beside its own routes, on top of the shape from here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from conformance.contract.facts import Certainty, Source, documented
from conformance.contract.operation import (
    REVISION,
    Access,
    Binding,
    Fixed,
    Kind,
    Operation,
    Radius,
    Template,
    bound,
    published,
)

# --- context, in headers ---

ORG: Final = {"x-orgcode": "$orgcode"}
# The org where it is not required: a check leaves it out.
ANY_ORG: Final = {"x-orgcode": "$?orgcode"}
FACILITY: Final = {**ORG, "x-logical-guid": "$logical_guid"}
ANY_FACILITY: Final = {**ORG, "x-logical-guid": "$?logical_guid"}
CHANNEL: Final = {**FACILITY, "x-channel-code": "$channel_code"}

# --- parts of bodies ---

NAMED: Final = {"code": "$code", "caption": "$caption"}
# What a sample sends for the names.
NAMES: Final = {"code": "code", "caption": "caption"}
LINE: Final = {"variant_id": "$variant_id", "quantity": "$quantity"}
PAGE: Final = {"limit": "$?limit", "next_token": "$?next_token"}
# By what lists of records with a status are narrowed: the closed ones are shown on demand alone.
STATUS: Final = {"status": "$?status", "include_doomed": "$?include_doomed"}
REASON: Final = {"reason": "$?reason", "reason_code": "$?reason_code"}
# What writes on stock, sales and purchases take beside their own fields.
NOTES: Final = {**REASON, "source_refs": "$?source_refs", "cccode": "$?cccode"}
KEY: Final = {"idempotency_key": "$?idempotency_key"}
KEYED: Final = {**NOTES, **KEY}
# The revision that a write has to name.
GUARD: Final = {"expected_revision": "$expected_revision"}
# Where no page says that the record is revisioned: sent if it is known.
REVISED: Final = {"expected_revision": "$?expected_revision"}

# --- places in answers ---


def listed(*places: str) -> dict[str, Binding]:
    """Where a list answers its rows and its next page; `places` are names of the service's own."""
    return {
        "items": bound("/data/items", *places, "/data/records", "/data"),
        "next_token": published("/data/next_token", "/next_token"),
    }


LISTED: Final[Mapping[str, Binding]] = listed()


def placed(noun: str, name: str) -> Binding:
    """A field of a record: at the top of the data, or under the record's noun."""
    return bound(f"/data/{name}", f"/data/{noun}/{name}")


def shown(noun: str, *names: str) -> dict[str, Binding]:
    """Fields of a record that are known by the name under which they stand."""
    return {name: placed(noun, name) for name in names}


def state(noun: str) -> Binding:
    """The status of a record where an answer may also call it its state."""
    return bound("/data/status", "/data/state", f"/data/{noun}/status")


def record(noun: str, *names: str) -> dict[str, Binding]:
    """These fields of a record, its state and its revision."""
    return {**shown(noun, *names), "state": state(noun), "revision": REVISION}


# --- routes ---


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
    answer what they list.
    """

    service: str
    source: Source
    reads: Terms
    writes: Terms
    rows: Mapping[str, Binding] = field(default_factory=lambda: LISTED)

    def __call__(
        self, name: str, path: str, kind: Kind, source: Source | None = None, **more: Any
    ) -> Operation:
        """A route; `more` are fields of `Operation`, and go before the terms."""
        terms = self.writes if kind.writes else self.reads
        usual: dict[str, Any] = {
            "access": terms.access,
            "access_certainty": terms.certainty,
            "roles": terms.roles,
            "context": terms.context,
            "method": terms.method,
            "radius": Radius.RECORD if kind.writes else Radius.NONE,
        }
        return Operation(
            id=f"{self.service}.{name}",
            path=f"/{self.service}/{path}",
            kind=kind,
            source=source or self.source,
            **{**usual, **more, "body": {**more.get("body", {}), **terms.body}},
        )

    def one(
        self, name: str, path: str, source: Source | None = None, *, by: str, **more: Any
    ) -> Operation:
        """A route that reads one record, told by one field."""
        return self(name, path, Kind.READ, source, body={by: f"${by}"}, **more)

    def page(
        self,
        name: str,
        path: str,
        source: Source | None = None,
        *,
        shows: Mapping[str, Binding],
        by: Template | None = None,
        **more: Any,
    ) -> Operation:
        """A route that lists records page by page.

        `shows` are places in one row; `by` is what the list can be narrowed by.
        """
        return self(
            name,
            path,
            Kind.LIST,
            source,
            paginated=True,
            body={**(by or {}), **PAGE},
            yields={**self.rows, **shows},
            **more,
        )

    def status(
        self,
        name: str,
        path: str,
        source: Source | None = None,
        *,
        by: str,
        new: str | Fixed,
        **more: Any,
    ) -> Operation:
        """A route that gives one record a status; a sample gives it `new`."""
        body = {by: f"${by}", "status": "$status", **REVISED}
        return self(name, path, Kind.STATUS, source, body=body, fresh={"status": new}, **more)

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
