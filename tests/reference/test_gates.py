"""The gates of the pipeline, each by the answer it gives."""

import secrets
from typing import Any
from uuid import uuid4

import httpx
import pytest
import yaml

from tests.reference.platform_client import PASSCODE, Org, Platform, User, tag


def comparable(answer: httpx.Response) -> tuple[Any, ...]:
    """What may not differ between an org that exists and one that does not."""
    body = answer.json()
    for name in ("request_id", "timestamp_utc", "latency_ms", "orgcode"):
        body["stats"].pop(name, None)
    headers = dict(answer.headers)
    for name in ("date", "content-length"):
        headers.pop(name)
    return answer.status_code, body, headers


def test_every_answer_has_envelope_stats_and_version(platform: Platform, org: Org) -> None:
    answer = platform.ask("/ofm/org/get", {"org_guid": org.guid}, org.owner)
    body = answer.json()
    assert answer.headers["x-api-version"] == "2026-03-04"
    assert (body["success"], body["revision"]) == (True, 2)
    stats = body["stats"]
    assert (stats["call"], stats["service"]) == ("POST /org/get", "ofm")
    assert (stats["orgcode"], stats["context_source"]) == (org.code, "session")
    assert len(stats["session_fingerprint"]) == 64
    assert org.owner.session not in answer.text
    assert set(stats["build"]) == {"build_major", "build_minor", "build_id"}


def test_unknown_routes_have_no_error_object(platform: Platform) -> None:
    answer = platform.post("/ofm/no/such/route")
    assert (answer.status_code, answer.json()) == (404, {"message": "Not Found"})
    assert answer.headers["x-api-version"]


def test_health_is_public(platform: Platform) -> None:
    path = f"{platform.base_url}/ofm/stat"
    answer = platform.client.request("GET", path, json={"ignored": True})
    assert answer.json()["data"] == {"status": "ok"}


def test_openapi_describes_every_operation(platform: Platform) -> None:
    for service, path in (("uas", "/uas/stat"), ("usm", "/usm/api_key/validate")):
        answer = platform.client.get(f"{platform.base_url}/{service}/openapi.yaml")
        described = yaml.safe_load(answer.text)
        assert described["openapi"] == "3.1.0"
        assert path in described["paths"]


@pytest.mark.parametrize(
    "text",
    [
        "<SCRIPT>",
        "${jndi:ldap://x}",
        "../../etc",
        "1 UNION SELECT x",
        "'; DROP TABLE a",
        "' or 1=1",
    ],
)
def test_firewall_answers_html_without_error_object(platform: Platform, text: str) -> None:
    answer = platform.post("/ofm/org/get", {"org_guid": text})
    assert answer.status_code == 403
    assert answer.headers["content-type"].startswith("text/html")


def test_unknown_email_and_wrong_passcode_are_alike(platform: Platform, org: Org) -> None:
    body = {"email": org.owner.email, "passcode": "Wrong!123"}
    for path in ("/usm/session/create", "/uas/stat"):
        wrong = platform.post(path, body)
        unknown = platform.post(path, {**body, "email": f"no-{org.owner.email}"})
        assert tag(wrong) == (401, "invalid-passcode")
        assert comparable(wrong) == comparable(unknown)


def test_unverified_users_get_no_session(platform: Platform) -> None:
    user_id, email = platform.unverified_user()
    credentials = {"email": email, "passcode": PASSCODE}
    assert tag(platform.post("/usm/session/create", credentials)) == (403, "email-not-verified")
    token = platform.do("uas_emailissuetoken", user_id=user_id)["token"]
    platform.do("uas_emailconfirmtoken", user_id=user_id, token=token)
    assert tag(platform.post("/usm/session/create", credentials)) == (403, "user-not-verified")


def test_missing_and_garbage_credentials_are_401(platform: Platform, org: Org) -> None:
    body = {"org_guid": org.guid}
    assert tag(platform.post("/ofm/org/get", body)) == (401, "invalid-session")
    assert tag(platform.post("/ofm/org/get", body, x_session_guid="x")) == (401, "invalid-session")
    assert tag(platform.post("/ofm/org/get", body, x_api_key="x")) == (401, "invalid-api-key")
    assert tag(platform.post("/usm/api_key/validate")) == (401, "invalid-api-key")
    answer = platform.post("/usm/session/validate", x_session_guid=org.owner.session)
    assert tag(answer) == (401, "invalid-session")


