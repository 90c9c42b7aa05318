"""A reproduction script as text: whatever a target wrote, it stays a value in it."""

from datetime import timedelta
from typing import Any

import pytest

from fixtures.formats.instants import written
from reports.exchange import Exchange, Response
from reports.page.reproduction import counts, shows_again
from reports.page.script import END, MOST
from tests.reports.scripts import HOST, addressed, asked, script_of, steps_of
from tests.reports.synthetic import (
    STARTED,
)

EVIL = f"'''\n{END}\ntouch /tmp/taken\n\\\"\"\"; import os; os.abort() # `id` $(id) \u2028"


def test_a_value_of_one_answer_is_asked_with_in_the_next() -> None:
    guid = "6f1c1d1e-0000-4000-8000-0123456789ab"
    made = asked(
        1,
        "ofm.cost_centre.create",
        {"caption": "conformance 0a1b2c XY12ZW"},
        {"success": True, "data": {"cc_guid": guid}, "revision": 1},
        check="conformance/stages::facilities",
    )
    used = asked(
        2, "ofm.cost_centre.update", {"cc_guid": guid, "expected_revision": 1}, {"success": True}
    )
    first, second = steps_of(script_of([made, used], "200, success"))
    assert first["scene"] is True
    assert first["gives"] == {"v2": ["data", "cc_guid"], "r1": ["revision"]}
    assert second["body"] == {"cc_guid": "${v2}", "expected_revision": {"$is": ["r1", 1]}}
    assert (second["status"], second["sketch"]) == (200, "200")


@pytest.mark.parametrize("place", ["observed", "body", "answer"])
def test_nothing_that_a_target_wrote_is_run(place: str) -> None:
    sent = {"caption": EVIL if place == "body" else "x"}
    came = {"success": True, "data": {"caption": EVIL if place == "answer" else "x"}}
    log = [asked(1, "ofm.cost_centre.get", sent, came)]
    script = script_of(log, EVIL if place == "observed" else "another")
    lines = script.splitlines()
    assert [n for n, line in enumerate(lines) if line == END] == [len(lines) - 1]
    (step,) = steps_of(script)
    assert step["who"] == "owner"


def test_a_wait_of_many_looks_is_one_step_and_a_flood_is_too_much() -> None:
    looks = [asked(n, "ofm.org.get", {"org_guid": "x"}, {"data": 1}) for n in range(MOST + 1)]
    (step,) = steps_of(script_of(looks, "nothing"))
    assert step["patient"] is True
    flood = [asked(n, "ofm.org.get", {"org_guid": str(n)}, {"data": 1}) for n in range(MOST + 1)]
    with pytest.raises(AssertionError, match=f"more than {MOST} calls"):
        script_of(flood, "nothing")


def test_looks_that_are_repeated_are_one_patient_look() -> None:
    log = [asked(n, "ofm.org.get", {"org_guid": "x"}, {"data": n}) for n in range(4)]
    (step,) = steps_of(script_of(log, "nothing"))
    assert (step["pause_s"], step["patient"]) == (0.3, True)


def test_what_is_refused_until_it_can_be_done_is_asked_until_it_is() -> None:
    sent = {"offboarding_id": "x"}
    log = [asked(n, "operator.utl_offboarding_export_finalize", sent, {}) for n in range(5)]
    no = Response(status=409, body={"error": {"error_code": "utl.invalid-state"}})
    refused = [each.model_copy(update={"response": no}) for each in log]
    (step,) = steps_of(script_of([*refused[:-1], log[-1]], "it is listed"))
    assert (step["sketch"], step["patient"]) == ("200", "refused")
    # Done anew each time, and refused in the end: not one of them is in vain.
    assert len(steps_of(script_of([*log[:-1], refused[-1]], "409"))) == len(log)


def test_a_flood_stays_a_flood() -> None:
    log = [asked(n, "ofm.org.get", {"org_guid": "x"}, {}) for n in range(4)]
    at_once = [
        each.model_copy(update={"started_at": STARTED + timedelta(milliseconds=6 * n)})
        for n, each in enumerate(log)
    ]
    assert len(steps_of(script_of(at_once, "200, success"))) == len(log)


