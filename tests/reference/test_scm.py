"""Sales: an order from quote to delivery, what it holds, and what it refuses."""

import pytest

from tests.reference.platform_client import running
from tests.reference.products import Catalogue
from tests.reference.scm_client import (
    ALLOCATE,
    CANCEL,
    COMMIT,
    PLACE,
    RELEASE,
    RESERVE,
    SHIP,
    ScmClient,
    new_scm_client,
)

CONFLICT = (409, "invalid-state")
SHORT = (409, "insufficient-stock")


@pytest.fixture(scope="module")
def scm_client(catalogue: Catalogue) -> ScmClient:
    return new_scm_client(catalogue)


@pytest.fixture(scope="module")
def goods(scm_client: ScmClient) -> str:
    """A variant with stock for all tests that do not count."""
    return scm_client.goods(10_000)


def buckets(scm_client: ScmClient, variant_id: str) -> tuple[int, ...]:
    stock = scm_client.stock(variant_id)
    names = ("on_hand", "available", "reserved", "allocated", "committed")
    return tuple(stock[name] for name in names)


def test_an_order_goes_from_quote_to_delivery(scm_client: ScmClient) -> None:
    variant_id = scm_client.goods()
    lines = [{"variant_id": variant_id, "quantity": 4}]
    quote = scm_client.make("/order/promise/quote", lines=lines)
    assert (quote["available"], quote["lines"][0]["available_quantity"]) == (True, 10)
    order = scm_client.order(variant_id, 4)
    named = {"order_id": order["order_id"]}
    assert order["status"] == "draft"
    assert scm_client.make(PLACE, **named)["status"] == "placed"
    assert scm_client.make(RESERVE, **named)["status"] == "reserved"
    assert buckets(scm_client, variant_id) == (10, 6, 4, 0, 0)
    assert scm_client.make(ALLOCATE, **named)["order_status"] == "allocated"
    assert buckets(scm_client, variant_id) == (10, 6, 0, 4, 0)
    assert scm_client.make(COMMIT, **named)["status"] == "committed"
    assert buckets(scm_client, variant_id) == (10, 6, 0, 0, 4)
    shipment = scm_client.make(f"{SHIP}/create", **named)["shipment_id"]
    for verb, state in (("pick", "picked"), ("pack", "packed"), ("ship", "shipped")):
        assert scm_client.make(f"{SHIP}/{verb}", shipment_id=shipment)["status"] == state
    assert buckets(scm_client, variant_id) == (6, 6, 0, 0, 0)
    assert scm_client.make(f"{SHIP}/deliver", shipment_id=shipment)["status"] == "delivered"
    assert scm_client.make("/order/get", **named)["status"] == "fulfilled"
    paid = {"tender_type": "gift_card", "amount": "12.5"}
    tender = scm_client.make("/tender/capture", **named, **paid)
    assert tender["amount"] == "12.50"
    settle = {"tender_id": tender["tender_id"]}
    assert scm_client.make("/tender/settle", **settle)["status"] == "settled"
    assert scm_client.refused("/tender/settle", **settle) == CONFLICT
    assert scm_client.refused("/tender/void", **settle) == CONFLICT
    assert scm_client.make("/order/close", **named)["status"] == "closed"


def test_commit_follows_reserve_without_allocate(scm_client: ScmClient) -> None:
    variant_id = scm_client.goods()
    scm_client.order(variant_id, 3, PLACE, RESERVE, COMMIT)
    assert buckets(scm_client, variant_id) == (10, 7, 0, 0, 3)


def test_an_order_is_shipped_in_parts(scm_client: ScmClient) -> None:
    variant_id = scm_client.goods()
    order = scm_client.order(variant_id, 5, PLACE, RESERVE, COMMIT)
    named = {"order_id": order["order_id"]}
    for count in (2, 3):
        lines = [{"variant_id": variant_id, "quantity": count}]
        shipment = scm_client.make(f"{SHIP}/create", **named, lines=lines)["shipment_id"]
        for verb in ("pick", "pack", "ship", "deliver"):
            scm_client.make(f"{SHIP}/{verb}", shipment_id=shipment)
    assert scm_client.make("/order/get", **named)["status"] == "fulfilled"
    assert buckets(scm_client, variant_id) == (5, 5, 0, 0, 0)
    assert scm_client.refused(f"{SHIP}/create", **named) == CONFLICT


