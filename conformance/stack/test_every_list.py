"""Every list of the contract: whose records it holds, and how its first pages follow each other.

What is made for it is looked for by its id, wherever a page shows that, so that no place of a row
has to be known.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import pytest

from conformance.contract import OPERATIONS, RECORDS
from conformance.contract.operation import Operation, RecordKind, parameters
from conformance.contract.paging import LARGEST_LIMIT
from conformance.parameters import operation_case
from conformance.stack.lists import OF_A_PARENT, OF_ONE, listed_kinds
from fixtures import (
    Answer,
    Caller,
    Check,
    Inconclusive,
    Session,
    holds,
    pages,
    pages_with,
    read_through,
    require_apart,
)
from fixtures.context import records
from fixtures.context.operation_context import home_of, main_owner

PAGES: Final = 3
KINDS: Final[Mapping[str, RecordKind]] = listed_kinds()
LISTS: Final = tuple(OPERATIONS[name] for name in sorted(KINDS))


@pytest.fixture
def here(session: Session, check: Check, listing: Operation) -> Caller:
    """The owner of the main org, in context of what the list's service works on."""
    return main_owner(session, check, listing.service)


@pytest.fixture
def there(session: Session, stranger_at_home: Caller, listing: Operation) -> Caller:
    """The stranger in its own org, in context of the same."""
    return home_of(session, stranger_at_home, listing.service)


def _narrowing(listing: Operation, made: Mapping[str, Any]) -> dict[str, Any]:
    """What the list of such a record is asked for with: the parents that it is listed by."""
    names = parameters(listing.body)
    return {name: made[name] for name in names if name in made}


def _id(listing: Operation, made: Mapping[str, Any]) -> str:
    return str(made[KINDS[listing.id].id])


@pytest.mark.every
@pytest.mark.parametrize("listing", [operation_case("LIST-1", each) for each in LISTS])
def test_no_list_shows_what_another_organisation_made(
    here: Caller, there: Caller, listing: Operation
) -> None:
    own, foreign = (records.make(caller, KINDS[listing.id].name) for caller in (here, there))
    name = _id(listing, foreign)
    require_apart(_id(listing, own), name)
    theirs = pages_with(
        there, listing.id, name, limit=LARGEST_LIMIT, **_narrowing(listing, foreign)
    )
    if not holds(theirs, name):
        raise Inconclusive(f"{listing.id}: its own organisation is not shown the record either")
    walk = pages(here, listing.id, limit=LARGEST_LIMIT, **_narrowing(listing, own))
    _expect_without(walk, name)
    if parents := _narrowing(listing, foreign):
        _expect_without([here(listing.id, limit=LARGEST_LIMIT, **parents)], name)


def _expect_without(walk: Iterable[Answer], foreign: str) -> None:
    for page in walk:
        page.expect(
            f"{page.operation.id} holds no record of another organisation",
            holds=not holds([page], foreign),
            expected=f"a list without {foreign}",
            observed="a page with it",
            uses=read_through(page, foreign),
        )


@pytest.mark.parametrize(
    "listing", [operation_case("LIST-2", each) for each in LISTS if each.id not in OF_ONE]
)
def test_pages_of_one_record_follow_each_other(here: Caller, listing: Operation) -> None:
    first = records.make(here, KINDS[listing.id].name)
    narrowing = _narrowing(listing, first)
    others = (_beside(here, listing, first) for _ in range(PAGES - 1))
    members = [_id(listing, first), *others]
    whole = pages_with(here, listing.id, *members, limit=LARGEST_LIMIT, **narrowing)
    members = [each for each in members if holds(whole, each)]
    if len(members) < PAGES:
        raise Inconclusive(f"{listing.id}: the list does not show all that was made for it")
    seen: list[Answer] = []
    token: dict[str, Any] = {}
    while len(seen) < PAGES:
        seen.append(here(listing.id, limit=1, **narrowing, **token).accepted())
        _expect_one_of(members, seen)
        if not (following := seen[-1].optional("next_token")):
            _expect_all_of(members, seen)
            break
        token = {"next_token": following}


