"""Step 12: what webhooks deliver, to whom, how it is signed, and what becomes of failures."""

from collections.abc import Sequence
from typing import Final

import pytest

from conformance.contract.services.event_context import BASE_EVENT
from fixtures import Answer, Caller, Inconclusive, Session, require_telling
from fixtures.exchange.delivery import Receiver
from fixtures.services.ipm.actions import IsolatedFacility, Webhook, Webhooks, utc_from_now
from fixtures.services.ipm.receiver import Manner
from fixtures.services.ipm.signature import Verdict, bears_digest, verify

AN_HOUR: Final = 3600.0


@pytest.mark.requirement("EVENT-11")
def test_active_webhook_is_sent_events(
    webhooks: Webhooks, isolated_facility: IsolatedFacility
) -> None:
    webhook = webhooks.create(isolated_facility)
    webhook.expect_delivered(
        isolated_facility.emit(2), "an event is delivered to an active webhook"
    )


@pytest.mark.requirement("EVENT-23")
def test_delivery_is_a_base_event(webhooks: Webhooks, isolated_facility: IsolatedFacility) -> None:
    webhook = webhooks.create(isolated_facility)
    zones = isolated_facility.emit()
    webhook.expect_delivered(zones, "an event is delivered")
    for delivery in webhook.delivered(zones):
        missing = [name for name in BASE_EVENT if name not in delivery.envelope]
        webhook.answer.expect(
            "a delivery holds an event with the required base fields",
            holds=not missing,
            expected=", ".join(BASE_EVENT),
            observed=f"missing: {', '.join(missing)}",
        )


# --- signatures ---


def _is_named(session: Session) -> bool:
    """Whether the target file says how deliveries are signed."""
    receiver = session.target.receives
    return receiver is not None and "signature_header" in receiver.model_fields_set


def _scheme(session: Session) -> Receiver:
    return session.target.receives or Receiver()


@pytest.mark.requirement("EVENT-12")
def test_delivery_bears_a_signature(
    webhooks: Webhooks, isolated_facility: IsolatedFacility
) -> None:
    webhook = webhooks.create(isolated_facility)
    zones = isolated_facility.emit()
    webhook.expect_delivered(zones, "an event is delivered")
    for delivery in webhook.delivered(zones):
        webhook.answer.expect(
            "a delivery bears an HMAC, in whatever place",
            holds=bears_digest(delivery.headers, delivery.payload),
            expected="a value of the form of a digest in a header or in the payload",
            observed=f"none in the headers {', '.join(sorted(delivery.headers))}, nor elsewhere",
        )


@pytest.mark.requirement("EVENT-12")
def test_delivery_is_signed_with_the_webhooks_secret(
    session: Session, webhooks: Webhooks, isolated_facility: IsolatedFacility
) -> None:
    webhook = webhooks.create(isolated_facility)
    if not webhook.secret:
        raise Inconclusive("the webhook's secret cannot be read", cause="ipm.webhook.create:secret")
    zones = isolated_facility.emit(2)
    webhook.expect_delivered(zones, "an event is delivered")
    found = [
        verify(_scheme(session), webhook.secret, each.headers, each.body, now=each.at)
        for each in webhook.delivered(zones)
    ]
    genuine = [each in (Verdict.GOOD, Verdict.STALE) for each in found]
    webhook.answer.expect(
        "the signature of a delivery is that of its bytes under the webhook's secret",
        holds=all(genuine),
        expected="a good signature",
        observed=", ".join(sorted({each.value for each in found})),
        # Header, form and signed text are our deduction, unless the target file names them or
        # another delivery of this webhook bears them out.
        inferred=not (_is_named(session) or any(genuine)),
    )


@pytest.mark.requirement("EVENT-12")
def test_each_webhook_has_a_secret_of_its_own(
    webhooks: Webhooks, isolated_facility: IsolatedFacility
) -> None:
    first, second = (webhooks.create(isolated_facility, active=False) for _ in range(2))
    second.answer.expect(
        "two webhooks have two secrets",
        holds=bool(first.secret) and first.secret != second.secret,
        expected="two secrets",
        observed="none that can be read" if not first.secret else "the same or two",
        uses=("secret",),
    )


