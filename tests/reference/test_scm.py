"""Sales: an order from quote to delivery, what it holds, and what it refuses."""

import pytest

from tests.reference.platform_client import running
from tests.reference.products import Catalogue
from tests.reference.till import (
    ALLOCATE,
    CANCEL,
    COMMIT,
    PLACE,
    RELEASE,
    RESERVE,
    SHIP,
    Till,
    till_of,
)

CONFLICT = (409, "invalid-state")
SHORT = (409, "insufficient-stock")


@pytest.fixture(scope="module")
def till(catalogue: Catalogue) -> Till:
    return till_of(catalogue)


@pytest.fixture(scope="module")
def goods(till: Till) -> str:
    """A variant with stock for all tests that do not count."""
    return till.goods(10_000)


def buckets(till: Till, variant_id: str) -> tuple[int, ...]:
    stock = till.stock(variant_id)
    names = ("on_hand", "available", "reserved", "allocated", "committed")
    return tuple(stock[name] for name in names)


def test_an_order_goes_from_quote_to_delivery(till: Till) -> None:
    variant_id = till.goods()
    lines = [{"variant_id": variant_id, "quantity": 4}]
    quote = till.make("/order/promise/quote", lines=lines)
    assert (quote["available"], quote["lines"][0]["available_quantity"]) == (True, 10)
    order = till.order(variant_id, 4)
    named = {"order_id": order["order_id"]}
    assert order["status"] == "draft"
    assert till.make(PLACE, **named)["status"] == "placed"
    assert till.make(RESERVE, **named)["status"] == "reserved"
    assert buckets(till, variant_id) == (10, 6, 4, 0, 0)
    assert till.make(ALLOCATE, **named)["order_status"] == "allocated"
    assert buckets(till, variant_id) == (10, 6, 0, 4, 0)
    assert till.make(COMMIT, **named)["status"] == "committed"
    assert buckets(till, variant_id) == (10, 6, 0, 0, 4)
    shipment = till.make(f"{SHIP}/create", **named)["shipment_id"]
    for verb, state in (("pick", "picked"), ("pack", "packed"), ("ship", "shipped")):
        assert till.make(f"{SHIP}/{verb}", shipment_id=shipment)["status"] == state
    assert buckets(till, variant_id) == (6, 6, 0, 0, 0)
    assert till.make(f"{SHIP}/deliver", shipment_id=shipment)["status"] == "delivered"
    assert till.make("/order/get", **named)["status"] == "fulfilled"
    paid = {"tender_type": "gift_card", "amount": "12.5"}
    tender = till.make("/tender/capture", **named, **paid)
    assert tender["amount"] == "12.50"
    settle = {"tender_id": tender["tender_id"]}
    assert till.make("/tender/settle", **settle)["status"] == "settled"
    assert till.refused("/tender/settle", **settle) == CONFLICT
    assert till.refused("/tender/void", **settle) == CONFLICT
    assert till.make("/order/close", **named)["status"] == "closed"


def test_commit_follows_reserve_without_allocate(till: Till) -> None:
    variant_id = till.goods()
    till.order(variant_id, 3, PLACE, RESERVE, COMMIT)
    assert buckets(till, variant_id) == (10, 7, 0, 0, 3)


def test_an_order_is_shipped_in_parts(till: Till) -> None:
    variant_id = till.goods()
    order = till.order(variant_id, 5, PLACE, RESERVE, COMMIT)
    named = {"order_id": order["order_id"]}
    for count in (2, 3):
        lines = [{"variant_id": variant_id, "quantity": count}]
        shipment = till.make(f"{SHIP}/create", **named, lines=lines)["shipment_id"]
        for verb in ("pick", "pack", "ship", "deliver"):
            till.make(f"{SHIP}/{verb}", shipment_id=shipment)
    assert till.make("/order/get", **named)["status"] == "fulfilled"
    assert buckets(till, variant_id) == (5, 5, 0, 0, 0)
    assert till.refused(f"{SHIP}/create", **named) == CONFLICT


@pytest.mark.parametrize("held", [(RESERVE,), (RESERVE, ALLOCATE), (RESERVE, COMMIT)])
@pytest.mark.parametrize("ending", [CANCEL, RELEASE])
def test_what_was_held_comes_back(till: Till, held: tuple[str, ...], ending: str) -> None:
    variant_id = till.goods()
    order = till.order(variant_id, 4, PLACE, *held)
    till.make(ending, order_id=order["order_id"])
    assert buckets(till, variant_id) == (10, 10, 0, 0, 0)
    assert till.refused(ending, order_id=order["order_id"]) == CONFLICT


def test_a_shortage_holds_nothing(till: Till, goods: str) -> None:
    scarce = till.goods(3)
    lines = [{"variant_id": goods, "quantity": 1}, {"variant_id": scarce, "quantity": 4}]
    before = buckets(till, goods)
    order = till.make("/order/create", lines=lines)["order_id"]
    till.make(PLACE, order_id=order)
    assert till.refused(RESERVE, order_id=order) == SHORT
    assert buckets(till, goods) == before
    assert buckets(till, scarce) == (3, 3, 0, 0, 0)


def test_steps_out_of_order_are_refused(till: Till, goods: str) -> None:
    order = till.order(goods, 1)["order_id"]
    for path in (RESERVE, ALLOCATE, COMMIT, RELEASE, f"{SHIP}/create"):
        assert till.refused(path, order_id=order) == CONFLICT
    till.make(PLACE, order_id=order)
    for path in (PLACE, ALLOCATE, COMMIT, RELEASE, f"{SHIP}/create"):
        assert till.refused(path, order_id=order) == CONFLICT
    till.make(RESERVE, order_id=order)
    for path in (RESERVE, f"{SHIP}/create"):
        assert till.refused(path, order_id=order) == CONFLICT
    till.make(COMMIT, order_id=order)
    shipment = till.make(f"{SHIP}/create", order_id=order)["shipment_id"]
    for verb in ("pack", "ship", "deliver"):
        assert till.refused(f"{SHIP}/{verb}", shipment_id=shipment) == CONFLICT


