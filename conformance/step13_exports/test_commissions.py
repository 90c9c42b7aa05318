"""Step 13: commissions, their splits and statements, payouts, settlements."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from conformance.contract.paging import LARGEST_LIMIT
from fixtures import Answer, Caller, expect_listed, pages, pages_with
from fixtures.context import records
from fixtures.services.accounting.actions import added_up, expect_text_amount

ADJUST, SPLIT = "accounting.commission.adjust", "accounting.commission.split_set"
CREATE, STATUS = (f"accounting.commission.payout.{verb}" for verb in ("create", "status_set"))


@dataclass(frozen=True)
class Associate:
    """An associate of a check's own."""

    caller: Caller
    guid: str

    def record_bonus(self, amount: str, **values: Any) -> Answer:
        given = {"associate_id": self.guid, "amount": amount, **values}
        return self.caller(ADJUST, **given).accepted()

    def read_statement(self, associate: str | None = None) -> Answer:
        named = associate or self.guid
        return self.caller("accounting.commission.statement", associate_id=named).accepted()

    def create_payout(self) -> Answer:
        return self.caller(CREATE, associate_id=self.guid).accepted()

    def set_payout_status(self, payout: Answer, status: str) -> Answer:
        """Ask for the next status of the payout that this answer shows."""
        named = {"payout_id": payout.value("payout_id"), "expected_revision": payout.revision}
        return self.caller(STATUS, **named, status=status)

    def create_payout_in(self, *steps: str) -> Answer:
        """A new payout of a new bonus after these steps."""
        self.record_bonus("1.00")
        answer = self.create_payout()
        for each in steps:
            answer = self.set_payout_status(answer, each).accepted()
        return answer

    def read_payout(self, payout: Answer) -> Answer:
        named = {"payout_id": payout.value("payout_id")}
        return self.caller("accounting.commission.payout.get", **named).accepted()


@pytest.fixture
def associate(accounting_owner: Caller) -> Associate:
    return Associate(accounting_owner, str(accounting_owner.world.fresh("guid")))


# --- commissions ---


@pytest.mark.requirement("EXIT-50")
@pytest.mark.parametrize("kind", ["bonus", "chargeback", "correction"])
def test_each_kind_of_adjustment_is_recorded(associate: Associate, kind: str) -> None:
    associate.record_bonus("1.00", adjustment_type=kind).value("commission_id")


@pytest.mark.every
@pytest.mark.requirement("EXIT-51")
@pytest.mark.parametrize("amount", ["1234567.89", "-0.10"])
def test_commission_is_read_as_it_was_recorded(associate: Associate, amount: str) -> None:
    made = associate.record_bonus(amount).value("commission_id")
    answer = associate.caller("accounting.commission.get", commission_id=made)
    expect_text_amount(answer, "amount", amount, "a commission shows its amount as it was sent")


@pytest.mark.requirement("EXIT-52")
@pytest.mark.parametrize("by", ["associate", "order"])
def test_commissions_are_listed(associate: Associate, by: str) -> None:
    order = str(associate.caller.world.fresh("guid"))
    made = associate.record_bonus("1.00", commissioned_order=order).value("commission_id")
    other = associate.caller(ADJUST).value("commission_id")
    wanted = {"associate": associate.guid, "order": order}[by]
    narrowed = {f"listed_{by}": wanted, "limit": LARGEST_LIMIT}
    found = pages_with(associate.caller, "accounting.commission.list", str(made), **narrowed)
    expect_listed(found, str(made))
    expect_listed(found, str(other), listed=False, sends=(f"listed_{by}",))


@pytest.mark.every
@pytest.mark.requirement("EXIT-53")
@pytest.mark.parametrize("whole", [9_999, 10_001])
def test_splits_that_are_not_the_whole_are_refused(associate: Associate, whole: int) -> None:
    # Each on a commission of its own: whether splits can be set anew is said on no page.
    right, wrong = (associate.record_bonus("10.00").value("commission_id") for _ in range(2))
    associate.caller(SPLIT, commission_id=right, bps=2_500, second_bps=7_500).accepted()
    answer = associate.caller(SPLIT, commission_id=wrong, bps=2_500, second_bps=whole - 2_500)
    answer.refused()


