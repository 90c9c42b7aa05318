"""Step 13: export batches, from the request to what was sent, and the evidence they hold."""

from decimal import Decimal

import pytest

from conformance.contract import OPERATIONS
from conformance.contract.paging import LARGEST_LIMIT
from fixtures import Answer, Caller, Inconclusive, expect_listed, ids, pages, require_telling
from fixtures.exchange.target import Target
from fixtures.services.accounting.actions import (
    Export,
    FacilityAccounting,
    fetch_export,
    text_amount,
    wait_until_prepared,
)
from fixtures.services.accounting.context import AMOUNTS

GET, STATUS = "accounting.export.batch.get", "accounting.export.batch.status_set"


@pytest.fixture
def ready(exported: Caller) -> Answer:
    """A batch that was made for all checks that only read it.

    Raises:
        Inconclusive: it did not become ready in time, which is judged elsewhere.
    """
    answer = exported(GET, batch_id=exported.world["ready_batch"]).accepted()
    if answer.optional("state") != "ready":
        raise Inconclusive("the batch did not become ready in time", cause=GET)
    return answer


@pytest.fixture
def file(exported: Caller, ready: Answer) -> Export:
    """The same batch with its file."""
    return fetch_export(exported, ready)


def expect_evidence(export: Export, rule: str, name: str, *, holds: bool, expected: str) -> None:
    export.answer.expect(
        rule,
        holds=holds,
        expected=expected,
        observed=str(export.answer.optional(name)),
        uses=(name, "download_url"),
    )


@pytest.mark.requirement("EXIT-20")
@pytest.mark.parametrize("way", ["accounting.export.batch.create", "accounting.export.create"])
def test_batch_is_made(busy_accounting: FacilityAccounting, way: str) -> None:
    busy_accounting.caller(way, exported_place=busy_accounting.facility_guid).value("batch_id")


@pytest.mark.requirement("EXIT-21")
@pytest.mark.parametrize("way", ["accounting.export.batch.create", "accounting.export.create"])
def test_batch_becomes_ready(busy_accounting: FacilityAccounting, way: str) -> None:
    made = busy_accounting.caller(way, exported_place=busy_accounting.facility_guid).value(
        "batch_id"
    )
    wait_until_prepared(busy_accounting.caller, str(made)).in_state(
        "ready", "a batch becomes ready"
    )


@pytest.mark.requirement("EXIT-22")
def test_ready_batch_has_its_evidence(ready: Answer) -> None:
    shown = [name for name in ("manifest", "record_count", "checksum") if ready.optional(name)]
    ready.expect(
        "a batch that is ready has manifest, count and checksum",
        holds=len(shown) == 3,
        expected="manifest, record_count, checksum",
        observed=", ".join(shown) or "none of them",
        uses=("manifest", "record_count", "checksum"),
    )


@pytest.mark.requirement("EXIT-23")
def test_count_of_a_batch_is_the_number_of_its_events(file: Export) -> None:
    told = file.answer.value("record_count")
    wanted = len(file.lines)
    rule = "the count is the number of events in the file"
    expect_evidence(file, rule, "record_count", holds=told == wanted, expected=str(wanted))


@pytest.mark.requirement("EXIT-24")
def test_checksum_of_a_batch_is_that_of_its_file(file: Export) -> None:
    right = file.has_checksum(str(file.answer.value("checksum")))
    rule = "the checksum is one of the bytes that were exported"
    expect_evidence(file, rule, "checksum", holds=right, expected="a digest of the file")


@pytest.mark.requirement("EXIT-25")
def test_batch_holds_each_event_of_its_facility(exported: Caller, file: Export) -> None:
    wanted = {*exported.world["exported_events"], *ids(FacilityAccounting(exported).list_events())}
    missing = [each for each in wanted if not file.holds(each)]
    file.answer.expect(
        "a batch holds each event that its filter lets through",
        holds=not missing,
        expected=f"{len(wanted)} events",
        observed=f"{len(missing)} of them missing",
        uses=("download_url",),
    )


@pytest.mark.requirement("EXIT-25")
def test_batch_of_a_facility_holds_no_event_of_another(
    accounting_owner: Caller, busy_accounting: FacilityAccounting
) -> None:
    (elsewhere,) = FacilityAccounting(accounting_owner).record("1.00")
    _expect_absent(
        busy_accounting.create_export(),
        elsewhere,
        "a batch of one facility holds no event of another",
    )


