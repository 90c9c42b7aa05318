"""PVM: suppliers, brands, taxonomy, options. The org is in the header `x-orgcode`.

Reads are GET with their inputs in the query, writes are POST. Roles are asked for on every route;
an active owner passes them all.

Read from: pvm/PROTOCOL.md, pvm/calls.html, pvm/playbooks.html, story/pvm.html.
"""

from collections.abc import Mapping
from typing import Any, Final

from conformance.contract.envelope import CONFLICT_REVISION
from conformance.contract.facts import Certainty, Source, documented, inferred
from conformance.contract.operation import (
    Access,
    Binding,
    Fixed,
    Kind,
    Operation,
    Placement,
    RecordKind,
    bound,
)
from conformance.contract.routes import Routes, Terms, underscored
from conformance.contract.shapes import GUARD, ROW_STATUS, STATUS, record

CALLS, PLAYBOOK = documented("pvm/calls.html"), documented("pvm/playbooks.html")
PATTERN: Final = inferred("pvm/calls.html")
# The reads of a style and of a variant, which the examples of the shim print in full.
SHIM: Final = documented("common/client-shim.html")
STORY: Final = inferred("story/pvm.html")

CODE_PATTERN: Final = r"[A-Z][A-Z0-9_-]{0,9}"
STATES: Final = ("inactive", "active", "doomed")
MOST_ALIASES: Final = 16

SUPPLIER_EDITORS: Final = frozenset({"pvm_supplier_admin", "vca"})
EDITORS: Final = frozenset({"pvm_edit", "pma"})
VIEWERS: Final = frozenset({"pvm_view", "pvv"}) | EDITORS | SUPPLIER_EDITORS

# Reads are GET and for viewers, writes POST and for editors of products. That reads ask for a role
# at all follows from there being a role for viewers.
route: Final = Routes(
    "pvm",
    CALLS,
    reads=Terms(VIEWERS, certainty=Certainty.INFERRED, method="GET"),
    writes=Terms(EDITORS),
    spelling=underscored,
)


def shown(noun: str, *names: str) -> dict[str, Binding]:
    """Bindings of a single record's answer; `names` stand under their own name."""
    return record(noun, f"{noun}_id", "code", "caption", *names)


def guarded(yields: Mapping[str, Binding]) -> dict[str, Binding]:
    """The same for a write that `expected_revision` guards."""
    return {**yields, "conflict_revision": CONFLICT_REVISION}


# A part of what is looked for (common/pagination-filtering.html).
TEXT: Final = {"text": "$?text"}


class Family:
    """The routes that records of the product model share, and the record kind they make up."""

    def __init__(
        self,
        noun: str,
        fields: Mapping[str, Any],
        *,
        written: Mapping[str, Source],
        filters: Mapping[str, str] | None = None,
        fresh: Mapping[str, str | Fixed] | None = None,
        roles: frozenset[str] = EDITORS,
        yields: tuple[str, ...] = (),
        within: str | None = None,
        updated: bool = True,
        tried: bool = False,
        copy: str | None = None,
        parents: tuple[str, ...] = (),
        named_with: tuple[str, ...] = (),
    ) -> None:
        self.noun, self.id, self.name = noun, f"{noun}_id", f"pvm.{noun}"
        self._written, self._roles = written, roles
        self.shown = shown(noun, *yields)
        self.create = route.create(
            f"{noun}.create",
            PLAYBOOK,
            path=noun,
            roles=roles,
            acts_on=within,
            body={
                "code": "$code",
                "code_pattern": "$?code_pattern",
                "code_max_attempts": "$?code_max_attempts",
                **fields,
                "caption": "$caption",
            },
            fresh={"code": "pvm_code", "caption": "caption", **(fresh or {})},
            yields=self.shown,
        )
        self.list = route.page(
            f"{noun}.list",
            written.get("list", PATTERN),
            path=noun,
            by={**(filters or {}), **TEXT, **STATUS},
            item_id=self.id,
            shows=ROW_STATUS,
        )
        self.get = route.read(
            f"{noun}.get",
            written.get("get", PATTERN),
            body={self.id: f"${self.id}", **{name: f"$?{name}" for name in named_with}},
            acts_on=self.name,
            yields=self.shown,
        )
        named = {"caption": "$caption"}, {"caption": "caption"}
        updates = (self.write("update", *named),) if updated else ()
        self.status = self.write(
            "status", {"status": "$status"}, {"status": "active"}, kind=Kind.STATUS
        )
        self.operations = (self.create, self.list, self.get, *updates, self.status)
        self.record = RecordKind(
            self.name,
            self.id,
            self.create.id,
            self.get.id,
            self.list.id,
            updates[0].id if updates else None,
            self.status.id,
            turns=("active", "inactive"),
            tried=tried,
            copy=copy,
            parents=parents,
            named_with=named_with,
        )

    def write(
        self,
        verb: str,
        change: Mapping[str, Any],
        fresh: Mapping[str, str | Fixed] | None = None,
        *,
        kind: Kind = Kind.UPDATE,
        acts_on: str | None = None,
        source: Source = PATTERN,
    ) -> Operation:
        """A write on one record of the family, guarded by the record's revision."""
        return route(
            f"{self.noun}.{verb.replace('/', '_')}",
            kind,
            self._written.get(verb, source),
            path=f"{self.noun}/{verb}",
            roles=self._roles,
            body={self.id: f"${self.id}", **change, **GUARD},
            fresh=fresh or {},
            acts_on=acts_on or self.name,
            revisioned=True,
            yields=guarded(self.shown),
        )


