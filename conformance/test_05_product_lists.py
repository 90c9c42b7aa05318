"""Step 5: lists and reads of the product model.

Records are looked for by their ids wherever these stand, since no page shows a list's fields.
"""

import json
from collections.abc import Callable
from typing import Any, Final

import pytest

from fixtures import records
from fixtures.actors import ANONYMOUS, Actor
from fixtures.answer import Answer
from fixtures.client import Caller
from fixtures.paging import LARGEST_LIMIT, expect_listed, holds, pages
from fixtures.products import expect_shown, expect_unchanged, moved
from fixtures.request import AS_PROVEN, Change
from fixtures.session import Session
from fixtures.stages.catalog import Catalog
from fixtures.world import World

LIST, READ, CATEGORY = "pvm.category.list", "pvm.category.get", "pvm.category"
DEFAULT_LIMIT: Final = 8
CROWD: Final = 10


@pytest.fixture(scope="module")
def crowd(session: Session, owner_actor: Actor, world: World, catalog: Catalog) -> World:
    """The world of a new department with ten categories, whose ids are `crowd`."""
    check = session.stage_check("ten categories", "PROD-51")
    caller = session.caller(check, owner_actor, world.extended(**catalog.model_dump()))
    department = str(records.make(caller, "pvm.department")["department_id"])
    there = caller.world.extended(department_id=department)
    found = [records.make(caller.within(there), CATEGORY)["category_id"] for _ in range(CROWD)]
    return there.extended(crowd=tuple(str(each) for each in found))


@pytest.fixture
def crowded(merchant: Caller, crowd: World) -> Caller:
    """The owner at work in the department of ten categories."""
    return merchant.within(crowd)


def shown(answer: Answer, caller: Caller) -> int:
    """How many of the ten categories a page shows."""
    return sum(holds([answer], each) for each in caller.world["crowd"])


# --- pages ---


@pytest.mark.requirement("PROD-49")
def test_product_list_without_limit_holds_at_most_8_items(crowded: Caller) -> None:
    answer = crowded(LIST).accepted()
    answer.expect(
        "a list without limit holds at most 8 items",
        holds=0 < shown(answer, crowded) <= DEFAULT_LIMIT,
        expected="some of ten records, and 8 at most",
        observed=f"{shown(answer, crowded)} of ten",
    )


@pytest.mark.requirement("PROD-49")
def test_product_list_offers_a_cursor_while_there_is_more(crowded: Caller) -> None:
    answer = crowded(LIST).accepted()
    answer.expect(
        "a list that holds ten records offers a cursor",
        holds=bool(answer.optional("next_token")),
        expected="next_token",
        observed="no next_token",
        uses=("next_token",),
    )


@pytest.mark.requirement("PROD-50")
@pytest.mark.parametrize("limit", [0, -1, LARGEST_LIMIT + 1, 10_000])
def test_limit_of_a_product_list_is_pulled_into_its_range(crowded: Caller, limit: int) -> None:
    crowded(LIST, limit=1).accepted()
    answer, most = crowded(LIST, limit=limit).accepted(), 1 if limit < 1 else CROWD
    answer.expect(
        f"limit {limit} is read as {max(1, min(limit, LARGEST_LIMIT))}",
        holds=shown(answer, crowded) == most,
        expected=f"{most} of ten",
        observed=f"{shown(answer, crowded)} of ten",
    )


@pytest.mark.requirement("PROD-51")
@pytest.mark.parametrize("limit", [1, 3, 5, None])
def test_walk_through_a_product_list_shows_each_record_once(
    crowded: Caller, limit: int | None
) -> None:
    size: dict[str, Any] = {} if limit is None else {"limit": limit}
    walk = pages(crowded, LIST, **size)
    counts = [sum(holds([page], each) for page in walk) for each in crowded.world["crowd"]]
    walk[-1].expect(
        "a walk through the pages shows each record once",
        holds=counts == [1] * CROWD,
        expected="ten records, each of them on one page",
        observed=f"{counts.count(0)} missing, {sum(n > 1 for n in counts)} on several pages",
    )
    walk[-1].expect(
        "the walk comes to a last page, without a cursor",
        holds=not walk[-1].optional("next_token"),
        expected="an end of the walk",
        observed="a cursor that was handed out before, or no end in sight",
        uses=("next_token",),
    )


# --- what a list leaves out ---