def test_nothing_is_sold_that_is_not_online(till: Till) -> None:
    style, variants = till.publisher.style()
    lines = [{"variant_id": variants[0]["variant_id"], "quantity": 1}]
    assert till.refused("/order/create", lines=lines) == (409, "not-sellable")
    till.publisher.publish(style)
    order = till.make("/order/create", lines=lines)["order_id"]
    product = till.publisher.product(variants[0])
    till.publisher.change("/product/online/clear", product)
    assert till.refused(PLACE, order_id=order) == (409, "not-sellable")


def test_context_is_asked_for_and_must_agree(till: Till, goods: str) -> None:
    lines = [{"variant_id": goods, "quantity": 1}]
    bad = (400, "invalid-input")
    for header in ("x-channel-code", "x-logical-guid"):
        assert till.refused("/order/create", {header: ""}, lines=lines) == bad
    assert till.refused("/order/create", {"x-channel-code": "kiosk"}, lines=lines) == bad
    assert till.refused("/order/create", lines=lines, channel_code="kiosk") == bad
    assert till.refused("/order/create", lines=lines, logical_guid="another") == bad


@pytest.mark.parametrize("quantity", [0, -1, "1"])
def test_quantities_are_numbers_of_units(till: Till, goods: str, quantity: object) -> None:
    lines = [{"variant_id": goods, "quantity": quantity}]
    assert till.refused("/order/create", lines=lines) == (400, "invalid-input")


@pytest.mark.parametrize("amount", ["0", "-1.00", "1.005", "1e3", "", "1,00"])
def test_amounts_are_decimals_of_cents(till: Till, goods: str, amount: str) -> None:
    order = till.order(goods, 1, PLACE)["order_id"]
    sent = {"order_id": order, "tender_type": "gift_card"}
    bad = (400, "invalid-input")
    assert till.refused("/tender/capture", **sent, amount=amount) == bad


def test_a_backorder_is_approved_by_who_may(till: Till, goods: str) -> None:
    seller = till.by(till.platform.member(till.shop.org, "scm_order"))
    approver = till.by(till.platform.member(till.shop.org, "scm_backorder_approve"))
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


def test_an_appointment_goes_its_way(till: Till) -> None:
    window = {"starts_at": "2030-01-01T09:00:00Z", "ends_at": "2030-01-01T10:00:00Z"}
    made = till.make("/appointment/book", caption="fitting", **window)
    named = {"appointment_id": made["appointment_id"]}
    assert till.refused("/appointment/start", **named) == CONFLICT
    till.make("/appointment/confirm", **named)
    later = {"starts_at": "2030-01-02T09:00:00Z", "ends_at": "2030-01-02T10:00:00Z"}
    assert till.make("/appointment/reschedule", **named, **later)["status"] == "booked"
    for verb, state in (
        ("confirm", "confirmed"),
        ("start", "in_progress"),
        ("complete", "completed"),
    ):
        assert till.make(f"/appointment/{verb}", **named)["status"] == state
    for verb in ("cancel", "no-show", "confirm"):
        assert till.refused(f"/appointment/{verb}", **named) == CONFLICT


def test_a_label_needs_an_active_carrier(till: Till, goods: str) -> None:
    config = till.make("/carrier/config/set", carrier_code="UPS", caption="UPS")
    again = till.make("/carrier/config/set", carrier_code="UPS", caption="United Parcel")
    assert again["carrier_config_id"] == config["carrier_config_id"]
    named = {"carrier_config_id": config["carrier_config_id"]}
    order = till.order(goods, 1, PLACE, RESERVE, COMMIT)["order_id"]
    shipment = till.make(f"{SHIP}/create", order_id=order)["shipment_id"]
    till.make("/carrier/config/status/set", **named, status="inactive")
    assert till.refused("/carrier/label/create", **named, shipment_id=shipment) == CONFLICT
    till.make("/carrier/config/status/set", **named, status="active")
    assert till.make("/carrier/label/create", **named, shipment_id=shipment)["tracking_number"]


def test_the_catalogue_of_the_sale_is_kept(till: Till) -> None:
    style, variants = till.publisher.style()
    till.publisher.publish(style)
    order = till.order(variants[0]["variant_id"], 1, PLACE)
    kept = order["lines"][0]["catalog_snapshot"]
    assert kept["variant_caption"] == variants[0]["caption"]
    assert kept["product_revision_id"]
    till.publisher.publish(style)
    read = till.make("/order/get", order_id=order["order_id"])
    assert read["lines"][0]["catalog_snapshot"] == kept


def test_a_repeated_reserve_holds_once(till: Till) -> None:
    variant_id = till.goods()
    order = till.order(variant_id, 4, PLACE)
    sent = {"order_id": order["order_id"], "idempotency_key": "k-1"}
    assert till.make(RESERVE, **sent) == till.make(RESERVE, **sent)
    assert buckets(till, variant_id) == (10, 6, 4, 0, 0)


def test_an_order_without_a_price_is_placed_unless_the_variant_says_otherwise() -> None:
    with running("--variant", "unpriced-orders-refused") as platform:
        org = platform.org()
        strict = till_of(Catalogue(platform, org, org.owner))
        order = strict.order(strict.goods(), 1)["order_id"]
        assert strict.refused(PLACE, order_id=order) == (409, "price-required")
