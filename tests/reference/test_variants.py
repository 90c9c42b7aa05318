"""Variants: each permitted difference shows, and nothing else breaks."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from tests.reference.platform_client import Org, Platform, running


@contextmanager
def variants(*names: str) -> Iterator[tuple[Platform, Org]]:
    options = [option for name in names for option in ("--variant", name)]
    with running(*options) as platform:
        yield platform, platform.org()


def stale_update(platform: Platform, org: Org) -> httpx.Response:
    centre = platform.cost_centre(org)["cc_guid"]
    body = {"org_guid": org.guid, "cc_guid": centre, "caption": "x", "expected_revision": 9}
    return platform.ask("/ofm/cost-centre/update", body, org.owner)


def test_shapes_of_the_envelope() -> None:
    with variants(
        "build-top-level",
        "other-messages",
        "extra-fields",
        "key-order",
        "created-201",
        "conflict-snapshot-elsewhere",
    ) as (platform, org):
        made = platform.ask("/ofm/team/create", {"org_guid": org.guid, "caption": "T"}, org.owner)
        body = made.json()
        assert made.status_code == 201
        assert body["build"]["build_id"]
        assert "build" not in body["stats"]
        assert list(body)[-1] == "success"
        assert "x_trace" in body
        assert "x_trace" in body["data"]
        refused = stale_update(platform, org).json()
        assert refused["data"]["caption"] == "Centre"
        assert (refused["revision"], "details" in refused["error"]) == (1, False)
        assert refused["error"]["major"]["message"]["en_US"] == "Request declined (conflict)"


def test_opaque_ids_and_strict_fields() -> None:
    with variants("opaque-ids", "strict-fields") as (platform, org):
        assert org.guid.startswith("org_")
        platform.cost_centre(org)
        body: dict[str, Any] = {"org_guid": org.guid.upper(), "limit": 1}
        first = platform.make("/ofm/cost-centre/list", body, org.owner)
        assert "{" not in first["next_token"]
        body["next_token"] = first["next_token"]
        second = platform.make("/ofm/cost-centre/list", body, org.owner)
        assert first["items"] != second["items"]
        body["next_token"] = "%%%"
        assert platform.ask("/ofm/cost-centre/list", body, org.owner).status_code == 400
        unknown = {"org_guid": org.guid, "surprise": 1}
        assert platform.ask("/ofm/org/get", unknown, org.owner).status_code == 400


def test_chosen_fields_are_refused_as_unknown_at_their_depth_alone() -> None:
    refused = (
        "POST /ofm/team/create caption",
        "POST /ofm/org/get a.b",
        "POST /ofm/cost-centre/list a",
    )
    options = [option for name in refused for option in ("--unknown-field", name)]
    with running(*options) as platform:
        org = platform.org()
        named = {"org_guid": org.guid, "caption": "T"}

        def status(path: str, **fields: Any) -> int:
            return platform.ask(path, {"org_guid": org.guid, **fields}, org.owner).status_code

        answer = platform.ask("/ofm/team/create", named, org.owner)
        assert (answer.status_code, answer.json()["error"]["major"]["tag"]) == (
            400,
            "invalid-input",
        )
        assert status("/ofm/cost-centre/list", b=1) == 200
        assert status("/ofm/cost-centre/list", a=1) == 400
        assert status("/ofm/org/get", a={"c": 1}, b=2) == 200
        assert status("/ofm/org/get", a={"b": 1}) == 400
        assert status("/ofm/org/get", a=[{"c": 1}, {"b": 1}]) == 400


def test_renamed_inferred_fields() -> None:
    with variants("renamed-inferred-fields") as (platform, org):
        body = {"org_guid": org.guid, "caption": "T"}
        assert platform.ask("/ofm/team/create", body, org.owner).status_code == 404
        refused = platform.ask("/ofm/teams/create", body, org.owner)
        assert refused.status_code == 400
        made = platform.make("/ofm/teams/create", {"org_guid": org.guid, "title": "T"}, org.owner)
        assert (made["title"], made["status_code"]) == ("T", "active")
        listed = platform.make("/ofm/teams/list", {"org_guid": org.guid}, org.owner)
        assert listed["records"][0]["group_guid"] == made["group_guid"]
        document = platform.client.get(f"{platform.base_url}/ofm/openapi.yaml").text
        assert "/ofm/teams/create" in document
        assert "/ofm/team/create" not in document


def test_another_order_of_gates_does_not_leak() -> None:
    with variants("other-gate-order", "slow-answers") as (platform, org):
        member, stranger = platform.member(org), platform.user()
        nothing = {"org_guid": org.guid}
        asked = time.monotonic()
        assert platform.ask("/ofm/team/create", nothing, member).status_code == 400
        assert time.monotonic() - asked > 0.02
        assert platform.ask("/ofm/team/create", nothing, stranger).status_code == 404
        sound = {**nothing, "caption": "T"}
        assert platform.ask("/ofm/team/create", sound, member).status_code == 403


def test_a_cached_session_lives_on_in_ofm_for_half_a_minute() -> None:
    with variants("session-cache") as (platform, org):
        body = {"org_guid": org.guid}
        assert platform.ask("/ofm/org/get", body, org.owner).is_success
        session = {"session_guid": org.owner.session}
        assert platform.post("/usm/session/close", session).is_success
        assert platform.post("/usm/session/validate", session).status_code == 401
        assert platform.ask("/ofm/org/get", body, org.owner).is_success
        platform.do("reference_clock", advance_seconds=30)
        assert platform.ask("/ofm/org/get", body, org.owner).status_code == 401


def test_headers_and_refusals_told_otherwise() -> None:
    names = ("request-headers", "charset-told", "errors-of-tag-alone", "refusals-without-stats")
    with variants(*names, "tags-of-ones-own", "second-close-succeeds") as (platform, org):
        session = {"session_guid": org.owner.session}
        first, second = (platform.post("/usm/session/validate", session) for _ in range(2))
        assert first.headers["apigw-requestid"] != second.headers["apigw-requestid"]
        assert first.headers["content-type"] == "application/json; charset=utf-8"
        assert platform.post("/usm/session/close", session).is_success
        assert platform.post("/usm/session/close", session).is_success
        refused = platform.post("/usm/session/validate", {"session_guid": "nobody's"})
        assert refused.json().keys() == {"success", "error"}
        assert refused.json()["error"].keys() == {"major"}
        assert refused.json()["error"]["major"]["tag"] == "usm-invalid-session"


def test_ended_credential_is_told_and_a_missing_one_is_bad_input() -> None:
    names = ("dead-credential-is-told", "missing-credential-is-invalid-input")
    with variants(*names) as (platform, org):
        session = {"session_guid": org.owner.session}
        assert platform.post("/usm/session/close", session).is_success
        told = platform.post("/usm/session/validate", session)
        assert (told.status_code, told.json()["data"]) == (200, {"status": "doomed"})
        assert platform.post("/usm/session/validate", {}).status_code == 400
        assert platform.post("/usm/session/get", session).status_code == 401


def test_values_and_lists_in_other_shapes() -> None:
    names = ("times-with-offset", "newest-first", "data-is-the-list", "org-guids-in-capitals")
    with variants(*names, "plain-id-beside") as (platform, org):
        made = [platform.cost_centre(org)["cc_guid"] for _ in range(2)]
        body = {"org_guid": org.guid, "limit": 2}
        listed = platform.ask("/ofm/cost-centre/list", body, org.owner).json()
        assert [each["id"] for each in listed["data"]] == made[::-1]
        assert listed["next_token"]
        assert listed["stats"]["timestamp_utc"].endswith("+00:00")
        read = platform.make("/ofm/org/get", {"org_guid": org.guid}, org.owner)
        assert read["org_guid"] == org.guid.upper()


def test_revisions_in_steps_and_as_text() -> None:
    for name, first, second in (
        ("revisions-in-steps", 1007, 1014),
        ("revisions-as-text", "rev-1", "rev-2"),
    ):
        with variants(name) as (platform, org):
            assert stale_update(platform, org).status_code == 409
            centre = platform.cost_centre(org)["cc_guid"]
            body = {"org_guid": org.guid, "cc_guid": centre, "caption": "x"}
            body["expected_revision"] = first
            done = platform.ask("/ofm/cost-centre/update", body, org.owner)
            assert done.json()["revision"] == second
            again = platform.ask("/ofm/cost-centre/update", body, org.owner)
            assert (again.status_code, again.json()["revision"]) == (409, second)


def test_values_are_refused_by_field_for_their_length_size_and_form() -> None:
    with variants("captions-of-twenty", "captions-unique") as (platform, org):

        def made(caption: str) -> httpx.Response:
            body = {"org_guid": org.guid, "caption": caption}
            return platform.ask("/ofm/team/create", body, org.owner)

        assert made("T" * 20).status_code == 200
        long = made("T" * 21)
        assert (long.status_code, long.json()["error"]["details"]) == (400, {"fields": ["caption"]})
        assert made("T" * 20).status_code == 409


def test_codes_and_dates_of_another_form_are_refused_where_pages_state_none() -> None:
    with variants("codes-of-eight", "dates-within-a-year") as (platform, org):

        def status(code: str) -> int:
            body = {"org_guid": org.guid, "code": code, "caption": "P"}
            return platform.ask("/ofm/facility/physical/create", body, org.owner).status_code

        assert [status(code) for code in ("C1234567", "C12345678", "C-1")] == [200, 400, 400]
