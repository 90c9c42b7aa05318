"""Step 13: commissions, their splits and statements, and payouts."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from conformance.contract.paging import LARGEST_LIMIT
from fixtures import Answer, Caller, expect_listed, pages
from fixtures.services.accounting.actions import added_up, expect_text_amount

ADJUST, SPLIT = "accounting.commission.adjust", "accounting.commission.split_set"
STATUS = "accounting.commission.payout.status_set"


@dataclass(frozen=True)
class Desk:
    """An associate of a check's own."""

    caller: Caller
    associate: str

    def bonus(self, amount: str, **values: Any) -> Answer:
        given = {"associate_id": self.associate, "amount": amount, **values}
        return self.caller(ADJUST, **given).accepted()

    def statement(self, associate: str | None = None) -> Answer:
        named = associate or self.associate
        return self.caller("accounting.commission.statement", associate_id=named).accepted()

    def payout(self) -> Answer:
        made = self.caller("accounting.commission.payout.create", associate_id=self.associate)
        return made.accepted()

    def step(self, payout: Answer, status: str) -> Answer:
        """Ask for the next status of the payout that this answer shows."""
        named = {"payout_id": payout.value("payout_id"), "expected_revision": payout.revision}
        return self.caller(STATUS, **named, status=status)

    def taken(self, *steps: str) -> Answer:
        """A new payout after these steps."""
        answer = self.payout()
        for each in steps:
            answer = self.step(answer, each).accepted()
        return answer

    def shown(self, payout: Answer) -> Answer:
        named = {"payout_id": payout.value("payout_id")}
        return self.caller("accounting.commission.payout.get", **named).accepted()


@pytest.fixture
def desk(accounting_owner: Caller) -> Desk:
    return Desk(accounting_owner, str(accounting_owner.world.fresh("guid")))


# --- commissions ---


@pytest.mark.requirement("EXIT-50")
@pytest.mark.parametrize("kind", ["bonus", "chargeback", "correction"])
def test_each_kind_of_adjustment_is_recorded(desk: Desk, kind: str) -> None:
    desk.bonus("1.00", adjustment_type=kind).value("commission_id")


@pytest.mark.requirement("EXIT-51")
@pytest.mark.parametrize("amount", ["1234567.89", "-0.10"])
def test_commission_is_read_as_it_was_recorded(desk: Desk, amount: str) -> None:
    made = desk.bonus(amount).value("commission_id")
    answer = desk.caller("accounting.commission.get", commission_id=made)
    expect_text_amount(answer, "amount", amount, "a commission shows its amount as it was sent")


@pytest.mark.requirement("EXIT-52")
@pytest.mark.parametrize("by", ["associate", "order"])
def test_commissions_are_listed(desk: Desk, by: str) -> None:
    order = str(desk.caller.world.fresh("guid"))
    made = desk.bonus("1.00", commissioned_order=order).value("commission_id")
    other = desk.caller(ADJUST).value("commission_id")
    wanted = {"associate": desk.associate, "order": order}[by]
    narrowed = {f"listed_{by}": wanted, "limit": LARGEST_LIMIT}
    found = pages(desk.caller, "accounting.commission.list", **narrowed)
    expect_listed(found, str(made), inferred=True)
    expect_listed(found, str(other), listed=False, inferred=True)


@pytest.mark.requirement("EXIT-53")
@pytest.mark.parametrize("whole", [9_999, 10_001])
def test_splits_that_are_not_the_whole_are_refused(desk: Desk, whole: int) -> None:
    made = desk.bonus("10.00").value("commission_id")
    desk.caller(SPLIT, commission_id=made, bps=2_500, second_bps=7_500).accepted()
    answer = desk.caller(SPLIT, commission_id=made, bps=2_500, second_bps=whole - 2_500)
    answer.refused()


@pytest.mark.requirement("EXIT-54")
def test_shares_add_up_to_the_commission(desk: Desk) -> None:
    made = desk.bonus("100.01").value("commission_id")
    second = str(desk.caller.world.fresh("guid"))
    parts: dict[str, Any] = {
        "associate_id": desk.associate,
        "bps": 3_333,
        "second_associate": second,
        "second_bps": 6_667,
    }
    desk.caller(SPLIT, commission_id=made, **parts).accepted()
    shares = [desk.statement(each) for each in (desk.associate, second)]
    told = [each.value("total") for each in shares]
    shares[-1].expect(
        "the shares of a commission add up to it",
        holds=added_up(told) == Decimal("100.01"),
        expected="100.01",
        observed=" + ".join(map(str, told)),
        uses=("total",),
    )


@pytest.mark.requirement("EXIT-55")
def test_statement_is_the_exact_sum(desk: Desk) -> None:
    for amount in ("0.10", "0.20"):
        desk.bonus(amount)
    expect_text_amount(desk.statement(), "total", "0.30", "a statement is the exact sum")


@pytest.mark.requirement("EXIT-56")
def test_adjustment_tells_who_made_it(desk: Desk) -> None:
    made = desk.bonus("1.00").value("commission_id")
    answer = desk.caller("accounting.commission.get", commission_id=made).accepted()
    actor, roles = answer.optional("actor"), answer.optional("held_roles")
    answer.expect(
        "an adjustment tells actor and role",
        holds=bool(actor) and bool(roles),
        expected="actor and role",
        observed=f"actor {actor}, role {roles}",
        uses=("actor", "held_roles"),
    )


# --- payouts ---


@pytest.mark.requirement("EXIT-60")
def test_new_payout_is_pending(desk: Desk) -> None:
    desk.bonus("1.00")
    desk.payout().in_state("pending", "a new payout is pending")


@pytest.mark.requirement("EXIT-61")
def test_payout_is_approved_and_then_paid(desk: Desk) -> None:
    desk.bonus("1.00")
    approved = desk.taken("approved")
    desk.shown(approved).in_state("approved", "an approved payout is read as approved")
    desk.step(approved, "paid").accepted()
    desk.shown(approved).in_state("paid", "a paid payout is read as paid")


@pytest.mark.requirement("EXIT-62")
def test_payout_is_not_paid_before_it_is_approved(desk: Desk) -> None:
    desk.taken("approved", "paid")
    pending = desk.payout()
    desk.step(pending, "paid").refused()
    desk.shown(pending).in_state("pending", "a payout that was refused is pending still")


@pytest.mark.requirement("EXIT-63")
@pytest.mark.parametrize(
    ("steps", "back"),
    [(("approved",), "pending"), (("approved", "paid"), "approved")],
    ids=["approved-to-pending", "paid-to-approved"],
)
def test_payout_goes_no_way_back(desk: Desk, steps: tuple[str, ...], back: str) -> None:
    desk.step(desk.taken(*steps), back).refused()


@pytest.mark.requirement("EXIT-64")
def test_payouts_are_listed_whatever_their_status(desk: Desk) -> None:
    made = [desk.payout(), desk.taken("approved", "paid")]
    narrowed = {"listed_associate": desk.associate, "limit": LARGEST_LIMIT}
    found = pages(desk.caller, "accounting.commission.payout.list", **narrowed)
    for each in made:
        expect_listed(found, str(each.value("payout_id")), inferred=True)


@pytest.mark.requirement("EXIT-65")
def test_commission_is_paid_out_once(desk: Desk) -> None:
    desk.bonus("1.00")
    expect_text_amount(desk.payout(), "amount", "1.00", "the first payout holds the commission")
    expect_text_amount(desk.payout(), "amount", "0.00", "the second does not")
