"""Inventory: lifetimes, conservation, keys, roles, facilities, transfers, comments."""

import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.reference.ics_client import IcsClient, new_ics_client, sums
from tests.reference.platform_client import Platform, running


@pytest.fixture(scope="module")
def ics_client(platform: Platform) -> IcsClient:
    """In an org of its own: where PVM has variants of an org, the others are unknown to ICS."""
    return new_ics_client(platform)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("channel", "minutes"),
    [("kiosk", 5), ("Shopify", 15), ("wholesale_generic", 60), ("never_heard_of", 60)],
)
def test_reservations_live_by_channel_family(
    ics_client: IcsClient, channel: str, minutes: int
) -> None:
    at_till = replace(ics_client, channel=channel)
    wanted = {"variant_id": ics_client.stocked(2), "quantity": 1}
    hold = at_till.make("/reservation/create", **wanted)
    lived = instant(hold["expires_at"]) - instant(hold["created_at"])
    assert abs(lived - timedelta(minutes=minutes)) < timedelta(seconds=1)
    hold = at_till.make("/allocation/create", **wanted)
    lived = instant(hold["expires_at"]) - instant(hold["created_at"])
    assert abs(lived - timedelta(minutes=120)) < timedelta(seconds=1)


def test_holds_need_a_channel_and_a_time_to_come(ics_client: IcsClient) -> None:
    wanted = {"variant_id": ics_client.stocked(2), "quantity": 1}
    for channel in ("", "No Code"):
        refused = replace(ics_client, channel=channel).refused("/reservation/create", **wanted)
        assert refused == (400, "invalid-input")
    for ends in ("2020-01-01T00:00:00Z", "soon", "2999-01-01T00:00:00"):
        assert ics_client.refused("/reservation/create", **wanted, expires_at=ends)[0] == 400
    sent = (datetime.now(UTC) + timedelta(hours=3)).isoformat(timespec="milliseconds")
    hold = ics_client.make("/commit/create-direct", **wanted, expires_at=sent)
    assert instant(hold["expires_at"]) == instant(sent)
    assert ics_client.make("/commit/create-direct", **wanted)["expires_at"] is None


def test_a_hold_past_its_end_gives_its_units_back() -> None:
    with running("--rate-limit-rpm", "0") as platform:
        ics_client = new_ics_client(platform)
        variant_id = ics_client.stocked(3)
        hold = ics_client.make("/reservation/create", variant_id=variant_id, quantity=3)
        platform.do("reference_clock", advance_seconds=299)
        assert ics_client.stock(variant_id)["available"] == 0
        platform.do("reference_clock", advance_seconds=2)
        assert ics_client.stock(variant_id)["available"] == 3
        named = {"reservation_id": hold["reservation_id"]}
        assert ics_client.refused("/reservation/release", **named) == (409, "invalid-state")
        assert ics_client.card(variant_id)[-1]["actor"] == "system"


def test_expiring_by_hand_ends_a_hold_at_once(ics_client: IcsClient) -> None:
    variant_id = ics_client.stocked(3)
    wanted = {"variant_id": variant_id, "quantity": 3}
    for kind in ("reservation", "allocation"):
        hold = ics_client.make(f"/{kind}/create", **wanted)
        named = {f"{kind}_id": hold[f"{kind}_id"]}
        assert ics_client.make(f"/{kind}/expire", **named)["status"] == "expired"
        assert ics_client.stock(variant_id)["available"] == 3
        assert ics_client.refused(f"/{kind}/expire", **named) == (409, "invalid-state")
        assert ics_client.refused("/commit/release", commit_id=named[f"{kind}_id"])[0] == 404


def test_concurrent_holds_never_promise_more_than_there_is(ics_client: IcsClient) -> None:
    variant_id = ics_client.stocked(5)

    def hold(number: int) -> bool:
        path = ("/reservation/create", "/allocation/create", "/commit/create-direct")[number % 3]
        return ics_client.ask(path, variant_id=variant_id, quantity=1).is_success

    with ThreadPoolExecutor(8) as threads:
        accepted = sum(threads.map(hold, range(12)))
    stock = ics_client.stock(variant_id)
    assert (accepted, stock["available"], stock["on_hand"]) == (5, 0, 5)


