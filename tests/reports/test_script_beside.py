"""A script whose scene reaches beyond the target: to queues, receivers, files, platforms."""

from datetime import timedelta
from typing import Any

import pytest

from fixtures.formats import ndjson
from fixtures.formats.instants import written
from reports.exchange import PLATFORM, STORAGE, Exchange, Request, Response
from reports.page.reproduction_files import is_lines
from reports.page.script import Missing
from tests.reports.scripts import addressed, asked, script_of, script_or_why, steps_of
from tests.reports.synthetic import (
    STARTED,
)


def test_addresses_of_the_suite_are_asked_for_by_name() -> None:
    sent = {
        "url": "http://127.0.0.1:41234/webhooks/gw0-1f",
        "queue_url": "https://sqs.us-east-1.amazonaws.com/123456789012/conformance",
    }
    script = script_of([asked(1, "ipm.webhook.create", sent, {})], "200, success")
    (step,) = steps_of(script)
    assert step["body"] == {
        "url": "${RECEIVER_URL}/webhooks/gw0-1f",
        "queue_url": "${QUEUE_URL}",
    }
    for name in ("RECEIVER_URL", "QUEUE_URL"):
        assert f"\nSet {name} to " in script


def test_a_queue_that_is_not_there_is_named_after_the_one_that_is() -> None:
    own = "https://sqs.test/123/of-a-run"
    asked_for = [own, f"{own}-absent", "https://sqs.test/321/of-a-run"]
    taken, *refused = [
        asked(n, "rbs.subscription.register", {"queue_url": url}, {})
        for n, url in enumerate(asked_for)
    ]
    conflict = Response(status=409, body={})
    log = [taken, *(each.model_copy(update={"response": conflict}) for each in refused)]
    steps = steps_of(script_of(log, "409"))
    assert [step["body"] for step in steps] == [
        {"queue_url": "${QUEUE_URL}"},
        {"queue_url": "${QUEUE_BASE}/123/${QUEUE_NAME}-absent"},
        {"queue_url": "${QUEUE_BASE}/321/${QUEUE_NAME}"},
    ]


def test_a_scene_with_two_queues_has_no_script() -> None:
    log = [
        asked(n, "rbs.subscription.register", {"queue_url": f"https://sqs.test/123/{name}"}, {})
        for n, name in enumerate(("of-a-run", "of-the-check"))
    ]
    log.append(asked(3, "rbs.subscription.list", {}, {}))
    made = script_or_why(log, "200, success")
    assert isinstance(made, Missing)
    assert "a second queue" in made.why


AMAZON = "https://s3.test"


def stored(number: int, url: str, body: Any, digest: str = "", listed: str = "") -> Exchange:
    """A file that was read, or a list of them."""
    read = asked(number, f"storage.object{listed}", None, body)
    request = Request(method="GET", url=url)
    told = Response(status=200, headers={"digest": digest} if digest else {}, body=body)
    return read.model_copy(update={"actor": STORAGE, "request": request, "response": told})


def test_a_copy_is_read_again_as_one_list_of_rows() -> None:
    guid = "6f1c1d1e-0000-4000-8000-0123456789ab"
    where = {"bucket": "copies", "prefix": f"of/{guid}/"}
    wanted = asked(
        1, "utl.export.request", {"reason": "x"}, {"success": True, "data": {"export_id": guid}}
    )
    begun = asked(2, "utl.export.download_start", {"export_id": guid}, {"data": where})
    row = {"record_id": guid, "exported_at_utc": written(STARTED + timedelta(milliseconds=150))}
    old = {"record_id": guid, "created_at": written(STARTED - timedelta(milliseconds=150))}
    keys = [f"of/{guid}/{name}" for name in ("a", "b", "manifest")]
    log = [
        wanted,
        begun,
        stored(3, f"{AMAZON}/copies?list-type=2&prefix=of%2F{guid}%2F", keys, listed="s"),
        stored(4, f"{AMAZON}/copies/of/{guid}/a", [row]),
        stored(5, f"{AMAZON}/copies/of/{guid}/b", [old]),
    ]
    script = script_of(log, "1 row without one")
    first, second, fetched = steps_of(script)
    assert "pivot" in first
    assert "pivot" not in second
    assert (fetched["method"], fetched["url"]) == ("FETCH", f"{AMAZON}/${{f2_bucket}}")
    assert (fetched["prefix"], fetched["besides"]) == ("${f2_prefix}", ["of/${v1}/manifest"])
    rows = fetched["came"]["rows"]["$items"]
    assert [row["record_id"] for row in rows] == ["${v1}", "${v1}"]
    assert rows[0]["exported_at_utc"] == {"$after": True}
    assert rows[1]["created_at"] == {"$after": False}
    assert "\nFETCH = fetched\n" in script


def test_a_file_is_compared_with_the_digest_that_was_told_of_it() -> None:
    url, digest = "[redacted:DOWNLOAD_URL#1f0c9a]", "0cc175b9c0f1b6a831c399e269772661"
    told = {"success": True, "data": {"download_url": url, "checksum": f"md5:{digest}"}}
    batch = asked(1, "accounting.export.batch.get", {"batch_id": "x"}, told)
    for real, holds in ((f"md5={digest}", True), ("md5=another", False)):
        script = script_of([batch, stored(2, url, [{"a": 1}], real)], "another checksum")
        _, fetched = steps_of(script)
        assert fetched["url"] == "${v1}"
        assert "signed" not in fetched
        assert fetched["came"]["digests"] == {"d1_checksum": holds}