def test_an_instant_is_told_by_the_clock_that_was_moved_before() -> None:
    operator = "http://127.0.0.1:4002"
    made = asked(
        1,
        "operator.reference_sibling",
        {},
        {"data": {"operator_url": operator}},
        check="conformance/stages::clock-companion",
    )
    moved = asked(
        2, "operator.reference_clock", {"advance_seconds": 11e6}, {}, check="conformance/stages::x"
    )
    at = STARTED + timedelta(seconds=11e6 + 60)
    asks = asked(3, "operator.utl_offboarding_approve", {"at": at.isoformat()}, {})
    script = script_of(
        [
            addressed(made, "INVOKE", "http://127.0.0.1:4000/reference_sibling"),
            addressed(moved, "INVOKE", f"{operator}/reference_clock"),
            addressed(asks, "INVOKE", f"{operator}/utl_offboarding_approve"),
        ],
        "200, success",
    )
    _, step = steps_of(script)
    assert step["body"]["at"]["$in_s"][0] == pytest.approx(59.7)


def test_a_page_begins_where_the_one_before_it_ended() -> None:
    cursor = '{"after": 49}'
    log = [
        asked(1, "pvm.brand.list", None, {"data": {"items": [], "next_token": cursor}}),
        asked(2, "pvm.brand.list", None, {"data": {"items": []}}),
    ]
    url = f"https://{HOST}/pvm/brand?limit=1"
    log = [
        addressed(log[0], "GET", url),
        addressed(log[1], "GET", f"{url}&next_token=%7B%22after%22%3A%2049%7D"),
    ]
    first, second = steps_of(script_of(log, "2 of 3 records"))
    assert first["gives"] == {"c1": ["data", "next_token"]}
    assert second["url"] == "${BASE_URL}/pvm/brand?limit=1&next_token=${c1.quoted}"
    assert (first.get("ends"), second["ends"]) == (None, True)


def test_a_cursor_in_a_body_is_that_of_the_page_before() -> None:
    cursor = '{"after": 15}'
    log = [
        asked(1, "ipm.cdc.list", {"limit": 1}, {"data": {"items": [], "next_token": cursor}}),
        asked(2, "ipm.cdc.list", {"limit": 1, "next_token": cursor}, {"data": {"items": []}}),
    ]
    _, second = steps_of(script_of(log, "2 of 3 records"))
    assert second["body"] == {"limit": 1, "next_token": "${c1}"}


def listed(number: int, items: list[Any], **sent: Any) -> Exchange:
    """A page of a list."""
    return asked(number, "ofm.cost_centre.list", sent, {"success": True, "data": {"items": items}})


@pytest.mark.parametrize(("again", "repeats"), [("b", True), ("c", False)])
def test_a_walk_that_showed_an_entry_again_has_to_do_so(again: str, repeats: bool) -> None:
    log = [
        listed(1, [{"code": "a"}, {"code": "b"}], limit=2),
        listed(2, [{"code": again}], limit=2, next_token="xyz123abc456"),
        listed(3, [{"code": "a"}, {"code": "b"}], limit=256),
    ]
    walk, judged = log[:2], log[1].id
    script = script_of(log, "3 entries, 2 different", judged=judged)
    steps = steps_of(script)
    assert [step.get("lists") for step in steps] == ["first", "on", "first"]
    assert [("listed" in step) for step in steps] == [False, True, False]
    assert steps[1]["listed"]["repeats"] is repeats
    assert shows_again([page.response and page.response.body for page in walk]) is repeats


def test_what_a_finding_names_is_made_though_no_answer_shows_it() -> None:
    guid = "6f1c1d1e-0000-4000-8000-0123456789ab"
    made = asked(
        1,
        "ofm.cost_centre.create",
        {"caption": "conformance"},
        {"success": True, "data": {"cc_guid": guid}},
        check="conformance/stages::facilities",
    )
    script = script_of([made, listed(2, [])], "1 pages without it", f"holds {guid}")
    first, second = steps_of(script)
    assert first["gives"] == {"v1": ["data", "cc_guid"]}
    assert second["listed"] == {"names": ["v1"], "counts": [0], "repeats": False}


def test_a_wait_ends_when_the_state_is_there_that_had_come() -> None:
    states = ["created", "created", "ready"]
    log = [
        asked(n, "accounting.export.batch.get", {"batch_id": "x"}, {"data": {"status": state}})
        for n, state in enumerate(states)
    ]
    used = asked(9, "ofm.org.get", {"org_guid": "x"}, {"success": True})
    waited, _ = steps_of(script_of([*log, used], "another"))
    assert waited["until"] == [[["data", "status"], "ready"]]
    assert waited["patient"] is True


