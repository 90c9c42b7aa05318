"""Step 9: consignment and inbox, and which roles do what in procurement."""

from typing import Final

import pytest

from conformance.contract import RECORDS
from conformance.contract.paging import LARGEST_LIMIT
from conformance.contract.services.pcm.orders import CONSIGNERS, READERS
from fixtures.context import records
from fixtures.run.client import Caller
from fixtures.run.paging import expect_listed, pages
from fixtures.services.pcm.actions import stepped
from fixtures.services.pvm.actions import expect_shown

ROLES: Final = sorted(CONSIGNERS)


def made(caller: Caller, kind: str) -> str:
    """The id of a new record."""
    return str(records.make(caller, kind)[RECORDS[kind].id])


# --- consignment and inbox ---


@pytest.mark.requirement("PROC-44")
def test_settlement_is_read_back_and_listed(purchaser: Caller) -> None:
    settlement = made(purchaser, "pcm.settlement")
    answer = purchaser("pcm.consignment.get", settlement_id=settlement)
    expect_shown(answer, settlement)
    walk = pages(purchaser, "pcm.consignment.list", limit=LARGEST_LIMIT)
    expect_listed(walk, settlement, inferred=True)


@pytest.mark.requirement("PROC-45")
def test_notification_is_read_back_and_listed(purchaser: Caller) -> None:
    notification = records.make(purchaser, "pcm.inbox")
    identifier = str(notification["inbox_id"])
    expect_shown(purchaser("pcm.inbox.get", inbox_id=identifier), notification["subject"])
    walk = pages(purchaser, "pcm.inbox.list", limit=LARGEST_LIMIT)
    expect_listed(walk, identifier, inferred=True)


@pytest.mark.requirement("PROC-46")
@pytest.mark.parametrize(("name", "other"), [("state", "status"), ("status", "state")])
def test_state_and_status_of_a_notification_change_apart(
    purchaser: Caller, name: str, other: str
) -> None:
    notification = records.make(purchaser, "pcm.inbox")
    read = {"inbox_id": notification["inbox_id"]}
    before = purchaser("pcm.inbox.get", **read)
    stepped(purchaser, f"pcm.inbox.{name}", notification)
    after = purchaser("pcm.inbox.get", **read)
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
    purchaser: Caller, purchasing_clerk: Caller, role: str
) -> None:
    del role
    purchaser("pcm.consignment.settle").accepted()
    settlement = purchasing_clerk("pcm.consignment.settle").value("settlement_id")
    purchasing_clerk("pcm.consignment.get", settlement_id=settlement).accepted()
    purchasing_clerk("pcm.consignment.list").accepted()


@pytest.mark.requirement("PROC-52")
@pytest.mark.parametrize("role", sorted(READERS))
def test_each_reading_role_writes_to_the_inbox(
    purchaser: Caller, purchasing_clerk: Caller, role: str
) -> None:
    del role
    stepped(purchaser, "pcm.inbox.state", records.make(purchaser, "pcm.inbox"))
    stepped(purchasing_clerk, "pcm.inbox.state", records.make(purchasing_clerk, "pcm.inbox"))