@pytest.mark.parametrize("form", [ndjson.MEDIA_TYPE, "application/json"])
def test_a_file_has_to_have_the_form_that_it_had(form: str) -> None:
    address = {"success": True, "data": {"download_url": "[redacted:DOWNLOAD_URL#1f0c9a]"}}
    read = stored(2, "[redacted:DOWNLOAD_URL#1f0c9a]", [{"a": 1}])
    response = Response(status=200, headers={"content-type": form}, body=[{"a": 1}])
    made = asked(1, "accounting.export.batch.get", {"batch_id": "x"}, address)
    log = [made, read.model_copy(update={"response": response})]
    _, fetched = steps_of(script_of(log, "a file of another form"))
    assert fetched["came"]["lines"] is (form == ndjson.MEDIA_TYPE)
    assert (is_lines(b'{"a": 1}\n{"a": 2}\n'), is_lines(b'[{"a": 1}]')) == (True, False)


def test_a_token_that_came_to_the_queue_is_read_from_it() -> None:
    guid, token = "6f1c1d1e-0000-4000-8000-0123456789ab", "[redacted:QUEUE_TOKEN#1f0c9a]"
    queue = {"queue_url": "https://sqs.test/123/of-a-run"}
    made = asked(1, "rbs.subscription.register", queue, {"data": {"subscription_id": guid}})
    sent = {"subscription_id": guid, "verification_token": token}
    verified = asked(2, "rbs.subscription.verify", sent, {"success": True})
    script = script_of([made, verified], "200, success")
    _, step = steps_of(script)
    name = "QUEUE_TOKEN"
    assert (step["token"], step["body"]["verification_token"]) == (name, f"${{{name}}}")
    assert f"${{{step['about']}}}" == step["body"]["subscription_id"]
    assert "SECRETS: dict[str, bool] = {}" in script


@pytest.mark.parametrize("observed", ["1 of 2 were delivered", "200, success"])
def test_what_was_delivered_is_judged_where_the_finding_is_about_it(observed: str) -> None:
    guid = "6f1c1d1e-0000-4000-8000-0123456789ab"
    to = "http://127.0.0.1:41234/webhooks/gw0-0123456789abcdef"
    made = asked(1, "ipm.webhook.create", {"url": to}, {"data": {"webhook_id": guid}})
    came = asked(2, "ipm.delivery", {"event_id": guid}, None)
    came = came.model_copy(
        update={
            "actor": PLATFORM,
            "request": came.request.model_copy(
                update={"url": to, "headers": {"X-Signature": "a", "Host": "b"}}
            ),
        }
    )
    later = asked(3, "ipm.webhook.status_set", {"webhook_id": guid}, {"success": True})
    script = script_of([made, came, later], observed, expectation="an event is delivered")
    assert f"JUDGED = {observed != '200, success'}" in script
    (arrival,) = steps_of(script, '\n{"to"')
    assert arrival == {
        "to": "/webhooks/gw0-0123456789abcdef",
        "before": 1,
        "names": ["v1"],
        "headers": ["x-signature"],
        "paths": ["/event_id"],
    }


def test_a_platform_beside_the_target_is_made_anew() -> None:
    base, operator = "http://127.0.0.1:4001", "http://127.0.0.1:4002"
    made = asked(
        1,
        "operator.reference_sibling",
        {"rate_limit_rpm": 0},
        {"data": {"base_url": base, "operator_url": operator}},
        check="conformance/stages::clock-companion",
    )
    made = addressed(made, "INVOKE", "http://127.0.0.1:4000/reference_sibling")
    turned = addressed(asked(2, "operator.reference_clock", {}, {}), "INVOKE", f"{operator}/clock")
    read = addressed(asked(3, "ofm.org.get", {"org_guid": "x"}, {}), "GET", f"{base}/ofm/org")
    steps = steps_of(script_of([made, turned, read], "200, success"))
    assert [step["url"] for step in steps] == [
        "${OPERATOR_URL}/reference_sibling",
        "${p1_operator_url}/clock",
        "${p1_base_url}/ofm/org",
    ]
    assert steps[0]["gives"] == {
        "p1_operator_url": ["data", "operator_url"],
        "p1_base_url": ["data", "base_url"],
    }


@pytest.mark.parametrize(
    ("said", "is_delivered"),
    [
        ("a delivery that was answered with 'closed without an answer' is sent again", True),
        ("an answer tells of what is delivered", False),
    ],
)
def test_how_a_receiver_answered_is_no_answer_of_the_platform(
    said: str, is_delivered: bool
) -> None:
    sent = {"url": "http://127.0.0.1:41234/webhooks/gw0-0123456789abcdef"}
    script = script_of([asked(1, "ipm.webhook.create", sent, {})], "none came", said)
    assert f"\nJUDGED = {is_delivered}\n" in script