@pytest.mark.requirement("EXIT-54")
def test_shares_add_up_to_the_commission(associate: Associate) -> None:
    made = associate.record_bonus("100.01").value("commission_id")
    second = str(associate.caller.world.fresh("guid"))
    parts: dict[str, Any] = {
        "associate_id": associate.guid,
        "bps": 3_333,
        "second_associate": second,
        "second_bps": 6_667,
    }
    associate.caller(SPLIT, commission_id=made, **parts).accepted()
    shares = [associate.read_statement(each) for each in (associate.guid, second)]
    told = [each.value("total") for each in shares]
    shares[-1].expect(
        "the shares of a commission add up to it",
        holds=added_up(told) == Decimal("100.01"),
        expected="100.01",
        observed=" + ".join(map(str, told)),
        uses=("total",),
    )


@pytest.mark.requirement("EXIT-55")
def test_statement_is_the_exact_sum(associate: Associate) -> None:
    for amount in ("0.10", "0.20"):
        associate.record_bonus(amount)
    expect_text_amount(associate.read_statement(), "total", "0.30", "a statement is the exact sum")


@pytest.mark.requirement("EXIT-56")
def test_adjustment_tells_who_made_it(associate: Associate) -> None:
    made = associate.record_bonus("1.00").value("commission_id")
    answer = associate.caller("accounting.commission.get", commission_id=made).accepted()
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
def test_new_payout_is_pending(associate: Associate) -> None:
    associate.record_bonus("1.00")
    associate.create_payout().in_state("pending", "a new payout is pending")


@pytest.mark.requirement("EXIT-61")
def test_payout_is_approved_and_then_paid(associate: Associate) -> None:
    approved = associate.create_payout_in("approved")
    associate.read_payout(approved).in_state("approved", "an approved payout is read as approved")
    associate.set_payout_status(approved, "paid").accepted()
    associate.read_payout(approved).in_state("paid", "a paid payout is read as paid")


@pytest.mark.requirement("EXIT-62")
def test_payout_is_not_paid_before_it_is_approved(associate: Associate) -> None:
    associate.create_payout_in("approved", "paid")
    pending = associate.create_payout_in()
    associate.set_payout_status(pending, "paid").refused()
    associate.read_payout(pending).in_state("pending", "a payout that was refused is pending still")


@pytest.mark.requirement("EXIT-63")
@pytest.mark.parametrize(
    ("steps", "back"),
    [(("approved",), "pending"), (("approved", "paid"), "approved")],
    ids=["approved-to-pending", "paid-to-approved"],
)
def test_payout_goes_no_way_back(associate: Associate, steps: tuple[str, ...], back: str) -> None:
    associate.set_payout_status(associate.create_payout_in(*steps), back).refused()


@pytest.mark.requirement("EXIT-64")
def test_payouts_are_listed_whatever_their_status(associate: Associate) -> None:
    made = [associate.create_payout_in(), associate.create_payout_in("approved", "paid")]
    narrowed = {"listed_associate": associate.guid, "limit": LARGEST_LIMIT}
    found = pages(associate.caller, "accounting.commission.payout.list", **narrowed)
    for each in made:
        expect_listed(found, str(each.value("payout_id")))


@pytest.mark.requirement("EXIT-65")
def test_commission_is_paid_out_once(associate: Associate) -> None:
    associate.record_bonus("1.00")
    expect_text_amount(
        associate.create_payout(), "amount", "1.00", "the first payout holds the commission"
    )
    second = associate.caller(CREATE, associate_id=associate.guid)
    if second.ok:  # a payout of nothing may be refused
        expect_text_amount(second, "amount", "0.00", "the second does not")


# --- consignment ---


@pytest.mark.requirement("EXIT-85")
def test_approved_settlement_is_read_as_another_than_before(pcm_owner: Caller) -> None:
    read = {"settlement_id": records.make(pcm_owner, "pcm.settlement")["settlement_id"]}
    before = pcm_owner("pcm.consignment.get", **read).value("state")
    pcm_owner("accounting.consignment.settlement.approve", **read).accepted()
    answer = pcm_owner("pcm.consignment.get", **read)
    answer.in_another_state(before, "the settlement shows that it is approved", inferred=True)
