"""Org, cost centres, facilities, zones, teams, sales channels. Org identity is in the body.

Read from: common/client-shim.html, common/ids-codes.html, common/integration-walkthroughs.html,
ofm/PROTOCOL.md, ofm/calls.html, ofm/playbooks.html, story/ofm.html.
"""

from collections.abc import Mapping
from typing import Any, Final

from conformance.contract.envelope import CONFLICT_REVISION, REVISION, in_data
from conformance.contract.facts import Certainty, Source, documented, inferred
from conformance.contract.operation import (
    Access,
    Binding,
    Edge,
    Fixed,
    Kind,
    Operation,
    Placement,
    Radius,
    RecordKind,
)
from conformance.contract.routes import Routes, Terms
from conformance.contract.shapes import GUARD, ROW_STATUS, STATUS, placed, shown, state

CALLS = documented("ofm/calls.html")
_PLAYBOOK = documented("ofm/playbooks.html")
_PATTERN = inferred("ofm/calls.html")
ORG_GUID: Final = {"org_guid": "$org_guid"}

# Reads are for associated callers, writes for owners. The org is in the body.
route: Final = Routes(
    "ofm",
    CALLS,
    reads=Terms(access=Access.ASSOCIATED, context={}),
    writes=Terms(access=Access.OWNER, context={}),
)


class Family:
    """The five routes that every plain record of OFM has, and the record kind they make up."""

    def __init__(
        self,
        noun: str,
        path: str,
        fields: Mapping[str, Any],
        *,
        guid: str,
        fresh: Mapping[str, str | Fixed],
        sources: tuple[Source, Source] = (CALLS, CALLS),
        status_path: str = "status",
        scope: Mapping[str, str] | None = None,
        access: Certainty = Certainty.DOCUMENTED,
        first_status: str = "inactive",
        parents: tuple[str, ...] = (),
        also_shown: tuple[str, ...] = (),
    ) -> None:
        self.guid, self.path, self.access = guid, path, access
        made, rest = sources
        self._one = {**ORG_GUID, guid: f"${guid}"}
        self._read: dict[str, Binding] = {
            guid: placed(noun, guid),
            "state": state(noun),
            **shown(noun, "caption", *fresh, *also_shown),
            "revision": REVISION,
        }
        self.create = route.create(
            f"{noun}.create",
            made,
            path=f"{path}/create",
            access_certainty=access,
            body={**ORG_GUID, **fields, "caption": "$caption"},
            fresh={**fresh, "caption": "caption"},
            yields=self._read,
        )
        self.get = self._route(noun, "get", Kind.READ, rest)
        self.update = self._route(
            noun, "update", Kind.UPDATE, rest, change={"caption": "$caption"}, new="caption"
        )
        self.status = self._route(
            noun, status_path, Kind.STATUS, rest, change={"status": "$status"}, new=first_status
        )
        self.list = route.page(
            f"{noun}.list",
            rest,
            path=f"{path}/list",
            by={**ORG_GUID, **(scope or {}), **STATUS},
            item_id=guid,
            shows=ROW_STATUS,
        )
        self.operations = (self.create, self.get, self.list, self.update, self.status)
        self.record = RecordKind(
            f"ofm.{noun}",
            guid,
            self.create.id,
            self.get.id,
            self.list.id,
            self.update.id,
            self.status.id,
            turns=("active", "inactive") if first_status == "active" else ("inactive", "active"),
            parents=parents,
        )

    def _route(
        self,
        noun: str,
        verb: str,
        kind: Kind,
        source: Source,
        *,
        change: Mapping[str, str] | None = None,
        new: str = "",
    ) -> Operation:
        guard = GUARD if kind.writes else {}
        parameter = next(iter(change or {}), "")
        return route(
            f"{noun}.{verb.replace('/', '_')}",
            kind,
            source,
            path=f"{self.path}/{verb}",
            access_certainty=self.access,
            body={**self._one, **(change or {}), **guard},
            fresh={parameter: new} if change else {},
            acts_on=f"ofm.{noun}",
            revisioned=kind.writes,
            yields={**self._read, **({"conflict_revision": CONFLICT_REVISION} if guard else {})},
        )


