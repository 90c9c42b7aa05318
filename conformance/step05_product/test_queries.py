"""Step 5: a GET takes what it reads from its query alone, and its credentials from its headers."""

import json
from collections.abc import Callable

import pytest

from conformance.contract.paging import LARGEST_LIMIT
from fixtures import (
    ANONYMOUS,
    Caller,
    Change,
    Inconclusive,
    Session,
    World,
    expect_listed,
    holds,
    pages,
)
from fixtures.context import records
from fixtures.probes.populated_lists import populated_list
from fixtures.probes.sameness import expect_unchanged, settled_content
from fixtures.services.pvm.actions import expect_shown

LIST, READ, CATEGORY = "pvm.category.list", "pvm.category.get", "pvm.category"


@pytest.mark.requirement("PROD-54")
def test_body_of_a_get_does_not_say_what_is_read(pvm_owner: Caller) -> None:
    other = records.make(pvm_owner, CATEGORY)
    right = settled_content(lambda: pvm_owner(READ))
    body = json.dumps({"category_id": other["category_id"]})
    answer = pvm_owner(READ, Change(raw=body))
    expect_shown(answer, pvm_owner.world["category_id"])
    expect_unchanged(right, answer, "the body of a GET changes nothing of its answer")


@pytest.mark.requirement("PROD-54")
def test_body_of_a_get_does_not_limit_a_list(session: Session, pvm_owner: Caller) -> None:
    many = populated_list(session, LIST)
    there = pvm_owner.knowing(**many.around)
    usual = there(LIST, limit=3).accepted()
    answer = there(LIST, Change(raw=json.dumps({"limit": 1})), limit=3).accepted()
    wanted, shown = (sum(holds([a], each) for each in many.members) for a in (usual, answer))
    # No page says how full a page is, and one record would not tell the two limits apart.
    if wanted < 2:
        raise Inconclusive(f"{LIST}: a page of 3 shows {wanted} of {len(many.members)} records")
    answer.expect(
        "a list takes its limit from the query",
        holds=shown == wanted,
        expected=f"{wanted} of them, as without a body",
        observed=f"{shown} of them",
    )


@pytest.mark.requirement("PROD-54")
def test_body_of_a_get_names_no_other_organisation(
    pvm_owner: Caller, absent_org: Callable[[], World]
) -> None:
    pvm_owner(READ).accepted()
    body = json.dumps({"orgcode": absent_org()["orgcode"]})
    expect_shown(pvm_owner(READ, Change(raw=body)), pvm_owner.world["category_id"])


@pytest.mark.requirement("PROD-55")
@pytest.mark.parametrize("name", ["session_guid", "x-session-guid"])
@pytest.mark.parametrize("operation", [READ, LIST, "pvm.season.create"])
def test_session_in_the_query_authenticates_nobody(
    pvm_owner: Caller, operation: str, name: str
) -> None:
    pvm_owner(operation).accepted()
    query = {name: str(pvm_owner.actor.session)}
    pvm_owner.as_(ANONYMOUS)(operation, Change(query=query)).refused()


@pytest.mark.requirement("PROD-55")
def test_key_in_the_query_authenticates_nobody(pvm_owner: Caller, key_owner: Caller) -> None:
    pvm_owner(READ).accepted()
    pvm_owner.as_(key_owner.actor)(READ).accepted()
    query = {"api_key": str(key_owner.actor.key)}
    pvm_owner.as_(ANONYMOUS)(READ, Change(query=query)).refused()


# --- a part of the text ---


@pytest.mark.requirement("PROD-81")
def test_list_is_narrowed_by_a_part_of_the_text(pvm_owner: Caller) -> None:
    wanted, other = (str(pvm_owner.world.fresh("pvm_code")) for _ in range(2))
    made = [
        str(pvm_owner("pvm.brand.create", code=code, caption=f"{code} brand").value("brand_id"))
        for code in (wanted, other)
    ]
    walk = pages(pvm_owner, "pvm.brand.list", limit=LARGEST_LIMIT, text=wanted[:-1])
    expect_listed(walk, made[0])
    expect_listed(walk, made[1], listed=False)