def _beside(here: Caller, listing: Operation, first: Mapping[str, Any]) -> str:
    """The id of a further record that stands in the same list as the first.

    Raises:
        Inconclusive: the target takes no second one there, which no page forbids.
    """
    made, kind = records.make(here, KINDS[listing.id].name), KINDS[listing.id]
    if _narrowing(listing, made) == _narrowing(listing, first):
        return _id(listing, made)
    parents = {RECORDS[each].id: first[RECORDS[each].id] for each in kind.parents}
    answer = here(kind.create, **parents, **_narrowing(listing, first))
    if not answer.ok:
        raise Inconclusive(f"{kind.create}: nothing beside the first record ({answer.sketch})")
    return str(answer.value(kind.id))


def _expect_one_of(members: Sequence[str], seen: list[Answer]) -> None:
    """Expect that the last page holds one record at most, and is not the page before it."""
    page, rule = seen[-1], f"a page of {seen[-1].operation.id} with limit 1 holds one record"
    shown = [each for each in members if holds([page], each)]
    page.expect(
        rule,
        holds=len(shown) <= 1,
        expected="one record",
        observed=f"{len(shown)} records",
        uses=read_through(page, *members),
    )
    page.expect(
        f"a cursor of {page.operation.id} leads to a page that was not shown yet",
        holds=not any(_is_same(page, before) for before in seen[:-1]),
        expected="another page",
        observed="a page that was shown before",
    )


def _is_same(page: Answer, before: Answer) -> bool:
    """Whether two pages hold the same, or the same cursor.

    Pages without a record are alike, and may lead on: a platform may filter what it has read.
    """
    one, other = (each.optional("next_token") for each in (page, before))
    has_records = page.optional("items") != []
    return (one is not None and one == other) or (has_records and _data(page) == _data(before))


def _data(page: Answer) -> str:
    found = page.body.get("data") if isinstance(page.body, Mapping) else page.body
    return json.dumps(found, sort_keys=True)


def _expect_all_of(members: Sequence[str], seen: list[Answer]) -> None:
    left = [each for each in members if not holds(seen, each)]
    seen[-1].expect(
        f"{seen[-1].operation.id} offers a cursor while there are more records",
        holds=not left,
        expected="next_token",
        observed=f"no next_token, and {len(left)} records of the list were not shown",
        uses=read_through(seen[-1], *members),
    )


# --- the parent that a list is asked for by ---


def _parents(here: Caller, listing: Operation) -> tuple[Caller, Caller]:
    """The caller twice: where a record goes to the parent in context, in context of another one."""
    if (parent := OF_A_PARENT[listing.id]) is None:
        return here, here
    name = RECORDS[parent].id
    one, other = (records.make(here, parent)[name] for _ in range(2))
    return here.knowing(**{name: one}), here.knowing(**{name: other})


@pytest.mark.parametrize(
    "listing", [operation_case("LIST-3", OPERATIONS[name]) for name in OF_A_PARENT]
)
def test_list_of_a_parent_shows_nothing_of_another(here: Caller, listing: Operation) -> None:
    one, other = (records.make(each, KINDS[listing.id].name) for each in _parents(here, listing))
    if _narrowing(listing, one) == _narrowing(listing, other):
        raise Inconclusive(f"{listing.id}: two records were made for one parent")
    narrowing = {"limit": LARGEST_LIMIT, **_narrowing(listing, one)}
    walk = pages_with(here, listing.id, _id(listing, one), **narrowing)
    if not holds(walk, _id(listing, one)):
        raise Inconclusive(f"{listing.id}: the list of its parent does not show the record")
    for page in walk:
        page.expect(
            f"{listing.id} shows nothing of another parent",
            holds=not holds([page], _id(listing, other)),
            expected=f"a list without {_id(listing, other)}",
            observed="a page with it",
            uses=read_through(page, _id(listing, other)),
            sends=sorted(_narrowing(listing, one)),
        )
