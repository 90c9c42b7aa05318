"""Step 11: which roles do what at CRM, and the context that a request stands in."""

from collections.abc import Callable

import pytest

from conformance.contract.errors import OTHER_ORG
from fixtures import Actor, Caller, Check, Stranger
from fixtures.context import records
from fixtures.probes.contradicting_context import contradict
from fixtures.services.crm import actions as crm
from fixtures.services.crm.actions import ValueAccount, entry_of

GET, CREATE = "crm.customer.get", "crm.customer.create"


@pytest.fixture
def keyed(crm_owner: Caller, role_key: Callable[[str], Actor], role: str) -> Caller:
    """A service account that has this role alone, with the clientele in context."""
    return crm_owner.as_(role_key(role))


# --- customers ---


@pytest.mark.requirement("LOYAL-63")
@pytest.mark.parametrize("role", ["crm_edit"])
def test_editor_does_not_read(crm_owner: Caller, keyed: Caller, check: Check, role: str) -> None:
    del role
    crm_owner(GET).accepted()
    answer = keyed(GET)
    check.reading("whether crm_edit reads customers", "it does" if answer.ok else "it does not")
    answer.refused(403)


# --- points ---


@pytest.mark.requirement("LOYAL-59")
@pytest.mark.parametrize("role", ["loyalty_admin"])
def test_administrator_of_loyalty_corrects_points(
    loyalty_member: ValueAccount, keyed: Caller, role: str
) -> None:
    del role
    loyalty_member.adjust(5).accepted()
    loyalty_member.by(keyed).adjust(5).accepted()
    loyalty_member.undo("restore", entry_of(loyalty_member.take(5))).accepted()
    loyalty_member.by(keyed).undo("restore", entry_of(loyalty_member.take(5))).accepted()


def _values_for(loyalty_member: ValueAccount, verb: str) -> records.Values:
    """What a call of loyalty needs to be accepted."""
    if verb == "restore":
        return {"entry_id": entry_of(loyalty_member.take(1))}
    return {"entry_id": entry_of(loyalty_member.give(1))} if verb == "reverse" else {"points": 1}


@pytest.mark.requirement("LOYAL-60")
@pytest.mark.parametrize("verb", ["adjust", "restore", "reverse", "earn", "redeem"])
@pytest.mark.parametrize("role", ["crm_manage"])
def test_manager_of_customers_does_not_administer_loyalty(
    loyalty_member: ValueAccount, keyed: Caller, role: str, verb: str
) -> None:
    del role
    operation = f"crm.loyalty.{verb}"
    loyalty_member(operation, **_values_for(loyalty_member, verb)).accepted()
    answer = loyalty_member.by(keyed)(operation, **_values_for(loyalty_member, verb))
    # That to administer is to adjust is plain; points of a sale may be left to a cashier.
    answer.refused(403, inferred=verb != "adjust")


# --- context ---


@pytest.mark.requirement("LOYAL-66")
@pytest.mark.parametrize("operation", [GET, CREATE])
def test_organisation_of_the_body_must_be_that_of_the_header(
    crm_owner: Caller, stranger_org: Stranger, operation: str
) -> None:
    crm_owner(operation).accepted()
    here, other = (
        {"orgcode": str(code)} for code in (crm_owner.world["orgcode"], stranger_org.orgcode)
    )
    answer = contradict(lambda change: crm_owner(operation, change), here, other)
    answer.refused(None, *OTHER_ORG)


@pytest.mark.requirement("LOYAL-67")
def test_no_points_are_written_at_a_facility_of_another_organisation(
    owner: Caller, stranger_org: Stranger
) -> None:
    loyalty_member = crm.create_value_account(owner, crm.POINTS)
    loyalty_member.give(1).accepted()
    there = stranger_org.facilities.logical_guid
    loyalty_member("crm.loyalty.earn", points=1, logical_guid=there).refused()
    loyalty_member.expect_change(1, "nothing was written")
