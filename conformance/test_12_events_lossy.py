"""Step 12: receivers that fail in any order, and readers of the feed while others write."""

import threading
from collections.abc import Sequence
from typing import Final

import pytest

from fixtures import hooks as at_work
from fixtures.answer import Answer
from fixtures.client import Caller
from fixtures.drawing import examples, seed_of, try_out
from fixtures.hooks import Hooks, Place
from fixtures.lossy import LOSSY, Plan, Tally, plans
from fixtures.paging import pages
from fixtures.races import Racer, at_once, together
from fixtures.session import Session

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
    place.emit(plan.writes)
    emitted = frozenset(place.events())
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
    acknowledged = place.emit(_BEFORE)
    writing = [_WRITERS]
    lock = threading.Lock()

    def write(me: Racer) -> None:
        at = Place(me.caller)
        for _ in range(_EACH):
            (zone,) = at.emit()
            with lock:
                acknowledged.append(zone)
        with lock:
            writing[0] -= 1

    def read(me: Racer) -> None:
        for _ in range(_MOST_WALKS):
            with lock:
                before, over = list(acknowledged), not writing[0]
            _judge_walk(Place(me.caller), before)
            if over:
                return

    requests = _WRITERS * _EACH + _MOST_WALKS * (_BEFORE + _WRITERS * _EACH) // _PAGE
    with at_once(session, [place.caller], _WRITERS + 1, requests=requests) as racers:
        reader = racers[-1]
        together(racers, lambda me: read(me) if me is reader else write(me))
        place.caller.check.advice.extend(reader.caller.check.advice)
    place.caller.check.expectations += reader.caller.check.expectations


def _judge_walk(place: Place, before: Sequence[str]) -> None:
    """Judge one walk in small pages: nothing twice, and all that was there when it began."""
    values = {"listed_service": "ics", "listed_place": place.guid, "limit": _PAGE}
    walk = pages(place.caller, "ipm.cdc.list", **values)
    last = walk[-1]
    seen = [name for answer in walk for name in at_work.events_of([answer])]
    last.expect(
        "a walk shows no event twice",
        holds=len(seen) == len(set(seen)),
        expected="each event id once",
        observed=f"{len(seen)} events, {len(set(seen))} ids",
        uses=("items", "item_id"),
    )
    _expect_all(last, walk, before)


def _expect_all(last: Answer, walk: Sequence[Answer], before: Sequence[str]) -> None:
    text = "".join(str(answer.body) for answer in walk)
    lost = [zone for zone in before if zone not in text]
    last.expect(
        "a walk leaves out no event that was there when it began",
        holds=not lost,
        expected=f"{len(before)} events",
        observed=f"{len(lost)} of them are not on its {len(walk)} pages",
    )
