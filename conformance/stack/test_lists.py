"""Lists: their pages, what they leave out, and that they hold nothing of other organisations."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import pytest

from conformance.contract import RECORDS
from conformance.contract.paging import LARGEST_LIMIT
from conformance.parameters import case
from conformance.stack.lists import (
    APART,
    APART_ON_LATER_PAGES,
    DOOMABLE,
    PAGED,
    Apart,
    Doomable,
    Paged,
)
from fixtures import (
    Answer,
    Caller,
    Check,
    Inconclusive,
    Session,
    expect_gone,
    expect_listed,
    holds,
    ids,
    pages,
    pages_with,
    require_apart,
    require_telling,
)
from fixtures.context import organization, records
from fixtures.context.operation_context import home_of, main_owner
from fixtures.formats.json_values import objects
from fixtures.probes.populated_lists import populated_list, recipes

# --- pages ---


@dataclass(frozen=True)
class PopulatedList:
    """A list that was filled with `members`, and who asks for it."""

    paged: Paged
    caller: Caller
    members: Sequence[str]

    def __call__(self, limit: int | None) -> Answer:
        """Its first page."""
        return self.caller(self.paged.operation, **_size(limit)).accepted()

    def walk(self, limit: int | None) -> list[Answer]:
        """All its pages."""
        return pages(self.caller, self.paged.operation, **_size(limit))

    def count(self, answer: Answer) -> int:
        """How many records a page holds."""
        return len(self._seen(answer)) if self.paged.anywhere else len(answer.items())

    def found(self, walk: Iterable[Answer]) -> list[str]:
        """The ids of the records on these pages, one for each page that holds them."""
        if self.paged.anywhere:
            return [each for page in walk for each in self._seen(page)]
        return ids(walk)

    def read_through(self, *names: str) -> tuple[str, ...]:
        """The bindings that records are read through."""
        return () if self.paged.anywhere else names

    def _seen(self, answer: Answer) -> list[str]:
        return [each for each in self.members if holds([answer], each)]


def _size(limit: int | None) -> dict[str, int]:
    return {} if limit is None else {"limit": limit}


@pytest.fixture
def populated(
    request: pytest.FixtureRequest, session: Session, check: Check, paged: Paged
) -> PopulatedList:
    """A list that holds more than a page of records, as the owner asks for it."""
    limit = request.node.callspec.params.get("limit")
    made = populated_list(session, paged.operation, cut=(limit or 0) > LARGEST_LIMIT)
    owner = main_owner(session, check, recipes()[paged.operation].layer)
    there = owner.knowing(**made.around)
    return PopulatedList(paged, there, made.members)


def expect_cursor(answer: Answer, rule: str, *, there: bool) -> None:
    """Expect that the page has a cursor, or that it has none."""
    answer.expect(
        rule,
        holds=bool(answer.optional("next_token")) is there,
        expected="next_token" if there else "an end of the walk",
        observed="no next_token" if there else "a cursor handed out before, or no end in sight",
        uses=("next_token",),
    )


def _count(populated: PopulatedList, answer: Answer) -> int:
    """How many records the page holds.

    Raises:
        Inconclusive: none, and there are more: no page forbids it, and it shows no bound.
    """
    count = populated.count(answer)
    if not count and answer.optional("next_token"):
        raise Inconclusive(f"{answer.operation.id}: a page without records has a cursor")
    return count


@pytest.mark.parametrize("paged", [case(each.page, each) for each in PAGED if each.page])
def test_list_without_limit_holds_at_most_8_records_and_offers_a_cursor(
    populated: PopulatedList,
) -> None:
    most = populated.paged.default
    answer = populated(None)
    if not answer.ok:
        return  # the refusal is recorded as advice, and there is nothing to count
    count = _count(populated, answer)
    answer.expect(
        f"a list without limit holds at most {most} records",
        holds=0 < count <= most,
        expected=f"some of its records, and {most} at most",
        observed=f"{count} records",
        uses=populated.read_through("items"),
    )
    expect_cursor(answer, "a list of more records offers a cursor", there=True)


@pytest.mark.parametrize(
    ("paged", "limit"),
    [case(each.limit, each, limit) for each in PAGED if each.limit for limit in each.limits],
)
def test_limit_is_pulled_into_its_range(populated: PopulatedList, limit: int) -> None:
    populated(1)
    answer = populated(limit)
    if not answer.ok:
        return  # the refusal is recorded as advice, and there is nothing to count
    count, most = _count(populated, answer), max(1, min(limit, LARGEST_LIMIT))
    least = min(most, len(populated.members))
    # A shorter list would not show that it is cut, and shows that the limit is taken.
    is_cut = limit < 1 or len(populated.members) > most
    # No page says that a page is full as long as there are more.
    if answer.optional("next_token"):
        least = min(least, 1)
    answer.expect(
        f"limit {limit} is read as {most}" if is_cut else f"limit {limit} is taken",
        holds=least <= count <= most,
        expected=f"{most} records at most, and not less than there are",
        observed=f"{count} records",
        uses=populated.read_through("items"),
    )


@pytest.mark.parametrize(
    ("paged", "limit"),
    [case(each.walk, each, limit) for each in PAGED if each.walk for limit in each.sizes],
)
def test_walk_through_a_list_shows_each_record_once_and_ends(
    populated: PopulatedList, limit: int | None
) -> None:
    walk = populated.walk(limit)
    found = populated.found(walk)
    strays = [each for each in populated.members if found.count(each) != 1]
    twice = len(found) - len(set(found))
    walk[-1].expect(
        "a walk through the pages shows each record once",
        holds=not strays and not twice,
        expected=f"{len(populated.members)} records, each of them once",
        observed=f"{len(strays)} of them missing or shown again, {twice} repeated in all",
        uses=populated.read_through("items", "item_id"),
    )
    rule = "the walk comes to a last page, without a cursor"
    expect_cursor(walk[-1], rule, there=False)


@pytest.mark.parametrize("paged", [case(each.again, each) for each in PAGED if each.again])
def test_cursor_leads_to_the_same_records_again(populated: PopulatedList) -> None:
    token = populated(3).value("next_token")
    operation = populated.paged.operation
    first, second = (
        populated.caller(operation, limit=3, next_token=token).accepted() for _ in range(2)
    )
    shown = [populated.found([page]) for page in (first, second)]
    if not shown[0]:
        raise Inconclusive(f"{operation}: the page behind a cursor shows none of the records")
    second.expect(
        "a cursor that is sent again leads to the records that it led to",
        holds=set(shown[0]) == set(shown[1]),
        expected=", ".join(shown[0]),
        observed=", ".join(shown[1]) or "none of them",
        uses=populated.read_through("items", "item_id", "next_token"),
    )


# --- what a list leaves out ---


@pytest.fixture(scope="module")
def doomed(session: Session) -> Callable[[Doomable], str]:
    """Gives the id of a doomed record of a kind; all checks get the same one."""

    @cache
    def build(doomable: Doomable) -> str:
        check, record = session.stage_check("doomed", doomable.hidden), RECORDS[doomable.kind]
        caller = main_owner(session, check, record.service)
        made = records.make(caller, record.name)
        records.move(caller, record, made, "doomed")
        return str(made[record.id])

    return build


def expect_doomed(owner: Caller, doomable: Doomable, gone: str, *, listed: bool) -> None:
    """Expect that a list holds the doomed record where it is asked to, and not elsewhere."""
    filters = {"include_doomed": True} if listed else {}
    operation = str(RECORDS[doomable.kind].list)
    walk = pages(owner, operation, limit=LARGEST_LIMIT, **filters)
    if listed:
        expect_listed(walk, gone)
    else:
        expect_gone(walk, gone)


@pytest.fixture
def keeper(session: Session, check: Check, doomable: Doomable) -> Caller:
    """The owner, in the context that the record was made in."""
    return main_owner(session, check, RECORDS[doomable.kind].service)


@pytest.mark.parametrize("doomable", [case(each.hidden, each) for each in DOOMABLE])
def test_doomed_record_leaves_the_default_list(
    keeper: Caller, doomed: Callable[[Doomable], str], doomable: Doomable
) -> None:
    expect_doomed(keeper, doomable, doomed(doomable), listed=False)


@pytest.mark.parametrize("doomable", [case(each.shown, each) for each in DOOMABLE])
def test_include_doomed_brings_the_record_back(
    keeper: Caller, doomed: Callable[[Doomable], str], doomable: Doomable
) -> None:
    expect_doomed(keeper, doomable, doomed(doomable), listed=True)


# --- other organisations ---


def id_of_one(caller: Caller, kind: str) -> str:
    """The id of a record of this kind: the one in context, or a new one."""
    name = RECORDS[kind].id
    return str(caller.world[name] if name in caller.world else records.make(caller, kind)[name])


@pytest.fixture
def here(session: Session, check: Check, listing: Apart) -> Caller:
    """The owner of the main org, in context of what the list's service works on."""
    return main_owner(session, check, RECORDS[listing.kind].service)