@pytest.mark.requirement("EVENT-13")
def test_signature_is_of_the_time_of_delivery(
    session: Session, webhooks: Webhooks, isolated_facility: IsolatedFacility
) -> None:
    webhook = webhooks.create(isolated_facility)
    zones = isolated_facility.emit()
    webhook.expect_delivered(zones, "an event is delivered")
    for delivery in webhook.delivered(zones):
        found = verify(
            _scheme(session), webhook.secret, delivery.headers, delivery.body, now=delivery.at
        )
        webhook.answer.expect(
            "the signed instant is that of the delivery",
            holds=found is not Verdict.STALE,
            expected="an instant within the tolerance",
            observed=found.value,
            inferred=True,
        )


# --- failures ---


@pytest.mark.requirement("EVENT-14")
@pytest.mark.parametrize(
    "manner",
    [Manner.ERROR, Manner.BUSY, Manner.DROPPED, Manner.GARBAGE, Manner.SILENT],
    ids=lambda manner: manner.name.lower(),
)
def test_failed_delivery_is_retried(
    webhooks: Webhooks, isolated_facility: IsolatedFacility, manner: Manner
) -> None:
    webhook = webhooks.create(isolated_facility, manner)
    webhook.expect_delivered(
        isolated_facility.emit(), f"a delivery that was answered with '{manner}' is sent again"
    )


@pytest.mark.requirement("EVENT-14")
def test_delivery_is_retried_more_than_once(
    webhooks: Webhooks, isolated_facility: IsolatedFacility
) -> None:
    webhook = webhooks.create(isolated_facility, Manner.ERROR, Manner.BUSY, Manner.ERROR)
    # How often is not documented.
    webhook.expect_delivered(
        isolated_facility.emit(), "three failures are outlasted", inferred=True
    )


@pytest.mark.requirement("EVENT-15")
def test_repeated_delivery_keeps_its_event_id(
    webhooks: Webhooks, isolated_facility: IsolatedFacility
) -> None:
    webhook = webhooks.create(isolated_facility, Manner.ERROR)
    (zone,) = isolated_facility.emit()
    webhook.expect_delivered([zone], "a failed delivery is sent again")
    sent = {d.event_id for d in webhook.inbox.deliveries if zone in d.body.decode(errors="replace")}
    webhook.answer.expect(
        "a delivery and its repetition bear one event id",
        holds=len(sent) == 1 and "" not in sent,
        expected="one event id",
        observed=f"{len(sent)} ids in {len(webhook.inbox.deliveries)} deliveries",
    )


# --- filters and status ---


def _expect_untouched(
    webhook: Webhook,
    unwanted: list[str],
    rule: str,
    *,
    by: Answer | None = None,
    sends: Sequence[str] = (),
) -> None:
    """Expect that none of these was delivered so far, whatever the answer was.

    `by` is the answer that is judged where it is not the webhook's own.
    """
    require_telling(*unwanted)
    seen = b"\n".join(delivery.body for delivery in webhook.inbox.deliveries)
    found = [each for each in unwanted if each.encode() in seen]
    (by or webhook.answer).expect(
        rule,
        holds=not found,
        expected="no delivery of it",
        observed=f"{len(found)} of {len(unwanted)} were delivered",
        sends=sends,
    )


@pytest.mark.requirement("EVENT-16")
def test_event_of_another_facility_is_not_delivered(
    webhooks: Webhooks, isolated_facility: IsolatedFacility, ipm_owner: Caller
) -> None:
    webhook = webhooks.create(isolated_facility)
    if not webhook.shows_filter(isolated_facility.guid):
        raise Inconclusive("the webhook does not show its filters", cause="ipm.webhook.get:filters")
    unwanted = IsolatedFacility(ipm_owner).emit(2)
    webhook.expect_delivered(isolated_facility.emit(), "an event of the facility is delivered")
    _expect_untouched(webhook, unwanted, "no event of another facility is delivered")


