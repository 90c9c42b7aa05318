"""Plans of movements at work on a shop in memory: what the model says, and what it goes on from."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings

from conformance.contract.ics import BUCKETS
from conformance.contract.operation import Operation
from fixtures.client import Caller
from fixtures.shelves import Shelf
from fixtures.stock import HELD, Stock
from fixtures.stock_plans import STANDARD, Execution, Move, Plan, Trial, Turn, plans
from tests.memory import Memory, callers
from tests.rooms import room_in

BUCKET_OF = dict(zip(("reservation", "allocation", "commit"), HELD, strict=True))
calmly = settings(deadline=None)


class NoStockError(Exception):
    """The shop has too few units."""


@dataclass
class Shop(Memory):
    """One position. `lost` units vanish in each transition."""

    lost: int = 0
    units: Counter[str] = field(default_factory=lambda: Counter(available=10))
    holds: dict[str, tuple[str, int]] = field(default_factory=dict)
    receipts: dict[str, int] = field(default_factory=dict)

    def respond(self, operation: Operation, sent: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        try:
            return 200, {"data": self._done(operation.id.removeprefix("ics."), sent)}
        except NoStockError:
            return 409, {"data": {}}

    def _done(self, name: str, sent: Mapping[str, Any]) -> dict[str, Any]:
        noun, _, verb = name.partition(".")
        if noun in BUCKET_OF:
            return self._held(noun, verb, sent)
        match name:
            case "adjustment.create":
                self._move("", "available", sent["quantity_delta"])
            case "stock.transition":
                self._move(sent["from_bucket"], sent["to_bucket"], sent["quantity"])
                self.units[sent["to_bucket"]] -= self.lost
            case "receive.record":
                self.receipts["r"] = sent["quantity"]
            case "putaway.record":
                self._move("", "available", self.receipts.pop("r"))
        on_hand = sum(self.units.values())
        shown = {**dict.fromkeys(BUCKETS, 0), **self.units, "on_hand": on_hand}
        return {**shown, "receipt_id": "r", "putaway_id": "p"}

    def _held(self, noun: str, verb: str, sent: Mapping[str, Any]) -> dict[str, Any]:
        identifier = f"{noun}-{len(self.calls)}"
        if verb in ("release", "expire"):
            bucket, quantity = self.holds.pop(sent[f"{noun}_id"])
            self._move(bucket, "available", quantity)
        else:
            old = self.holds.pop(sent.get("allocation_id", ""), None)
            bucket, quantity = old or ("available", sent.get("quantity", 0))
            self._move(bucket, BUCKET_OF[noun], quantity)
            self.holds[identifier] = (BUCKET_OF[noun], quantity)
        return {f"{noun}_id": identifier}

    def _move(self, source: str, target: str, quantity: int) -> None:
        if (source and self.units[source] < quantity) or self.units[target] + quantity < 0:
            raise NoStockError
        if source:
            self.units[source] -= quantity
        self.units[target] += quantity


Opened = Callable[..., list[Caller]]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """Makes three callers at a new shop."""
    room = room_in(tmp_path_factory.mktemp("shop"))

    def make(**traits: Any) -> list[Caller]:
        world = {"orgcode": "ORG", "logical_guid": "f-1"}
        return callers(Shop(room, **traits), world, "one", "two", "three")

    yield make
    room.evidence.close()


def executed(who: list[Caller], plan: Plan) -> Trial:
    return Execution(Shelf(who[0], "v-1"), who, "bin-1").run(plan)


def as_modelled(turn: Turn) -> bool:
    return turn.after == (turn.before if turn.wanted is None else turn.wanted)


def test_standard_plan_takes_every_movement(opened: Opened) -> None:
    trial = executed(opened(), STANDARD)
    assert {turn.move for turn in trial.turns} == set(Move)
    assert trial.trouble == ""


def test_standard_plan_wants_for_units_in_each_way(opened: Opened) -> None:
    wanting = {turn.move for turn in executed(opened(), STANDARD).turns if turn.wanted is None}
    assert wanting == {Move.COMMIT, Move.RESERVE, Move.REMOVE}


@calmly
@given(plan=plans())
def test_honest_shop_is_as_the_model_says(opened: Opened, plan: Plan) -> None:
    for turn in executed(opened(), plan).turns:
        assert as_modelled(turn)
        assert (turn.answer.status == 409) == (turn.wanted is None)
        assert Stock(**turn.after).total == Stock(**turn.before).total + turn.delta


def test_lost_unit_is_told_where_it_is_lost(opened: Opened) -> None:
    turns = executed(opened(lost=1), STANDARD).turns
    moves = {Move.SET_ASIDE, Move.DAMAGE, Move.BRING_BACK}
    wrong = [turn.move for turn in turns if not as_modelled(turn)]
    assert wrong
    assert set(wrong) <= moves


def test_refusal_of_who_asks_ends_the_plan(opened: Opened) -> None:
    trial = executed(opened(closed_to="two"), STANDARD)
    assert len(trial.turns) == 1
    assert "403" in trial.trouble
