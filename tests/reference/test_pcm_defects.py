"""A sample of the defects of procurement shows, and so does its variant."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from tests.reference.platform_client import running
from tests.reference.purchasing import buyer_of, named


def defective(*names: str) -> list[str]:
    return ["--rate-limit-rpm", "0", *(part for name in names for part in ("--defect", name))]


def test_tolerances_are_misread() -> None:
    with running(*defective("smaller-tolerance-taken", "three-way-ignores-receipts")) as platform:
        buyer = buyer_of(platform)
        order = buyer.issued(10, "100.00")
        assert buyer.bill(order, "1005.00")["status"] == "exception"
        assert buyer.bill(order, "1000.00", "3-way")["status"] == "matched"


def test_stock_is_posted_again_with_each_replay() -> None:
    with running(*defective("stock-posted-before-the-key")) as platform:
        buyer, key = buyer_of(platform), secrets.token_hex(8)
        order = buyer.issued()
        for _ in range(2):
            buyer.receive(order, 4, idempotency_key=key)
        assert buyer.on_hand() == 8
        assert buyer.make("/po/get", po_id=order["po_id"])["lines"][0]["received_quantity"] == 4


def test_receipts_at_the_same_time_are_lost() -> None:
    with running(*defective("concurrent-receipts-lose-one")) as platform:
        buyer = buyer_of(platform)
        order = buyer.issued()
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(lambda _: buyer.receive(order, 1), range(4)))
        assert buyer.make("/po/get", po_id=order["po_id"])["lines"][0]["received_quantity"] < 4
        assert buyer.on_hand() == 4


def test_floats_are_shown_and_steps_are_skipped() -> None:
    with running(*defective("money-in-floats", "issue-before-approval-accepted")) as platform:
        buyer = buyer_of(platform)
        order = buyer.draft(3, "1.10")
        assert order["total"] == "3.3000000000000003"
        assert buyer.step("issue", order)["status"] == "issued"


def test_the_buyer_approves_and_another_org_receives() -> None:
    with running(*defective("buyer-approves-orders", "order-fetched-by-id-alone")) as platform:
        buyer, other = buyer_of(platform), buyer_of(platform)
        clerk = replace(buyer, caller=platform.member(buyer.org, "pcm_buyer"))
        order = clerk.step("approve", clerk.draft())
        issued = clerk.make("/po/issue", **named(order))
        assert other.make("/receipt/record", **buyer.receipt_fields(issued, 1))["receipt_id"]


def test_what_is_open_may_be_read_otherwise() -> None:
    with running("--rate-limit-rpm", "0", "--variant", "procurement-read-otherwise") as platform:
        buyer = buyer_of(platform)
        order = buyer.issued(10, "100.00")
        assert buyer.bill(order, "1010.00")["status"] == "exception"
        assert buyer.bill(order, "1000.00", tolerance="0")["status"] == "matched"
        over = buyer.receipt_fields(order, 11)
        assert buyer.refused("/receipt/record", **over) == (409, "invalid-state")
        bill = buyer.bill(order, "999.00")
        for verb, state in (("dispute", "disputed"), ("resolve", "matched")):
            at = {"invoice_id": bill["invoice_id"], "expected_revision": bill["revision"]}
            bill = buyer.make(f"/invoice/{verb}", **at)
            assert bill["status"] == state
