"""The integration plane: webhooks, the feed, bulk jobs, look-ups."""

import json
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from fixtures.reference.kernel.refusals import Refusal
from tests.reference.kernel_client import KernelClient, kernel_client
from tests.reference.mailbox import Mailbox, mailbox

Make = Callable[..., KernelClient]
CONTEXT = {"orgcode": "ONE", "actor": "user_guid:u1", "context_source": "session"}
STATED = {"request_context": CONTEXT}


@pytest.fixture
def make(tmp_path: Path) -> Make:
    return partial(kernel_client, tmp_path)


def write(at: KernelClient, path: str, **fields: Any) -> dict[str, Any]:
    return at.do(path, **STATED, **fields).data


def centres(at: KernelClient, count: int, start: int = 0) -> None:
    for number in range(start, start + count):
        code = f"AAAA-BBBB-{number:04}"
        at.do("/ofm/cost-centre/create", org_guid="o1", caption="Centre", cccode=code)


def feed(at: KernelClient, **fields: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = at.do("/ipm/cdc/list", **fields).data["items"]
    return items


def test_a_write_states_its_context(make: Make) -> None:
    at = make()
    with pytest.raises(Refusal):
        at.do("/ipm/webhook/create", url="http://127.0.0.1:9/")
    wrong = {**CONTEXT, "context_source": "api_key"}
    with pytest.raises(Refusal):
        at.do("/ipm/webhook/create", url="http://127.0.0.1:9/", request_context=wrong)


def test_a_secret_is_shown_once(make: Make) -> None:
    at = make()
    made = write(at, "/ipm/webhook/create", url="http://127.0.0.1:9/")
    shown = at.do("/ipm/webhook/get", webhook_id=made["webhook_id"]).data
    assert made["secret"]
    assert "secret" not in shown
    assert made["secret"] not in json.dumps(at.do("/ipm/webhook/list").data)


@pytest.mark.parametrize("url", ["ftp://a/b", "nowhere", "http://", "http://a b/"])
def test_a_destination_is_an_http_address(make: Make, url: str) -> None:
    at = make()
    with pytest.raises(Refusal):
        write(at, "/ipm/webhook/create", url=url)


def test_the_feed_pages_without_gap_or_repeat(make: Make) -> None:
    at = make()
    centres(at, 7)
    seen, token = [], None
    for _ in range(4):
        page = at.do("/ipm/cdc/list", limit=2, next_token=token).data
        seen += [each["event_id"] for each in page["items"]]
        token = page["next_token"]
    assert token is None
    assert seen == [event.id for event in at.events()]


def test_the_feed_is_narrowed_and_knows_its_filters(make: Make) -> None:
    at = make()
    centres(at, 2)
    assert feed(at, service="ics") == []
    assert len(feed(at, service="ofm", since_utc="2020-01-01T00:00:00Z")) == 2
    assert feed(at, until_utc="2020-01-01T00:00:00Z") == []
    for wrong in ({"colour": "red"}, {"since_utc": "yesterday"}, {"next_token": "x"}):
        with pytest.raises(Refusal):
            feed(at, **wrong)


def test_an_export_gives_its_events_in_parts(make: Make) -> None:
    at = make()
    centres(at, 5)
    known = [event.id for event in at.events()]
    job = write(at, "/ipm/bulk/export/create", limit=2)
    centres(at, 1, start=5)
    parts = [job]
    while parts[-1]["next_token"]:
        named = {"job_id": job["job_id"], "next_token": parts[-1]["next_token"]}
        parts.append(write(at, "/ipm/bulk/export/continue", **named))
    assert [part["exported_count"] for part in parts] == [2, 2, 1]
    assert at.do("/ipm/bulk/job/get", job_id=job["job_id"]).data["status"] == "completed"
    keys = [f"exports/{job['job_id']}/{number}.ndjson" for number in (1, 2, 3)]
    text = b"".join(at.kernel.objects.get(key) or b"" for key in keys).decode()
    assert [json.loads(line)["event_id"] for line in text.splitlines()] == known


def imported(number: int, **fields: Any) -> str:
    event = {
        "event_id": f"e{number}",
        "schema_version": "1.0",
        "timestamp_utc": "2026-01-01T00:00:00Z",
        "service": "erp",
        "action": "thing-made",
        "orgcode": "ONE",
        "request_context": {"actor": "erp", "context_source": "system"},
        "reason": "import",
        "source_refs": [],
    }
    return json.dumps({**event, **fields})


def test_an_import_tells_bad_lines_and_keeps_the_rest(make: Make) -> None:
    at = make()
    job_id = write(at, "/ipm/bulk/import/create")["job_id"]
    with pytest.raises(Refusal):
        write(at, "/ipm/bulk/import/commit", job_id=job_id)
    lines = [imported(1), "{broken", imported(1), imported(2, orgcode="TWO"), imported(3)]
    at.kernel.objects.put(f"imports/{job_id}", "\n".join(lines).encode())
    first = write(at, "/ipm/bulk/import/commit", job_id=job_id, limit=2)
    assert (first["status"], first["line"]) == ("running", 3)
    last = write(at, "/ipm/bulk/import/continue", job_id=job_id)
    assert last["status"] == "running"
    last = write(at, "/ipm/bulk/import/continue", job_id=job_id)
    assert last["status"] == "completed"
    assert [error["line"] for error in last["errors"]] == [2, 4]
    assert [each["event_id"] for each in feed(at, service="erp")] == ["e1", "e3"]


def test_lookups_tell_of_actions_and_specimens(make: Make) -> None:
    at = make()
    actions = at.do("/ipm/event/catalog/list", service="ofm", limit=256).data["items"]
    assert {"service": "ofm", "action": "org-created", "redaction": "standard"} in actions
    named = {"service": "ofm", "action": "org-created"}
    assert at.do("/ipm/specimen/get", **named).data["specimen"]["action"] == "org-created"
    with pytest.raises(Refusal):
        at.do("/ipm/specimen/get", service="ofm", action="nothing-done")
    assert at.do("/ipm/pagination/get").data["default_limit"] == 8


def test_key_figures_are_kept_as_they_came(make: Make) -> None:
    at = make()
    bucket = {"metric": "sales", "bucket_utc": "2026-01-01T00:00:00Z"}
    write(at, "/ipm/kpi/record", value="1234567.0000001"[:13], **bucket)
    (row,) = at.do("/ipm/kpi/query", metric="sales").data["items"]
    assert row["value"] == "1234567.00000"
    assert at.do("/ipm/kpi/query", metric="other").data["items"] == []
    assert write(at, "/ipm/kpi/alert", metric="sales", value="9", threshold="10")["alert_id"]


# --- deliveries ---


@pytest.fixture
def post() -> Any:
    with mailbox() as opened:
        yield opened


def active(at: KernelClient, post: Mailbox, **filters: str) -> str:
    made = write(at, "/ipm/webhook/create", url=post.url, filters=filters)
    write(at, "/ipm/webhook/status/set", webhook_id=made["webhook_id"], status="active")
    return str(made["webhook_id"])


def until(condition: Callable[[], bool], bound_s: float = 60.0) -> bool:
    end = time.monotonic() + bound_s
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


def test_an_active_webhook_gets_each_event_once(make: Make, post: Mailbox) -> None:
    at = make()
    active(at, post, service="ofm")
    centres(at, 5)
    wanted = [event.id for event in at.events() if event.service == "ofm"]
    assert until(lambda: len(post.ids()) >= 5)
    assert sorted(post.ids()) == sorted(wanted)
    at.kernel.close()


def test_failures_are_repeated_until_they_are_taken(make: Make, post: Mailbox) -> None:
    at = make()
    post.statuses += [500, 503, 0]
    active(at, post, service="ofm")
    centres(at, 2)
    assert until(lambda: len(post.ids()) >= 2)
    assert len(post.seen) == 5
    at.kernel.close()


def test_a_paused_webhook_gets_nothing_and_is_not_replayed(make: Make, post: Mailbox) -> None:
    at = make()
    hook = active(at, post, service="ofm")
    centres(at, 1)
    assert until(lambda: len(post.ids()) == 1)
    write(at, "/ipm/webhook/status/set", webhook_id=hook, status="paused")
    centres(at, 1, start=1)
    with pytest.raises(Refusal):
        write(at, "/ipm/webhook/replay", webhook_id=hook)
    assert not until(lambda: len(post.ids()) > 1, 0.1)
    write(at, "/ipm/webhook/status/set", webhook_id=hook, status="active")
    replayed = write(at, "/ipm/webhook/replay", webhook_id=hook, limit=1)
    assert (replayed["replayed_count"], bool(replayed["next_token"])) == (1, True)
    write(at, "/ipm/webhook/replay", webhook_id=hook, next_token=replayed["next_token"])
    assert until(lambda: len(set(post.ids())) == 2)
    at.kernel.close()
