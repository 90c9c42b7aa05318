"""Step 12: a subscription that is paused and resumed in any order, while events go on."""

from typing import Final

import pytest

from fixtures import Caller, Session
from fixtures.probes.hypothesis_driver import examples, seed_of, try_out
from fixtures.services.ipm import actions as ipm
from fixtures.services.ipm.actions import IsolatedFacility
from fixtures.services.rbs.actions import Subscriptions
from fixtures.services.rbs.plans import LIFE, SubscriptionTimeline, lives

_DRAWN: Final = 2
_DEEP: Final = 40


@pytest.mark.requirement("EVENT-127")
def test_subscription_is_delivered_what_happens_while_it_is_active(
    session: Session, subscriptions: Subscriptions, rbs_owner: Caller
) -> None:
    def visit(life: SubscriptionTimeline) -> None:
        _judge(subscriptions, ipm.create_isolated_facility(rbs_owner), life)

    visit(LIFE)
    count = examples(session, _DRAWN, _DEEP)
    try_out(lives(), visit, seed=seed_of(session, "spells"), count=count)


def _judge(
    subscriptions: Subscriptions, rbs_facility: IsolatedFacility, life: SubscriptionTimeline
) -> None:
    """What is under way when a pause begins is nobody's promise, so it is waited for before."""
    made = subscriptions.create_for(rbs_facility)
    told = ", ".join(map(str, life))
    unwanted: list[str] = []
    for spell in life:
        # A status that it has already may be refused, and then it still has it.
        made.set_status(spell.status)
        zones = rbs_facility.emit(spell.writes)
        if not spell.is_served:
            unwanted += zones
        elif zones:
            made.expect_delivered(zones, f"{told}: what happens while active is delivered")
    made.set_status("active")
    made.expect_delivered(rbs_facility.emit(), f"{told}: it is served in the end")
    made.expect_silence(unwanted, f"{told}: nothing of a pause is delivered")
