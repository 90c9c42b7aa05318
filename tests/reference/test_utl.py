"""Copies of an org, and the way out, stage by stage."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from fixtures.reference.kernel import pipeline
from fixtures.reference.kernel.call import Call, Inbound
from fixtures.reference.kernel.clock import utc
from fixtures.reference.kernel.records import Draft
from fixtures.reference.kernel.refusals import Refusal
from fixtures.reference.kernel.runtime import fingerprint
from fixtures.reference.services import utl
from tests.reference.kernel_client import KernelClient, kernel_client

Make = Callable[..., KernelClient]
ACTIONS = {action.name: action for action in utl.SERVICE.actions}
DAY_S = 86_400
BOUND_S = 60.0


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    made: list[KernelClient] = []

    def at(*defects: str) -> KernelClient:
        made.append(partial(kernel_client, tmp_path)(*defects))
        return made[-1]

    yield at
    for each in made:
        each.kernel.close()


def ask(at: KernelClient, path: str, **fields: Any) -> dict[str, Any]:
    return at.do(f"/utl/{path}", orgcode=at.orgcode, **fields).data


def operate(at: KernelClient, stage: str, **fields: Any) -> dict[str, Any]:
    action = ACTIONS[f"utl_offboarding_{stage}"]
    inbound = Inbound({}, {}, fields, text="", malformed=False, path=f"/{action.name}")
    return pipeline.run_action(Call(at.kernel, action, inbound)).data


def ahead(at: KernelClient, **distance: float) -> str:
    return utc(at.kernel.clock.now() + timedelta(**distance).total_seconds())


def leave(at: KernelClient, **distance: float) -> str:
    """A request to leave; its id."""
    when = ahead(at, **(distance or {"days": 40}))
    asked = ask(at, "offboarding/request", requested_export_at=when, reason="moving on")
    return str(asked["offboarding_id"])


def until(condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + BOUND_S
    while not (met := condition()) and time.monotonic() < end:
        time.sleep(0.01)
    return met


def state(at: KernelClient, request: str) -> str:
    found = at.kernel.records.get("offboarding", request)
    assert found is not None
    return found.state


def opened(at: KernelClient) -> str:
    """A request whose window is open, and the session renewed, because it ended meanwhile."""
    request = leave(at)
    operate(at, "approve", offboarding_id=request)
    at.kernel.clock.advance(41 * DAY_S)
    renewed = {"expires_at": at.kernel.clock.now() + 3600}
    session = at.kernel.records.get("session", "s1")
    assert session is not None
    at.kernel.records.compare_and_set(session, revision=None, doc=renewed)
    assert until(lambda: state(at, request) == "export_window_open")
    return request


def exported(at: KernelClient) -> str:
    request = opened(at)
    operate(at, "export_start", offboarding_id=request)

    def finalized() -> bool:
        try:
            operate(at, "export_finalize", offboarding_id=request)
        except Refusal:
            return False
        return True

    assert until(finalized)
    return request


# --- copies ---


def downloaded(at: KernelClient) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The manifest and all rows of a new export."""
    named = {"export_id": ask(at, "export/request")["export_id"]}
    assert until(lambda: ask(at, "export/status", **named)["status"] == "completed")
    start = ask(at, "export/download/start", **named)
    manifest = json.loads(at.kernel.objects.get(start["export_manifest"]["key"]) or b"")
    keys = [each["key"] for service in manifest["services"] for each in service["objects"]]
    assert all(key.startswith(start["export_location"]["prefix"]) for key in keys)
    text = b"".join(at.kernel.objects.get(key) or b"" for key in keys).decode()
    return manifest, [json.loads(line) for line in text.splitlines()]


def test_a_copy_holds_the_org_and_is_summed_up(make: Make) -> None:
    at = make()
    for number in range(9):
        code = f"AAAA-BBBB-{number:04}"
        at.do("/ofm/cost-centre/create", org_guid="o1", caption="Centre", cccode=code)
    at.kernel.records.create(Draft("vendor", "foreign", org_guid="o2"))
    manifest, rows = downloaded(at)
    assert len([row for row in rows if row["record_type"] == "cost_centre"]) == 9
    assert "foreign" not in {row["record_id"] for row in rows}
    assert manifest["total_count"] == len(rows)
    assert all(row["exported_at_utc"].endswith("Z") and row["source_revision"] for row in rows)
    known = {each["service"] for each in manifest["services"]}
    assert known == {row["service"] for row in rows} >= {"ofm"}


def test_a_copy_has_no_secret(make: Make) -> None:
    at = make()
    stated = {"orgcode": "ONE", "actor": "user_guid:u1", "context_source": "session"}
    made = at.do("/ipm/webhook/create", url="http://127.0.0.1:9/", request_context=stated).data
    _, rows = downloaded(at)
    assert made["webhook_id"] in json.dumps(rows)
    assert made["secret"] not in json.dumps(rows)


def test_an_export_is_not_there_before_it_is_made(make: Make) -> None:
    at = make()
    at.kernel.records.create(Draft("tenant_export", "e1", org_guid="o1", state="running"))
    with pytest.raises(Refusal) as refusal:
        ask(at, "export/download/start", export_id="e1")
    assert refusal.value.tag == "invalid-state"


# --- who may ---