_SEEN: Final = dict.fromkeys(("list", "get", "status", "update"), CALLS)

VENDOR = Family("vendor", {}, written={}, roles=SUPPLIER_EDITORS, tried=True)
MANUFACTURER = Family("manufacturer", {}, written={}, roles=SUPPLIER_EDITORS)
BRAND = Family("brand", {}, written=_SEEN)
DIVISION = Family("division", {}, written={})
DEPARTMENT = Family(
    "department",
    {"division_id": "$division_id"},
    written={name: CALLS for name in _SEEN if name != "update"},
    filters={"division_id": "$?division_id"},
)
CATEGORY = Family(
    "category",
    {"department_id": "$department_id"},
    written=_SEEN,
    filters={"department_id": "$?department_id"},
    tried=True,
)
SEASON = Family("season", {}, written={})
OPTION_GROUP = Family("option_group", {}, written={})
OPTION = Family(
    "option",
    {"option_group_id": "$option_group_id"},
    written={},
    filters={"option_group_id": "$?option_group_id"},
)
FAMILIES = (
    VENDOR,
    MANUFACTURER,
    BRAND,
    DIVISION,
    DEPARTMENT,
    CATEGORY,
    SEASON,
    OPTION_GROUP,
    OPTION,
)

# A brand as it is created, which has no supplier yet.
UNLINKED_BRAND: Final = RecordKind(
    "pvm.unlinked_brand",
    BRAND.id,
    BRAND.create.id,
    update=BRAND.record.update,
    status=BRAND.record.status,
    turns=BRAND.record.turns,
    tried=False,
)
_LINK: Final = {"supplier_type": "$supplier_type", "supplier_id": "$vendor_id"}


def _link(verb: str, acts_on: str) -> Operation:
    return BRAND.write(
        f"link/{verb}",
        _LINK,
        {"supplier_type": Fixed("vendor")},
        kind=Kind.ACTION,
        acts_on=acts_on,
        source=CALLS,
    )


LINK_ADD = _link("add", UNLINKED_BRAND.name)
LINK_REMOVE = _link("remove", "pvm.brand_link")
LINK_SET_PRIMARY = _link("set_primary", "pvm.brand_link")
LINK_LIST = route.page(
    "brand.link_list",
    CALLS,
    path="brand/link/list",
    by={"brand_id": "$brand_id", **STATUS},
    acts_on="pvm.brand_link",
    shows={
        "item_primary": bound("/primary", "/is_primary"),
        "item_vendor": bound("/vendor_id", "/supplier_id"),
    },
)

STAT = route.read(
    "stat",
    documented("pvm/PROTOCOL.md"),
    access=Access.PUBLIC,
    credentials=Placement.NONE,
    context={},
)

# Brands come after their unlinked twin, for the creation belongs to them.
RECORDS = (UNLINKED_BRAND, *(family.record for family in FAMILIES))
