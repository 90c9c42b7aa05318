"""Step 12: what the bus delivers to a queue: when, of what, and after what."""

import secrets
from typing import Final

import pytest

from fixtures import Caller, Inconclusive
from fixtures.context import records
from fixtures.services.ics.actions import StockItem
from fixtures.services.ipm import actions as ipm
from fixtures.services.ipm.actions import IsolatedFacility
from fixtures.services.pvm.context import Catalog
from fixtures.services.rbs.actions import Subscriptions, create_own_queue

MANY: Final = 6
FEED: Final = "ipm.cdc.list"


@pytest.fixture
def other_facility(rbs_owner: Caller) -> IsolatedFacility:
    """A second facility, whose events tell that the first one's would have come by now."""
    return ipm.create_isolated_facility(rbs_owner)


@pytest.mark.requirement("EVENT-120")
def test_each_event_is_delivered(
    subscriptions: Subscriptions, rbs_facility: IsolatedFacility
) -> None:
    made = subscriptions.create_for(rbs_facility)
    made.expect_delivered(rbs_facility.emit(MANY), "each matching event is delivered")


@pytest.mark.requirement("EVENT-105")
def test_nothing_is_delivered_before_verification(
    subscriptions: Subscriptions, rbs_facility: IsolatedFacility, other_facility: IsolatedFacility
) -> None:
    pending = subscriptions.register_for(rbs_facility)
    witness = subscriptions.create_for(other_facility)
    unwanted = rbs_facility.emit(2)
    witness.expect_delivered(other_facility.emit(), "a verified subscription beside it is served")
    pending.expect_silence(unwanted, "nothing is delivered before verification")


@pytest.mark.requirement("EVENT-104")
def test_nothing_is_delivered_after_a_wrong_token(
    subscriptions: Subscriptions, rbs_facility: IsolatedFacility, other_facility: IsolatedFacility
) -> None:
    witness = subscriptions.create_for(other_facility)
    pending = subscriptions.register_for(rbs_facility)
    pending.verify(pending.read_token()[::-1])
    unwanted = rbs_facility.emit(2)
    witness.expect_delivered(other_facility.emit(), "a verified subscription beside it is served")
    pending.expect_silence(unwanted, "a wrong token opens nothing")


@pytest.mark.requirement("EVENT-127")
def test_paused_subscription_is_delivered_nothing(
    subscriptions: Subscriptions, rbs_facility: IsolatedFacility, other_facility: IsolatedFacility
) -> None:
    made, witness = subscriptions.create_for(rbs_facility), subscriptions.create_for(other_facility)
    made.expect_delivered(
        rbs_facility.emit(), "an event is delivered while the subscription is active"
    )
    made.set_deduced_status("paused")
    unwanted = rbs_facility.emit(2)
    witness.expect_delivered(other_facility.emit(), "an active subscription beside it is served")
    made.expect_silence(unwanted, "nothing is delivered while a subscription is paused")


@pytest.mark.requirement("EVENT-128")
def test_resumed_subscription_is_delivered_events_again(
    subscriptions: Subscriptions, rbs_facility: IsolatedFacility
) -> None:
    made = subscriptions.create_for(rbs_facility)
    made.set_deduced_status("paused")
    made.set_deduced_status("active")
    made.expect_delivered(
        rbs_facility.emit(2), "events are delivered after a subscription was resumed"
    )


@pytest.mark.requirement("EVENT-129")
def test_revoked_subscription_is_delivered_nothing(
    subscriptions: Subscriptions, rbs_facility: IsolatedFacility, other_facility: IsolatedFacility
) -> None:
    made, witness = subscriptions.create_for(rbs_facility), subscriptions.create_for(other_facility)
    made.expect_delivered(
        rbs_facility.emit(), "an event is delivered while the subscription is active"
    )
    made.unregister().accepted()
    unwanted = rbs_facility.emit(2)
    witness.expect_delivered(other_facility.emit(), "an active subscription beside it is served")
    made.expect_silence(unwanted, "nothing is delivered after revocation")