@pytest.mark.requirement("EXIT-25")
def test_batch_of_a_type_holds_no_event_of_another(busy_accounting: FacilityAccounting) -> None:
    (refund,) = busy_accounting.record("-1.00", event_type="refund")
    (sale,) = busy_accounting.record("1.00")
    export = busy_accounting.create_export(
        exported_place=busy_accounting.facility_guid, exported_type="refund"
    )
    _expect_absent(export, sale, "a batch of refunds holds no sale")
    _expect_present(export, refund, "a batch of refunds holds the refund", "the refund")


@pytest.mark.requirement("EXIT-26")
@pytest.mark.needs("second-org")
def test_batch_holds_no_event_of_another_organisation(
    facility_accounting: FacilityAccounting, foreign_facility_accounting: FacilityAccounting
) -> None:
    since = facility_accounting.caller("accounting.event.record").value("timestamp_utc")
    (foreign,), (own,) = (
        foreign_facility_accounting.record("1.00"),
        facility_accounting.record("1.00"),
    )
    export = facility_accounting.create_export(exported_from=since)
    rule = "a batch of a window holds what was recorded in it"
    _expect_present(export, own, rule, "the organisation's own event")
    _expect_absent(export, foreign, "a batch holds no event of another organisation")


def _expect_present(export: Export, event: str, rule: str, expected: str) -> None:
    export.answer.expect(
        rule,
        holds=export.holds(event),
        expected=expected,
        observed=f"{len(export.content)} bytes without it",
        uses=("download_url",),
    )


def _expect_absent(export: Export, event: str, rule: str) -> None:
    require_telling(event)
    export.answer.expect(
        rule,
        holds=not export.holds(event),
        expected="no such event",
        observed="there is one",
        uses=("download_url",),
        inferred=not _is_filtered(export.answer.target),
    )


def _is_filtered(target: Target) -> bool:
    """Whether the target is known to read the filters that a batch is made with.

    A filter under a name that it does not know is ignored, and nothing tells of it.
    """
    made = OPERATIONS["accounting.export.batch.create"]
    return target.input_certainty(made, "exported_place").binding


@pytest.mark.requirement("EXIT-27")
def test_totals_of_a_batch_are_exact(ready: Answer) -> None:
    totals = ready.value("totals")
    told = totals.get("USD") if isinstance(totals, dict) else totals
    wanted = sum(map(Decimal, AMOUNTS))
    ready.expect(
        "the total is the exact sum of the amounts",
        holds=text_amount(told) == wanted,
        expected=str(wanted),
        observed=str(told),
        uses=("totals",),
    )


@pytest.mark.requirement("EXIT-28")
def test_batch_that_is_sent_is_read_as_sent(busy_accounting: FacilityAccounting) -> None:
    sent = busy_accounting.send(busy_accounting.create_batch())
    answer = busy_accounting.caller(GET, batch_id=sent.value("batch_id"))
    answer.in_state("sent", "a batch that was set to sent is read as sent")


@pytest.mark.requirement("EXIT-28")
def test_batch_that_failed_is_read_as_failed(busy_accounting: FacilityAccounting) -> None:
    busy_accounting.send(busy_accounting.create_batch())
    second = busy_accounting.create_batch()
    named = {"batch_id": second.value("batch_id"), "expected_revision": second.revision}
    busy_accounting.caller(STATUS, **named, status="failed").accepted()
    answer = busy_accounting.caller(GET, batch_id=named["batch_id"])
    answer.in_state("failed", "a batch that was set to failed is read as failed", inferred=True)


@pytest.mark.requirement("EXIT-29")
@pytest.mark.parametrize("status", ["ready", "failed"])
def test_sent_batch_stays_sent(busy_accounting: FacilityAccounting, status: str) -> None:
    sent = busy_accounting.send(busy_accounting.create_batch())
    named = {"batch_id": sent.value("batch_id"), "expected_revision": sent.revision}
    busy_accounting.caller(STATUS, **named, status=status).refused()


@pytest.mark.requirement("EXIT-30")
def test_batches_are_listed_whatever_their_status(busy_accounting: FacilityAccounting) -> None:
    ready, sent = (
        busy_accounting.create_batch(),
        busy_accounting.send(busy_accounting.create_batch()),
    )
    found = pages(busy_accounting.caller, "accounting.export.batch.list", limit=LARGEST_LIMIT)
    for answer in (ready, sent):
        expect_listed(found, str(answer.value("batch_id")))
