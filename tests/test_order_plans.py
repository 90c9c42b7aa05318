"""Plans of sales at work on a shop in memory: what the model says, and what it goes on from."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings

from conformance.contract.ics import BUCKETS
from conformance.contract.operation import Operation
from fixtures.client import Caller
from fixtures.order_model import Move
from fixtures.order_plans import STANDARD, Execution, Plan, Trial, Turn, plans
from fixtures.trading import Stall
from tests.memory import Memory, callers
from tests.rooms import room_in

calmly = settings(deadline=None)
# What a step of an order asks for, and where it leads.
STEPS = {
    "order.place": (("draft",), "placed"),
    "promise.reserve": (("placed",), "reserved"),
    "promise.commit": (("reserved",), "committed"),
    "promise.release": (("reserved", "committed"), "placed"),
    "order.cancel": (("draft", "placed", "reserved", "committed"), "cancelled"),
}
HOLDING = ("reserved", "committed")
NAMES = ("run_id", "product_id", "price_id", "price_list_id", "adjustment_id")


class RefusedError(Exception):
    """The shop does not do it."""


@dataclass
class Shop(Memory):
    """One variant.

    `keeps` leaves units held when a sale is cancelled, `today` shows the product of today in old
    orders.
    """

    keeps: bool = False
    today: bool = False
    on_hand: int = 10
    stuck: int = 0
    edition: int = 1
    online: bool = True
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    replays: dict[str, dict[str, Any]] = field(default_factory=dict)

    def respond(self, operation: Operation, sent: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        try:
            return 200, {"data": self._done(operation.id, sent), "revision": 1}
        except RefusedError as refusal:
            return 409, {"data": {"why": str(refusal)}, "revision": 1}

    def _done(self, name: str, sent: Mapping[str, Any]) -> dict[str, Any]:
        service, _, what = name.partition(".")
        if service == "scm":
            return self._sold(what, sent)
        if what == "adjustment.create":
            self.on_hand += sent["quantity_delta"]
        if what == "run.step":
            self.edition, self.online = self.edition + 1, True
        if what == "product.online_clear":
            self.online = False
        if service == "ics":
            return {**self._stock(), "adjustment_id": "a"}
        state = "complete" if what.startswith("run.") else "online"
        return {**dict.fromkeys(NAMES, "i-1"), "status": state}

    def _stock(self) -> dict[str, int]:
        held = {stage: self._held(stage) for stage in HOLDING}
        held["reserved"] += self.stuck
        shown = {**held, "available": self.on_hand - sum(held.values()), "on_hand": self.on_hand}
        return {**dict.fromkeys(BUCKETS, 0), **shown}

    def _held(self, stage: str) -> int:
        return sum(each["quantity"] for each in self.orders.values() if each["stage"] == stage)

    def _sold(self, what: str, sent: Mapping[str, Any]) -> dict[str, Any]:
        if what == "order.create":
            self._unless(not self.online, "not online")
            name = f"o-{len(self.calls)}"
            self.orders[name] = {"quantity": sent["quantity"], "stage": "draft", "edition": 0}
            return {"order_id": name}
        if what.startswith("shipment."):
            return self._shipped(what, sent)
        order = self.orders[sent["order_id"]]
        if what == "order.get":
            edition = self.edition if self.today else order["edition"]
            return {"status": order["stage"], "lines": [{"product": f"edition {edition}"}]}
        key = sent.get("idempotency_key")
        if key not in self.replays:
            made = self._stepped(what, order)
            self.replays[str(key or len(self.calls))] = made
            return made
        return self.replays[str(key)]

    def _stepped(self, what: str, order: dict[str, Any]) -> dict[str, Any]:
        before, after = STEPS[what]
        self._unless(order["stage"] not in before, "not in turn")
        self._unless(what == "order.place" and not self.online, "not online")
        short = order["quantity"] > self._stock()["available"]
        self._unless(what == "promise.reserve" and short, "insufficient-stock")
        if what == "order.place":
            order["edition"] = self.edition
        if self.keeps and what == "order.cancel" and order["stage"] in HOLDING:
            self.stuck += order["quantity"]
        order["stage"] = after
        return {"promise_id": "p"}

    def _shipped(self, what: str, sent: Mapping[str, Any]) -> dict[str, Any]:
        if what == "shipment.create":
            order = self.orders[sent["order_id"]]
            self._unless(order["stage"] != "committed", "not in turn")
            order["stage"] = "shipped"
            self.on_hand -= order["quantity"]
        return {"shipment_id": "s"}

    @staticmethod
    def _unless(wrong: bool, why: str) -> None:
        if wrong:
            raise RefusedError(why)


Opened = Callable[..., list[Caller]]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """Makes two callers at a new shop."""
    room = room_in(tmp_path_factory.mktemp("shop"))
    names = (
        "logical_guid",
        "channel_code",
        "channel_guid",
        "style_id",
        "variant_id",
        "category_id",
    )
    world = {"orgcode": "ORG", "goes_online": True, **dict.fromkeys(names, "n-1")}

    def make(**traits: Any) -> list[Caller]:
        return callers(Shop(room, **traits), world, "one", "two")

    yield make
    room.evidence.close()


def executed(who: list[Caller], plan: Plan) -> Trial:
    return Execution(Stall(who[0]), who).run(plan)


def as_modelled(turn: Turn) -> bool:
    return turn.after == turn.wanted


def keeps_its_sale(turn: Turn) -> bool:
    return set(turn.kept) <= set(turn.shown)


def test_standard_plan_takes_every_move(opened: Opened) -> None:
    trial = executed(opened(), STANDARD)
    assert trial.trouble == ""
    assert {turn.move for turn in trial.turns} == set(Move) - {Move.REPRICE}


def test_standard_plan_wants_for_stock_once(opened: Opened) -> None:
    assert any(turn.short for turn in executed(opened(), STANDARD).turns)


@calmly
@given(plan=plans())
def test_honest_shop_is_as_the_model_says(opened: Opened, plan: Plan) -> None:
    for turn in executed(opened(), plan).turns:
        assert as_modelled(turn)
        assert keeps_its_sale(turn)
        assert (turn.answer.status == 200) == turn.allowed


def test_units_kept_by_a_cancelled_sale_are_told(opened: Opened) -> None:
    wrong = [
        turn.move for turn in executed(opened(keeps=True), STANDARD).turns if not as_modelled(turn)
    ]
    assert set(wrong) == {Move.CANCEL}


def test_product_of_today_in_an_old_order_is_told(opened: Opened) -> None:
    turns = executed(opened(today=True), STANDARD).turns
    assert all(as_modelled(turn) for turn in turns)
    assert not all(keeps_its_sale(turn) for turn in turns)


def test_refusal_of_who_asks_ends_the_plan(opened: Opened) -> None:
    trial = executed(opened(closed_to="two"), STANDARD)
    assert "403" in trial.trouble
