"""Step 12: what a delivered message holds, and what it must never hold; notifications."""

from collections.abc import Mapping
from typing import Any, Final

import pytest

from conformance.contract.paging import DEFAULT_LIMIT, LARGEST_LIMIT
from conformance.contract.services.event_context import BASE_EVENT
from fixtures import Caller, Inconclusive, expect_listed, instant, pages, settled
from fixtures.context import records
from fixtures.services.ipm.actions import IsolatedFacility
from fixtures.services.rbs.actions import Subscription, Subscriptions

SECRET: Final = "conformance-secret-access-key"
SAME: Final = ("event_id", "service", "action", "orgcode", "timestamp_utc", "schema_version")
TEMPLATE_GET, TEMPLATE_SET = (f"rbs.notification.template_{name}" for name in ("get", "set"))
LOG: Final = "rbs.notification.log_list"


def _envelopes(made: Subscription, wanted: list[str]) -> list[Mapping[str, Any]]:
    """The envelopes of these events, as they were delivered."""
    made.expect_delivered(wanted, "the events are delivered")
    found = [message.envelope for message in made.messages(wanted)]
    if not all(found):
        raise Inconclusive("a message holds no envelope where it is looked for", cause="deliveries")
    return found


@pytest.mark.requirement("EVENT-125")
def test_message_holds_a_base_event(
    subscriptions: Subscriptions, rbs_facility: IsolatedFacility
) -> None:
    made = subscriptions.create_for(rbs_facility)
    for envelope in _envelopes(made, rbs_facility.emit(2)):
        missing = [name for name in BASE_EVENT if name not in envelope]
        made.answer.expect(
            "a delivered event has the required base fields",
            holds=not missing,
            expected=", ".join(BASE_EVENT),
            observed=f"missing: {', '.join(missing)}",
        )


def _told(envelope: Mapping[str, Any], name: str) -> Any:
    """The value, an instant to its second: an answer may spell it otherwise than a message."""
    value = envelope.get(name)
    moment = instant(value)
    return value if moment is None else moment.replace(microsecond=0)


@pytest.mark.requirement("EVENT-126")
def test_message_holds_the_envelope_of_the_feed(
    subscriptions: Subscriptions, rbs_facility: IsolatedFacility
) -> None:
    made = subscriptions.create_for(rbs_facility)
    zones = rbs_facility.emit(2)
    delivered, stored = _envelopes(made, zones), rbs_facility.read_events(*zones)
    for envelope in delivered:
        original = stored.get(str(envelope.get("event_id")), {})
        other = [name for name in SAME if _told(envelope, name) != _told(original, name)]
        made.answer.expect(
            "a delivered event is the one that the feed shows",
            holds=not other,
            expected="the same envelope, by its event_id",
            observed=f"another {', '.join(other)}" if original else "an event_id of its own",
        )


def _expect_nowhere(made: Subscription, unwanted: Mapping[str, str | None], what: str) -> None:
    """Expect none of these texts in any message so far. What was found is told by name alone."""
    text = "\n".join(message.text for message in made.reader.messages()).lower()
    found = [name for name, value in unwanted.items() if value and value.lower() in text]
    made.answer.expect(
        f"no message holds {what}",
        holds=not found,
        expected=f"messages without {what}",
        observed=f"{', '.join(found) or 'none'} found",
    )


@pytest.mark.requirement("EVENT-132")
def test_no_message_holds_a_secret(
    subscriptions: Subscriptions, rbs_facility: IsolatedFacility
) -> None:
    caller = rbs_facility.caller
    # Keys that open nothing: only the stand-in takes them.
    lent = caller.target.queue is None
    keys: Any = {"access_key_id": "CONFORMANCEKEY", "secret_access_key": SECRET}
    made = (
        subscriptions.create_for(rbs_facility, queue_credentials=keys)
        if lent
        else subscriptions.create_for(rbs_facility)
    )
    # Made before the events that are awaited, and where its own event is listened to as well.
    subscriptions.create_active(caller, listened_service="usm")
    key = records.make(caller, "usm.api_key")
    made.expect_delivered(rbs_facility.emit(2), "the events are delivered")
    unwanted = {
        "the session": caller.actor.session,
        "the passcode": caller.actor.passcode,
        "an API key": str(key["api_key"]),
        "a delivery credential": SECRET,
    }
    _expect_nowhere(made, unwanted, "a secret")


