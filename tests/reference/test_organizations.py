"""OFM's domain rules: invitations, facilities, channels, members and owners."""

from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.reference.platform_client import Org, Platform, User, tag


@dataclass(frozen=True)
class Site:
    """A verified org with one logical facility."""

    platform: Platform
    org: Org
    logical: str

    def ask(self, path: str, caller: User | None = None, **fields: Any) -> httpx.Response:
        body = {"org_guid": self.org.guid, **fields}
        return self.platform.ask(f"/ofm{path}", body, caller or self.org.owner)

    def make(self, path: str, **fields: Any) -> dict[str, Any]:
        body = {"org_guid": self.org.guid, **fields}
        return self.platform.make(f"/ofm{path}", body, self.org.owner)

    def channel(self, code: str) -> dict[str, Any]:
        return self.make(
            "/sales-channel/create",
            logical_guid=self.logical,
            channel_code=code,
            market="US",
            locale_codes=["en_US"],
            caption="C",
        )


@pytest.fixture(scope="module")
def site(platform: Platform) -> Site:
    bare = Site(platform, platform.org(), "")
    physical = bare.make("/facility/physical/create", code="P1", caption="P")["physical_guid"]
    legal = bare.make("/facility/legal/create", code="L1", caption="L")["legal_guid"]
    logical = bare.make(
        "/facility/logical/create",
        code="G1",
        caption="G",
        physical_guid=physical,
        legal_guid=legal,
    )
    return Site(platform, bare.org, logical["logical_guid"])


def create_org(platform: Platform, caller: User, code: str, invitation: str) -> httpx.Response:
    body = {
        "orgcode": code,
        "invitation_code": invitation,
        "user_guid": caller.user_id,
        "caption": "T",
    }
    return platform.ask("/ofm/org/create", body, caller)


def test_invitations_are_bound_expire_and_are_used_once(platform: Platform) -> None:
    user, other, mint = platform.user(), platform.user(), "ofm_invitationcreate"
    named = {"orgcode": "INV-" + user.user_id[:8].upper(), "user_guid": user.user_id}
    code = named["orgcode"]
    expired = platform.do(mint, **named, expires_in_seconds=0)["invitation_code"]
    assert tag(create_org(platform, user, code, expired)) == (409, "invitation-expired")
    doomed = platform.do(mint, **named)["invitation_code"]
    platform.do("ofm_invitationdoom", invitation_code=doomed)
    assert tag(create_org(platform, user, code, doomed)) == (409, "invitation-expired")
    good = platform.do(mint, **named)["invitation_code"]
    assert tag(create_org(platform, other, code, good)) == (409, "invitation-mismatch")
    assert tag(create_org(platform, user, "ELSE", good)) == (409, "invitation-mismatch")
    assert create_org(platform, user, code.lower(), good).json()["data"]["orgcode"] == code
    assert tag(create_org(platform, user, code, good)) == (409, "invitation-used")
    again = platform.do(mint, **named)["invitation_code"]
    assert tag(create_org(platform, user, code, again)) == (409, "orgcode-taken")


def test_a_key_cannot_create_an_org(site: Site) -> None:
    key = site.platform.key(site.org, "owner")
    body = {"orgcode": "KEYS", "invitation_code": "x", "user_guid": "x", "caption": "T"}
    assert tag(site.platform.post("/ofm/org/create", body, x_api_key=key)) == (403, "forbidden")


def test_parking_and_ownership_need_a_person(site: Site) -> None:
    key = site.platform.key(site.org, "owner")
    body = {"org_guid": site.org.guid, "user_guid": "x", "expected_revision": 1}
    for path in ("/ofm/org/park", "/ofm/owner/secondary/add"):
        assert tag(site.platform.post(path, body, x_api_key=key)) == (403, "not-owner")


@pytest.mark.parametrize("state", ["suspended", "frozen", "doomed"])
def test_operators_close_orgs_to_writes(platform: Platform, state: str) -> None:
    org = platform.org()
    setting = {"org_guid": org.guid, "expected_revision": 2}
    assert platform.operate("ofm_orgstatusset", **setting, status="parked")["error"]
    platform.do("ofm_orgstatusset", **setting, status=state)
    body = {"org_guid": org.guid, "caption": "T"}
    assert tag(platform.ask("/ofm/team/create", body, org.owner)) == (403, "org-write-blocked")
    assert platform.make("/ofm/org/get", body, org.owner)["status"] == state


