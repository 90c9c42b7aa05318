"""Step 12: a subscription that is paused and resumed in any order, while events go on."""

import pytest

from fixtures import Caller, Session
from fixtures.probes.hypothesis_driver import try_slow
from fixtures.services.ipm import actions as ipm
from fixtures.services.ipm.actions import IsolatedFacility
from fixtures.services.rbs.actions import Subscriptions
from fixtures.services.rbs.plans import STANDARD_TIMELINE, SubscriptionTimeline, timelines


@pytest.mark.requirement("EVENT-127")
def test_subscription_is_delivered_what_happens_while_it_is_active(
    session: Session, subscriptions: Subscriptions, rbs_owner: Caller
) -> None:
    def visit(timeline: SubscriptionTimeline) -> None:
        _judge(subscriptions, ipm.create_isolated_facility(rbs_owner), timeline)

    try_slow(session, "status-periods", STANDARD_TIMELINE, timelines(), visit)


def _judge(
    subscriptions: Subscriptions, rbs_facility: IsolatedFacility, timeline: SubscriptionTimeline
) -> None:
    """Each event of an active period is awaited before the next period begins.

    Whether a delivery under way still goes out when a pause begins is not documented.
    """
    made = subscriptions.create_for(rbs_facility)
    told = ", ".join(map(str, timeline))
    unwanted: list[str] = []
    for period in timeline:
        # A status that it has already may be refused, and then it still has it.
        made.set_status(period.status)
        zones = rbs_facility.emit(period.writes)
        if not period.is_served:
            unwanted += zones
        elif zones:
            made.expect_delivered(zones, f"{told}: what happens while active is delivered")
    made.set_status("active")
    made.expect_delivered(rbs_facility.emit(), f"{told}: it is served in the end")
    made.expect_silence(unwanted, f"{told}: nothing of a pause is delivered")
