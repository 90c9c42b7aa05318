"""Step 12: receivers that fail in any order, and readers of the feed while others write."""

import threading
from collections.abc import Set as AbstractSet
from typing import Final

import pytest

from fixtures import Caller, Session, pages
from fixtures.probes.hypothesis_driver import try_slow
from fixtures.probes.races import Writer, at_once, together
from fixtures.services.ipm import actions as ipm
from fixtures.services.ipm.actions import IsolatedFacility, Webhooks
from fixtures.services.ipm.plans import LOSSY, Plan, Tally, plans


@pytest.mark.requirement("EVENT-22")
def test_lossy_receiver_has_taken_exactly_what_was_emitted(
    session: Session, webhooks: Webhooks, ipm_owner: Caller
) -> None:
    def visit(plan: Plan) -> None:
        _judge(webhooks, ipm.create_isolated_facility(ipm_owner), plan)

    try_slow(session, "lossy-receivers", LOSSY, plans(), visit)


def _judge(webhooks: Webhooks, isolated_facility: IsolatedFacility, plan: Plan) -> None:
    webhook = webhooks.create(isolated_facility, *plan.manners)
    emitted = frozenset(isolated_facility.read_events(*isolated_facility.emit(plan.writes)))
    webhooks.wait(webhook, lambda: Tally.of(emitted, webhook.inbox.taken()).complete)
    tally = Tally.of(emitted, webhook.inbox.taken())
    webhook.answer.expect(
        f"a receiver that answers {plan} has taken what was emitted, and nothing else",
        holds=tally.exact,
        expected=f"{len(emitted)} events, by id",
        observed=str(tally),
        inferred=True,
    )


# --- a reader among writers ---

_WRITERS: Final = 3
_EACH: Final = 4
_BEFORE: Final = 6
_PAGE: Final = 3
_MOST_WALKS: Final = 8


@pytest.mark.requirement("EVENT-45")
def test_walk_among_writers_shows_each_event_once(
    session: Session, isolated_facility: IsolatedFacility, ipm_owner: Caller
) -> None:
    ipm_owner("ipm.cdc.list").accepted()
    known = set(isolated_facility.read_events(*isolated_facility.emit(_BEFORE)))
    writing, lock = [_WRITERS], threading.Lock()

    def write(me: Writer) -> None:
        IsolatedFacility(me.caller).emit(_EACH)
        with lock:
            writing[0] -= 1

    def read(me: Writer) -> None:
        for _ in range(_MOST_WALKS):
            with lock:
                over = not writing[0]
            known.update(_judged_walk(IsolatedFacility(me.caller), known))
            if over:
                return

    requests = _WRITERS * _EACH + _MOST_WALKS * (_BEFORE + _WRITERS * _EACH) // _PAGE
    with at_once(session, [isolated_facility.caller], _WRITERS + 1, requests=requests) as writers:
        reader = writers[-1]
        together(writers, lambda me: read(me) if me is reader else write(me))
    isolated_facility.caller.check.advice.extend(reader.caller.check.advice)
    isolated_facility.caller.check.expectations += reader.caller.check.expectations


def _judged_walk(isolated_facility: IsolatedFacility, known: AbstractSet[str]) -> list[str]:
    """Judge one walk in small pages: nothing twice, and all that an earlier one has shown."""
    values = {"listed_service": "ics", "listed_place": isolated_facility.guid, "limit": _PAGE}
    walk = pages(isolated_facility.caller, "ipm.cdc.list", **values)
    seen = [name for answer in walk for name in ipm.events_of([answer])]
    lost = known - set(seen)
    walk[-1].expect(
        "a walk shows no event twice, and leaves out none that was there when it began",
        holds=len(seen) == len(set(seen)) and not lost,
        expected=f"each event id once, the {len(known)} that are known among them",
        observed=f"{len(seen)} events, {len(set(seen))} ids, without {len(lost)} known ones",
        uses=("items", "item_id"),
    )
    return seen
