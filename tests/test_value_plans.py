"""Plans of stored value at work on a purse in memory: what the book says of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.contract.operation import Operation
from fixtures.client import Room
from fixtures.purses import CARD, CREDIT, KINDS, POINTS, Kind, Purse
from fixtures.value_plans import CLOSING, Execution, Move, Plan, Trial, plans, standard
from tests.memory import Memory, callers
from tests.rooms import room_in

calmly = settings(deadline=None, max_examples=30)


@dataclass
class Till(Memory):
    """One purse. `careless` lets everything through; `keeps` writes what it refuses."""

    kind: Kind
    careless: bool = False
    keeps: bool = False
    entries: dict[str, Decimal] = field(default_factory=dict)
    undone: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.entries["first"] = self.kind.start

    @property
    def balance(self) -> Decimal:
        return sum(self.entries.values(), Decimal(0))

    def respond(self, operation: Operation, sent: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        status = self._write(operation.id, sent) if operation.writes else 200
        names = ("balance", "loyalty_balance", "credit_available")
        shown = dict.fromkeys(names, self.kind.spelt(self.balance))
        data = {"entry_id": f"e{len(self.entries)}", **shown}
        return status, {"data": data if status == 200 else {}}

    def _write(self, operation_id: str, sent: Mapping[str, Any]) -> int:
        """The status of a write; the entry it makes is known by its number."""
        amount, undoes = self._amount(operation_id, sent), sent.get("entry_id")
        top = self.kind.start if self.kind.capped else Decimal("Infinity")
        fits = 0 <= self.balance + amount <= top and undoes not in self.undone
        if fits or self.careless or self.keeps:
            self.entries[f"e{len(self.entries) + 1}"] = amount
            self.undone |= {undoes} if undoes else set()
        return 200 if fits or self.careless else 409

    def _amount(self, operation_id: str, sent: Mapping[str, Any]) -> Decimal:
        if "entry_id" in sent and operation_id.endswith(("restore", "reverse")):
            return -self.entries[sent["entry_id"]]
        amount = Decimal(str(sent[self.kind.field]))
        return -amount if operation_id == self.kind.takes else amount


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    made = room_in(tmp_path_factory.mktemp("till"))
    yield made
    made.evidence.close()


def run(till: Till, plan: Plan) -> Trial:
    """The plan at work by two actors on the purse of this till."""
    who = callers(till, {"orgcode": "ORG", "org_guid": "o"}, "one", "two")
    names = {"customer_id": "c", "giftcard_id": "g", "account_id": "a", "entry_id": "first"}
    return Execution(Purse(who[0], till.kind, names), who).run(plan)


def contradictions(trial: Trial) -> list[str]:
    """Moves that the target decided otherwise than the book."""
    return [
        str(turn.move)
        for turn in trial.turns
        if (turn.wanted is None) is (turn.answer.status == 200)
        or (turn.wanted is not None and turn.shown is not None and turn.shown != turn.wanted)
    ]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_an_honest_till_contradicts_no_plan(room: Room, kind: Kind) -> None:
    @calmly
    @given(plans(kind))
    def any_plan(plan: Plan) -> None:
        trial = run(Till(room, kind), plan)
        assert not trial.trouble
        assert not contradictions(trial)

    any_plan()


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_standard_plan_takes_every_move_of_its_kind(room: Room, kind: Kind) -> None:
    trial = run(Till(room, kind), standard(kind))
    steps = {step.move for step in (*standard(kind).steps, *CLOSING)}
    assert {turn.move for turn in trial.turns} == steps
    assert any(turn.wanted is None for turn in trial.turns)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_plan_ends_with_an_empty_purse(room: Room, kind: Kind) -> None:
    till = Till(room, kind)
    run(till, standard(kind))
    assert till.balance == 0


def test_a_careless_till_is_contradicted_once_for_each_of_its_gifts(room: Room) -> None:
    trial = run(Till(room, POINTS, careless=True), Plan(steps=()))
    assert contradictions(trial) == [Move.TAKE]


@pytest.mark.parametrize("kind", [CARD, CREDIT], ids=["card", "credit"])
def test_a_till_that_keeps_what_it_refused_is_found_out_by_the_end(room: Room, kind: Kind) -> None:
    trial = run(Till(room, kind, keeps=True), Plan(steps=()))
    assert contradictions(trial) == [Move.TAKE]
    assert trial.turns[-1].answer.status == 409


def test_a_caller_who_may_not_ends_the_plan_without_a_word_on_value(room: Room) -> None:
    trial = run(Till(room, CARD, closed_to="two"), standard(CARD))
    assert "403" in trial.trouble
    assert not contradictions(trial)


@given(st.sampled_from(list(KINDS.values())), st.integers(0, 10**4))
def test_amounts_are_spelt_as_whole_points_or_in_cents(kind: Kind, steps: int) -> None:
    spelt = kind.spelt(kind.smallest * steps)
    assert Decimal(str(spelt)) == kind.smallest * steps
    assert isinstance(spelt, int) is (kind is POINTS)
