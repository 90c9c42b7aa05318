"""Orders and their promises, shipments and tenders. Org, facility and channel are in headers.

Paths come from the playbook and the calls inventory; of all bodies no field is published.

Read from: common/ids-codes.html, scm/, scm/PROTOCOL.md, scm/calls.html, scm/openapi.yaml,
scm/playbooks.html.
"""

from collections.abc import Mapping
from typing import Any, Final

from conformance.contract.envelope import ANSWERED_AT, in_data
from conformance.contract.facts import Certainty, Source, documented, inferred
from conformance.contract.operation import Binding, Fixed, Kind, Operation, RecordKind
from conformance.contract.routes import Routes, Terms, lasting, stat
from conformance.contract.shapes import CHANNEL, KEYED, LINE, NOTES, ROW_STATUS, record, with_status

CALLS, PLAYBOOK = documented("scm/calls.html"), documented("scm/playbooks.html")
# Named on the index page, or on the page of ids, without a path.
INDEX: Final = inferred("scm/")
IDS: Final = inferred("common/ids-codes.html")

# Any one of these roles reads (scm/PROTOCOL.md).
READERS: Final = frozenset(
    {
        "scm_view",
        "scm_order",
        "scm_fulfillment",
        "scm_returns",
        "scm_credit",
        "scm_discount_approve",
        "scm_special_order_approve",
        "scm_backorder_approve",
    }
)
# "Order preparation" (scm/openapi.yaml); that fulfilment has its own role is a deduction.
SELLERS: Final = frozenset({"scm_order"})
FULFILLERS: Final = frozenset({"scm_fulfillment"})
APPROVERS: Final = frozenset({"scm_backorder_approve"})


class _SalesRoutes(Routes):
    """Routes at a facility, on a channel; who writes but sellers and approvers is a deduction."""

    def access_certainty(self, kind: Kind, roles: frozenset[str]) -> Certainty:
        sure = not kind.writes or roles in (SELLERS, APPROVERS)
        return super().access_certainty(kind, roles) if sure else Certainty.INFERRED


route: Final = _SalesRoutes(
    "scm", CALLS, reads=Terms(READERS, CHANNEL), writes=Terms(SELLERS, CHANNEL)
)
STAT = stat("scm")

# --- orders ---

_ORDER: Final = record("order", "order_id", "lines")
_LINES: Final = [
    LINE,
    # A second line, where a check asks for one.
    {"variant_id": "$?second_variant_id", "quantity": "$?second_quantity"},
]
_OF_ORDER: Final = {"order_id": "$order_id"}

QUOTE = route.read(
    "promise.quote",
    PLAYBOOK,
    path="order/promise/quote",
    body={"lines": _LINES},
    fresh={"quantity": "quantity"},
    yields={
        "available": in_data("available", "promisable"),
        "promisable": in_data("lines/0/available_quantity", "lines/0/quantity"),
    },
)
ORDER_CREATE = route.create(
    "order.create",
    PLAYBOOK,
    acts_on="scm.order",
    body={"lines": _LINES, **KEYED},
    fresh={"quantity": "quantity", "reason": "reason"},
    yields=_ORDER,
)
ORDER_GET, ORDER_LIST = route.get_and_list(
    "order", _ORDER, IDS, narrowed={"status": "$?listed_status"}, shows=ROW_STATUS
)


def _on_order(name: str, path: str, acts_on: str, source: Source, **more: Any) -> Operation:
    """A step of one order; that placing prepares it is plain, of the others it is deduced."""
    more.setdefault("yields", _ORDER)
    if name != "order.place":
        more.setdefault("access_certainty", Certainty.INFERRED)
    return route.action(
        name,
        source,
        path=path,
        acts_on=acts_on,
        body={**_OF_ORDER, **more.pop("body", {}), **KEYED},
        **more,
    )


