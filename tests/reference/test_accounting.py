"""Accounting: events, batches, reconciliation, usage, receivables, commissions."""

import hashlib
import json
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from fixtures.reference.kernel.database import Change, Observer
from fixtures.reference.kernel.records import Draft
from fixtures.reference.kernel.refusals import Refusal
from tests.reference.kernel_client import KernelClient, kernel_client

BOUND_S = 60.0
Make = Callable[..., KernelClient]
YEAR = {"from_utc": "2000-01-01T00:00:00Z", "to_utc": "2100-01-01T00:00:00Z"}
FACILITY_AND_CHANNEL = {"x-logical-guid": "shop", "x-channel-code": "g3npos"}


@pytest.fixture
def make(tmp_path: Path) -> Make:
    return partial(opened, tmp_path)


def opened(directory: Path, *defects: str) -> KernelClient:
    at = kernel_client(directory, *defects)
    stored(at, Draft("logical_facility", "shop", org_guid="o1"))
    return at


def stored(at: KernelClient, draft: Draft) -> None:
    """A record that was there before, and leaves no event."""
    at.kernel.database.observer = Observer()
    at.kernel.records.create(draft)
    at.kernel.database.observer = at.kernel.events


def ask(at: KernelClient, path: str, **fields: Any) -> dict[str, Any]:
    return at.do(f"/accounting/{path}", **fields).data


def sold(at: KernelClient, amount: str = "10.00", **more: Any) -> dict[str, Any]:
    given = {
        "event_type": "sale",
        "amount": amount,
        "currency": "USD",
        "source_refs": [{"type": "order", "id": "1"}],
        **more,
    }
    return at.do("/accounting/event/record", FACILITY_AND_CHANNEL, **given).data


def ready(at: KernelClient, **fields: Any) -> dict[str, Any]:
    batch = ask(at, "export/batch/create", **fields)["batch_id"]
    end = time.monotonic() + BOUND_S
    while time.monotonic() < end:
        if (shown := ask(at, "export/batch/get", batch_id=batch))["status"] != "created":
            return shown
        time.sleep(0.01)
    raise TimeoutError(batch)


def sent(at: KernelClient) -> dict[str, Any]:
    batch = ready(at)["batch_id"]
    return ask(at, "export/batch/status/set", batch_id=batch, status="sent", expected_revision=2)


def test_an_event_keeps_what_was_sent(make: Make) -> None:
    at = make()
    made = sold(at, "1234567890.10")
    shown = ask(at, "event/get", event_id=made["event_id"])
    assert shown == made
    assert (shown["amount"], shown["logical_guid"]) == ("1234567890.10", "shop")
    assert at.actions() == ["financial-event-created"]


@pytest.mark.parametrize("missing", FACILITY_AND_CHANNEL)
def test_an_event_has_facility_and_channel(make: Make, missing: str) -> None:
    at, header = (
        make(),
        {name: value for name, value in FACILITY_AND_CHANNEL.items() if name != missing},
    )
    given = {"event_type": "sale", "amount": "1", "currency": "USD"}
    refs = [{"type": "order", "id": "1"}]
    with pytest.raises(Refusal):
        at.do("/accounting/event/record", header, **given, source_refs=refs)


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "1.001"},
        {"amount": 1.5},
        {"amount": "ten"},
        {"currency": "usd"},
        {"event_type": "gift"},
        {"source_refs": []},
        {"reason_code": "NO.SUCH"},
    ],
)
def test_an_event_that_is_not_right_is_refused(make: Make, wrong: dict[str, Any]) -> None:
    at = make()
    with pytest.raises(Refusal):
        sold(at, **wrong)


def test_a_batch_tells_of_its_file(make: Make) -> None:
    at = make()
    for amount in ("0.10", "0.20", "-0.05"):
        sold(at, amount)
    manifest = ready(at)["manifest"]
    content = at.kernel.objects.get(manifest["key"]) or b""
    lines = [json.loads(line) for line in content.splitlines()]
    assert manifest["record_count"] == len(lines) == 3
    assert manifest["totals"] == {"USD": "0.25"}
    assert manifest["checksum"] == hashlib.sha256(content).hexdigest()


def test_a_batch_holds_what_its_filters_let_through(make: Make) -> None:
    at = make()
    sold(at)
    refund = sold(at, event_type="refund")["event_id"]
    manifest = ready(at, filters={"event_type": "refund"})["manifest"]
    assert manifest["record_count"] == 1
    assert refund.encode() in (at.kernel.objects.get(manifest["key"]) or b"")


def test_a_batch_leaves_the_events_of_the_catalogue(make: Make) -> None:
    at = make()
    sent(at)
    assert at.actions() == ["export-created", "export-batch-ready", "export-batch-sent"]


def test_a_sent_batch_stays_sent(make: Make) -> None:
    at = make()
    batch = sent(at)["batch_id"]
    again = {"batch_id": batch, "status": "failed", "expected_revision": 3}
    with pytest.raises(Refusal):
        ask(at, "export/batch/status/set", **again)


def test_a_stale_status_is_a_conflict(make: Make) -> None:
    at = make()
    batch = ready(at)["batch_id"]
    stale = {"batch_id": batch, "status": "sent", "expected_revision": 1}
    with pytest.raises(Refusal) as refusal:
        ask(at, "export/batch/status/set", **stale)
    assert (refusal.value.status, refusal.value.tag) == (409, "conflict")


