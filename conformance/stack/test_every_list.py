"""Every list of the contract: whose records it holds, and how its first pages follow each other.

What is made for it is looked for by its id, wherever a page shows that, so that no place of a row
has to be known.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

import pytest

from conformance.contract import OPERATIONS, RECORDS
from conformance.contract.operation import parameters
from conformance.contract.paging import LARGEST_LIMIT
from conformance.parameters import case
from conformance.stack.lists import EVERY, OF_ONE, Apart
from fixtures import Answer, Caller, Check, Inconclusive, Session, holds, pages, pages_with
from fixtures.context import records
from fixtures.context.operation_context import home_of, main_owner

PAGES: Final = 3


@pytest.fixture
def here(session: Session, check: Check, listing: Apart) -> Caller:
    """The owner of the main org, in context of what the list's service works on."""
    return main_owner(session, check, RECORDS[listing.kind].service)


@pytest.fixture
def there(session: Session, stranger_at_home: Caller, listing: Apart) -> Caller:
    """The stranger in its own org, in context of the same."""
    return home_of(session, stranger_at_home, RECORDS[listing.kind].service)


def _narrowing(listing: Apart, made: Mapping[str, Any]) -> dict[str, Any]:
    """What the list of such a record is asked for with: the parents that it is listed by."""
    names = parameters(OPERATIONS[listing.operation].body)
    return {name: made[name] for name in names if name in made}


def _id(listing: Apart, made: Mapping[str, Any]) -> str:
    return str(made[RECORDS[listing.kind].id])


@pytest.mark.every
@pytest.mark.parametrize("listing", [case("LIST-1", each) for each in EVERY])
def test_no_list_shows_what_another_organisation_made(
    here: Caller, there: Caller, listing: Apart
) -> None:
    own, foreign = (records.make(caller, listing.kind) for caller in (here, there))
    name = _id(listing, foreign)
    theirs = pages_with(
        there, listing.operation, name, limit=LARGEST_LIMIT, **_narrowing(listing, foreign)
    )
    if not holds(theirs, name):
        raise Inconclusive(f"{listing}: its own organisation is not shown the record either")
    walk = pages(here, listing.operation, limit=LARGEST_LIMIT, **_narrowing(listing, own))
    _expect_without(walk, name)
    if parents := _narrowing(listing, foreign):
        _expect_without([here(listing.operation, limit=LARGEST_LIMIT, **parents)], name)


def _expect_without(walk: Iterable[Answer], foreign: str) -> None:
    for page in walk:
        page.expect(
            f"{page.operation.id} holds no record of another organisation",
            holds=not holds([page], foreign),
            expected=f"a list without {foreign}",
            observed="a page with it",
        )


@pytest.mark.parametrize("listing", [case("LIST-2", each) for each in EVERY if each not in OF_ONE])
def test_pages_of_one_record_follow_each_other(here: Caller, listing: Apart) -> None:
    first = records.make(here, listing.kind)
    narrowing, kind = _narrowing(listing, first), RECORDS[listing.kind]
    parents = {RECORDS[each].id: first[RECORDS[each].id] for each in kind.parents}
    others = (records.create(here, kind, parents | narrowing) for _ in range(PAGES - 1))
    members = [_id(listing, each) for each in (first, *others)]
    whole = pages_with(here, listing.operation, *members, limit=LARGEST_LIMIT, **narrowing)
    members = [each for each in members if holds(whole, each)]
    if len(members) < PAGES:
        raise Inconclusive(f"{listing}: the list does not show all that was made for it")
    seen: list[Answer] = []
    token: dict[str, Any] = {}
    while len(seen) < PAGES:
        seen.append(here(listing.operation, limit=1, **narrowing, **token).accepted())
        _expect_one_of(members, seen)
        if not (following := seen[-1].optional("next_token")):
            _expect_all_of(members, seen)
            break
        token = {"next_token": following}


def _expect_one_of(members: Iterable[str], seen: list[Answer]) -> None:
    """Expect that the last page holds one record at most, and is not the page before it."""
    page, rule = seen[-1], f"a page of {seen[-1].operation.id} with limit 1 holds one record"
    shown = [each for each in members if holds([page], each)]
    page.expect(
        rule, holds=len(shown) <= 1, expected="one record", observed=f"{len(shown)} records"
    )
    page.expect(
        f"a cursor of {page.operation.id} leads to a page that was not shown yet",
        holds=not any(_is_same(page, before) for before in seen[:-1]),
        expected="another page",
        observed="a page that was shown before",
    )


def _is_same(page: Answer, before: Answer) -> bool:
    """Whether two pages hold the same, or the same cursor."""
    one, other = (each.optional("next_token") for each in (page, before))
    return (one is not None and one == other) or _data(page) == _data(before)


def _data(page: Answer) -> str:
    found = page.body.get("data") if isinstance(page.body, Mapping) else page.body
    return json.dumps(found, sort_keys=True)


def _expect_all_of(members: Iterable[str], seen: list[Answer]) -> None:
    left = [each for each in members if not holds(seen, each)]
    seen[-1].expect(
        f"{seen[-1].operation.id} offers a cursor while there are more records",
        holds=not left,
        expected="next_token",
        observed=f"no next_token, and {len(left)} records of the list were not shown",
    )
