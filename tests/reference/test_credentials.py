"""Sessions and keys: how they slide, expire and are revoked."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.reference.platform_client import PASSCODE, Org, Platform, User, running, tag


def validate(platform: Platform, session: str) -> httpx.Response:
    return platform.post("/usm/session/validate", {"session_guid": session})


@pytest.fixture
def clocked() -> Iterator[Platform]:
    with running() as started:
        yield started


def test_sessions_slide_on_use_and_expire_without(clocked: Platform) -> None:
    user = clocked.user()
    idle = clocked.session(user.email)
    org = clocked.org()
    used = org.owner.session
    for _ in range(2):
        clocked.do("reference_clock", advance_seconds=3000)
        assert validate(clocked, user.session).is_success
        assert clocked.ask("/ofm/org/get", {"org_guid": org.guid}, org.owner).is_success
    assert validate(clocked, used).is_success
    assert tag(validate(clocked, idle)) == (401, "ttl-expired")
    listed = clocked.post("/usm/session/list", {"session_guid": user.session}).json()["data"]
    assert len(listed["items"]) == 1
    assert tag(validate(clocked, idle)) == (401, "ttl-expired")


def test_keys_end_with_the_policy_of_maximum_age(clocked: Platform) -> None:
    org = clocked.org()
    key = clocked.key(org, "ofm_view")
    base = {"session_guid": org.owner.session, "orgcode": org.code}
    assert clocked.post("/usm/api_key/policy_set", {**base, "max_age_seconds": 60}).is_success
    assert clocked.post("/usm/api_key/validate", x_api_key=key).is_success
    clocked.do("reference_clock", advance_seconds=61)
    assert tag(clocked.post("/usm/api_key/validate", x_api_key=key)) == (401, "invalid-api-key")
    assert clocked.post("/usm/api_key/policy_set", {**base, "max_age_seconds": None}).is_success
    assert clocked.post("/usm/api_key/validate", x_api_key=key).is_success


def test_parking_has_a_cooldown(clocked: Platform) -> None:
    org = clocked.org()
    body = {"org_guid": org.guid, "expected_revision": 2}
    assert clocked.make("/ofm/org/park", body, org.owner)["status"] == "parked"
    body["expected_revision"] = 3
    assert tag(clocked.ask("/ofm/org/unpark", body, org.owner)) == (409, "cooldown")
    clocked.do("reference_clock", advance_seconds=48 * 3600)
    owner = User(org.owner.user_id, org.owner.email, clocked.session(org.owner.email))
    assert clocked.make("/ofm/org/unpark", body, owner)["status"] == "verified"


def test_closing_ends_one_session_for_good(platform: Platform) -> None:
    user = platform.user()
    sibling = platform.session(user.email)
    assert platform.post("/usm/session/close", {"session_guid": sibling}).is_success
    assert tag(validate(platform, sibling)) == (401, "session-doomed")
    assert validate(platform, user.session).is_success


def test_logging_out_spares_the_caller_or_nobody(platform: Platform) -> None:
    user = platform.user()
    siblings = [platform.session(user.email) for _ in range(2)]
    body = {"session_guid": user.session}
    ended = platform.post("/usm/session/logout_other_devices", body).json()["data"]
    assert ended["revoked_count"] == 2
    assert [tag(validate(platform, each))[1] for each in siblings] == ["session-doomed"] * 2
    assert validate(platform, user.session).is_success
    assert platform.post("/usm/session/logout_everywhere", body).is_success
    assert tag(validate(platform, user.session)) == (401, "session-doomed")


def change_user(platform: Platform, user: User, action: str, **what: Any) -> None:
    """An operator's change of a user, from the revision that they are at."""
    revision = platform.do("uas_userget", user_id=user.user_id)["revision"]
    platform.do(action, user_id=user.user_id, expected_revision=revision, **what)


def test_the_cap_counts_live_sessions(platform: Platform) -> None:
    user = platform.user()
    change_user(platform, user, "uas_userconfigset", max_active_sessions=2)
    second = platform.session(user.email)
    body = {"email": user.email, "passcode": PASSCODE}
    assert tag(platform.post("/usm/session/create", body)) == (409, "too-many-sessions")
    platform.post("/usm/session/close", {"session_guid": second})
    assert platform.session(user.email)


def test_a_change_of_user_status_ends_sessions(platform: Platform) -> None:
    user = platform.user()
    change_user(platform, user, "uas_userstatusset", status="suspended")
    assert tag(validate(platform, user.session)) == (401, "session-doomed")


@pytest.mark.parametrize("width", ["revoke", "revoke_all", "revoke_all_org", "status"])
def test_revoked_keys_stop_validating(platform: Platform, width: str) -> None:
    org: Org = platform.org()
    base = {"session_guid": org.owner.session, "orgcode": org.code}
    account = platform.make(
        "/usm/service_account/create", {**base, "caption": "a", "roles": []}, org.owner
    )["service_account_id"]
    named = {**base, "service_account_id": account}
    key = platform.make("/usm/api_key/create", named, org.owner)
    validated = platform.post("/usm/api_key/validate", x_api_key=key["api_key"]).json()["data"]
    assert (validated["orgcode"], validated["org_status"]) == (org.code, "verified")
    listed = platform.post("/usm/api_key/list", named)
    assert key["api_key"] not in listed.text
    path = "/usm/service_account/status" if width == "status" else f"/usm/api_key/{width}"
    change = {**named, "api_key_id": key["api_key_id"], "status": "doomed"}
    assert platform.post(path, change).is_success
    refused = platform.post("/usm/api_key/validate", {"api_key": key["api_key"]})
    assert tag(refused) == (401, "invalid-api-key")
