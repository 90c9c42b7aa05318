"""The event log: one event for each accepted write, none for any other request."""

import json
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from conformance.contract.services.event_context import BASE_EVENT
from fixtures.reference.kernel.database import Change
from fixtures.reference.kernel.event_names import action_of
from fixtures.reference.kernel.events import Filter
from fixtures.reference.kernel.refusals import Refusal
from fixtures.reference.services import ALL
from tests.reference.kernel_client import SESSION, KernelClient, kernel_client

REQUIRED = set(BASE_EVENT)
Make = Callable[..., KernelClient]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    return partial(kernel_client, tmp_path)


def centre(at: KernelClient, code: str = "AAAA-BBBB-CCCC") -> str:
    made = at.do("/ofm/cost-centre/create", org_guid="o1", caption="Centre of J. Doe", cccode=code)
    return str(made.data["cc_guid"])


def test_a_write_leaves_one_event_with_every_required_field(make: Make) -> None:
    at = make()
    guid = centre(at)
    (event,) = at.events()
    assert event.body.keys() >= REQUIRED
    assert (event.service, event.action) == ("ofm", "cost-centre-created")
    assert event.body["aggregate_id"] == guid
    context = event.body["request_context"]
    assert (context["orgcode"], context["actor"]) == ("ONE", "user_guid:u1")
    assert context["context_source"] == "session"
    assert context["session_fingerprint"]


def test_events_hold_neither_secrets_nor_captions(make: Make) -> None:
    at = make()
    centre(at)
    text = json.dumps(at.events()[0].body)
    assert SESSION not in text
    assert "Doe" not in text


@pytest.mark.parametrize(
    ("defect", "shown"), [("secret-in-event", SESSION), ("personal-data-in-event", "Doe")]
)
def test_defects_put_it_there(make: Make, defect: str, shown: str) -> None:
    at = make(defect)
    centre(at)
    assert shown in json.dumps(at.events()[0].body)


def test_a_refused_write_leaves_nothing(make: Make) -> None:
    at = make()
    guid = centre(at)
    with pytest.raises(Refusal):
        at.do("/ofm/cost-centre/update", org_guid="o1", cc_guid=guid, caption="x")
    with pytest.raises(Refusal):
        centre(at)
    assert at.actions() == ["cost-centre-created"]


def test_an_event_outside_the_transaction_stays_behind(make: Make) -> None:
    at = make("event-outside-transaction")
    centre(at)
    with pytest.raises(Refusal):
        centre(at)
    assert at.actions() == ["cost-centre-created"] * 2


def test_a_status_change_leaves_an_event_with_the_new_revision(make: Make) -> None:
    at = make()
    guid = centre(at)
    named = {"org_guid": "o1", "cc_guid": guid}
    at.do("/ofm/cost-centre/status/set", **named, status="inactive", expected_revision=1)
    last = at.events()[-1].body
    assert (last["action"], last["aggregate_revision"]) == ("cost-centre-status-set", 2)
    assert last["payload"]["status"] == "inactive"


def test_a_replayed_answer_leaves_no_second_event(make: Make) -> None:
    at = make()
    body = {"variant_id": "v1", "quantity_delta": 5, "reason": "count", "idempotency_key": "k1"}
    here = {"x-logical-guid": facility(at)}
    for _ in range(2):
        at.do("/ics/adjustment/create", here, **body)
    assert at.actions().count("adjustment-created") == 1


def test_what_lapses_by_itself_is_told_by_the_system(make: Make) -> None:
    at = make()
    here = {"x-logical-guid": facility(at), "x-channel-code": "g3npos"}
    at.do("/ics/adjustment/create", here, variant_id="v1", quantity_delta=5, reason="count")
    at.do("/ics/reservation/create", here, variant_id="v1", quantity=2)
    at.kernel.clock.advance(600)
    at.do("/ics/stock/get", here, variant_id="v1")
    lapsed = [event.body for event in at.events() if event.action == "reservation-expired"]
    assert [each["request_context"]["actor"] for each in lapsed] == ["system"]


def facility(at: KernelClient) -> str:
    base = {"org_guid": "o1", "caption": "Place"}
    physical = at.do("/ofm/facility/physical/create", **base, code="P1").data["physical_guid"]
    legal = at.do("/ofm/facility/legal/create", **base, code="L1").data["legal_guid"]
    parents = {"physical_guid": physical, "legal_guid": legal}
    logical = at.do("/ofm/facility/logical/create", **base, **parents, code="G1")
    return str(logical.data["logical_guid"])


def test_a_page_of_events_goes_on_behind_the_last_one_seen(make: Make) -> None:
    at = make()
    for number in range(5):
        centre(at, f"AAAA-BBBB-000{number}")
    first = at.kernel.events.select("o1", at_most=2)
    rest = at.kernel.events.select("o1", after=first[-1].seq)
    assert [*first, *rest] == at.events()
    assert at.kernel.events.newest() == rest[-1].seq


def test_filters_narrow_what_is_selected(make: Make) -> None:
    at = make()
    place = facility(at)
    at.do("/ics/zone/create", {"x-logical-guid": place}, code="Z1", caption="Zone")
    select = at.kernel.events.select
    assert [e.action for e in select("o1", Filter(service="ics"))] == ["zone-created"]
    assert [e.action for e in select("o1", Filter(logical_guid=place))] == ["zone-created"]
    assert len(select("o1", Filter(action_prefix="facility-"))) == 3
    assert select("o1", Filter(until=at.events()[0].at)) == []
    assert select("o2") == []


def test_a_thread_without_a_request_acts_for_its_service(make: Make) -> None:
    at = make()
    change = Change("batch", "b1", "o1", "ready", 2, moved=True)
    with at.kernel.events.acting("accounting"), at.kernel.database.write():
        at.kernel.database.note(change)
    event = at.events()[-1]
    assert (event.service, event.action) == ("accounting", "batch-ready")
    assert event.body["request_context"]["context_source"] == "system"


def test_readers_are_woken_by_a_commit(make: Make) -> None:
    at = make()
    seen = at.kernel.events.wait(-1, 0)
    assert at.kernel.events.wait(seen, 0.01) == seen
    centre(at)
    assert at.kernel.events.wait(seen, 0) == seen + 1


def test_every_write_has_an_action_in_kebab_case() -> None:
    writes = [each for service in ALL for each in service.operations if each.writes]
    actions = {action_of(each) for each in writes}
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)+", action) for action in actions)
    assert not {action for action in actions if action.endswith("-done")}
