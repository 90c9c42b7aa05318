"""Step 12: what webhooks deliver, to whom, how it is signed, and what becomes of failures."""

from typing import Final

import pytest

from conformance.contract.services.event_context import BASE_EVENT
from fixtures.exchange.outcome import Inconclusive
from fixtures.exchange.target import Receiver
from fixtures.run.client import Caller
from fixtures.run.session import Session
from fixtures.services.ipm.actions import Hook, Hooks, Place, utc_from_now
from fixtures.services.ipm.receiver import Manner
from fixtures.services.ipm.signature import Verdict, verify

AN_HOUR: Final = 3600.0


@pytest.mark.requirement("EVENT-11")
def test_active_webhook_is_sent_events(hooks: Hooks, place: Place) -> None:
    hook = hooks.listen(place)
    hook.expect_delivered(place.emit(2), "an event is delivered to an active webhook")


@pytest.mark.requirement("EVENT-23")
def test_delivery_is_a_base_event(hooks: Hooks, place: Place) -> None:
    hook = hooks.listen(place)
    hook.expect_delivered(place.emit(), "an event is delivered")
    for delivery in hook.delivered():
        missing = [name for name in BASE_EVENT if name not in delivery.envelope]
        hook.answer.expect(
            "a delivery holds an event with the required base fields",
            holds=not missing,
            expected=", ".join(BASE_EVENT),
            observed=f"missing: {', '.join(missing)}",
        )


# --- signatures ---


def _scheme(session: Session) -> Receiver:
    return session.target.receives or Receiver()


@pytest.mark.requirement("EVENT-12")
def test_delivery_is_signed_with_the_webhooks_secret(
    session: Session, hooks: Hooks, place: Place
) -> None:
    hook = hooks.listen(place)
    if not hook.secret:
        raise Inconclusive("the webhook's secret cannot be read", cause="ipm.webhook.create:secret")
    hook.expect_delivered(place.emit(2), "an event is delivered")
    for delivery in hook.delivered():
        found = verify(
            _scheme(session), hook.secret, delivery.headers, delivery.body, now=delivery.at
        )
        hook.answer.expect(
            "the signature of a delivery is that of its bytes under the webhook's secret",
            holds=found in (Verdict.GOOD, Verdict.STALE),
            expected="a good signature",
            observed=found.value,
            # Header, form and signed text are our deduction: see [receiver] of the target file.
            inferred=True,
        )


@pytest.mark.requirement("EVENT-12")
def test_each_webhook_has_a_secret_of_its_own(hooks: Hooks, place: Place) -> None:
    first, second = (hooks.listen(place, active=False) for _ in range(2))
    second.answer.expect(
        "two webhooks have two secrets",
        holds=bool(first.secret) and first.secret != second.secret,
        expected="two secrets",
        observed="none that can be read" if not first.secret else "the same or two",
        uses=("secret",),
    )


