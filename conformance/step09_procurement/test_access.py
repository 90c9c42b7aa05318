"""Step 9: consignment and inbox, and which roles do what in procurement."""

from collections.abc import Callable
from typing import Final

import pytest

from conformance.contract import OPERATIONS, RECORDS
from conformance.contract.paging import LARGEST_LIMIT
from conformance.contract.services.pcm.orders import CONSIGNERS, READERS
from fixtures import Actor, Answer, Caller, Check, Session, expect_listed, pages
from fixtures.context import grants, records
from fixtures.services.pcm.actions import take_step
from fixtures.services.pvm.actions import expect_shown

Keyed = Callable[[str], Caller]
ROLES: Final = sorted(CONSIGNERS)
SETTLE: Final = OPERATIONS["pcm.consignment.settle"]


def create(caller: Caller, kind: str) -> str:
    """The id of a new record."""
    return str(records.make(caller, kind)[RECORDS[kind].id])


# --- consignment and inbox ---


@pytest.mark.requirement("PROC-44")
def test_settlement_is_read_back_and_listed(pcm_owner: Caller) -> None:
    settlement = create(pcm_owner, "pcm.settlement")
    answer = pcm_owner("pcm.consignment.get", settlement_id=settlement)
    expect_shown(answer, settlement)
    walk = pages(pcm_owner, "pcm.consignment.list", limit=LARGEST_LIMIT)
    expect_listed(walk, settlement)


@pytest.mark.requirement("PROC-45")
def test_notification_is_read_back_and_listed(pcm_owner: Caller) -> None:
    notification = records.make(pcm_owner, "pcm.inbox")
    identifier = str(notification["inbox_id"])
    expect_shown(
        pcm_owner("pcm.inbox.get", inbox_id=identifier),
        notification["subject"],
        sent=("pcm.inbox.create", "subject"),
    )
    walk = pages(pcm_owner, "pcm.inbox.list", limit=LARGEST_LIMIT)
    expect_listed(walk, identifier)


@pytest.mark.requirement("PROC-46")
@pytest.mark.parametrize(("name", "other"), [("state", "status"), ("status", "state")])
def test_state_and_status_of_a_notification_change_apart(
    pcm_owner: Caller, name: str, other: str
) -> None:
    notification = records.make(pcm_owner, "pcm.inbox")
    read = {"inbox_id": notification["inbox_id"]}
    before = pcm_owner("pcm.inbox.get", **read)
    take_step(pcm_owner, f"pcm.inbox.{name}", notification)
    after = pcm_owner("pcm.inbox.get", **read)
    kept, new = ([answer.value(each) for answer in (before, after)] for each in (other, name))
    after.expect(
        f"{name} is changed, and {other} is as it was",
        holds=kept[0] == kept[1] and new[0] != new[1],
        expected=f"another {name}, the same {other}",
        observed=f"{name} {new[0]} and then {new[1]}, {other} {kept[0]} and then {kept[1]}",
        uses=(name, other),
    )


# --- roles ---


@pytest.mark.requirement("PROC-51")
@pytest.mark.parametrize("role", ROLES)
def test_each_of_its_roles_works_with_consignment(
    session: Session, check: Check, pcm_owner: Caller, pcm_key: Keyed, role: str
) -> None:
    pcm_owner(SETTLE.id).accepted()

    def settle(actor: Actor) -> Answer:
        return pcm_owner.as_(actor)(SETTLE.id)

    made = grants.answer_to_role(session, check, role, SETTLE, settle)
    key, settlement = pcm_key(role), made.value("settlement_id")
    key("pcm.consignment.get", settlement_id=settlement).accepted()
    key("pcm.consignment.list").accepted()


@pytest.mark.requirement("PROC-52")
@pytest.mark.parametrize("role", sorted(READERS))
def test_each_reading_role_writes_to_the_inbox(
    pcm_owner: Caller, pcm_key: Keyed, role: str
) -> None:
    for caller in (pcm_owner, pcm_key(role)):
        take_step(caller, "pcm.inbox.state", records.make(caller, "pcm.inbox"))
