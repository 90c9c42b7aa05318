"""Step 13: which roles of accounting export."""

from collections.abc import Callable

import pytest

from fixtures.run.client import Caller
from fixtures.services.accounting.actions import Books, prepared

CREATE, STATUS = "accounting.export.batch.create", "accounting.export.batch.status_set"
Keyed = Callable[[str], Caller]


@pytest.mark.requirement("EXIT-71")
def test_export_role_makes_and_sends_batches(books: Books, keyed_bookkeeper: Keyed) -> None:
    books.sent(books.batch())
    exporter = keyed_bookkeeper("acct_export_admin")
    made = exporter(CREATE, exported_place=books.place).value("batch_id")
    ready = prepared(exporter, str(made))
    exporter(STATUS, batch_id=made, expected_revision=ready.revision).accepted()


@pytest.mark.requirement("EXIT-72")
def test_viewing_role_does_not_export(books: Books, keyed_bookkeeper: Keyed) -> None:
    viewer, ready = keyed_bookkeeper("acct_view"), books.batch()
    viewer(CREATE, exported_place=books.place).refused(403)
    named = {"batch_id": ready.value("batch_id"), "expected_revision": ready.revision}
    books.sent(books.batch())
    viewer(STATUS, **named).refused(403)