@pytest.mark.requirement("EVENT-17")
def test_paused_webhook_is_sent_nothing(
    webhooks: Webhooks, isolated_facility: IsolatedFacility
) -> None:
    webhook, witness = webhooks.create(isolated_facility), webhooks.create(isolated_facility)
    webhook.expect_delivered(
        isolated_facility.emit(), "an event is delivered while the webhook is active"
    )
    webhook.pause()
    unwanted = isolated_facility.emit(2)
    witness.expect_delivered(unwanted, "an active webhook beside it is sent the events")
    _expect_untouched(webhook, unwanted, "nothing is delivered to a paused webhook")


@pytest.mark.requirement("EVENT-18")
def test_webhook_that_was_never_activated_is_sent_nothing(
    webhooks: Webhooks, isolated_facility: IsolatedFacility
) -> None:
    webhook, witness = (
        webhooks.create(isolated_facility, active=False),
        webhooks.create(isolated_facility),
    )
    unwanted = isolated_facility.emit(2)
    witness.expect_delivered(unwanted, "an active webhook beside it is sent the events")
    _expect_untouched(webhook, unwanted, "nothing is delivered before activation")


# --- replay ---


def _times(webhook: Webhook, text: str) -> int:
    require_telling(text)
    return sum(text.encode() in delivery.body for delivery in webhook.inbox.taken())


@pytest.mark.requirement("EVENT-19")
def test_replay_sends_the_window_again(
    webhooks: Webhooks, isolated_facility: IsolatedFacility
) -> None:
    webhook = webhooks.create(isolated_facility)
    zones = isolated_facility.emit(2)
    webhook.expect_delivered(zones, "the events are delivered")
    webhook.replay(since=utc_from_now(-AN_HOUR), until=utc_from_now(AN_HOUR), limit=256)
    again = webhooks.wait(webhook, lambda: all(_times(webhook, zone) >= 2 for zone in zones))
    webhook.answer.expect(
        "replay sends the events of its window again",
        holds=again,
        expected="each event once more",
        observed=", ".join(f"{_times(webhook, zone)} times" for zone in zones),
    )


@pytest.mark.requirement("EVENT-19")
def test_replay_brings_what_happened_before_the_activation(
    webhooks: Webhooks, isolated_facility: IsolatedFacility
) -> None:
    zones = isolated_facility.emit(2)
    isolated_facility.read_feed(*zones)
    webhook = webhooks.create(isolated_facility)
    webhook.replay(since=utc_from_now(-AN_HOUR), until=utc_from_now(AN_HOUR), limit=256)
    webhook.expect_delivered(zones, "replay delivers stored events from before the activation")


@pytest.mark.requirement("EVENT-20")
@pytest.mark.parametrize("hours", [(-3, -2), (2, 3)], ids=["past", "future"])
def test_replay_sends_nothing_from_outside_its_window(
    webhooks: Webhooks, isolated_facility: IsolatedFacility, hours: tuple[int, int]
) -> None:
    unwanted = isolated_facility.emit(2)
    isolated_facility.read_feed(*unwanted)
    webhook = webhooks.create(isolated_facility)
    since, until = (utc_from_now(hour * AN_HOUR) for hour in hours)
    replay = webhook.replay(since=since, until=until, limit=256)
    webhook.expect_delivered(isolated_facility.emit(), "an event after the replay is delivered")
    rule = "no event from outside the window is sent again"
    _expect_untouched(webhook, unwanted, rule, by=replay, sends=("since", "until"))


@pytest.mark.requirement("EVENT-21")
def test_replay_goes_on_from_its_cursor(
    webhooks: Webhooks, isolated_facility: IsolatedFacility
) -> None:
    zones = isolated_facility.emit(3)
    isolated_facility.read_feed(*zones)
    webhook = webhooks.create(isolated_facility)
    window = {"since": utc_from_now(-AN_HOUR), "until": utc_from_now(AN_HOUR)}
    answer, calls = webhook.replay(**window, limit=1), 1
    while (token := answer.optional("next_token")) and calls < 10:
        answer, calls = webhook.replay(**window, limit=1, next_token=token), calls + 1
    webhook.expect_delivered(zones, "the pages of a replay bring the whole window")
