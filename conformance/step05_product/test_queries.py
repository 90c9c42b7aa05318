"""Step 5: what a GET reads is told by its query alone, and its credentials by its headers."""

import json
from collections.abc import Callable

import pytest

from fixtures.context import records
from fixtures.exchange.actors import ANONYMOUS
from fixtures.exchange.request import AS_PROVEN, Change
from fixtures.run.client import Caller
from fixtures.run.paging import holds
from fixtures.run.session import Session
from fixtures.run.world import World
from fixtures.services.populated_lists import crowd
from fixtures.services.pvm.actions import expect_shown, expect_unchanged

LIST, READ, CATEGORY = "pvm.category.list", "pvm.category.get", "pvm.category"


@pytest.mark.requirement("PROD-54")
def test_body_of_a_get_does_not_say_what_is_read(merchant: Caller) -> None:
    other = records.make(merchant, CATEGORY)
    right = merchant(READ)
    body = json.dumps({"category_id": other["category_id"]})
    answer = merchant(READ, Change(raw=body))
    expect_shown(answer, merchant.world["category_id"])
    expect_unchanged(right, answer)


@pytest.mark.requirement("PROD-54")
def test_body_of_a_get_does_not_limit_a_list(session: Session, merchant: Caller) -> None:
    ten = crowd(session, LIST)
    there = merchant.within(merchant.world.extended(**ten.around))
    there(LIST, limit=3).accepted()
    answer = there(LIST, Change(raw=json.dumps({"limit": 1})), limit=3).accepted()
    shown = sum(holds([answer], each) for each in ten.members)
    answer.expect(
        "a list takes its limit from the query",
        holds=shown == 3,
        expected="3 of ten",
        observed=f"{shown} of ten",
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