@pytest.mark.requirement("EVENT-13")
def test_signature_is_of_the_time_of_delivery(session: Session, hooks: Hooks, place: Place) -> None:
    hook = hooks.listen(place)
    hook.expect_delivered(place.emit(), "an event is delivered")
    for delivery in hook.delivered():
        found = verify(
            _scheme(session), hook.secret, delivery.headers, delivery.body, now=delivery.at
        )
        hook.answer.expect(
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
def test_failed_delivery_is_retried(hooks: Hooks, place: Place, manner: Manner) -> None:
    hook = hooks.listen(place, manner)
    hook.expect_delivered(
        place.emit(), f"a delivery that was answered with '{manner}' is sent again"
    )


@pytest.mark.requirement("EVENT-14")
def test_delivery_is_retried_more_than_once(hooks: Hooks, place: Place) -> None:
    hook = hooks.listen(place, Manner.ERROR, Manner.BUSY, Manner.ERROR)
    # How often is not documented.
    hook.expect_delivered(place.emit(), "three failures are outlasted", inferred=True)


@pytest.mark.requirement("EVENT-15")
def test_repeated_delivery_keeps_its_event_id(hooks: Hooks, place: Place) -> None:
    hook = hooks.listen(place, Manner.ERROR)
    (zone,) = place.emit()
    hook.expect_delivered([zone], "a failed delivery is sent again")
    sent = {d.event_id for d in hook.inbox.deliveries if zone in d.body.decode(errors="replace")}
    hook.answer.expect(
        "a delivery and its repetition bear one event id",
        holds=len(sent) == 1 and "" not in sent,
        expected="one event id",
        observed=f"{len(sent)} ids in {len(hook.inbox.deliveries)} deliveries",
    )


# --- filters and status ---


def _expect_untouched(
    hook: Hook, unwanted: list[str], rule: str, *, inferred: bool = False
) -> None:
    """Expect that none of these was delivered so far, whatever the answer was."""
    seen = b"\n".join(delivery.body for delivery in hook.inbox.deliveries)
    found = [each for each in unwanted if each.encode() in seen]
    hook.answer.expect(
        rule,
        holds=not found,
        expected="no delivery of it",
        observed=f"{len(found)} of {len(unwanted)} were delivered",
        inferred=inferred,
    )


@pytest.mark.requirement("EVENT-16")
def test_event_of_another_facility_is_not_delivered(
    hooks: Hooks, place: Place, integrator: Caller
) -> None:
    hook = hooks.listen(place)
    if not hook.listens_to(place.guid):
        raise Inconclusive("the webhook does not show its filters", cause="ipm.webhook.get:filters")
    unwanted = Place(integrator).emit(2)
    hook.expect_delivered(place.emit(), "an event of the facility is delivered")
    _expect_untouched(hook, unwanted, "no event of another facility is delivered")


@pytest.mark.requirement("EVENT-17")
def test_paused_webhook_is_sent_nothing(hooks: Hooks, place: Place) -> None:
    hook, witness = hooks.listen(place), hooks.listen(place)
    hook.expect_delivered(place.emit(), "an event is delivered while the webhook is active")
    hook.pause()
    unwanted = place.emit(2)
    witness.expect_delivered(unwanted, "an active webhook beside it is sent the events")
    _expect_untouched(hook, unwanted, "nothing is delivered to a paused webhook")


@pytest.mark.requirement("EVENT-18")
def test_webhook_that_was_never_activated_is_sent_nothing(hooks: Hooks, place: Place) -> None:
    hook, witness = hooks.listen(place, active=False), hooks.listen(place)
    unwanted = place.emit(2)
    witness.expect_delivered(unwanted, "an active webhook beside it is sent the events")
    _expect_untouched(hook, unwanted, "nothing is delivered before activation")


# --- replay ---


def _times(hook: Hook, text: str) -> int:
    return sum(text.encode() in delivery.body for delivery in hook.inbox.taken())


@pytest.mark.requirement("EVENT-19")
def test_replay_sends_the_window_again(hooks: Hooks, place: Place) -> None:
    hook = hooks.listen(place)
    zones = place.emit(2)
    hook.expect_delivered(zones, "the events are delivered")
    hook.replay(since=utc_from_now(-AN_HOUR), until=utc_from_now(AN_HOUR), limit=256)
    again = hooks.settle(hook, lambda: all(_times(hook, zone) >= 2 for zone in zones))
    hook.answer.expect(
        "replay sends the events of its window again",
        holds=again,
        expected="each event once more",
        observed=", ".join(f"{_times(hook, zone)} times" for zone in zones),
    )


@pytest.mark.requirement("EVENT-19")
def test_replay_brings_what_happened_before_the_activation(hooks: Hooks, place: Place) -> None:
    zones = place.emit(2)
    place.feed(*zones)
    hook = hooks.listen(place)
    hook.replay(since=utc_from_now(-AN_HOUR), until=utc_from_now(AN_HOUR), limit=256)
    hook.expect_delivered(zones, "replay delivers stored events from before the activation")


@pytest.mark.requirement("EVENT-20")
@pytest.mark.parametrize("hours", [(-3, -2), (2, 3)], ids=["past", "future"])
def test_replay_sends_nothing_from_outside_its_window(
    hooks: Hooks, place: Place, hours: tuple[int, int]
) -> None:
    unwanted = place.emit(2)
    place.feed(*unwanted)
    hook = hooks.listen(place)
    since, until = (utc_from_now(hour * AN_HOUR) for hour in hours)
    hook.replay(since=since, until=until, limit=256)
    hook.expect_delivered(place.emit(), "an event after the replay is delivered")
    rule = "no event from outside the window is sent again"
    # Nothing shows whether the names of the window were understood.
    _expect_untouched(hook, unwanted, rule, inferred=True)


@pytest.mark.requirement("EVENT-21")
def test_replay_goes_on_from_its_cursor(hooks: Hooks, place: Place) -> None:
    zones = place.emit(3)
    place.feed(*zones)
    hook = hooks.listen(place)
    window = {"since": utc_from_now(-AN_HOUR), "until": utc_from_now(AN_HOUR)}
    answer, calls = hook.replay(**window, limit=1), 1
    while (token := answer.optional("next_token")) and calls < 10:
        answer, calls = hook.replay(**window, limit=1, next_token=token), calls + 1
    hook.expect_delivered(zones, "the pages of a replay bring the whole window")
