"""Step 13: which roles of accounting export."""

from collections.abc import Callable

import pytest

from fixtures import Caller
from fixtures.services.accounting.actions import FacilityAccounting, wait_until_prepared

CREATE, STATUS = "accounting.export.batch.create", "accounting.export.batch.status_set"
Keyed = Callable[[str], Caller]


@pytest.mark.requirement("EXIT-71")
def test_export_role_makes_and_sends_batches(
    busy_accounting: FacilityAccounting, accounting_key: Keyed
) -> None:
    busy_accounting.send(busy_accounting.create_batch())
    exporter = accounting_key("acct_export_admin")
    made = exporter(CREATE, exported_place=busy_accounting.facility_guid).value("batch_id")
    ready = wait_until_prepared(exporter, str(made))
    exporter(STATUS, batch_id=made, expected_revision=ready.revision).accepted()


@pytest.mark.requirement("EXIT-72")
def test_viewing_role_does_not_export(
    busy_accounting: FacilityAccounting, accounting_key: Keyed
) -> None:
    viewer, ready = accounting_key("acct_view"), busy_accounting.create_batch()
    viewer(CREATE, exported_place=busy_accounting.facility_guid).refused(403)
    named = {"batch_id": ready.value("batch_id"), "expected_revision": ready.revision}
    busy_accounting.send(busy_accounting.create_batch())
    viewer(STATUS, **named).refused(403)
