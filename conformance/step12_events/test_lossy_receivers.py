"""Step 12: receivers that fail in any order, and readers of the feed while others write."""

import threading
from collections.abc import Set as AbstractSet
from typing import Final

import pytest

from fixtures.probes.hypothesis_driver import examples, seed_of, try_out
from fixtures.probes.races import Racer, at_once, together
from fixtures.run.client import Caller
from fixtures.run.paging import pages
from fixtures.run.session import Session
from fixtures.services.ipm import actions as at_work
from fixtures.services.ipm.actions import Hooks, Place
from fixtures.services.ipm.plans import LOSSY, Plan, Tally, plans

_DRAWN: Final = 2
_DEEP: Final = 40


@pytest.mark.requirement("EVENT-22")
def test_lossy_receiver_has_taken_exactly_what_was_emitted(
    session: Session, hooks: Hooks, integrator: Caller
) -> None:
    def visit(plan: Plan) -> None:
        _judge(hooks, at_work.place(integrator), plan)

    visit(LOSSY)
    count = examples(session, _DRAWN, _DEEP)
    try_out(plans(), visit, seed=seed_of(session, "lossy-receivers"), count=count)


def _judge(hooks: Hooks, place: Place, plan: Plan) -> None:
    hook = hooks.listen(place, *plan.manners)
    emitted = frozenset(place.events(*place.emit(plan.writes)))
    hooks.settle(hook, lambda: Tally.of(emitted, hook.inbox.taken()).complete)
    tally = Tally.of(emitted, hook.inbox.taken())
    hook.answer.expect(
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
    session: Session, place: Place, integrator: Caller
) -> None:
    integrator("ipm.cdc.list").accepted()
    known = set(place.events(*place.emit(_BEFORE)))
    writing, lock = [_WRITERS], threading.Lock()

    def write(me: Racer) -> None:
        Place(me.caller).emit(_EACH)
        with lock:
            writing[0] -= 1

    def read(me: Racer) -> None:
        for _ in range(_MOST_WALKS):
            with lock:
                over = not writing[0]
            known.update(_judged_walk(Place(me.caller), known))
            if over:
                return

    requests = _WRITERS * _EACH + _MOST_WALKS * (_BEFORE + _WRITERS * _EACH) // _PAGE
    with at_once(session, [place.caller], _WRITERS + 1, requests=requests) as racers:
        reader = racers[-1]
        together(racers, lambda me: read(me) if me is reader else write(me))
    place.caller.check.advice.extend(reader.caller.check.advice)
    place.caller.check.expectations += reader.caller.check.expectations


def _judged_walk(place: Place, known: AbstractSet[str]) -> list[str]:
    """Judge one walk in small pages: nothing twice, and all that an earlier one has shown."""
    values = {"listed_service": "ics", "listed_place": place.guid, "limit": _PAGE}
    walk = pages(place.caller, "ipm.cdc.list", **values)
    seen = [name for answer in walk for name in at_work.events_of([answer])]
    lost = known - set(seen)
    walk[-1].expect(
        "a walk shows no event twice, and leaves out none that was there when it began",
        holds=len(seen) == len(set(seen)) and not lost,
        expected=f"each event id once, the {len(known)} that are known among them",
        observed=f"{len(seen)} events, {len(set(seen))} ids, without {len(lost)} known ones",
        uses=("items", "item_id"),
    )
    return seen
