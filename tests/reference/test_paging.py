"""Lists: default 8, limit pulled into 1 to 256, opaque cursors, doomed records left out."""

from typing import Any

import pytest

from tests.reference.platform_client import Org, Platform


@pytest.fixture(scope="module")
def teams(platform: Platform) -> tuple[Org, list[str]]:
    org = platform.org()
    body = {"org_guid": org.guid, "caption": "T"}
    made = [platform.make("/ofm/team/create", body, org.owner)["team_guid"] for _ in range(20)]
    return org, made


def page(platform: Platform, org: Org, **fields: Any) -> tuple[list[str], str | None]:
    data = platform.make("/ofm/team/list", {"org_guid": org.guid, **fields}, org.owner)
    return [item["team_guid"] for item in data["items"]], data["next_token"]


def walk(platform: Platform, org: Org, limit: int) -> list[str]:
    seen, token = page(platform, org, limit=limit)
    while token is not None:
        more, token = page(platform, org, limit=limit, next_token=token)
        seen += more
    return seen


@pytest.mark.parametrize(("limit", "size"), [(None, 8), (0, 1), (-3, 1), (5, 5), (9999, 20)])
def test_limit_defaults_to_8_and_is_pulled_into_range(
    platform: Platform, teams: tuple[Org, list[str]], limit: int | None, size: int
) -> None:
    assert len(page(platform, teams[0], limit=limit)[0]) == size


@pytest.mark.parametrize("limit", [1, 4, 7, 10, 20, 256])
def test_every_record_comes_once(
    platform: Platform, teams: tuple[Org, list[str]], limit: int
) -> None:
    assert walk(platform, teams[0], limit) == teams[1]


@pytest.mark.parametrize("token", ["", "x", "{}", "[]", '{"after": "1"}', '{"after": -1}'])
def test_a_foreign_cursor_is_400(
    platform: Platform, teams: tuple[Org, list[str]], token: str
) -> None:
    org = teams[0]
    body = {"org_guid": org.guid, "next_token": token}
    assert platform.ask("/ofm/team/list", body, org.owner).status_code == 400


def test_doomed_records_show_on_request_only(platform: Platform, org: Org) -> None:
    made = platform.make("/ofm/team/create", {"org_guid": org.guid, "caption": "T"}, org.owner)
    body = {"org_guid": org.guid, "team_guid": made["team_guid"]}
    change = {**body, "status": "doomed", "expected_revision": 1}
    platform.make("/ofm/team/status", change, org.owner)
    assert made["team_guid"] not in walk(platform, org, 256)
    assert made["team_guid"] in page(platform, org, limit=256, include_doomed=True)[0]
    assert platform.make("/ofm/team/get", body, org.owner)["status"] == "doomed"


def test_session_lists_split_their_cursors(platform: Platform) -> None:
    user = platform.user()
    for _ in range(3):
        platform.post("/usm/session/close", {"session_guid": platform.session(user.email)})
    platform.session(user.email)

    def ask(**fields: Any) -> dict[str, Any]:
        body = {"session_guid": user.session, **fields}
        data: dict[str, Any] = platform.post("/usm/session/list", body).json()["data"]
        return data

    both = ask(status="all", limit=2)
    assert [item["status"] for item in both["items"]] == ["active", "doomed"]
    assert both["next_token"]
    rest = ask(status="doomed", next_token=both["next_token_doomed"])["items"]
    assert len(rest) == 2
    assert len(ask(next_token=both["next_token_active"])["items"]) == 1
    assert len(ask()["items"]) == 2