@pytest.mark.requirement("EVENT-133")
def test_no_message_holds_personal_data(subscriptions: Subscriptions, rbs_owner: Caller) -> None:
    made = subscriptions.create_active(rbs_owner, listened_service="ofm")
    email = str(rbs_owner.world.fresh("email"))
    rbs_owner("ofm.member.invite_create", email=email).accepted()
    later = str(records.make(rbs_owner, "ofm.cost_centre")["cc_guid"])
    made.expect_delivered([later], "an event after it is delivered")
    unwanted = {"an invited address": email, "the subscriber's address": rbs_owner.actor.email}
    _expect_nowhere(made, unwanted, "an email address")


# --- notifications ---


@pytest.mark.requirement("EVENT-150")
def test_template_is_read_as_it_was_set_last(rbs_owner: Caller) -> None:
    code = str(rbs_owner.world.fresh("code"))
    made = rbs_owner(TEMPLATE_SET, template_code=code)
    template, text = made.value("template_id"), str(rbs_owner.world.fresh("caption"))
    again = rbs_owner(TEMPLATE_SET, template_code=code, template_text=text)
    if not again.ok:
        raise Inconclusive(f"by what a template is set again is printed nowhere ({again.sketch})")
    if again.value("template_id") != template:
        raise Inconclusive(
            "a code that is set again is another template: by what is printed nowhere"
        )
    answer = rbs_owner(TEMPLATE_GET, template_id=template)
    answer.shows("text", text, "a template that is set again has the text that was set last")
    found = pages(rbs_owner, "rbs.notification.template_list", limit=LARGEST_LIMIT)
    expect_listed(found, str(template))


@pytest.mark.requirement("EVENT-151")
@pytest.mark.parametrize("status", ["inactive", "active"])
def test_status_of_a_template_is_shown_as_set(rbs_owner: Caller, status: str) -> None:
    template = records.make(rbs_owner, "rbs.template")["template_id"]
    named = {"template_id": template}
    rbs_owner("rbs.notification.template_status_set", **named, status=status).accepted()
    answer = rbs_owner(TEMPLATE_GET, **named)
    answer.in_state(status, "a template shows the status that was set")


def _send_notification(rbs_owner: Caller) -> str:
    template = records.make(rbs_owner, "rbs.template")["template_id"]
    answer = rbs_owner("rbs.notification.send", template_id=template)
    return str(answer.value("notification_id"))


@pytest.mark.requirement("EVENT-152")
def test_sent_notification_is_in_the_log(rbs_owner: Caller) -> None:
    sent = _send_notification(rbs_owner)
    expect_listed(pages(rbs_owner, LOG, limit=LARGEST_LIMIT), sent)


@pytest.mark.requirement("EVENT-153")
def test_log_of_notifications_pages(rbs_owner: Caller) -> None:
    there = len(rbs_owner(LOG, limit=DEFAULT_LIMIT + 1).items())
    for _ in range(there, DEFAULT_LIMIT + 1):
        _send_notification(rbs_owner)
    answer = settled(lambda: rbs_owner(LOG), lambda it: bool(it.optional("next_token")))
    answer.expect(
        "a page of the log holds 8 entries where no limit is sent, and a cursor",
        holds=len(answer.items()) <= DEFAULT_LIMIT and bool(answer.optional("next_token")),
        expected="8 at most, and a cursor",
        observed=f"{len(answer.items())}, cursor {bool(answer.optional('next_token'))}",
        uses=("items", "next_token"),
    )