def test_query_credentials_are_not_read(platform: Platform, org: Org) -> None:
    path = f"/ofm/org/get?session_guid={org.owner.session}"
    assert tag(platform.post(path, {"org_guid": org.guid})) == (401, "invalid-session")


def test_session_beats_key_and_header_beats_body(platform: Platform, org: Org) -> None:
    key, session = platform.key(org), org.owner.session
    body = {"org_guid": org.guid}
    allowed = platform.post("/ofm/org/get", body, x_session_guid=session, x_api_key=key)
    assert allowed.is_success
    refused = platform.post("/ofm/org/get", {**body, "session_guid": session}, x_session_guid="x")
    assert tag(refused) == (401, "invalid-session")
    assert platform.post("/ofm/org/get", {**body, "session_guid": session}).is_success


def test_a_stranger_cannot_tell_a_real_org_from_none(platform: Platform, org: Org) -> None:
    stranger, other = platform.user(), str(uuid4())
    for real, absent, path in (
        ({"org_guid": org.guid}, {"org_guid": other}, "/ofm/org/get"),
        ({"org_guid": org.guid}, {"org_guid": other}, "/ofm/cost-centre/create"),
        ({"orgcode": org.code}, {"orgcode": "NOSUCH"}, "/ofm/member/resolve"),
        ({"orgcode": org.code}, {"orgcode": "NOSUCH"}, "/usm/service_account/create"),
    ):
        extra = {"session_guid": stranger.session}
        told = comparable(platform.ask(path, {**real, **extra}, stranger))
        assert told == comparable(platform.ask(path, {**absent, **extra}, stranger))
        assert told[0] == 404


def test_keys_are_nothing_in_another_org(platform: Platform, org: Org) -> None:
    key = platform.key(platform.org(), "owner")
    answer = platform.post("/ofm/org/get", {"org_guid": org.guid}, x_api_key=key)
    assert tag(answer) == (404, "not-found")


def test_keys_need_a_view_role_to_read_and_owner_to_write(platform: Platform, org: Org) -> None:
    body = {"org_guid": org.guid, "caption": "T"}
    bare, viewer = platform.key(org), platform.key(org, "ofm_view")
    owner = platform.key(org, "owner")
    assert tag(platform.post("/ofm/org/get", body, x_api_key=bare)) == (403, "forbidden")
    assert platform.post("/ofm/org/get", body, x_api_key=viewer).is_success
    refused = platform.post("/ofm/team/create", body, x_api_key=viewer)
    assert tag(refused) == (403, "not-owner")
    assert platform.post("/ofm/team/create", body, x_api_key=owner).is_success


def test_members_read_and_do_not_write(platform: Platform, org: Org) -> None:
    member = platform.member(org)
    assert platform.ask("/ofm/org/get", {"org_guid": org.guid}, member).is_success
    refused = platform.ask("/ofm/team/create", {"org_guid": org.guid, "caption": "T"}, member)
    assert tag(refused) == (403, "not-owner")
    managing = {"session_guid": member.session, "orgcode": org.code}
    assert tag(platform.post("/usm/service_account/list", managing)) == (403, "not-owner")


def test_org_guids_and_codes_are_canonicalised(platform: Platform, org: Org) -> None:
    assert platform.ask("/ofm/org/get", {"org_guid": org.guid.upper()}, org.owner).is_success
    resolved = platform.make(
        "/ofm/resolve/orgcode", {"orgcode": f" {org.code.lower()} "}, org.owner
    )
    assert resolved["org_guid"] == org.guid
    padded = {"email": f"  {org.owner.email.upper()} ", "passcode": PASSCODE}
    assert platform.post("/uas/stat", padded).is_success