def test_moves_between_buckets_keep_every_unit(ics_client: IcsClient) -> None:
    variant_id = ics_client.stocked(6)

    def move(before: str, after: str, quantity: int) -> dict[str, Any]:
        moved = ics_client.make(
            "/stock/transition",
            variant_id=variant_id,
            from_bucket=before,
            to_bucket=after,
            quantity=quantity,
        )
        position: dict[str, Any] = moved["position"]
        return position

    assert move("available", "quarantine", 4)["available"] == 2
    assert move("quarantine", "damaged", 1)["available"] == 2
    stock = move("quarantine", "available", 3)
    assert (stock["on_hand"], stock["available"], stock["damaged"]) == (6, 5, 1)
    assert sums(ics_client.card(variant_id)) == {
        name: stock[name] for name in sums(ics_client.card(variant_id))
    }
    wanted = {"variant_id": variant_id, "from_bucket": "damaged", "quantity": 2}
    assert ics_client.refused("/stock/transition", **wanted, to_bucket="available")[0] == 409
    assert ics_client.refused("/stock/transition", **wanted, to_bucket="reserved")[0] == 400
    assert ics_client.refused("/stock/transition", **wanted, to_bucket="damaged")[0] == 400


@pytest.mark.parametrize("quantity", [0, -1, 1.5, "1", None, 1_000_001])
def test_quantities_are_positive_integers(ics_client: IcsClient, quantity: object) -> None:
    refused = ics_client.refused("/reservation/create", variant_id="v", quantity=quantity)
    assert refused == (400, "invalid-input")


def test_adjustments_say_why(ics_client: IcsClient) -> None:
    wanted: dict[str, Any] = {"variant_id": ics_client.stocked(1), "quantity_delta": 1}
    assert ics_client.refused("/adjustment/create", **wanted) == (400, "invalid-input")
    odd = {**wanted, "reason": "x", "reason_code": "INVENTORY.NO_SUCH"}
    assert ics_client.refused("/adjustment/create", **odd) == (400, "invalid-input")
    known = {**odd, "reason_code": "INVENTORY.ADJUST", "source_refs": [{"type": "count"}]}
    made = ics_client.make("/adjustment/create", **known)
    entry = ics_client.card(wanted["variant_id"])[-1]
    assert (entry["record_id"], entry["reason"]) == (made["adjustment_id"], "x")
    assert (entry["reason_code"], entry["source_refs"]) == ("INVENTORY.ADJUST", [{"type": "count"}])
    assert entry["actor"] == f"user_guid:{ics_client.org.owner.user_id}"


def test_a_key_stands_for_one_request_of_one_route_and_org(ics_client: IcsClient) -> None:
    variant_id, key = ics_client.stocked(9), secrets.token_hex(8)
    wanted = {"variant_id": variant_id, "quantity": 2, "idempotency_key": key}
    first = ics_client.make("/reservation/create", **wanted)
    assert ics_client.make("/reservation/create", **wanted) == first
    assert ics_client.stock(variant_id)["reserved"] == 2
    changed = {**wanted, "quantity": 3}
    assert ics_client.refused("/reservation/create", **changed) == (409, "idempotency-mismatch")
    ics_client.make("/allocation/create", **wanted)
    assert ics_client.stock(variant_id)["available"] == 5
    other = new_ics_client(ics_client.platform)
    assert other.refused("/reservation/create", **wanted)[0] == 409
    assert other.stock(variant_id)["on_hand"] == 0


def test_roles_open_reads_corrections_and_work(ics_client: IcsClient) -> None:
    def as_key(*roles: str) -> Callable[..., int]:
        key = ics_client.platform.key(ics_client.org, *roles)
        headers = {"x-api-key": key, "x-session-guid": ""}
        return lambda path, **body: ics_client.ask(path, headers, **body).status_code

    variant_id = ics_client.stocked(1)
    adjustment = {"variant_id": variant_id, "quantity_delta": 1, "reason": "found"}
    for roles, read, corrected, held in (
        (("ics_view",), 200, 403, 403),
        (("ics_adjust",), 200, 200, 403),
        (("ics_operator",), 200, 200, 200),
        (("ofm_view",), 403, 403, 403),
    ):
        ask = as_key(*roles)
        assert ask("/stock/get", variant_id=variant_id) == read
        assert ask("/adjustment/create", **adjustment) == corrected
        assert ask("/reservation/create", variant_id=variant_id, quantity=1) == held