@pytest.fixture
def there(session: Session, stranger_at_home: Caller, listing: Apart) -> Caller:
    """The stranger in its own org, in context of the same."""
    return home_of(session, stranger_at_home, RECORDS[listing.kind].service)


@pytest.fixture
def asking(session: Session, check: Check, here: Caller, listing: Apart) -> Caller:
    """Who asks for the whole list: of products, the parents in context would limit it."""
    return main_owner(session, check) if listing.kind.startswith("pvm.") else here


Newcomer = Callable[[], Caller]


@pytest.fixture
def newcomer(session: Session, check: Check) -> Newcomer:
    """Makes the owner of a third org, in which nothing is but facilities; needs `operator`."""

    def make() -> Caller:
        org = organization.furnished_org(session, check, "owner-of-nothing")
        return session.caller(check, org.owner, org.world)

    return make


@pytest.mark.every
@pytest.mark.parametrize("listing", [case(each.requirement, each) for each in APART])
def test_list_holds_no_record_of_another_organisation(
    here: Caller, there: Caller, asking: Caller, newcomer: Newcomer, listing: Apart
) -> None:
    own, foreign = id_of_one(here, listing.kind), id_of_one(there, listing.kind)
    require_telling(foreign)
    theirs = pages_with(there, listing.operation, foreign, limit=LARGEST_LIMIT)
    if not holds(theirs, foreign):
        raise Inconclusive(f"{listing}: its own organisation is not shown the record either")
    walk = pages(asking, listing.operation, limit=LARGEST_LIMIT)
    expect_listed(walk, own)
    expect_listed(walk, foreign, listed=False)
    shared = _shared(walk, theirs, foreign)
    if shared:
        shared -= _of_the_platform(newcomer(), listing, theirs, foreign)
    walk[-1].expect(
        f"{walk[-1].operation.id} holds no row that another organisation's list shows",
        holds=not shared,
        expected="rows of one organisation alone",
        observed=f"{len(shared)} rows that both lists show",
    )