@pytest.mark.parametrize("held", [(RESERVE,), (RESERVE, ALLOCATE), (RESERVE, COMMIT)])
@pytest.mark.parametrize("ending", [CANCEL, RELEASE])
def test_what_was_held_comes_back(
    scm_client: ScmClient, held: tuple[str, ...], ending: str
) -> None:
    variant_id = scm_client.goods()
    order = scm_client.order(variant_id, 4, PLACE, *held)
    scm_client.make(ending, order_id=order["order_id"])
    assert buckets(scm_client, variant_id) == (10, 10, 0, 0, 0)
    assert scm_client.refused(ending, order_id=order["order_id"]) == CONFLICT


def test_a_shortage_holds_nothing(scm_client: ScmClient, goods: str) -> None:
    scarce = scm_client.goods(3)
    lines = [{"variant_id": goods, "quantity": 1}, {"variant_id": scarce, "quantity": 4}]
    before = buckets(scm_client, goods)
    order = scm_client.make("/order/create", lines=lines)["order_id"]
    scm_client.make(PLACE, order_id=order)
    assert scm_client.refused(RESERVE, order_id=order) == SHORT
    assert buckets(scm_client, goods) == before
    assert buckets(scm_client, scarce) == (3, 3, 0, 0, 0)


def test_steps_out_of_order_are_refused(scm_client: ScmClient, goods: str) -> None:
    order = scm_client.order(goods, 1)["order_id"]
    for path in (RESERVE, ALLOCATE, COMMIT, RELEASE, f"{SHIP}/create"):
        assert scm_client.refused(path, order_id=order) == CONFLICT
    scm_client.make(PLACE, order_id=order)
    for path in (PLACE, ALLOCATE, COMMIT, RELEASE, f"{SHIP}/create"):
        assert scm_client.refused(path, order_id=order) == CONFLICT
    scm_client.make(RESERVE, order_id=order)
    for path in (RESERVE, f"{SHIP}/create"):
        assert scm_client.refused(path, order_id=order) == CONFLICT
    scm_client.make(COMMIT, order_id=order)
    shipment = scm_client.make(f"{SHIP}/create", order_id=order)["shipment_id"]
    for verb in ("pack", "ship", "deliver"):
        assert scm_client.refused(f"{SHIP}/{verb}", shipment_id=shipment) == CONFLICT


def test_nothing_is_sold_that_is_not_online(scm_client: ScmClient) -> None:
    style, variants = scm_client.publisher.style()
    lines = [{"variant_id": variants[0]["variant_id"], "quantity": 1}]
    assert scm_client.refused("/order/create", lines=lines) == (409, "not-sellable")
    scm_client.publisher.publish(style)
    order = scm_client.make("/order/create", lines=lines)["order_id"]
    product = scm_client.publisher.product(variants[0])
    scm_client.publisher.change("/product/online/clear", product)
    assert scm_client.refused(PLACE, order_id=order) == (409, "not-sellable")


def test_context_is_asked_for_and_must_agree(scm_client: ScmClient, goods: str) -> None:
    lines = [{"variant_id": goods, "quantity": 1}]
    bad = (400, "invalid-input")
    for header in ("x-channel-code", "x-logical-guid"):
        assert scm_client.refused("/order/create", {header: ""}, lines=lines) == bad
    assert scm_client.refused("/order/create", {"x-channel-code": "kiosk"}, lines=lines) == bad
    assert scm_client.refused("/order/create", lines=lines, channel_code="kiosk") == bad
    assert scm_client.refused("/order/create", lines=lines, logical_guid="another") == bad


@pytest.mark.parametrize("quantity", [0, -1, "1"])
def test_quantities_are_numbers_of_units(
    scm_client: ScmClient, goods: str, quantity: object
) -> None:
    lines = [{"variant_id": goods, "quantity": quantity}]
    assert scm_client.refused("/order/create", lines=lines) == (400, "invalid-input")


@pytest.mark.parametrize("amount", ["0", "-1.00", "1.005", "1e3", "", "1,00"])
def test_amounts_are_decimals_of_cents(scm_client: ScmClient, goods: str, amount: str) -> None:
    order = scm_client.order(goods, 1, PLACE)["order_id"]
    sent = {"order_id": order, "tender_type": "gift_card"}
    bad = (400, "invalid-input")
    assert scm_client.refused("/tender/capture", **sent, amount=amount) == bad