def test_a_logical_facility_stands_on_live_ones_of_the_org(site: Site) -> None:
    fields: dict[str, Any] = {
        "code": "G9",
        "caption": "G",
        "physical_guid": "P1",
        "legal_guid": "L1",
    }
    assert tag(site.ask("/facility/logical/create", **fields)) == (404, "not-found")
    zone: dict[str, Any] = {"code": "Z1", "caption": "Z", "logical_guid": "G1"}
    assert tag(site.ask("/zone/create", **zone)) == (404, "not-found")
    made = site.make("/zone/create", **{**zone, "logical_guid": site.logical})
    listed = site.make("/zone/list", logical_guid=site.logical)["items"]
    assert [each["zone_guid"] for each in listed] == [made["zone_guid"]]


def test_codes_are_checked_and_unique_among_the_live(site: Site) -> None:
    path = "/facility/physical/create"
    assert tag(site.ask(path, code="lower", caption="P")) == (400, "invalid-input")
    made = site.make(path, code="UNIQUE", caption="P")
    assert tag(site.ask(path, code="UNIQUE", caption="P")) == (409, "duplicate-code")
    named = {"physical_guid": made["physical_guid"], "expected_revision": 1}
    site.make("/facility/physical/status", **named, status="doomed")
    assert site.make(path, code="UNIQUE", caption="P")["physical_guid"] != made["physical_guid"]


LEGAL = {
    ("draft", "active"),
    ("draft", "doomed"),
    ("active", "inactive"),
    ("inactive", "active"),
    ("inactive", "doomed"),
}
WAYS = {
    "draft": [],
    "active": ["active"],
    "inactive": ["active", "inactive"],
    "doomed": ["doomed"],
}


@pytest.mark.parametrize("start", WAYS)
@pytest.mark.parametrize("end", WAYS)
def test_channels_take_the_drawn_edges_only(site: Site, start: str, end: str) -> None:
    channel = site.channel("kiosk")
    named = {"channel_guid": channel["channel_guid"]}
    revision = channel["revision"]
    for state in WAYS[start]:
        moved = site.make(
            "/sales-channel/status", **named, status=state, expected_revision=revision
        )
        revision = moved["revision"]
    answer = site.ask("/sales-channel/status", **named, status=end, expected_revision=revision)
    if (start, end) in LEGAL:
        assert answer.json()["data"]["status"] == end
        revision += 1
    else:
        assert tag(answer) == (409, "invalid-transition")
    retire(site, named, end if answer.is_success else start, revision)


def retire(site: Site, named: dict[str, str], state: str, revision: int) -> None:
    """Doom a channel, so that the next one may have its code."""
    if state == "active":
        path = "/sales-channel/status"
        site.make(path, **named, status="inactive", expected_revision=revision)
        state, revision = "inactive", revision + 1
    if state != "doomed":
        path = "/sales-channel/status"
        site.make(path, **named, status="doomed", expected_revision=revision)


def test_channel_codes_are_registered_canonical_and_unique(site: Site) -> None:
    made = site.channel(" Shopify ")
    assert made["channel_code"] == "shopify"
    fields: dict[str, Any] = {
        "logical_guid": site.logical,
        "market": "US",
        "locale_codes": ["en_US"],
        "caption": "C",
    }
    path = "/sales-channel/create"
    assert tag(site.ask(path, **fields, channel_code="shopify")) == (409, "duplicate-code")
    assert tag(site.ask(path, **fields, channel_code="carrier_pigeon")) == (400, "invalid-input")
    resolved = site.make("/resolve/channel-code", channel_code="SHOPIFY")
    assert resolved["channel_guid"] == made["channel_guid"]
    listed = site.make("/sales-channel/list", logical_guid=site.logical)["items"]
    assert made["channel_guid"] in {each["channel_guid"] for each in listed}


