"""The tally of deliveries tells what is lost, what is foreign and what came twice."""

import json

import pytest
from hypothesis import given

from fixtures.lossy import LOSSY, Plan, Tally, plans
from fixtures.receiver import Delivery, Manner


def delivered(*names: str) -> list[Delivery]:
    return [
        Delivery(0.0, "/", {}, json.dumps({"event_id": name}).encode(), Manner.TAKEN)
        for name in names
    ]


@pytest.mark.parametrize(
    ("emitted", "taken", "exact", "complete"),
    [
        ("ab", "ab", True, True),
        ("ab", "abba", True, True),
        ("ab", "a", False, False),
        ("ab", "abc", False, True),
        ("", "", True, True),
    ],
)
def test_sets_are_compared_by_event_id(
    emitted: str, taken: str, exact: bool, complete: bool
) -> None:
    tally = Tally.of(emitted, delivered(*taken))
    assert (tally.exact, tally.complete) == (exact, complete)


def test_what_is_wrong_is_told() -> None:
    told = str(Tally.of("abc", delivered("a", "a", "x")))
    assert told == "2 events taken, 1 of them again; 2 lost, 1 that were not emitted"


@given(plans())
def test_silence_is_drawn_once_at_most(plan: Plan) -> None:
    assert plan.manners.count(Manner.SILENT) <= 1
    assert plan.manners
    assert plan.writes >= 1


def test_the_standard_plan_fails_in_every_way() -> None:
    assert set(LOSSY.manners) == set(Manner) - {Manner.TAKEN}