def test_an_end_that_did_not_move_must_not_move_again() -> None:
    ends = written(STARTED + timedelta(hours=1))
    log = [asked(n, "usm.session.validate", {"x": 1}, {"data": {"ends": ends}}) for n in (1, 30)]
    first, second = steps_of(script_of(log, "not moved"))
    ((place, name, is_same),) = second["steady"]
    assert (place, is_same) == (["data", "ends"], True)
    assert first["gives"] == {name: place}


@pytest.mark.parametrize(
    ("sent", "shown", "template"),
    [
        ("2026-05-01T09:13:00Z", "2026-05-01T09:13:00Z", "2026-05-01T09:13:00Z"),
        ("2026-05-01T09:13:07Z", "2026-05-01T00:00:00Z", "$midnight"),
        ("2026-05-01T09:13:07Z", "2026-05-01T09:13:07Z", "$in_s"),
    ],
)
def test_an_instant_to_come_is_compared_by_what_it_was_made_of(
    sent: str, shown: str, template: str
) -> None:
    log = [asked(1, "utl.offboarding.request", {"at": sent}, {"data": {"at": shown}})]
    (step,) = steps_of(script_of(log, "another instant"))
    found = step["came"]["data"]["at"]
    assert (found if isinstance(found, str) else next(iter(found))) == template


def test_an_entry_that_names_its_record_twice_shows_it_once() -> None:
    link = "http://files.test/ab12cd34ef56"
    page = {"data": {"items": [{"id": "ab12cd34ef56", "url": link}, {"id": "another"}]}}
    redacted = {"data": {"items": [{"id": "ab12cd34ef56"}, {"id": "another"}]}}
    for shown in (page, redacted):
        assert counts([shown, shown], ["ab12cd34ef56", "missing"]) == [0, 2]


def test_of_a_long_check_only_what_its_failed_call_rests_on_is_asked() -> None:
    guid = "6f1c1d1e-0000-4000-8000-0123456789ab"
    others = ["pvm.brand.list", "crm.customer.list", "ppm.coupon.list"]
    rounds = [
        asked(3 + 10 * n + k, name, {"k": k}, {})
        for n in range(MOST)
        for k, name in enumerate(others)
    ]
    gave = asked(1, "ofm.org.get", {}, {"data": {"session_guid": guid}})
    closed = asked(2, "usm.session.close", {"session_guid": guid}, {})
    log = [asked(0, "ofm.cost_centre.list", {}, {}), gave, closed, *rounds]
    steps = steps_of(script_of(log, "200, success", judged=rounds[-2].id))
    # All rounds of the judged operation are one wait.
    assert [step["body"] for step in steps] == [{}, {"session_guid": "${v1}"}, {"k": 1}]
    assert steps[2]["patient"] is True


def test_the_id_of_a_run_that_is_all_digits_keeps_the_case_of_where_it_stands() -> None:
    agent = {"user-agent": "g3n-conformance/1 run=417194 check=ORG-1"}
    sent = {"orgcode": "CF417194PM29PE", "caption": "cf 417194"}
    (step,) = steps_of(script_of([asked(1, "ofm.org.create", sent, {}, **agent)], "200, success"))
    assert step["body"] == {"orgcode": "CF${RUN}PM29PE", "caption": "cf ${run}"}


def test_an_instant_between_two_calls_lies_between_them_again() -> None:
    since = written(STARTED + timedelta(milliseconds=250))
    log = [asked(n, "ofm.cost_centre.create", {"n": n}, {}) for n in (1, 2, 3)]
    steps = steps_of(script_of([*log, asked(9, "ipm.cdc.list", {"since": since}, {})], "nothing"))
    assert [step.get("then") for step in steps] == [None, [since], None, None]


def test_an_id_in_capitals_is_that_of_the_record() -> None:
    guid = "6f1c1d1e-0000-4000-8000-0123456789ab"
    made = asked(1, "ofm.org.create", {}, {"data": {"org_guid": guid}})
    asks = [asked(n, "ofm.org.get", {"org_guid": g}, {}) for n, g in ((2, guid), (3, guid.upper()))]
    _, small, large = steps_of(script_of([made, *asks], "404 not-found"))
    assert large["body"]["org_guid"] == small["body"]["org_guid"].replace("}", ".upper}")