def test_drafts_are_edited_by_members_with_a_grant(site: Site) -> None:
    member = site.platform.member(site.org)
    channel = site.channel("g3npos")["channel_guid"]
    edit = {"channel_guid": channel, "caption": "N", "expected_revision": 1}
    path = "/sales-channel/update"
    assert tag(site.ask(path, member, **edit)) == (403, "not-owner")
    grant = {"user_guid": member.user_id, "logical_guid": site.logical}
    site.make("/member/assign-logical", **grant)
    assert site.ask(path, member, **edit).json()["data"]["caption"] == "N"
    granted = site.make("/member/assignments", user_guid=member.user_id)["items"]
    assert [each["logical_guid"] for each in granted] == [site.logical]
    site.make("/member/detach-logical", **grant)
    edit["expected_revision"] = 2
    assert tag(site.ask(path, member, **edit)) == (403, "not-owner")
    status = {"channel_guid": channel, "status": "active", "expected_revision": 2}
    site.make("/sales-channel/status", **status)
    edit["expected_revision"] = 3
    assert tag(site.ask(path, **edit)) == (409, "invalid-state")


def test_resolve_tells_what_the_caller_is(site: Site) -> None:
    body = {"orgcode": site.org.code, "logical_guid": site.logical}
    owner = site.platform.make("/ofm/member/resolve", body, site.org.owner)
    assert (owner["is_owner"], owner["org_status"]) == (True, "verified")
    member = site.platform.member(site.org, "store_manager")
    told = site.platform.make("/ofm/member/resolve", body, member)
    assert "scm_order" in told["roles"]
    assert not told["is_owner"]
    key = site.platform.key(site.org, "scm_view")
    by_key = site.platform.post("/ofm/member/resolve", body, x_api_key=key).json()["data"]
    assert by_key["roles"] == ["scm_view"]
    assert "service_account_id" in by_key
    foreign = {**body, "logical_guid": site.org.guid}
    answer = site.platform.ask("/ofm/member/resolve", foreign, site.org.owner)
    assert tag(answer) == (404, "not-found")


def test_invites_are_for_the_invited_user_and_once(site: Site) -> None:
    platform, guest = site.platform, site.platform.user()
    invite = site.make("/member/invite/create", email=guest.email.upper(), roles=["pvv"])
    listed = site.ask("/member/invite/list")
    assert invite["invite_guid"] in listed.text
    assert invite["invite_code"] not in listed.text
    accept = {"invite_code": invite["invite_code"]}
    path = "/ofm/member/invite/accept"
    assert tag(platform.ask(path, accept, platform.user())) == (404, "not-found")
    assert platform.make(path, accept, guest)["user_guid"] == guest.user_id
    assert tag(platform.ask(path, accept, guest)) == (409, "invitation-used")
    again = site.make("/member/invite/create", email="a@b.c", roles=[])
    revoked = site.make("/member/invite/revoke", invite_guid=again["invite_guid"])
    assert revoked["status"] == "revoked"


def test_ownership_is_handed_over_by_the_primary_owner(platform: Platform) -> None:
    org = platform.org()
    second = platform.member(org)
    named = {"org_guid": org.guid, "user_guid": second.user_id}

    def revision() -> int:
        shown = platform.make("/ofm/org/get", named, org.owner)
        return int(shown["revision"])

    change = {**named, "expected_revision": revision()}
    platform.make("/ofm/owner/secondary/add", change, org.owner)
    change["expected_revision"] = revision()
    refused = platform.ask("/ofm/owner/primary/set", change, second)
    assert tag(refused) == (403, "not-owner")
    team = {"org_guid": org.guid, "caption": "T"}
    assert platform.ask("/ofm/team/create", team, second).is_success
    state = {**named, "state": "inactive", "expected_revision": 1}
    assert platform.make("/ofm/owner/state/set", state, org.owner)["state"] == "inactive"
    assert tag(platform.ask("/ofm/team/create", team, second)) == (403, "not-owner")
    platform.do("ofm_ownerstatesetadmin", **named, state="active")
    handed = platform.make("/ofm/owner/primary/set", change, org.owner)
    assert handed["primary_owner"] == second.user_id
    assert tag(platform.ask("/ofm/owner/primary/set", change, org.owner)) == (403, "not-owner")
    change.update(user_guid=org.owner.user_id, expected_revision=revision())
    removed = platform.make("/ofm/owner/secondary/remove", change, second)
    assert removed["secondary_owners"] == []
