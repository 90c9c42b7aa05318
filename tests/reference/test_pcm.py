"""Procurement: the order and its documents, stock raised by receipts, matching, disputes."""

import secrets
from dataclasses import replace

import pytest

from tests.reference.pcm_client import PcmClient, named, new_pcm_client
from tests.reference.platform_client import Org, Platform, Record


@pytest.fixture(scope="module")
def pcm_client(platform: Platform) -> PcmClient:
    return new_pcm_client(platform)


@pytest.fixture(scope="module")
def elsewhere(platform: Platform) -> PcmClient:
    """A buyer of another org."""
    return new_pcm_client(platform)


def test_an_order_is_drafted_approved_and_issued(pcm_client: PcmClient) -> None:
    order = pcm_client.draft(3, "1.10")
    assert (order["status"], order["total"]) == ("draft", "3.30")
    assert pcm_client.refused("/po/issue", **named(order)) == (409, "invalid-state")
    approved = pcm_client.step("approve", order)
    assert approved["status"] == "approved"
    assert pcm_client.refused("/po/approve", **named(approved)) == (409, "invalid-state")
    assert (
        pcm_client.refused("/receipt/record", **pcm_client.receipt_fields(order, 1))[1]
        == "invalid-state"
    )
    issued = pcm_client.step("issue", approved)
    assert issued["status"] == "issued"
    assert pcm_client.make("/po/get", po_id=order["po_id"])["status"] == "issued"
    assert pcm_client.refused("/po/approve", **named(order)) == (409, "conflict")
    assert pcm_client.refused("/po/issue", po_id=order["po_id"]) == (
        428,
        "expected-revision-required",
    )


def test_orders_are_listed_by_status(pcm_client: PcmClient) -> None:
    draft, issued = pcm_client.draft()["po_id"], pcm_client.issued()["po_id"]
    found = pcm_client.make("/po/list", status="draft", limit=256)["items"]
    ids = [order["po_id"] for order in found]
    assert draft in ids
    assert issued not in ids


def test_receipts_add_up_in_order_and_stock(pcm_client: PcmClient) -> None:
    order, before = pcm_client.issued(10), pcm_client.on_hand()
    first = pcm_client.receive(order, 4, received_at="2026-01-02T03:04:05+01:00")
    assert first["received_at"] == "2026-01-02T02:04:05.000Z"
    line = pcm_client.make("/po/get", po_id=order["po_id"])["lines"][0]
    assert (line["received_quantity"], line["outcome"]) == (4, "short")
    pcm_client.receive(order, 6)
    assert pcm_client.make("/po/get", po_id=order["po_id"])["lines"][0]["outcome"] == "complete"
    pcm_client.receive(order, 2)
    assert pcm_client.make("/po/get", po_id=order["po_id"])["lines"][0]["outcome"] == "over"
    assert pcm_client.on_hand() - before == 12
    card = pcm_client.ask_of("ics", "/stock-card/list", variant_id=pcm_client.variant_id, limit=256)
    refs = [entry["source_refs"] for entry in card.json()["data"]["items"]]
    assert [{"type": "purchase_order", "id": order["po_id"]}] in refs


def test_a_keyed_receipt_counts_once(pcm_client: PcmClient) -> None:
    order, before = pcm_client.issued(), pcm_client.on_hand()
    key = secrets.token_hex(8)
    first = pcm_client.receive(order, 4, idempotency_key=key)
    assert pcm_client.receive(order, 4, idempotency_key=key) == first
    assert pcm_client.on_hand() - before == 4
    other = {**pcm_client.receipt_fields(order, 5), "idempotency_key": key}
    assert pcm_client.refused("/receipt/record", **other)[0] == 409


def test_a_refused_receipt_raises_nothing(pcm_client: PcmClient) -> None:
    order, before = pcm_client.issued(), pcm_client.on_hand()
    for quantity in (0, -1):
        fields = pcm_client.receipt_fields(order, quantity)
        assert pcm_client.refused("/receipt/record", **fields) == (400, "invalid-input")
    assert pcm_client.on_hand() == before


