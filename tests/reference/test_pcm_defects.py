"""A sample of the defects of procurement shows, and so does its variant."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from tests.reference.pcm_client import named, new_pcm_client
from tests.reference.platform_client import running


def defective(*names: str) -> list[str]:
    return ["--rate-limit-rpm", "0", *(part for name in names for part in ("--defect", name))]


def test_tolerances_are_misread() -> None:
    with running(*defective("smaller-tolerance-taken", "three-way-ignores-receipts")) as platform:
        pcm_client = new_pcm_client(platform)
        order = pcm_client.issued(10, "100.00")
        assert pcm_client.bill(order, "1005.00")["status"] == "exception"
        assert pcm_client.bill(order, "1000.00", "3-way")["status"] == "matched"


def test_stock_is_posted_again_with_each_replay() -> None:
    with running(*defective("stock-posted-before-the-key")) as platform:
        pcm_client, key = new_pcm_client(platform), secrets.token_hex(8)
        order = pcm_client.issued()
        for _ in range(2):
            pcm_client.receive(order, 4, idempotency_key=key)
        assert pcm_client.on_hand() == 8
        assert (
            pcm_client.make("/po/get", po_id=order["po_id"])["lines"][0]["received_quantity"] == 4
        )


def test_receipts_at_the_same_time_are_lost() -> None:
    with running(*defective("concurrent-receipts-lose-one")) as platform:
        pcm_client = new_pcm_client(platform)
        order = pcm_client.issued()
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(lambda _: pcm_client.receive(order, 1), range(4)))
        assert pcm_client.make("/po/get", po_id=order["po_id"])["lines"][0]["received_quantity"] < 4
        assert pcm_client.on_hand() == 4


def test_floats_are_shown_and_steps_are_skipped() -> None:
    with running(*defective("money-in-floats", "issue-before-approval-accepted")) as platform:
        pcm_client = new_pcm_client(platform)
        order = pcm_client.draft(3, "1.10")
        assert order["total"] == "3.3000000000000003"
        assert pcm_client.step("issue", order)["status"] == "issued"


def test_the_buyer_approves_and_another_org_receives() -> None:
    with running(*defective("buyer-approves-orders", "order-fetched-by-id-alone")) as platform:
        pcm_client, other = new_pcm_client(platform), new_pcm_client(platform)
        here = pcm_client.logical_guid
        buyer = platform.member_at(pcm_client.org, here, "pcm_buyer")
        colleague = replace(pcm_client, caller=buyer)
        order = colleague.step("approve", colleague.draft())
        issued = colleague.make("/po/issue", **named(order))
        assert other.make("/receipt/record", **pcm_client.receipt_fields(issued, 1))["receipt_id"]


def test_what_is_open_may_be_read_otherwise() -> None:
    with running("--rate-limit-rpm", "0", "--variant", "procurement-read-otherwise") as platform:
        pcm_client = new_pcm_client(platform)
        order = pcm_client.issued(10, "100.00")
        assert pcm_client.bill(order, "1010.00")["status"] == "exception"
        assert pcm_client.bill(order, "1000.00", tolerance="0")["status"] == "matched"
        over = pcm_client.receipt_fields(order, 11)
        assert pcm_client.refused("/receipt/record", **over) == (409, "invalid-state")
        bill = pcm_client.bill(order, "999.00")
        for verb, state in (("dispute", "disputed"), ("resolve", "matched")):
            at = {"invoice_id": bill["invoice_id"], "expected_revision": bill["revision"]}
            bill = pcm_client.make(f"/invoice/{verb}", **at)
            assert bill["status"] == state