def _shared(walk: Sequence[Answer], theirs: Sequence[Answer], planted: str) -> set[str]:
    """The rows of `walk` that the other organisation's own list shows, too.

    A row is told by what stands where the planted record was seen to have its id.
    """
    return {
        f"{name} {value}"
        for name, shape in _places_of(planted, theirs)
        for value in _values(name, shape, walk) & _values(name, shape, theirs)
    }


def _of_the_platform(
    newcomer: Caller, listing: Apart, theirs: Sequence[Answer], planted: str
) -> set[str]:
    """Rows that the platform gives every organisation: a new one's list shows them as well.

    Where that shows the planted record, rows of other organisations are what it shows.
    """
    walk = pages(newcomer, listing.operation, limit=LARGEST_LIMIT)
    return set() if holds(walk, planted) else _shared(walk, theirs, planted)


def _places_of(planted: str, walk: Iterable[Answer]) -> set[tuple[str, frozenset[str]]]:
    """The names under which rows hold this id, each with all names of such a row."""
    return {
        (name, frozenset(part))
        for answer in walk
        for part in objects(answer.body)
        for name, value in part.items()
        if value == planted
    }


def _values(name: str, shape: frozenset[str], walk: Iterable[Answer]) -> set[str]:
    parts = (part for answer in walk for part in objects(answer.body))
    return {str(part[name]) for part in parts if frozenset(part) == shape}


@pytest.mark.every
@pytest.mark.parametrize("listing", [case(each.requirement, each) for each in APART_ON_LATER_PAGES])
def test_later_page_holds_no_record_of_another_organisation(
    here: Caller, there: Caller, listing: Apart
) -> None:
    # The other organisation's record is created between two of these, and would thus stand between
    # them, whatever the order of the list.
    first, foreign, last = (
        str(records.make(caller, listing.kind)[RECORDS[listing.kind].id])
        for caller in (there, here, there)
    )
    require_apart(first, foreign, last)
    expect_listed(pages(there, listing.operation, limit=1), foreign, listed=False)