@pytest.mark.parametrize(
    ("roles", "secondary", "may"),
    [
        ([], False, False),
        ([], True, False),
        (["utl_offboarding_admin"], False, True),
        (["utl_offboarding_admin"], True, True),
        (["utl_export_admin"], False, False),
    ],
)
def test_requests_to_leave_come_from_the_primary_owner_or_a_role(
    make: Make, roles: list[str], secondary: bool, may: bool
) -> None:
    at = make()
    other = "a-session-of-another"
    live = {"expires_at": at.kernel.clock.now() + 3600}
    records = at.kernel.records
    records.create(Draft("session", "s2", parent="u2", code=fingerprint(other), doc=live))
    records.create(
        Draft("member", "m2", org_guid="o1", parent="u2", code="u2", doc={"roles": roles})
    )
    org = records.get("org", "o1")
    assert org is not None
    owners = ["u2"] if secondary else []
    records.compare_and_set(org, revision=None, doc={**org.doc, "secondary_owners": owners})
    sent = {"requested_export_at": ahead(at, days=40), "reason": "moving on", "orgcode": "ONE"}
    caller = {"x-session-guid": other}
    if may:
        assert at.do("/utl/offboarding/request", caller, **sent).data["status"] == "requested"
    else:
        with pytest.raises(Refusal) as refusal:
            at.do("/utl/offboarding/request", caller, **sent)
        assert (refusal.value.status, refusal.value.tag) == (403, "forbidden")


# --- windows ---


@pytest.mark.parametrize(
    ("distance", "may"),
    [
        ({"days": 29, "hours": 23}, False),
        ({"days": 30, "minutes": 1}, True),
        ({"days": 90, "minutes": -1}, True),
        ({"days": 90, "hours": 1}, False),
    ],
)
def test_windows_are_30_to_90_days_ahead(make: Make, distance: dict[str, float], may: bool) -> None:
    at = make()
    if may:
        assert leave(at, **distance)
    else:
        with pytest.raises(Refusal):
            leave(at, **distance)


@pytest.mark.parametrize("text", ["soon", "2027-01-01", "2027-01-01T00:00:00"])
def test_a_window_is_an_instant(make: Make, text: str) -> None:
    at = make()
    with pytest.raises(Refusal):
        ask(at, "offboarding/request", requested_export_at=text, reason="moving on")


def test_an_offset_names_the_same_instant(make: Make) -> None:
    at = make()
    moment = datetime.fromtimestamp(at.kernel.clock.now(), UTC) + timedelta(days=40)
    here = moment.astimezone().isoformat(timespec="milliseconds")
    asked = ask(at, "offboarding/request", requested_export_at=here, reason="moving on")
    shown = datetime.fromisoformat(asked["requested_export_at"])
    assert abs(shown - moment) < timedelta(milliseconds=1)


def test_one_request_at_a_time(make: Make) -> None:
    at = make()
    first = leave(at)
    with pytest.raises(Refusal):
        leave(at)
    ask(at, "offboarding/cancel", offboarding_id=first)
    assert leave(at)


# --- stages ---


def test_a_window_that_opens_freezes_the_org(make: Make) -> None:
    at = make()
    opened(at)
    with pytest.raises(Refusal) as refusal:
        at.do("/ofm/cost-centre/create", org_guid="o1", caption="Centre", cccode="A" * 4)
    assert refusal.value.tag == "org-write-blocked"


def test_a_window_that_is_given_up_thaws_it_again(make: Make) -> None:
    at = make()
    ask(at, "offboarding/cancel", offboarding_id=opened(at))
    at.do("/ofm/cost-centre/create", org_guid="o1", caption="Centre", cccode="AAAA-BBBB-0001")


@pytest.mark.parametrize("stage", ["export_start", "export_finalize", "purge_start"])
def test_no_stage_comes_before_its_turn(make: Make, stage: str) -> None:
    at = make()
    request = leave(at)
    for approved in (False, True):
        if approved:
            operate(at, "approve", offboarding_id=request)
        with pytest.raises(Refusal) as refusal:
            operate(at, stage, offboarding_id=request)
        assert refusal.value.tag == "invalid-state"


def test_a_purge_removes_all_and_says_so(make: Make) -> None:
    at = make()
    at.do("/ofm/cost-centre/create", org_guid="o1", caption="Centre", cccode="AAAA-BBBB-0001")
    request = exported(at)
    with pytest.raises(Refusal):
        ask(at, "offboarding/cancel", offboarding_id=request)
    operate(at, "legal_hold_set", offboarding_id=request, legal_hold=True)
    with pytest.raises(Refusal):
        operate(at, "purge_start", offboarding_id=request)
    operate(at, "legal_hold_set", offboarding_id=request, legal_hold=False)
    operate(at, "purge_start", offboarding_id=request)
    assert until(lambda: state(at, request) == "purged")
    kinds = {each.kind for each in at.kernel.records.of_org("o1")}
    assert kinds == {"org", "member", "offboarding"}
    shown = ask(at, "offboarding/status", offboarding_id=request)
    assert shown["purge_report"]["remaining_count"] == 0
    stages = ["requested", "approved", "export_window_open", "exporting", "exported"]
    assert [each["status"] for each in shown["history"]] == [*stages, "purge_pending", "purged"]


def test_copies_are_archived_after_90_days(make: Make) -> None:
    at = make()
    exported(at)
    at.kernel.clock.advance(89 * DAY_S)
    assert operate(at, "archive_sweep")["archived_count"] == 0
    at.kernel.clock.advance(2 * DAY_S)
    assert operate(at, "archive_sweep")["archived_count"] == 1


def test_stages_leave_events(make: Make) -> None:
    at = make()
    exported(at)
    wanted = ["offboarding-requested", "offboarding-approved", "offboarding-exported"]
    assert [each for each in at.actions() if each in wanted] == wanted