_PROMISE: Final[Mapping[str, Binding]] = {
    **with_status("promise", "promise_id", "order_id", "expires_at"),
    "timestamp_utc": ANSWERED_AT,
}
PLACE = _on_order("order.place", "order/place", "scm.order", PLAYBOOK)
CANCEL = _on_order("order.cancel", "order/cancel", "scm.placed_order", INDEX)
RESERVE = _on_order(
    "promise.reserve",
    "order/promise/reserve",
    "scm.placed_order",
    PLAYBOOK,
    body={"expires_at": "$?expires_at"},
    yields=_PROMISE,
)
ALLOCATE = _on_order(
    "promise.allocate", "order/promise/allocate", "scm.reserved_order", INDEX, yields=_PROMISE
)
COMMIT = _on_order(
    "promise.commit", "order/promise/commit", "scm.reserved_order", PLAYBOOK, yields=_PROMISE
)
RELEASE = _on_order(
    "promise.release", "order/promise/release", "scm.reserved_order", INDEX, yields=_PROMISE
)

# --- shipments ---

_SHIPMENT: Final[Mapping[str, Binding]] = record("shipment", "shipment_id")
# The steps in the order of the playbook, each with the kind of record that it is taken on.
SHIPMENT_STEPS: Final[Mapping[str, str]] = {
    "pick": "scm.shipment",
    "pack": "scm.picked_shipment",
    "ship": "scm.packed_shipment",
    "deliver": "scm.shipped_shipment",
}
SHIPMENT_CREATE = route.create(
    "shipment.create",
    PLAYBOOK,
    path="fulfillment/shipment/create",
    roles=FULFILLERS,
    acts_on="scm.committed_order",
    body={**_OF_ORDER, **KEYED},
    yields=_SHIPMENT,
)


def _ship(verb: str) -> Operation:
    return route.action(
        f"shipment.{verb}",
        PLAYBOOK,
        path=f"fulfillment/shipment/{verb}",
        roles=FULFILLERS,
        acts_on=SHIPMENT_STEPS[verb],
        body={"shipment_id": "$shipment_id", **NOTES},
        yields=_SHIPMENT,
    )


STEPS: Final = {verb: _ship(verb) for verb in SHIPMENT_STEPS}

# --- tenders ---

_TENDER: Final = record("tender", "tender_id", "amount")
CAPTURE = route.access_deduced.create(
    "tender.capture",
    PLAYBOOK,
    acts_on="scm.placed_order",
    body={**_OF_ORDER, "tender_type": "$tender_type", "amount": "$amount", **KEYED},
    fresh={"tender_type": Fixed("gift_card"), "amount": Fixed("12.50")},
    yields=_TENDER,
)


def _tender(verb: str, source: Source) -> Operation:
    return route.access_deduced.action(
        f"tender.{verb}",
        source,
        acts_on="scm.tender",
        body={"tender_id": "$tender_id", **KEYED},
        yields=_TENDER,
    )


SETTLE = _tender("settle", PLAYBOOK)
VOID = _tender("void", INDEX)


def _order_kind(name: str, made_by: Operation) -> RecordKind:
    """An order in one state, under the name of the step that took it there."""
    return lasting(f"scm.{name}", "order_id", made_by, ORDER_GET)


# A sale stays for good: orders and what belongs to them are never deleted.
RECORDS = (
    lasting("scm.order", "order_id", ORDER_CREATE, ORDER_GET, ORDER_LIST),
    _order_kind("placed_order", PLACE),
    _order_kind("reserved_order", RESERVE),
    _order_kind("committed_order", COMMIT),
    lasting("scm.shipment", "shipment_id", SHIPMENT_CREATE),
    lasting("scm.picked_shipment", "shipment_id", STEPS["pick"]),
    lasting("scm.packed_shipment", "shipment_id", STEPS["pack"]),
    lasting("scm.shipped_shipment", "shipment_id", STEPS["ship"]),
    lasting("scm.tender", "tender_id", CAPTURE),
)