def test_contexts_of_header_and_body_must_agree(platform: Platform, org: Org) -> None:
    def ask(headers: dict[str, str], **fields: str) -> httpx.Response:
        body = {"org_guid": org.guid, **fields}
        return platform.client.post(
            f"{platform.base_url}/ofm/org/get",
            json=body,
            headers={**org.owner.headers, **headers},
        )

    assert tag(ask({"x-orgcode": "OTHER"})) == (400, "context_mismatch")
    assert tag(ask({}, orgcode="OTHER")) == (400, "context_mismatch")
    assert ask({"x-orgcode": org.code.lower()}).is_success
    assert tag(ask({"x-cccode": "nonsense"})) == (400, "invalid-input")
    agreed = ask({"x-cccode": "AAAA-1111-BBBB"}, cccode="aaaa-1111-bbbb")
    assert agreed.json()["stats"]["cccode"] == "AAAA-1111-BBBB"
    # Here the header is telemetry, apart from the cost centre of the body (ofm/openapi.yaml).
    assert ask({"x-cccode": "AAAA-1111-BBBB"}, cccode="CCCC-1111-BBBB").is_success
    assert tag(ask({"x-logical-guid": "a"}, logical_guid="b")) == (400, "invalid-input")


def test_writes_are_blocked_until_verified(platform: Platform) -> None:
    org, _ = platform.unverified_org(platform.user())
    body = {"org_guid": org.guid, "caption": "T"}
    assert tag(platform.ask("/ofm/team/create", body, org.owner)) == (403, "org-write-blocked")


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"org_guid": 5}', b"{}", b'{"org_guid": null}'])
def test_malformed_bodies_are_400(platform: Platform, org: Org, content: bytes) -> None:
    answer = platform.client.post(
        f"{platform.base_url}/ofm/org/get", content=content, headers=org.owner.headers
    )
    assert tag(answer) == (400, "invalid-input")


def test_refused_input_names_fields_and_no_values(platform: Platform) -> None:
    secret = secrets.token_hex(8)
    answer = platform.post("/uas/stat", {"email": 5, "passcode": [secret]})
    assert answer.json()["error"]["details"] == {"fields": ["email", "passcode"]}
    assert secret not in answer.text


def test_maintenance_answers_503_until_it_ends(platform: Platform, org: Org) -> None:
    platform.do("ops_maintenancestart")
    try:
        answer = platform.ask("/ofm/org/get", {"org_guid": org.guid}, org.owner)
    finally:
        platform.do("ops_maintenanceend")
    assert tag(answer) == (503, "maintenance")
    assert platform.ask("/ofm/org/get", {"org_guid": org.guid}, org.owner).is_success


def test_records_of_another_org_are_not_found(platform: Platform, org: Org) -> None:
    other: Org = platform.org()
    foreign = platform.cost_centre(other)["cc_guid"]
    body = {"org_guid": org.guid, "cc_guid": foreign, "caption": "x", "expected_revision": 1}
    for path in ("/ofm/cost-centre/get", "/ofm/cost-centre/update"):
        assert tag(platform.ask(path, body, org.owner)) == (404, "not-found")
    absent = {**body, "cc_guid": "WEB"}
    assert tag(platform.ask("/ofm/cost-centre/get", absent, org.owner)) == (404, "not-found")


def test_a_member_put_out_of_action_is_a_stranger(platform: Platform, org: Org) -> None:
    member: User = platform.member(org)
    platform.do(
        "ofm_memberstatesetadmin", org_guid=org.guid, user_guid=member.user_id, state="inactive"
    )
    answer = platform.ask("/ofm/org/get", {"org_guid": org.guid}, member)
    assert tag(answer) == (404, "not-found")


@pytest.mark.parametrize("odd", ['"\\ud800"', "1e400", '"\\u0000"', "[" * 5000])
def test_odd_json_is_answered_and_does_not_crash(platform: Platform, org: Org, odd: str) -> None:
    answer = platform.client.post(
        f"{platform.base_url}/ofm/team/create",
        content=f'{{"org_guid": "{org.guid}", "caption": {odd}}}',
        headers=org.owner.headers,
    )
    assert answer.status_code in {200, 400}