def test_a_credit_is_noted_at_its_order(pcm_client: PcmClient) -> None:
    order = pcm_client.issued()
    credit = pcm_client.make(
        "/credit/apply", po_id=order["po_id"], amount="12.50", reason="one over"
    )
    assert credit["status"] == "credited"
    assert pcm_client.make("/po/get", po_id=order["po_id"])["credited_total"] == "12.50"
    nothing = {"po_id": order["po_id"], "amount": "0.00"}
    assert pcm_client.refused("/credit/apply", **nothing) == (400, "invalid-input")


@pytest.mark.parametrize(
    ("quantity", "cost", "total", "state"),
    [
        (4, "12.50", "50.99", "matched"),
        (4, "12.50", "51.01", "exception"),
        (4, "12.50", "48.99", "exception"),
        (10, "100.00", "1009.99", "matched"),
        (10, "100.00", "1010.01", "exception"),
    ],
)
def test_totals_match_within_the_larger_tolerance(
    pcm_client: PcmClient, quantity: int, cost: str, total: str, state: str
) -> None:
    assert pcm_client.bill(pcm_client.issued(quantity, cost), total)["status"] == state


def test_a_tolerance_may_be_given(pcm_client: PcmClient) -> None:
    order = pcm_client.issued(10, "100.00")
    assert pcm_client.bill(order, "1005.00", tolerance="2.00")["status"] == "exception"
    assert pcm_client.bill(order, "1050.00", tolerance="60.00")["status"] == "matched"
    assert pcm_client.bill(order, "1000.01", tolerance="0")["status"] == "exception"


def test_quantities_match_those_received(pcm_client: PcmClient) -> None:
    order = pcm_client.issued()
    assert pcm_client.bill(order, "125.00")["status"] == "matched"
    assert pcm_client.bill(order, "125.00", "3-way")["status"] == "exception"
    pcm_client.receive(order, 8)
    assert pcm_client.bill(order, "125.00", "3-way")["status"] == "exception"
    assert pcm_client.bill(order, "125.00", "3-way", qty_amount="3")["status"] == "matched"
    assert pcm_client.bill(order, "125.00", "3-way", qty_percent="30")["status"] == "matched"
    assert pcm_client.bill(order, "125.00", "3-way", qty_percent="10")["status"] == "exception"
    pcm_client.receive(order, 2)
    assert pcm_client.bill(order, "125.00", "3-way")["status"] == "matched"


def test_a_dispute_is_resolved_once(pcm_client: PcmClient) -> None:
    for total in ("125.00", "999.00"):
        bill = pcm_client.bill(pcm_client.issued(), total)
        at = {"invoice_id": bill["invoice_id"], "expected_revision": bill["revision"]}
        assert pcm_client.refused("/invoice/resolve", **at) == (409, "invalid-state")
        disputed = pcm_client.make("/invoice/dispute", **at, reason="too dear")
        assert (disputed["status"], disputed["dispute_reason"]) == ("disputed", "too dear")
        at["expected_revision"] = disputed["revision"]
        assert pcm_client.refused("/invoice/dispute", **at) == (409, "invalid-state")
        assert pcm_client.make("/invoice/resolve", **at)["status"] == "resolved"
    items = pcm_client.make("/invoice/list", po_id=bill["po_id"])["items"]
    assert [each["invoice_id"] for each in items] == [bill["invoice_id"]]