def test_what_was_not_sent_is_a_discrepancy(make: Make) -> None:
    at = make()
    first = sold(at)["event_id"]
    sent(at)
    second = sold(at)["event_id"]
    report = ask(at, "reconcile/report")
    assert [each["event_id"] for each in report["discrepancies"]] == [second]
    assert [each["event_id"] for each in report["lineage"]] == [first, second]


def test_usage_is_entered_once(make: Make) -> None:
    at = make()
    day = {"from_utc": "2020-01-01T00:00:00Z", "to_utc": "2020-01-02T00:00:00Z"}
    measured = {**day, "measured_at": day["to_utc"], "resource_prefix": "mrs/"}
    ask(at, "storage/usage/record", **measured, logical_bytes=7)
    added = [
        ask(at, "storage/usage/reconcile", **day, dry_run=dry)["added_bytes"]
        for dry in (True, False, False)
    ]
    assert added == [7, 7, 0]


def order(at: KernelClient, name: str, action: str, kind: str, **doc: Any) -> None:
    """What SCM leaves: a record, and an event about it."""
    stored(at, Draft(kind, name, org_guid="o1", state="placed", doc=doc))
    change = Change(kind, name, "o1", "placed", 1, moved=True)
    with at.kernel.database.write():
        at.kernel.events.append("scm", action, change, {})


def placed(at: KernelClient, name: str = "order-1") -> None:
    price = {"amount": "19.99", "currency": "USD"}
    lines = [{"quantity": 3, "price_snapshot": price}]
    order(at, name, "order-placed", "sales_order", lines=lines, customer_id="ada")


def test_an_order_opens_an_invoice_and_a_tender_pays_it(make: Make) -> None:
    at = make()
    placed(at)
    order(at, "t1", "tender-captured", "tender", order_id="order-1", amount="9.97")
    (item,) = ask(at, "ar/aging/report")["items"]
    assert (item["status"], item["amount"], item["open_amount"]) == ("partial", "59.97", "50.00")
    assert ask(at, "ar/balance", customer_id="ada")["balance"] == "50.00"
    assert ask(at, "ar/balance", customer_id="eve")["balance"] == "0.00"
    order(at, "t2", "tender-captured", "tender", order_id="order-1", amount="50.00")
    assert ask(at, "ar/statement", customer_id="ada", **YEAR)["items"][0]["status"] == "paid"
    assert ask(at, "ar/aging/report")["items"] == []


def test_aging_pages_and_sums_all(make: Make) -> None:
    at = make()
    for number in range(3):
        placed(at, f"order-{number}")
    page = ask(at, "ar/aging/report", limit=2)
    rest = ask(at, "ar/aging/report", limit=2, next_token=page["next_token"])
    assert [len(page["items"]), len(rest["items"])] == [2, 1]
    assert page["buckets"]["0_30"] == "179.91"
    assert rest["next_token"] is None


def bonus(at: KernelClient, amount: str, **more: Any) -> str:
    given = {"adjustment_type": "bonus", "currency": "USD", "reason": "a reason"}
    made = ask(at, "commission/adjust", associate_id="ann", amount=amount, **given, **more)
    return str(made["commission_id"])


def split(at: KernelClient, commission: str, **bps: int) -> dict[str, Any]:
    splits = [{"associate_id": name, "bps": part} for name, part in bps.items()]
    return ask(at, "commission/split/set", commission_id=commission, splits=splits)


def share(at: KernelClient, associate: str) -> str:
    found = ask(at, "commission/statement", associate_id=associate, **YEAR)["totals"]
    return str(found[0]["amount"])


def test_shares_of_a_commission_are_the_whole(make: Make) -> None:
    at = make()
    split(at, bonus(at, "100.01"), ann=3333, bob=3333, cid=3334)
    assert [share(at, name) for name in ("ann", "bob", "cid")] == ["33.33", "33.34", "33.34"]


@pytest.mark.parametrize("last", [3333, 3335, 0])
def test_splits_are_the_whole(make: Make, last: int) -> None:
    at = make()
    with pytest.raises(Refusal):
        split(at, bonus(at, "1"), ann=3333, bob=3333, cid=last)


def payout(at: KernelClient) -> dict[str, Any]:
    return ask(at, "commission/payout/create", associate_id="ann", currency="USD", **YEAR)


def test_a_commission_is_paid_out_once(make: Make) -> None:
    at = make()
    bonus(at, "0.10")
    bonus(at, "0.20")
    assert [payout(at)["amount"], payout(at)["amount"]] == ["0.30", "0.00"]


@pytest.mark.parametrize(
    ("steps", "taken"),
    [
        (("approved", "paid"), 2),
        (("paid",), 0),
        (("approved", "pending"), 1),
        (("approved", "paid", "approved"), 2),
    ],
)
def test_a_payout_goes_one_way(make: Make, steps: tuple[str, ...], taken: int) -> None:
    at = make()
    name, done = payout(at)["payout_id"], 0
    for step in steps:
        try:
            ask(at, "commission/payout/status/set", payout_id=name, status=step)
        except Refusal:
            break
        done += 1
    assert done == taken