COST_CENTRE = Family(
    "cost_centre",
    "cost-centre",
    {"cccode": "$cccode"},
    guid="cc_guid",
    fresh={"cccode": "cccode"},
    status_path="status/set",
)
_CODE = {"code": "$code"}
PHYSICAL = Family(
    "physical", "facility/physical", _CODE, guid="physical_guid", fresh={"code": "code"}
)
LEGAL = Family("legal", "facility/legal", _CODE, guid="legal_guid", fresh={"code": "code"})
LOGICAL = Family(
    "logical",
    "facility/logical",
    {**_CODE, "physical_guid": "$physical_guid", "legal_guid": "$legal_guid"},
    guid="logical_guid",
    fresh={"code": "code"},
)
ZONE = Family(
    "zone",
    "zone",
    {**_CODE, "logical_guid": "$logical_guid"},
    guid="zone_guid",
    fresh={"code": "code"},
    sources=(_PLAYBOOK, _PATTERN),
    scope={"logical_guid": "$logical_guid"},
    access=Certainty.INFERRED,
)
TEAM = Family(
    "team",
    "team",
    {},
    guid="team_guid",
    fresh={},
    sources=(_PATTERN, _PATTERN),
    access=Certainty.INFERRED,
)
CHANNEL = Family(
    "sales_channel",
    "sales-channel",
    {
        "logical_guid": "$logical_guid",
        "channel_code": "$channel_code",
        "market": "$market",
        # ofm/openapi.yaml names these two; no page names the field of the market.
        "locale_codes": "$locale_codes",
        "default_locale_code": "$?default_locale_code",
    },
    guid="channel_guid",
    fresh={
        "channel_code": "channel_code",
        "market": Fixed("US"),
        "locale_codes": Fixed(["en_US"]),
    },
    sources=(_PLAYBOOK, _PATTERN),
    access=Certainty.INFERRED,
    first_status="active",
    # A code is taken in its facility, so each channel gets a new one.
    parents=("ofm.logical",),
    also_shown=("default_locale_code",),
)
FAMILIES = (COST_CENTRE, PHYSICAL, LEGAL, LOGICAL, ZONE, TEAM, CHANNEL)

CHANNEL_STATES = ("draft", "active", "inactive", "doomed")
CHANNEL_EDGES = frozenset(
    {
        Edge("draft", "active"),
        Edge("active", "inactive"),
        Edge("inactive", "active"),
        Edge("inactive", "doomed"),
        Edge("draft", "doomed"),
    }
)
BLOCKED_ORG_STATES = ("unverified", "parked", "suspended", "frozen", "doomed")

STAT = route.read(
    "stat",
    documented("ofm/PROTOCOL.md"),
    method="GET",
    access=Access.PUBLIC,
    credentials=Placement.NONE,
)
_ORG_FIELDS: dict[str, Binding] = {
    **shown("org", "org_guid", "orgcode"),
    "state": in_data("status", "org_status", "org/status"),
    "revision": REVISION,
}
ORG_CREATE = route.create(
    "org.create",
    documented("common/integration-walkthroughs.html"),
    access=Access.SELF,
    human_only=True,
    acts_on="throwaway.invitation",
    body={
        "orgcode": "$orgcode",
        "invitation_code": "$invitation_code",
        "user_guid": "$user_guid",
        "caption": "$caption",
    },
    fresh={"caption": "caption"},
    yields={**_ORG_FIELDS, "cc_guid": placed("cost_centre", "cc_guid")},
    needs=frozenset({"operator"}),
    radius=Radius.ORG,
    exempt_from_org_status=True,
)
ORG_GET = route.read(
    "org.get", documented("common/client-shim.html"), body=ORG_GUID, yields=_ORG_FIELDS
)


def _org_switch(verb: str) -> Operation:
    return route.step(
        f"org.{verb}",
        inferred("story/ofm.html"),
        body={**ORG_GUID, **GUARD},
        acts_on="throwaway.org" if verb == "park" else "throwaway.parked_org",
        revisioned=True,
        needs=frozenset({"throwaway", "operator"}),
        radius=Radius.ORG,
        yields=_ORG_FIELDS,
        exempt_from_org_status=True,
    )


ORG_PARK, ORG_UNPARK = _org_switch("park"), _org_switch("unpark")

RESOLVE_ORGCODE = route.resolve(
    "resolve.orgcode",
    documented("common/ids-codes.html"),
    body={"orgcode": "$orgcode"},
    yields=_ORG_FIELDS,
)


def _resolver(noun: str, path: str, code: str, family: Family) -> Operation:
    return route.resolve(
        f"resolve.{noun}",
        inferred("ofm/playbooks.html"),
        path=f"resolve/{path}",
        body={**ORG_GUID, code: f"${code}"},
        acts_on=family.record.name,
        yields={family.guid: in_data(f"{family.guid}")},
    )


RESOLVE_CCCODE = _resolver("cccode", "cccode", "cccode", COST_CENTRE)
RESOLVE_LOGICAL = _resolver("logical", "logical", "code", LOGICAL)
RESOLVE_CHANNEL = _resolver("channel_code", "channel-code", "channel_code", CHANNEL)

RECORDS = tuple(family.record for family in FAMILIES)