def test_bad_orders_are_refused(pcm_client: PcmClient, elsewhere: PcmClient) -> None:
    fields, line = pcm_client.draft_fields(), pcm_client.draft_fields()["lines"][0]
    wrongs: tuple[Record, ...] = (
        {"currency": "XXX"},
        {"lines": []},
        {"lines": [line, line]},
        {"lines": [{**line, "quantity": -1}]},
        {"lines": [{**line, "unit_cost": "1.005"}]},
        {"lines": [{**line, "unit_cost": 12.5}]},
        {"reason_code": "RECEIVING.NEVER_REGISTERED"},
        {"channel_code": "No Such"},
    )
    for wrong in wrongs:
        assert pcm_client.refused("/po/create", **{**fields, **wrong}) == (400, "invalid-input"), (
            wrong
        )
    for strange in (
        {"vendor_id": elsewhere.vendor_id},
        {"lines": [{**line, "variant_id": elsewhere.variant_id}]},
    ):
        assert pcm_client.refused("/po/create", **{**fields, **strange}) == (404, "not-found")
    nowhere = replace(pcm_client, logical_guid="")
    assert nowhere.refused("/po/create", **fields) == (400, "invalid-input")


def test_yen_have_no_decimals(pcm_client: PcmClient) -> None:
    fields = {**pcm_client.draft_fields(3, "150"), "currency": "JPY"}
    assert pcm_client.make("/po/create", **fields)["total"] == "450"


def test_documents_of_another_org_are_not_there(
    pcm_client: PcmClient, elsewhere: PcmClient
) -> None:
    theirs = elsewhere.issued()
    bill = {"invoice_number": "1", "total": "1.00"}
    assert elsewhere.make("/po/get", po_id=theirs["po_id"])["status"] == "issued"
    for path, fields in (
        ("/po/get", {}),
        ("/receipt/record", elsewhere.receipt_fields(theirs, 1)),
        ("/invoice/match", {"invoice": bill}),
        ("/credit/apply", {"amount": "1.00"}),
    ):
        asked = {**fields, "po_id": theirs["po_id"]}
        assert pcm_client.refused(path, **asked) == (404, "not-found"), path


def test_roles_part_buying_from_approving(platform: Platform, pcm_client: PcmClient) -> None:
    def by(org: Org, *roles: str) -> PcmClient:
        caller = platform.member_at(org, pcm_client.logical_guid, *roles)
        return replace(pcm_client, caller=caller)

    viewer, clerk = by(pcm_client.org, "pcm_view"), by(pcm_client.org, "pcm_buyer")
    manager, consigner = by(pcm_client.org, "pcm_po_approve"), by(pcm_client.org, "pcm_consignment")
    fields = pcm_client.draft_fields()
    for refused in (viewer, manager, consigner):
        assert refused.refused("/po/create", **fields) == (403, "forbidden")
    order = clerk.draft()
    assert clerk.refused("/po/approve", **named(order)) == (403, "forbidden")
    assert manager.step("approve", order)["status"] == "approved"
    assert consigner.refused("/po/get", po_id=order["po_id"]) == (403, "forbidden")
    made = consigner.make("/consignment/settle", **fields)
    assert made["total"] == "125.00"
    assert viewer.make("/consignment/get", settlement_id=made["settlement_id"])
    assert viewer.make("/inbox/create", subject="Late", org_wide=True)


def test_a_notification_has_a_state_and_a_status(pcm_client: PcmClient) -> None:
    made = pcm_client.make("/inbox/create", subject="Late", org_wide=True, record_id="r-1")
    at = {"inbox_id": made["inbox_id"], "expected_revision": made["revision"]}
    done = pcm_client.make("/inbox/state", **at, state="done")
    assert (done["state"], done["status"]) == ("done", "active")
    at["expected_revision"] = done["revision"]
    kept = pcm_client.make("/inbox/status", **at, status="archive")
    assert (kept["state"], kept["status"]) == ("done", "archive")
    items = pcm_client.make("/inbox/list", record_id="r-1")["items"]
    assert [each["inbox_id"] for each in items] == [made["inbox_id"]]
    assert pcm_client.refused("/inbox/create", subject="To nobody") == (400, "invalid-input")


def test_health_wants_a_session(platform: Platform, pcm_client: PcmClient) -> None:
    address = f"{platform.base_url}/pcm/stat"
    assert platform.client.get(address).status_code == 401
    assert platform.client.get(address, headers=pcm_client.caller.headers).is_success
