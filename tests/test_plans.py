"""Plans at work on a register in memory: what is taken, what the model knows, what is raised."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.contract import OPERATIONS, RECORDS
from conformance.contract.operation import Kind, Operation
from fixtures import records
from fixtures.check import Check
from fixtures.client import Caller
from fixtures.drawing import try_out
from fixtures.outcome import Finding, Inconclusive, Violation
from fixtures.plans import STANDARD, Execution, Move, Plan, Step, Trial, plans, standard_plans
from fixtures.world import World
from tests.memory import Memory, callers
from tests.rooms import Rule, room_in

KIND = RECORDS["ofm.cost_centre"]
calmly = settings(deadline=None)


@dataclass
class Register(Memory):
    """One cost centre; `closed` lets nobody in."""

    caption: str = ""
    status: str = "active"
    revision: int = 0
    closed: bool = False

    def respond(self, operation: Operation, sent: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        if self.closed:
            raise Inconclusive("no answer")
        status, tag = self._change(operation, sent)
        data = {"cc_guid": "cc-1", "caption": self.caption, "status": self.status}
        body: dict[str, Any] = {"data": data, "revision": self.revision}
        if tag:
            body["error"] = {"major": {"tag": tag, "message": {"en_US": tag}}}
        return status, body

    def _change(self, operation: Operation, sent: Mapping[str, Any]) -> tuple[int, str]:
        if operation.kind is Kind.CREATE:
            self.caption, self.status, self.revision = str(sent["caption"]), "active", 1
        elif operation.kind.writes:
            expected = sent.get("expected_revision")
            if expected is None:
                return 428, "expected-revision-required"
            if expected != self.revision:
                return 409, "conflict"
            self.caption = str(sent.get("caption", self.caption))
            self.status = str(sent.get("status", self.status))
            self.revision += 1
        return 200, ""


@pytest.fixture(scope="module")
def cast(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], list[Caller]]]:
    """Makes two callers at a fresh register."""
    directory = tmp_path_factory.mktemp("register")
    room = room_in(directory)

    def make() -> list[Caller]:
        return callers(Register(room), {"org_guid": "org-1"}, "one", "two")

    yield make
    room.evidence.close()


Cast = Callable[[], list[Caller]]


def executed(who: list[Caller], plan: Plan) -> Trial:
    return Execution.on_fresh_record(KIND, plan, who, []).run(plan.steps)


@pytest.mark.parametrize("plan", standard_plans(KIND), ids=lambda plan: plan.operation)
def test_standard_plan_takes_every_move(cast: Cast, plan: Plan) -> None:
    trial = executed(cast(), plan)
    assert {turn.move for turn in trial.turns} == set(Move)
    assert trial.trouble == ""


@calmly
@given(plan=plans(KIND))
def test_model_is_what_the_register_shows(cast: Cast, plan: Plan) -> None:
    turns = executed(cast(), plan).turns
    for before, after in pairwise(turns):
        assert before.after == after.before


@calmly
@given(plan=plans(KIND))
def test_faithful_register_answers_each_move_as_documented(cast: Cast, plan: Plan) -> None:
    for turn in executed(cast(), plan).turns:
        taken = turn.move in {Move.READ, Move.CURRENT, Move.REBASE}
        refusal = 428 if turn.move is Move.MISSING else 409
        assert turn.answer.status == (200 if taken else refusal)
        written = turn.move in {Move.CURRENT, Move.REBASE}
        assert (turn.after.revision == turn.before.revision + 1) is written
        assert (turn.after.value == turn.sent) is written or turn.move is Move.READ


@calmly
@given(plan=plans(KIND))
def test_writes_are_read_back_by_another_actor(cast: Cast, plan: Plan) -> None:
    for turn in executed(cast(), plan).turns:
        assert turn.move is Move.READ or turn.answer.actor != turn.reading.actor


@pytest.mark.parametrize("move", [Move.STALE, Move.SPENT, Move.REBASE])
def test_move_that_needs_a_past_is_not_taken_on_a_new_record(cast: Cast, move: Move) -> None:
    plan = Plan(operation="ofm.cost_centre.update", steps=(Step(actor=0, move=move),))
    assert executed(cast(), plan).turns == ()


def test_trouble_ends_the_plan_and_keeps_what_was_taken(cast: Cast) -> None:
    who = cast()
    plan = Plan(operation="ofm.cost_centre.update", steps=STANDARD)
    execution = Execution.on_fresh_record(KIND, plan, who, [])
    execution.run(STANDARD[:2])
    register = who[0].client
    assert isinstance(register, Register)
    register.closed = True
    trial = execution.run(STANDARD[2:])
    assert len(trial.turns) == 2
    assert trial.trouble == "no answer"


def test_every_kind_with_a_revisioned_write_takes_its_two_statuses_in_turn() -> None:
    for kind in RECORDS.values():
        if any(operation.kind is Kind.STATUS for operation in records.changing(kind)):
            first, second = kind.turns
            assert first != second
            sample = OPERATIONS[kind.status or ""].fresh["status"]
            assert World({}, "run").fresh(sample) == first


# --- what is drawn ---


def finding(observed: str) -> Finding:
    return Check("test", Rule(), "").finding(
        "rule", expected="", observed=observed, certainty=Check("", Rule(), "").certainty
    )


def test_first_violation_is_raised_after_all_plans() -> None:
    seen: list[int] = []

    def visit(number: int) -> None:
        seen.append(number)
        raise Violation(finding(str(len(seen))))

    with pytest.raises(Violation) as raised:
        try_out(st.integers(0, 1000), visit, seed=1, count=5)
    assert raised.value.finding.observed == "1"
    assert len(seen) == 5


def test_smallest_violation_is_raised_where_plans_are_shrunk() -> None:
    def visit(number: int) -> None:
        if number >= 17:
            raise Violation(finding(str(number)))

    with pytest.raises(Violation) as raised:
        try_out(st.integers(0, 1000), visit, seed=1, count=100, shrink=True)
    assert raised.value.finding.observed == "17"


def test_violation_that_does_not_come_again_is_raised_all_the_same() -> None:
    once = iter([Violation(finding("once"))])

    def visit(number: int) -> None:
        del number
        if (violation := next(once, None)) is not None:
            raise violation

    with pytest.raises(Violation):
        try_out(st.integers(0, 1000), visit, seed=1, count=5, shrink=True)


def test_trouble_is_raised_only_where_every_plan_met_it() -> None:
    def never(number: int) -> None:
        raise Inconclusive(f"trouble {number}")

    def seldom(number: int) -> None:
        if number % 2:
            never(number)

    try_out(st.sampled_from([1, 2, 3, 4]), seldom, seed=1, count=4)
    with pytest.raises(Inconclusive):
        try_out(st.integers(0, 1000), never, seed=1, count=4)


def test_same_seed_draws_the_same_plans() -> None:
    def drawn(seed: int) -> list[Plan]:
        found: list[Plan] = []
        try_out(plans(KIND), found.append, seed=seed, count=5)
        return found

    assert drawn(7) == drawn(7)
    assert drawn(7) != drawn(8)