def test_a_backorder_is_approved_by_who_may(scm_client: ScmClient, goods: str) -> None:
    def by(role: str) -> ScmClient:
        here = scm_client.ics_client
        return scm_client.by(scm_client.platform.member_at(here.org, here.logical_guid, role))

    seller, approver = by("scm_order"), by("scm_backorder_approve")
    made = seller.make("/backorder/create", variant_id=goods, quantity=5)
    named = {"backorder_id": made["backorder_id"]}
    assert seller.refused("/backorder/promise", **named) == CONFLICT
    assert seller.refused("/backorder/approve", **named) == (403, "forbidden")
    assert approver.make("/backorder/approve", **named)["status"] == "approved"
    seller.make("/backorder/promise", **named, expected_at="2030-01-01T00:00:00Z")
    part = seller.make("/backorder/partial-fulfill", **named, quantity=2)
    assert (part["status"], part["fulfilled_quantity"]) == ("partially_fulfilled", 2)
    assert seller.refused("/backorder/partial-fulfill", **named, quantity=4)[0] == 400
    assert seller.make("/backorder/fulfill", **named)["fulfilled_quantity"] == 5
    for verb in ("cancel", "expire", "fulfill"):
        assert seller.refused(f"/backorder/{verb}", **named) == CONFLICT


def test_an_appointment_goes_its_way(scm_client: ScmClient) -> None:
    window = {"starts_at": "2030-01-01T09:00:00Z", "ends_at": "2030-01-01T10:00:00Z"}
    made = scm_client.make("/appointment/book", caption="fitting", **window)
    named = {"appointment_id": made["appointment_id"]}
    assert scm_client.refused("/appointment/start", **named) == CONFLICT
    scm_client.make("/appointment/confirm", **named)
    later = {"starts_at": "2030-01-02T09:00:00Z", "ends_at": "2030-01-02T10:00:00Z"}
    assert scm_client.make("/appointment/reschedule", **named, **later)["status"] == "booked"
    for verb, state in (
        ("confirm", "confirmed"),
        ("start", "in_progress"),
        ("complete", "completed"),
    ):
        assert scm_client.make(f"/appointment/{verb}", **named)["status"] == state
    for verb in ("cancel", "no-show", "confirm"):
        assert scm_client.refused(f"/appointment/{verb}", **named) == CONFLICT


def test_a_label_needs_an_active_carrier(scm_client: ScmClient, goods: str) -> None:
    config = scm_client.make("/carrier/config/set", carrier_code="UPS", caption="UPS")
    again = scm_client.make("/carrier/config/set", carrier_code="UPS", caption="United Parcel")
    assert again["carrier_config_id"] == config["carrier_config_id"]
    named = {"carrier_config_id": config["carrier_config_id"]}
    order = scm_client.order(goods, 1, PLACE, RESERVE, COMMIT)["order_id"]
    shipment = scm_client.make(f"{SHIP}/create", order_id=order)["shipment_id"]
    scm_client.make("/carrier/config/status/set", **named, status="inactive")
    assert scm_client.refused("/carrier/label/create", **named, shipment_id=shipment) == CONFLICT
    scm_client.make("/carrier/config/status/set", **named, status="active")
    assert scm_client.make("/carrier/label/create", **named, shipment_id=shipment)[
        "tracking_number"
    ]


def test_the_catalogue_of_the_sale_is_kept(scm_client: ScmClient) -> None:
    style, variants = scm_client.publisher.style()
    scm_client.publisher.publish(style)
    order = scm_client.order(variants[0]["variant_id"], 1, PLACE)
    kept = order["lines"][0]["catalog_snapshot"]
    assert kept["variant_caption"] == variants[0]["caption"]
    assert kept["product_revision_id"]
    scm_client.publisher.publish(style)
    read = scm_client.make("/order/get", order_id=order["order_id"])
    assert read["lines"][0]["catalog_snapshot"] == kept


def test_a_repeated_reserve_holds_once(scm_client: ScmClient) -> None:
    variant_id = scm_client.goods()
    order = scm_client.order(variant_id, 4, PLACE)
    sent = {"order_id": order["order_id"], "idempotency_key": "k-1"}
    assert scm_client.make(RESERVE, **sent) == scm_client.make(RESERVE, **sent)
    assert buckets(scm_client, variant_id) == (10, 6, 4, 0, 0)


def test_an_order_without_a_price_is_placed_unless_the_variant_says_otherwise() -> None:
    with running("--variant", "unpriced-orders-refused") as platform:
        org = platform.org()
        strict = new_scm_client(Catalogue(platform, org, org.owner))
        order = strict.order(strict.goods(), 1)["order_id"]
        assert strict.refused(PLACE, order_id=order) == (409, "price-required")
