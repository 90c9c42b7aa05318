"""Step 4: the lists of an organisation's records: pages, limits, and what is left out."""

from collections.abc import Callable
from functools import cache
from typing import Any, Final

import pytest

from conformance.contract import RECORDS
from fixtures import records
from fixtures.actors import Actor
from fixtures.answer import Answer
from fixtures.client import Caller
from fixtures.paging import LARGEST_LIMIT, ids, pages
from fixtures.session import Session
from fixtures.stages.cast import Stranger
from fixtures.world import World

DEFAULT_LIMIT: Final = 8
CROWD: Final = 10
COST_CENTRE, PHYSICAL, ZONE = "ofm.cost_centre", "ofm.physical", "ofm.zone"
KINDS: Final = (COST_CENTRE, PHYSICAL, ZONE)
DOOMED_KINDS: Final = (
    COST_CENTRE,
    PHYSICAL,
    "ofm.legal",
    "ofm.logical",
    ZONE,
    "ofm.sales_channel",
)


@pytest.fixture(scope="module")
def crowd(session: Session, owner_actor: Actor, world: World) -> Callable[[str], World]:
    """Lets there be ten records of a kind, once; returns the world whose list holds them.

    Zones are listed by facility, so theirs is a list of ten and no more.
    """

    @cache
    def build(kind: str) -> World:
        caller = session.caller(session.stage_check(f"ten {kind}", "ORG-48"), owner_actor, world)
        place = {"logical_guid": records.make(caller, "ofm.logical")["logical_guid"]}
        there = world.extended(**place) if kind == ZONE else world
        found = [records.make(caller.within(there), kind)[RECORDS[kind].id] for _ in range(CROWD)]
        return there.extended(crowd=tuple(str(each) for each in found))

    return build


@pytest.fixture
def crowded(owner: Caller, crowd: Callable[[str], World], kind: str) -> Caller:
    """The owner where at least ten records of the kind are listed."""
    return owner.within(crowd(kind))


def listing(kind: str) -> str:
    return str(RECORDS[kind].list)


# --- pages ---


@pytest.mark.requirement("ORG-45")
@pytest.mark.parametrize("kind", KINDS)
def test_list_without_limit_holds_at_most_8_items(crowded: Caller, kind: str) -> None:
    answer = crowded(listing(kind))
    count = len(answer.items())
    answer.expect(
        "a list without limit holds at most 8 items",
        holds=count <= DEFAULT_LIMIT,
        expected="8 items at most",
        observed=f"{count} items",
        uses=("items",),
    )


@pytest.mark.requirement("ORG-45")
@pytest.mark.parametrize("kind", KINDS)
def test_list_offers_a_cursor_while_there_is_more(crowded: Caller, kind: str) -> None:
    answer = crowded(listing(kind)).accepted()
    answer.expect(
        "a list that holds ten records offers a cursor",
        holds=bool(answer.optional("next_token")),
        expected="next_token",
        observed="no next_token",
        uses=("next_token",),
    )


@pytest.mark.requirement("ORG-47")
@pytest.mark.parametrize("limit", [0, -1, LARGEST_LIMIT + 1, 10_000])
@pytest.mark.parametrize("kind", KINDS)
def test_limit_is_pulled_into_its_range(crowded: Caller, kind: str, limit: int) -> None:
    crowded(listing(kind), limit=1).accepted()
    answer = crowded(listing(kind), limit=limit).accepted()
    if not answer.ok:
        return  # recorded above: there is nothing to count
    count, most = len(answer.items()), max(1, min(limit, LARGEST_LIMIT))
    answer.expect(
        f"limit {limit} is read as {most}",
        holds=min(most, CROWD) <= count <= most,
        expected=f"{most} items at most, and not less than there are",
        observed=f"{count} items",
        uses=("items",),
    )


@pytest.mark.requirement("ORG-48")
@pytest.mark.parametrize(
    ("kind", "limit"),
    [(ZONE, 1), (ZONE, 3), (ZONE, 5), (ZONE, None), (COST_CENTRE, 7), (PHYSICAL, 4)],
)
def test_walk_through_a_list_shows_each_record_once(
    crowded: Caller, kind: str, limit: int | None
) -> None:
    size: dict[str, Any] = {} if limit is None else {"limit": limit}
    walk = pages(crowded, listing(kind), **size)
    found = ids(walk)
    wanted = crowded.world["crowd"]
    strays = [each for each in wanted if found.count(each) != 1]
    twice = len(found) - len(set(found))
    walk[-1].expect(
        "a walk through the pages shows each record once",
        holds=not strays and not twice,
        expected="ten records, each of them once",
        observed=f"{len(strays)} of ten missing or shown again, {twice} repeated in all",
        uses=("items", "item_id"),
    )