# --- filters ---


@pytest.mark.requirement("EVENT-121")
def test_event_of_another_service_does_not_come_to_the_queue(
    subscriptions: Subscriptions, rbs_facility: IsolatedFacility
) -> None:
    made = subscriptions.create_active(rbs_facility.caller, listened_service="ofm")
    unwanted = rbs_facility.emit(2)
    wanted = str(records.make(rbs_facility.caller, "ofm.cost_centre")["cc_guid"])
    made.expect_delivered([wanted], "an event of the service is delivered")
    made.expect_silence(unwanted, "no event of another service is delivered")


@pytest.mark.requirement("EVENT-122")
def test_action_that_begins_otherwise_is_not_delivered(
    subscriptions: Subscriptions, rbs_facility: IsolatedFacility
) -> None:
    (zone,) = rbs_facility.emit()
    bin_ = str(rbs_facility.caller("ics.bin.create", zone_id=zone).value("bin_id"))
    prefix = _prefix(rbs_facility, zone, bin_)
    made = subscriptions.create_for(rbs_facility, listened_prefix=prefix)
    (zone,) = rbs_facility.emit()
    bin_ = str(rbs_facility.caller("ics.bin.create", zone_id=zone).value("bin_id"))
    (later,) = rbs_facility.emit()
    made.expect_delivered([zone, later], f"an event whose action begins with {prefix} is delivered")
    made.expect_silence([bin_], "no event whose action begins otherwise is delivered")


def _prefix(rbs_facility: IsolatedFacility, zone: str, bin_: str) -> str:
    """What the action of a new zone begins with, and that of a new bin does not."""
    actions = {
        str(event.get("aggregate_id") or event): str(event.get("action"))
        for event in rbs_facility.read_events(zone, bin_).values()
    }
    of_zone = next((action for key, action in actions.items() if zone in key), "")
    of_bin = next((action for key, action in actions.items() if bin_ in key), "")
    prefix = of_zone[: len(of_zone.partition("-")[0]) + 1]
    if not prefix or not of_bin or of_bin.startswith(prefix):
        raise Inconclusive("the feed shows no two actions that begin otherwise", cause=FEED)
    return prefix


@pytest.mark.requirement("EVENT-123")
def test_event_of_another_facility_does_not_come_to_the_queue(
    subscriptions: Subscriptions, rbs_facility: IsolatedFacility, other_facility: IsolatedFacility
) -> None:
    made = subscriptions.create_for(rbs_facility)
    unwanted = other_facility.emit(2)
    made.expect_delivered(rbs_facility.emit(), "an event of the facility is delivered")
    made.expect_silence(unwanted, "no event of another facility is delivered")


@pytest.mark.requirement("EVENT-124")
def test_event_of_another_channel_does_not_come_to_the_queue(
    subscriptions: Subscriptions, rbs_facility: IsolatedFacility, catalog: Catalog
) -> None:
    stock_item = StockItem(rbs_facility.caller, catalog.variant_id)
    stock_item.adjust(5).accepted()
    made = subscriptions.create_for(rbs_facility, listened_channel="g3npos")
    unwanted, wanted = (_reserve(stock_item, channel) for channel in ("kiosk", "g3npos"))
    made.expect_delivered([wanted], "an event of the channel is delivered")
    made.expect_silence([unwanted], "no event of another channel is delivered")


def _reserve(stock_item: StockItem, channel: str) -> str:
    answer = stock_item.caller(
        "ics.reservation.create", variant_id=stock_item.variant_id, channel_code=channel, quantity=1
    )
    return str(answer.value("reservation_id"))