def test_facilities_are_named_live_and_ones_own(ics_client: IcsClient) -> None:
    variant_id = ics_client.stocked(1)
    other = new_ics_client(ics_client.platform)
    assert replace(ics_client, logical_guid="").refused("/bin/list") == (400, "invalid-input")
    for guid in (other.logical_guid, "nowhere"):
        strange = replace(ics_client, logical_guid=guid)
        assert strange.refused("/stock/get", variant_id=variant_id) == (404, "not-found")
    zone = ics_client.make("/zone/create", code="FZ", caption="Zone")
    bin_ = ics_client.make("/bin/create", zone_id=zone["zone_id"], code="FB")
    next_door = replace(ics_client, logical_guid=ics_client.platform.facility(ics_client.org))
    assert next_door.refused("/bin/get", bin_id=bin_["bin_id"]) == (404, "not-found")
    named = {"bin_id": bin_["bin_id"], "status": "inactive"}
    assert ics_client.refused("/bin/status/set", **named) == (428, "expected-revision-required")
    changed = ics_client.make("/bin/status/set", **named, expected_revision=1)
    assert (changed["status"], changed["revision"]) == ("inactive", 2)
    assert ics_client.refused("/bin/create", zone_id=zone["zone_id"], code="FB") == (
        409,
        "duplicate-code",
    )


def transfer_of(ics_client: IcsClient, dest: IcsClient, **units: int) -> dict[str, Any]:
    ends = {"source_logical_guid": ics_client.logical_guid, "dest_logical_guid": dest.logical_guid}
    lines = [{"variant_id": name, "quantity": count} for name, count in units.items()]
    return replace(ics_client, logical_guid="").make(
        "/transfer/request", request_context=ends, lines=lines
    )


def test_a_transfer_takes_every_step_and_loses_nothing(ics_client: IcsClient) -> None:
    dest = replace(ics_client, logical_guid=ics_client.platform.facility(ics_client.org))
    variant_id = ics_client.stocked(10)
    transfer = transfer_of(ics_client, dest, **{variant_id: 6})

    def step(verb: str, **body: Any) -> dict[str, Any]:
        transfer.update(
            ics_client.make(
                f"/transfer/{verb}",
                transfer_id=transfer["transfer_id"],
                expected_revision=transfer["revision"],
                **body,
            )
        )
        return transfer

    named = {"transfer_id": transfer["transfer_id"], "expected_revision": 1}
    for verb in ("approve", "ship", "receive"):
        assert ics_client.refused(f"/transfer/{verb}", **named) == (409, "invalid-state")
    assert step("submit")["status"] == "submitted"
    assert ics_client.refused("/transfer/ship", **{**named, "expected_revision": 2})[0] == 409
    assert step("approve")["status"] == "approved"
    some = [{"variant_id": variant_id, "quantity": 4}]
    assert step("ship", lines=some)["status"] == "shipped"
    assert (ics_client.stock(variant_id)["on_hand"], dest.stock(variant_id)["in_transit"]) == (6, 4)
    assert step("receive")["status"] == "shipped"
    step("ship")
    assert step("receive")["status"] == "received"
    assert (ics_client.stock(variant_id)["on_hand"], dest.stock(variant_id)["on_hand"]) == (4, 6)
    assert dest.stock(variant_id)["in_transit"] == 0
    assert sums(dest.card(variant_id))["on_hand"] == 6