@pytest.mark.requirement("ORG-48")
@pytest.mark.parametrize(("kind", "limit"), [(ZONE, 3), (ZONE, 5), (PHYSICAL, LARGEST_LIMIT)])
def test_last_page_has_no_cursor(crowded: Caller, kind: str, limit: int) -> None:
    last = pages(crowded, listing(kind), limit=limit)[-1]
    last.expect(
        "the walk comes to a last page, without a cursor",
        holds=not last.optional("next_token"),
        expected="an end of the walk",
        observed="a cursor that was handed out before, or no end in sight",
        uses=("next_token",),
    )


# --- what a list leaves out ---


@pytest.fixture(scope="module")
def doomed(session: Session, owner_actor: Actor, world: World) -> Callable[[str], str]:
    """Gives the id of a record of a kind that was taken to its end, the same one to all."""

    @cache
    def build(kind: str) -> str:
        check, record = session.stage_check(f"doomed {kind}", "ORG-43"), RECORDS[kind]
        caller = session.caller(check, owner_actor, world)
        made = records.make(caller, kind)
        records.move(caller, record, made, "doomed")
        return str(made[record.id])

    return build


def _walked(owner: Caller, kind: str, **filters: Any) -> tuple[Answer, list[str]]:
    walk = pages(owner, listing(kind), limit=LARGEST_LIMIT, **filters)
    return walk[-1], ids(walk)


@pytest.mark.requirement("ORG-43")
@pytest.mark.parametrize("kind", DOOMED_KINDS)
def test_doomed_record_leaves_the_default_list(
    owner: Caller, doomed: Callable[[str], str], kind: str
) -> None:
    gone = doomed(kind)
    answer, found = _walked(owner, kind)
    answer.expect(
        "the default list leaves doomed records out",
        holds=gone not in found,
        expected="a list without the record that was doomed",
        observed="a list with it",
        uses=("items", "item_id"),
    )


@pytest.mark.requirement("ORG-44")
@pytest.mark.parametrize("kind", DOOMED_KINDS)
def test_include_doomed_brings_the_record_back(
    owner: Caller, doomed: Callable[[str], str], kind: str
) -> None:
    gone = doomed(kind)
    answer, found = _walked(owner, kind, include_doomed=True)
    answer.expect(
        "include_doomed=true lists doomed records",
        holds=gone in found,
        expected="a list with the record that was doomed",
        observed="a list without it",
        uses=("items", "item_id"),
    )


# --- other orgs ---

OTHERS: Final = {
    COST_CENTRE: "cc_guid",
    PHYSICAL: "physical_guid",
    "ofm.legal": "legal_guid",
    "ofm.logical": "logical_guid",
}


@pytest.mark.requirement("ORG-50")
@pytest.mark.parametrize("kind", OTHERS)
def test_list_holds_no_record_of_another_org(
    owner: Caller, stranger_org: Stranger, kind: str
) -> None:
    foreign = getattr(stranger_org.facilities, OTHERS[kind])
    _holds_none_of(_walked(owner, kind), {foreign})


@pytest.mark.requirement("ORG-50")
@pytest.mark.parametrize("kind", [COST_CENTRE, PHYSICAL])
def test_later_page_holds_no_record_of_another_org(
    crowd: Callable[[str], World], stranger_at_home: Caller, kind: str
) -> None:
    foreign = set(crowd(kind)["crowd"])
    records.make(stranger_at_home, kind)
    walk = pages(stranger_at_home, listing(kind), limit=1)
    _holds_none_of((walk[-1], ids(walk)), foreign)


def _holds_none_of(listed: tuple[Answer, list[str]], foreign: set[str]) -> None:
    answer, found = listed
    answer.expect(
        "the list holds records of the organisation asked for and of no other",
        holds=not foreign & set(found),
        expected="no record of another organisation",
        observed=f"{len(foreign & set(found))} of them",
        uses=("items", "item_id"),
    )
