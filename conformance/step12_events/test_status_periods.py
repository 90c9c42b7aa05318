"""Step 12: a subscription that is paused and resumed in any order, while events go on."""

from typing import Final

import pytest

from fixtures.probes.hypothesis_driver import examples, seed_of, try_out
from fixtures.run.client import Caller
from fixtures.run.session import Session
from fixtures.services.ipm import actions as at_work
from fixtures.services.ipm.actions import Place
from fixtures.services.rbs.actions import Bus
from fixtures.services.rbs.plans import LIFE, Life, lives

_DRAWN: Final = 2
_DEEP: Final = 40


@pytest.mark.requirement("EVENT-127")
def test_subscription_is_delivered_what_happens_while_it_is_active(
    session: Session, bus: Bus, subscriber: Caller
) -> None:
    def visit(life: Life) -> None:
        _judge(bus, at_work.place(subscriber), life)

    visit(LIFE)
    count = examples(session, _DRAWN, _DEEP)
    try_out(lives(), visit, seed=seed_of(session, "spells"), count=count)


def _judge(bus: Bus, spot: Place, life: Life) -> None:
    """What is under way when a pause begins is nobody's promise, so it is waited for before."""
    made = bus.listen(spot)
    told = ", ".join(map(str, life))
    unwanted: list[str] = []
    for spell in life:
        # A status that it has already may be refused, and then it still has it.
        made.set(spell.status)
        zones = spot.emit(spell.writes)
        if not spell.is_served:
            unwanted += zones
        elif zones:
            made.expect_delivered(zones, f"{told}: what happens while active is delivered")
    made.set("active")
    made.expect_delivered(spot.emit(), f"{told}: it is served in the end")
    made.expect_silence(unwanted, f"{told}: nothing of a pause is delivered")