def test_a_short_receipt_is_an_exception_and_stays_in_transit(ics_client: IcsClient) -> None:
    dest = replace(ics_client, logical_guid=ics_client.platform.facility(ics_client.org))
    variant_id = ics_client.stocked(5)
    named = {"transfer_id": transfer_of(ics_client, dest, **{variant_id: 5})["transfer_id"]}
    for revision, verb in enumerate(("submit", "approve", "ship"), 1):
        ics_client.make(f"/transfer/{verb}", **named, expected_revision=revision)
    came = [{"variant_id": variant_id, "quantity": 3}]
    received = ics_client.make("/transfer/receive", **named, expected_revision=4, lines=came)
    assert received["status"] == "received_with_exceptions"
    assert received["shipments"][0]["status"] == "received_partial"
    stock = dest.stock(variant_id)
    assert (stock["on_hand"], stock["in_transit"]) == (3, 2)


def test_transfers_have_two_ends_and_twenty_lines(ics_client: IcsClient) -> None:
    ends = {
        "source_logical_guid": ics_client.logical_guid,
        "dest_logical_guid": ics_client.logical_guid,
    }
    line = {"variant_id": "v", "quantity": 1}
    assert ics_client.refused("/transfer/request", lines=[line], **ends)[0] == 400
    ends["dest_logical_guid"] = ics_client.platform.facility(ics_client.org)
    lines = [{"variant_id": f"v{number}", "quantity": 1} for number in range(21)]
    assert ics_client.refused("/transfer/request", lines=lines, **ends) == (400, "invalid-input")
    assert len(ics_client.make("/transfer/request", lines=lines[:20], **ends)["lines"]) == 20


def test_comments_are_everyones_to_add_and_the_authors_to_edit(ics_client: IcsClient) -> None:
    author = ics_client.platform.member(ics_client.org)
    member = replace(ics_client, caller=author, logical_guid="")
    about = {"target_type": "receipt", "target_id": secrets.token_hex(4)}
    comment = member.make("/comment", **about, caption="Box", body="Box is wet")
    named = {"comment_id": comment["comment_id"]}
    assert ics_client.make("/comment/get", **named)["author"] == f"user_guid:{author.user_id}"
    edit = {**named, "body": "Two boxes", "expected_revision": 1}
    assert ics_client.refused("/comment/revise", **edit) == (403, "forbidden")
    edited = member.make("/comment/revise", **edit)
    assert (edited["caption"], edited["body"]) == ("Box", "Two boxes")
    assert edited["edits"][0]["body"] == "Box is wet"
    member.make("/comment/status", **named, status="doomed", expected_revision=2)
    assert member.make("/comment/list", **about)["items"] == []
    ics_client.make("/comment", **about, caption="Long", body="x" * 50)
    sizes = [item["size"] for item in ics_client.make("/comment/report", top=3)["items"]]
    assert sizes == sorted(sizes, reverse=True)


def test_promises_and_suggestions_hold_nothing(ics_client: IcsClient) -> None:
    variant_id = ics_client.stocked(4)
    dest = replace(ics_client, logical_guid=ics_client.platform.facility(ics_client.org))
    body = {"variant_id": variant_id, "quantity_delta": 3, "reason": "count"}
    dest.make("/adjustment/create", **body)
    ics_client.make("/reservation/create", variant_id=variant_id, quantity=1)
    everywhere = replace(ics_client, logical_guid="")
    assert everywhere.make("/atp/query", variant_id=variant_id)["total_quantity"] == 6
    suggested = everywhere.make("/allocation/suggest", variant_id=variant_id, quantity=8)
    assert (suggested["suggested_quantity"], suggested["shortfall"]) == (6, 2)
    assert ics_client.stock(variant_id)["available"] == 3
    assert len(everywhere.make("/stock/list", variant_id=variant_id)["items"]) == 2
    assert everywhere.refused("/stock/list") == (400, "invalid-input")


def test_the_search_plane_is_parked_and_health_wants_a_session(ics_client: IcsClient) -> None:
    assert ics_client.refused("/search/comments", q="x") == (501, "not-implemented")
    assert ics_client.refused("/search/inbox") == (501, "not-implemented")
    path = f"{ics_client.platform.base_url}/ics/stat"
    assert ics_client.platform.client.get(path).status_code == 401
    assert ics_client.platform.client.get(path, headers=ics_client.caller.headers).is_success
