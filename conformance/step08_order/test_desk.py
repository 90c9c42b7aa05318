"""Step 8: backorders, appointments and carriers."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest

from conformance.contract.paging import LARGEST_LIMIT
from fixtures import Actor, Answer, Caller, expect_listed, instant, pages
from fixtures.context import records
from fixtures.services.pvm.actions import expect_shown
from fixtures.services.scm import actions as scm


def expect_read_and_listed(caller: Caller, noun: str, made: Mapping[str, Any], name: str) -> None:
    """Expect that the record is read by its id, and that the list of its kind holds it."""
    identifier = str(made[name])
    expect_shown(caller(f"scm.{noun}get", **{name: identifier}), identifier)
    expect_listed(pages(caller, f"scm.{noun}list", limit=256), identifier)


# --- backorders ---

Backorder = Callable[..., Answer]


@pytest.fixture
def step(scm_owner: Caller) -> Backorder:
    """Takes a backorder one step on."""

    def take(verb: str, backorder: str, **values: Any) -> Answer:
        return scm_owner(f"scm.backorder.{verb}", backorder_id=backorder, **values)

    return take


def create_backorder(scm_owner: Caller, **values: Any) -> str:
    return str(scm_owner("scm.backorder.create", **values).value("backorder_id"))


@pytest.mark.requirement("ORDER-51")
def test_backorder_is_made_read_and_listed(scm_owner: Caller) -> None:
    expect_read_and_listed(
        scm_owner, "backorder.", records.make(scm_owner, "scm.backorder"), "backorder_id"
    )


@pytest.mark.requirement("ORDER-53")
def test_backorder_goes_from_approval_to_fulfilment(scm_owner: Caller, step: Backorder) -> None:
    backorder = create_backorder(scm_owner, quantity=5)
    for verb in ("approve", "promise"):
        scm_owner(f"scm.backorder.{verb}", backorder_id=backorder).accepted()
    scm_owner("scm.backorder.partial_fulfill", backorder_id=backorder, quantity=2).accepted()
    step("fulfill", backorder).accepted()


@pytest.mark.requirement("ORDER-53")
@pytest.mark.parametrize(
    ("taken", "verb"),
    [
        ((), "promise"),
        ((), "fulfill"),
        (("approve",), "fulfill"),
        (("approve",), "partial_fulfill"),
        (("approve",), "approve"),
    ],
    ids=lambda part: part if isinstance(part, str) else "-".join(part) or "requested",
)
def test_backorder_takes_no_step_out_of_order(
    scm_owner: Caller, step: Backorder, taken: tuple[str, ...], verb: str
) -> None:
    scm.prove(scm_owner, f"scm.backorder.{verb}")
    backorder = create_backorder(scm_owner)
    for each in taken:
        step(each, backorder).accepted()
    step(verb, backorder).refused()


@pytest.mark.requirement("ORDER-54")
def test_parts_of_a_backorder_add_up(scm_owner: Caller, step: Backorder) -> None:
    backorder = str(records.make(scm_owner, "scm.promised_backorder")["backorder_id"])
    for _ in range(2):
        step("partial_fulfill", backorder, quantity=1).accepted()
    answer = scm_owner("scm.backorder.get", backorder_id=backorder)
    answer.shows("fulfilled_quantity", 2, "two parts of one unit make two units")


@pytest.mark.requirement("ORDER-54")
def test_parts_of_a_backorder_are_no_more_than_the_whole(
    scm_owner: Caller, step: Backorder
) -> None:
    backorder = str(records.make(scm_owner, "scm.promised_backorder")["backorder_id"])
    step("partial_fulfill", backorder, quantity=1).accepted()
    step("partial_fulfill", backorder, quantity=3).refused()
    step("partial_fulfill", backorder, quantity=2).accepted()


@pytest.mark.requirement("ORDER-55")
@pytest.mark.parametrize("ending", ["cancel", "expire"])
def test_ended_backorder_takes_no_further_step(
    scm_owner: Caller, step: Backorder, ending: str
) -> None:
    scm.prove(scm_owner, "scm.backorder.approve")
    backorder = create_backorder(scm_owner)
    step(ending, backorder).accepted()
    step("approve", backorder).refused()


@pytest.mark.requirement("ORDER-55")
def test_fulfilled_backorder_is_not_cancelled(scm_owner: Caller, step: Backorder) -> None:
    scm.prove(scm_owner, "scm.backorder.cancel")
    backorder = str(records.make(scm_owner, "scm.promised_backorder")["backorder_id"])
    step("fulfill", backorder).accepted()
    step("cancel", backorder).refused()


@pytest.mark.requirement("ORDER-56")
def test_approval_records_by_whom_when_and_why(
    scm_owner: Caller, role_key: Callable[[str], Actor]
) -> None:
    approver = scm_owner.as_(role_key("scm_backorder_approve"))
    backorder = create_backorder(scm_owner)
    reason = str(scm_owner.world.fresh("caption"))
    approver("scm.backorder.approve", backorder_id=backorder, reason=reason).accepted()
    answer = scm_owner("scm.backorder.get", backorder_id=backorder)
    kept = {name: answer.optional(name) for name in ("approved_by", "approved_at")}
    answer.expect(
        "the approval is kept with its approver, its time and its reason",
        holds=all(kept.values()) and reason in str(answer.accepted().body),
        expected="approver, time and reason",
        observed=", ".join(name for name, value in kept.items() if value) or "neither",
        uses=tuple(kept),
    )


# --- appointments ---


@pytest.mark.requirement("ORDER-74")
def test_list_of_appointments_is_narrowed_to_a_status(scm_owner: Caller) -> None:
    booked, confirmed = (
        str(records.make(scm_owner, kind)["appointment_id"])
        for kind in ("scm.appointment", "scm.confirmed_appointment")
    )
    walk = pages(scm_owner, "scm.appointment.list", listed_status="booked", limit=LARGEST_LIMIT)
    expect_listed(walk, booked)
    expect_listed(walk, confirmed, listed=False, sends=("listed_status",), inferred=True)


_VERBS: Final = ("confirm", "start", "complete")


def move_appointment(
    scm_owner: Caller, verb: str, made: Mapping[str, Any], **values: Any
) -> Answer:
    named = {"appointment_id": made["appointment_id"]}
    return scm_owner(f"scm.appointment.{verb}", **named, **values)


@pytest.mark.requirement("ORDER-60")
def test_appointment_goes_from_booking_to_completion(scm_owner: Caller) -> None:
    made = records.make(scm_owner, "scm.appointment")
    expect_read_and_listed(scm_owner, "appointment.", made, "appointment_id")
    for verb in _VERBS:
        scm_owner(f"scm.appointment.{verb}", appointment_id=made["appointment_id"]).accepted()


@pytest.mark.requirement("ORDER-60")
def test_confirmed_appointment_is_read_as_it_was_answered(scm_owner: Caller) -> None:
    made = records.make(scm_owner, "scm.appointment")
    confirmed = move_appointment(scm_owner, "confirm", made).value("state")
    answer = scm_owner("scm.appointment.get", appointment_id=made["appointment_id"])
    answer.in_state(
        confirmed, "a confirmed appointment is in the state that confirming it answered"
    )


@pytest.mark.requirement("ORDER-61")
@pytest.mark.parametrize(
    ("taken", "verb"),
    [
        ((), "start"),
        ((), "complete"),
        (("confirm",), "complete"),
        (("cancel",), "confirm"),
        (("no_show",), "confirm"),
        (("confirm", "start", "complete"), "cancel"),
    ],
    ids=lambda part: part if isinstance(part, str) else "-".join(part) or "booked",
)
def test_appointment_takes_no_step_out_of_order(
    scm_owner: Caller, taken: tuple[str, ...], verb: str
) -> None:
    scm.prove(scm_owner, f"scm.appointment.{verb}")
    made = records.make(scm_owner, "scm.appointment")
    for each in taken:
        move_appointment(scm_owner, each, made).accepted()
    move_appointment(scm_owner, verb, made).refused()


@pytest.mark.requirement("ORDER-62")
def test_appointment_moves_to_its_new_time(scm_owner: Caller) -> None:
    made = records.make(scm_owner, "scm.appointment")
    later = {"starts_at": "2040-02-20T14:00:00Z", "ends_at": "2040-02-20T15:30:00Z"}
    move_appointment(scm_owner, "reschedule", made, **later).accepted()
    answer = scm_owner("scm.appointment.get", appointment_id=made["appointment_id"])
    shown = str(answer.value("starts_at"))
    answer.expect(
        "a rescheduled appointment starts at its new time",
        holds=instant(shown) == instant(later["starts_at"]),
        expected=later["starts_at"],
        observed=shown,
        uses=("starts_at",),
    )


# --- carriers ---


@pytest.mark.requirement("ORDER-63")
def test_carrier_is_configured_read_and_listed(scm_owner: Caller) -> None:
    made = records.make(scm_owner, "scm.carrier_config")
    expect_read_and_listed(scm_owner, "carrier.config_", made, "carrier_config_id")


def set_status(scm_owner: Caller, made: Mapping[str, Any], status: str) -> Answer:
    """Set the status of a carrier, by its revision as it is now where it shows one."""
    named = {"carrier_config_id": made["carrier_config_id"]}
    revision = scm_owner("scm.carrier.config_get", **named).accepted().optional("revision")
    guard = {} if revision is None else {"expected_revision": revision}
    return scm_owner("scm.carrier.config_status_set", **named, **guard, status=status)


@pytest.mark.requirement("ORDER-64")
@pytest.mark.parametrize("status", ["inactive", "active"])
def test_status_of_a_carrier_is_read_as_it_was_set(scm_owner: Caller, status: str) -> None:
    made = records.make(scm_owner, "scm.carrier_config")
    set_status(scm_owner, made, "inactive").accepted()
    if status == "active":
        set_status(scm_owner, made, "active").accepted()
    answer = scm_owner("scm.carrier.config_get", carrier_config_id=made["carrier_config_id"])
    answer.in_state(status, "the status is the one that was set")


@pytest.mark.requirement("ORDER-65")
def test_label_needs_an_active_carrier(scm_owner: Caller) -> None:
    made = records.make(scm_owner, "scm.labelled_shipment")
    named = {name: made[name] for name in ("shipment_id", "carrier_config_id")}
    scm_owner("scm.carrier.label_create", **named).accepted()
    set_status(scm_owner, made, "inactive").accepted()
    scm_owner("scm.carrier.label_create", **named).refused()
