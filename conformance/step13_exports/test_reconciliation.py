"""Step 13: the reconciliation report, and the reconciliation of storage usage."""

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fixtures import Answer, Caller, require_telling, settled
from fixtures.formats.instants import written
from fixtures.services.accounting.actions import FacilityAccounting

RECORD, RECONCILE = "accounting.usage.record", "accounting.usage.reconcile"


@pytest.mark.requirement("EXIT-31")
def test_report_tells_the_lineage_of_events(facility_accounting: FacilityAccounting) -> None:
    source = str(facility_accounting.caller.world.fresh("tag"))
    facility_accounting.record("5.00", source_id=source)
    answer = settled(
        facility_accounting.read_report, lambda it: source in json.dumps(it.value("lineage"))
    )
    answer.expect(
        "the report shows the transaction that an event came from",
        holds=source in json.dumps(answer.value("lineage")),
        expected=f"a reference to {source}",
        observed="none",
        uses=("lineage",),
    )


@pytest.mark.requirement("EXIT-31")
def test_report_tells_discrepancies(facility_accounting: FacilityAccounting) -> None:
    answer = facility_accounting.read_report()
    found = answer.value("discrepancies")
    answer.expect(
        "the report has a list of discrepancies, which may be empty",
        holds=isinstance(found, list),
        expected="a list",
        observed=str(found),
        uses=("discrepancies",),
    )


def _expect_discrepancy(
    facility_accounting: FacilityAccounting, event: str, *, named: bool
) -> None:
    require_telling(event)
    answer = settled(
        facility_accounting.read_report,
        lambda it: (event in json.dumps(it.value("discrepancies"))) is named,
    )
    which = "names" if named else "does not name"
    answer.expect(
        f"the report {which} the event as a discrepancy",
        holds=(event in json.dumps(answer.value("discrepancies"))) is named,
        expected="a discrepancy" if named else "none",
        observed="none" if named else "a discrepancy",
        uses=("discrepancies",),
    )


@pytest.mark.requirement("EXIT-32")
def test_event_that_was_never_exported_is_a_discrepancy(
    facility_accounting: FacilityAccounting,
) -> None:
    (event,) = facility_accounting.record("5.00")
    _expect_discrepancy(facility_accounting, event, named=True)


@pytest.mark.requirement("EXIT-32")
def test_event_of_a_batch_that_was_not_sent_is_a_discrepancy(
    facility_accounting: FacilityAccounting,
) -> None:
    (event,) = facility_accounting.record("5.00")
    facility_accounting.create_batch()
    _expect_discrepancy(facility_accounting, event, named=True)


@pytest.mark.requirement("EXIT-32")
def test_event_of_a_batch_that_was_sent_is_no_discrepancy(
    facility_accounting: FacilityAccounting,
) -> None:
    (event,) = facility_accounting.record("5.00")
    facility_accounting.send(facility_accounting.create_batch())
    _expect_discrepancy(facility_accounting, event, named=False)


# --- storage usage ---


@dataclass(frozen=True)
class Meter:
    """A window of a check's own, with a resource that is measured in it."""

    caller: Caller
    window: dict[str, Any]

    def measure(self) -> Answer:
        """Record a measurement that fills the window."""
        measured = {**self.window, "measured_at": self.window["to_utc"]}
        return self.caller(RECORD, **measured).accepted()

    def reconcile(self, **more: Any) -> Answer:
        return self.caller(RECONCILE, **self.window, **more).accepted()

    def reconcile_once_seen(self) -> Answer:
        """Reconcile until something is added, which may lag behind what was measured."""
        return settled(self.reconcile, lambda it: it.optional("added_count") != 0)


@pytest.fixture
def meter(accounting_owner: Caller) -> Meter:
    """A minute of the months before, so that no other check measures in it."""
    ago = timedelta(minutes=secrets.randbelow(240 * 24 * 60), days=60)
    start = (datetime.now(UTC) - ago).replace(second=0, microsecond=0)
    window = {"from_utc": written(start), "to_utc": written(start + timedelta(seconds=59))}
    prefix = accounting_owner.world.fresh("tag")
    return Meter(accounting_owner, {**window, "resource_prefix": prefix})


@pytest.mark.requirement("EXIT-35")
def test_usage_is_recorded(meter: Meter) -> None:
    meter.measure()


@pytest.mark.requirement("EXIT-36")
def test_usage_of_a_window_is_processed(meter: Meter) -> None:
    meter.measure()
    meter.reconcile_once_seen().shows("added_count", 1, "what was measured in the window is added")


@pytest.mark.requirement("EXIT-37")
def test_usage_is_added_once(meter: Meter) -> None:
    meter.measure()
    meter.reconcile_once_seen().shows("added_count", 1, "the first reconciliation adds")
    meter.reconcile().shows("added_count", 0, "a repeat adds nothing")


@pytest.mark.requirement("EXIT-38")
def test_dry_run_adds_nothing(meter: Meter) -> None:
    meter.measure()
    meter.reconcile(dry_run=True)
    meter.reconcile_once_seen().shows(
        "added_count", 1, "after a dry run everything is still to be added"
    )