@pytest.mark.requirement("EVENT-111")
def test_filters_that_were_set_last_hold(
    subscriptions: Subscriptions, rbs_facility: IsolatedFacility, other_facility: IsolatedFacility
) -> None:
    made = subscriptions.create_for(rbs_facility)
    made.expect_delivered(rbs_facility.emit(), "an event is delivered by the first filters")
    made.set_filters(listened_service="ics", listened_place=other_facility.guid)
    unwanted = rbs_facility.emit(2)
    made.expect_delivered(other_facility.emit(), "an event is delivered by the filters set last")
    made.expect_silence(unwanted, "no event is delivered by the filters of before")


@pytest.mark.requirement("EVENT-134")
def test_event_of_another_organisation_does_not_come_to_the_queue(
    subscriptions: Subscriptions, rbs_owner: Caller, rbs_owner_elsewhere: Caller
) -> None:
    made = subscriptions.create_active(rbs_owner, listened_service="ofm")
    foreign = str(records.make(rbs_owner_elsewhere, "ofm.cost_centre")["cc_guid"])
    own = str(records.make(rbs_owner, "ofm.cost_centre")["cc_guid"])
    made.expect_delivered([own], "an event of the organisation is delivered")
    made.expect_silence([foreign], "no event of another organisation is delivered")


# --- failures ---


@pytest.mark.requirement("EVENT-130")
def test_delivery_that_the_queue_refused_is_tried_again(
    subscriptions: Subscriptions, rbs_facility: IsolatedFacility
) -> None:
    reader = create_own_queue(rbs_facility.caller, secrets.token_hex(6))
    made, witness = (
        subscriptions.create_for(rbs_facility, reader),
        subscriptions.create_for(rbs_facility),
    )
    name = reader.address.url.rpartition("/")[2]
    reader.sqs.delete_queue(QueueUrl=reader.address.url)
    zones = rbs_facility.emit(3)
    witness.expect_delivered(zones, "a queue that is there is served")
    reader.sqs.create_queue(QueueName=name)
    made.expect_delivered(zones, "what a queue refused is delivered once it takes it")


@pytest.mark.requirement("EVENT-135")
def test_test_comes_to_the_queue(
    subscriptions: Subscriptions, rbs_facility: IsolatedFacility
) -> None:
    made = subscriptions.create_for(rbs_facility)
    before = made.count_notices()
    made.request("test").accepted()
    made.expect_test("a test comes to the queue", after=before)


@pytest.mark.requirement("EVENT-136")
def test_test_before_verification_sends_nothing(
    subscriptions: Subscriptions, rbs_facility: IsolatedFacility
) -> None:
    subscriptions.create_for(rbs_facility).request("test").accepted()
    pending = subscriptions.register_for(rbs_facility)
    answer = pending.request("test")
    if answer.ok:
        pending.expect_silence([str(answer.value("event_id"))], "no test comes to the queue")
    else:
        answer.refused()


# --- what is delivered ---


def _event_about(rbs_facility: IsolatedFacility, zone: str) -> str:
    """The id of the event about a zone, as the feed shows it."""
    events = rbs_facility.read_events(zone)
    found = [name for name, event in events.items() if zone in str(event)]
    if not found:
        raise Inconclusive("the feed does not show the event", cause=FEED)
    return found[0]


@pytest.mark.requirement("EVENT-131")
def test_event_too_large_comes_by_a_signed_pointer(
    subscriptions: Subscriptions, rbs_facility: IsolatedFacility
) -> None:
    made = subscriptions.create_for(rbs_facility)
    event_id, zone = made.emit_large(rbs_facility)
    message = made.pointer_to(event_id, zone)
    made.answer.expect(
        "the pointer is signed",
        holds=message.is_signed,
        expected="an address with a signature",
        observed="an address without one",
    )
    text = made.fetch(message)
    made.answer.expect(
        "the pointer leads to the event's envelope",
        holds=event_id in text and zone in text,
        expected="the envelope",
        observed=f"{len(text)} characters without it",
    )