@pytest.fixture
def doomed(merchant: Caller) -> tuple[Caller, str]:
    """The owner at work in a new department, and its only category, which is doomed."""
    department = records.make(merchant, "pvm.department")["department_id"]
    there = merchant.within(merchant.world.extended(department_id=department))
    made = records.make(there, CATEGORY)
    moved(there, CATEGORY, made, "doomed")
    return there, str(made["category_id"])


@pytest.mark.requirement("PROD-52")
def test_doomed_product_record_leaves_the_default_list(doomed: tuple[Caller, str]) -> None:
    caller, gone = doomed
    expect_listed(pages(caller, LIST), gone, listed=False)


@pytest.mark.requirement("PROD-52")
def test_include_doomed_brings_the_product_record_back(doomed: tuple[Caller, str]) -> None:
    caller, gone = doomed
    expect_listed(pages(caller, LIST, include_doomed=True), gone)


FOREIGN: Final = {
    "pvm.vendor.list": "vendor_id",
    "pvm.category.list": "category_id",
    "pvm.division.list": "division_id",
    "pvm.style.list": "style_id",
}


@pytest.mark.requirement("PROD-53")
@pytest.mark.parametrize("listing", FOREIGN)
def test_product_list_holds_no_record_of_another_org(
    owner: Caller, catalog: Catalog, foreign_catalog: Catalog, listing: str
) -> None:
    # Without the catalog in context, so that the list is of the whole organisation.
    walk = pages(owner, listing, limit=LARGEST_LIMIT)
    expect_listed(walk, getattr(catalog, FOREIGN[listing]))
    expect_listed(walk, getattr(foreign_catalog, FOREIGN[listing]), listed=False)


@pytest.mark.requirement("PROD-53")
def test_later_page_holds_no_product_record_of_another_org(
    merchant: Caller, foreign_merchant: Caller
) -> None:
    own = [str(records.make(merchant, "pvm.brand")["brand_id"]) for _ in range(2)]
    for _ in range(2):
        records.make(foreign_merchant, "pvm.brand")
    walk = pages(foreign_merchant, "pvm.brand.list", limit=1)
    for each in own:
        expect_listed(walk, each, listed=False)


# --- GET ---


@pytest.mark.requirement("PROD-54")
def test_body_of_a_get_does_not_say_what_is_read(merchant: Caller) -> None:
    other = records.make(merchant, CATEGORY)
    right = merchant(READ)
    body = json.dumps({"category_id": other["category_id"]})
    answer = merchant(READ, Change(raw=body))
    expect_shown(answer, merchant.world["category_id"])
    expect_unchanged(right, answer)


@pytest.mark.requirement("PROD-54")
def test_body_of_a_get_does_not_limit_a_list(crowded: Caller) -> None:
    crowded(LIST, limit=3).accepted()
    answer = crowded(LIST, Change(raw=json.dumps({"limit": 1})), limit=3).accepted()
    answer.expect(
        "a list takes its limit from the query",
        holds=shown(answer, crowded) == 3,
        expected="3 of ten",
        observed=f"{shown(answer, crowded)} of ten",
    )


@pytest.mark.requirement("PROD-54")
def test_body_of_a_get_names_no_other_organisation(
    merchant: Caller, absent_org: Callable[[], World]
) -> None:
    merchant(READ).accepted()
    body = json.dumps({"orgcode": absent_org()["orgcode"]})
    expect_shown(merchant(READ, Change(raw=body)), merchant.world["category_id"])


@pytest.mark.requirement("PROD-55")
@pytest.mark.parametrize("name", ["session_guid", "x-session-guid"])
@pytest.mark.parametrize("operation", [READ, LIST, "pvm.season.create"])
def test_session_in_the_query_authenticates_nobody(
    merchant: Caller, operation: str, name: str
) -> None:
    merchant(operation).accepted()
    query = {name: str(merchant.actor.session)}
    merchant.as_(ANONYMOUS)(operation, Change(query=query)).refused()


@pytest.mark.requirement("PROD-55")
def test_key_in_the_query_authenticates_nobody(merchant: Caller, key_owner: Caller) -> None:
    merchant(READ).accepted()
    merchant.as_(key_owner.actor)(READ, AS_PROVEN).accepted()
    query = {"api_key": str(key_owner.actor.key)}
    merchant.as_(ANONYMOUS)(READ, Change(query=query)).refused()
