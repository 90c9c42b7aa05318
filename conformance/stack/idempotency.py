"""Idempotency keys: which routes are documented to take one, and each service's requirements on it.

To add a service, add an entry to `KEYED_SERVICES`, with its routes in the order in which they are
to be tried. A route has its key in its body template, as `$?idempotency_key`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from conformance.contract.operation import Fixed


@dataclass(frozen=True)
class KeyedRoute:
    """A route that takes a key, the name of the id that it creates, and another payload for it."""

    operation: str
    made: str
    other: Mapping[str, str | Fixed]


@dataclass(frozen=True)
class KeyedService:
    """The keyed routes of a service and its requirements.

    `replay`: a repeated request is answered as the first one was; `payload`: with another payload
    the key is refused; `org`: in another org it counts as a new key; `route`: on another route too.
    """

    routes: tuple[KeyedRoute, ...]
    replay: str
    payload: str
    org: str
    route: str
    # That a key is kept for a day; None where a check of the service's own tells its effects.
    kept: str | None = None


def _other(operation: str, made: str, **other: Any) -> KeyedRoute:
    return KeyedRoute(operation, made, {name: Fixed(value) for name, value in other.items()})


KEYED_SERVICES: Final[Mapping[str, KeyedService]] = {
    "ics": KeyedService(
        (
            _other("ics.adjustment.create", "adjustment_id", quantity_delta=4),
            _other("ics.reservation.create", "reservation_id", quantity=4),
            _other("ics.allocation.create", "allocation_id", quantity=4),
            _other("ics.transfer.request", "transfer_id", reason="another reason"),
            _other("ics.comment.create", "comment_id", body="another body"),
        ),
        replay="STOCK-44",
        payload="STOCK-46",
        org="STOCK-48",
        route="STOCK-47",
    ),
    "ppm": KeyedService(
        (
            _other("ppm.price.set", "price_id", amount="11.00"),
            _other("ppm.list.set", "price_list_id", caption="another caption"),
            _other("ppm.zone.set", "price_zone_id", caption="another caption"),
            _other("ppm.dynamic_rule.set", "rule_id", percent="-20"),
            _other("ppm.commission_rule.set", "rule_id", percent="20"),
            _other("ppm.comment.create", "comment_id", body="another body"),
        ),
        replay="PRICE-63",
        payload="PRICE-65",
        org="PRICE-67",
        route="PRICE-66",
        kept="PRICE-76",
    ),
    "pcm": KeyedService(
        (
            _other("pcm.po.create", "po_id", quantity=4),
            _other("pcm.receipt.record", "receipt_id", quantity=4),
            _other("pcm.invoice.match", "invoice_id", invoice_total="125.50"),
            _other("pcm.inbox.create", "inbox_id", subject="another subject"),
            _other("pcm.comment.create", "comment_id", body="another body"),
        ),
        replay="PROC-55",
        payload="PROC-56",
        org="PROC-58",
        route="PROC-57",
        kept="PROC-67",
    ),
    # "Orders, promises, shipments, tenders" (common/idempotency-retry.html).
    "scm": KeyedService(
        (
            _other("scm.order.create", "order_id", quantity=4),
            _other("scm.order.place", "order_id", reason="another reason"),
            _other("scm.promise.reserve", "promise_id", reason="another reason"),
            _other("scm.promise.commit", "promise_id", reason="another reason"),
            _other("scm.shipment.create", "shipment_id", reason="another reason"),
            _other("scm.tender.capture", "tender_id", amount="13.50"),
        ),
        replay="ORDER-39",
        payload="ORDER-41",
        org="ORDER-43",
        route="ORDER-42",
        kept="ORDER-75",
    ),
}
