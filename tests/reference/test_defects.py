"""Defects: the catalogue matches the code, and a sample of them shows."""

import re
import tomllib
from typing import Any

import pytest

from tests.detection.places import places
from tests.reference.platform_client import PASSCODE, ROOT, running

PLATFORM = ROOT / "fixtures" / "reference"
FILES = sorted((PLATFORM / "defects").glob("*.toml"))
CATALOGUE = [defect for path in FILES for defect in tomllib.loads(path.read_text())["defect"]]
CODE = "".join(path.read_text() for path in PLATFORM.rglob("*.py"))
PLACES = places()


@pytest.mark.parametrize("defect", CATALOGUE, ids=lambda defect: defect["name"])
def test_every_defect_is_told_and_built_in(defect: dict[str, Any]) -> None:
    told = {"name", "at", "family", "requirement", "caught_by", "story"}
    assert set(defect) - {"also"} == told
    assert re.fullmatch("[a-z0-9]+(-[a-z0-9]+)+", defect["name"])
    assert defect["story"].endswith(".")


@pytest.mark.parametrize("defect", CATALOGUE, ids=lambda defect: defect["name"])
def test_a_defect_names_the_modules_where_it_bites(defect: dict[str, Any]) -> None:
    at = [defect["at"]] if isinstance(defect["at"], str) else defect["at"]
    assert at == list(PLACES[defect["name"]]), "python -m tests.detection --places"


def test_every_built_in_defect_is_in_the_catalogue() -> None:
    asked = re.findall(r"(?:has_(?:any_)?defect|\.fault)\(([^()]*)\)", CODE)
    named = {name for arguments in asked for name in re.findall(r'"([a-z0-9-]+)"', arguments)}
    assert named <= {defect["name"] for defect in CATALOGUE}


def test_tenancy_defects_show() -> None:
    with running(
        "--defect", "stranger-told-org-exists", "--defect", "foreign-records-listed"
    ) as platform:
        org, other = platform.org(), platform.org()
        body = {"org_guid": org.guid}
        assert platform.ask("/ofm/org/get", body, other.owner).status_code == 403
        foreign = platform.cost_centre(other)["cc_guid"]
        assert foreign in platform.ask("/ofm/cost-centre/list", body, org.owner).text


def test_authentication_and_secret_defects_show() -> None:
    with running(
        "--defect",
        "closed-session-validates",
        "--defect",
        "session-in-stats",
        "--defect",
        "query-credential-accepted",
    ) as platform:
        org = platform.org()
        session = org.owner.session
        platform.post("/usm/session/close", {"session_guid": session})
        answer = platform.post(f"/ofm/org/get?session_guid={session}", {"org_guid": org.guid})
        assert answer.is_success
        validated = platform.post("/usm/session/validate", {"session_guid": session})
        assert session in validated.text


def test_edge_and_paging_defects_show() -> None:
    with running(
        "--defect",
        "version-header-missing",
        "--defect",
        "cursor-skips-row",
        "--defect",
        "unknown-email-distinguishable",
        "--defect",
        "limit-not-clamped",
    ) as platform:
        org = platform.org()
        for _ in range(3):
            platform.cost_centre(org)
        body: dict[str, object] = {"org_guid": org.guid, "limit": 2}
        first = platform.make("/ofm/cost-centre/list", body, org.owner)
        nothing = {**body, "limit": 0}
        assert not platform.make("/ofm/cost-centre/list", nothing, org.owner)["items"]
        body["next_token"] = first["next_token"]
        second = platform.make("/ofm/cost-centre/list", body, org.owner)
        assert len(first["items"]) + len(second["items"]) == 3
        wrong = {"email": org.owner.email, "passcode": "x"}
        told = platform.post("/uas/stat", wrong)
        unknown = platform.post("/uas/stat", {"email": "no@example.test", "passcode": PASSCODE})
        assert "x-api-version" not in told.headers
        assert told.json()["error"] != unknown.json()["error"]
