"""Compare-and-set: 428, 409 with a snapshot, and one winner among many writers."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import httpx
import pytest

from tests.reference.platform_client import Org, Platform, running


def update(platform: Platform, org: Org, cc_guid: str, **fields: Any) -> httpx.Response:
    body = {"org_guid": org.guid, "cc_guid": cc_guid, "caption": "new", **fields}
    return platform.ask("/ofm/cost-centre/update", body, org.owner)


def race(platform: Platform, org: Org, cc_guid: str) -> list[int]:
    """The statuses of eight writers that all start from revision 1."""
    start = Barrier(8)

    def write(number: int) -> int:
        body = {"org_guid": org.guid, "cc_guid": cc_guid, "caption": f"w{number}"}
        start.wait(5)
        change = {**body, "expected_revision": 1}
        return platform.ask("/ofm/cost-centre/update", change, org.owner).status_code

    with ThreadPoolExecutor(8) as writers:
        return list(writers.map(write, range(8)))


def test_missing_revision_is_428_and_changes_nothing(platform: Platform, org: Org) -> None:
    centre = platform.cost_centre(org)["cc_guid"]
    refused = update(platform, org, centre)
    assert refused.status_code == 428
    assert refused.json()["error"]["major"]["tag"] == "expected-revision-required"
    shown = platform.make(
        "/ofm/cost-centre/get", {"org_guid": org.guid, "cc_guid": centre}, org.owner
    )
    assert (shown["revision"], shown["caption"]) == (1, "Centre")


def test_stale_revision_is_409_with_the_current_record(platform: Platform, org: Org) -> None:
    centre = platform.cost_centre(org)["cc_guid"]
    assert update(platform, org, centre, expected_revision=1).json()["revision"] == 2
    refused = update(platform, org, centre, caption="late", expected_revision=1)
    assert refused.status_code == 409
    body = refused.json()
    assert body["error"]["details"]["record"]["caption"] == "new"
    assert (body["error"]["details"]["revision"], body["revision"]) == (2, 2)
    assert update(platform, org, centre, expected_revision=2).is_success


@pytest.mark.parametrize("garbage", ["1", 1.5, True, [1]])
def test_garbage_revision_is_400(platform: Platform, org: Org, garbage: object) -> None:
    centre = platform.cost_centre(org)["cc_guid"]
    assert update(platform, org, centre, expected_revision=garbage).status_code == 400


def test_one_of_many_writers_wins(platform: Platform, org: Org) -> None:
    for _ in range(5):
        statuses = race(platform, org, platform.cost_centre(org)["cc_guid"])
        assert sorted(statuses) == [200] + [409] * 7


def test_the_defect_lets_several_writers_win() -> None:
    with running("--defect", "revision-compare-not-atomic") as platform:
        org = platform.org()
        statuses = race(platform, org, platform.cost_centre(org)["cc_guid"])
        assert statuses.count(200) > 1


def test_a_refused_write_is_applied_under_the_defect() -> None:
    with running("--defect", "refused-write-applied") as platform:
        org = platform.org()
        centre = platform.cost_centre(org)["cc_guid"]
        assert update(platform, org, centre, expected_revision=9).status_code == 409
        body = {"org_guid": org.guid, "cc_guid": centre}
        assert platform.make("/ofm/cost-centre/get", body, org.owner)["caption"] == "new"
