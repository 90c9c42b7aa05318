"""Backorders, appointments and carriers: what the sales service keeps beside its orders."""

from collections.abc import Mapping
from typing import Any, Final

from conformance.contract.facts import Certainty
from conformance.contract.operation import (
    REVISION,
    Binding,
    Fixed,
    Kind,
    Operation,
    RecordKind,
    bound,
)
from conformance.contract.services.scm.orders import (
    APPROVERS,
    CALLS,
    FULFILLERS,
    SELLERS,
    route,
    routes,
)
from conformance.contract.shapes import KEYED, LINE, NOTES, ORG, placed, shown, state

_EITHER: Final = SELLERS | FULFILLERS

# --- backorders ---

_BACKORDER: Final[Mapping[str, Binding]] = {
    "backorder_id": placed("backorder", "backorder_id"),
    "state": state("backorder"),
    **shown(
        "backorder",
        "quantity",
        "fulfilled_quantity",
        "approved_by",
        "approved_at",
        "approval_reason",
    ),
    "revision": REVISION,
}
_NAMED: Final = {"backorder_id": "$backorder_id"}

BACKORDER_CREATE = route(
    "backorder.create",
    "backorder/create",
    Kind.CREATE,
    CALLS,
    access_certainty=Certainty.INFERRED,
    acts_on="scm.backorder",
    body={**LINE, **KEYED},
    fresh={"quantity": "quantity", "reason": "reason"},
    yields=_BACKORDER,
)
BACKORDER_GET = routes.one(
    "backorder.get",
    "backorder/get",
    CALLS,
    by="backorder_id",
    acts_on="scm.backorder",
    yields=_BACKORDER,
)
BACKORDER_LIST = routes.page(
    "backorder.list",
    "backorder/list",
    CALLS,
    by={"status": "$?listed_status"},
    acts_on="scm.backorder",
    shows={"item_id": bound("/backorder_id")},
)


def _backorder(verb: str, acts_on: str, **more: Any) -> Operation:
    more.setdefault("roles", _EITHER)
    body = {**_NAMED, **more.pop("body", {}), **NOTES}
    return route(
        f"backorder.{verb.replace('-', '_')}",
        f"backorder/{verb}",
        Kind.ACTION,
        CALLS,
        acts_on=acts_on,
        body=body,
        yields=_BACKORDER,
        **more,
    )


BACKORDER_APPROVE = _backorder(
    "approve", "scm.backorder", roles=APPROVERS, fresh={"reason": "reason"}
)
BACKORDER_PROMISE = _backorder(
    "promise",
    "scm.approved_backorder",
    body={"expected_at": "$expected_at"},
    fresh={"expected_at": Fixed("2040-01-15T09:00:00Z")},
)
BACKORDER_PART = _backorder(
    "partial-fulfill",
    "scm.promised_backorder",
    body={"quantity": "$quantity"},
    fresh={"quantity": Fixed(1)},
)
BACKORDER_FULFILL = _backorder("fulfill", "scm.promised_backorder")

# --- appointments ---

_APPOINTMENT: Final[Mapping[str, Binding]] = {
    "appointment_id": placed("appointment", "appointment_id"),
    "state": state("appointment"),
    "starts_at": placed("appointment", "starts_at"),
    "revision": REVISION,
}
_WINDOW: Final = {"starts_at": "$starts_at", "ends_at": "$ends_at"}
_HOUR: Final = {
    "starts_at": Fixed("2040-01-16T09:00:00Z"),
    "ends_at": Fixed("2040-01-16T10:00:00Z"),
}
_BY_ID: Final = {"appointment_id": "$appointment_id"}

APPOINTMENT_BOOK = route(
    "appointment.book",
    "appointment/book",
    Kind.CREATE,
    CALLS,
    roles=_EITHER,
    acts_on="scm.appointment",
    body={"caption": "$caption", **_WINDOW, **NOTES},
    fresh={"caption": "caption", **_HOUR},
    yields=_APPOINTMENT,
)
APPOINTMENT_GET = routes.one(
    "appointment.get",
    "appointment/get",
    CALLS,
    by="appointment_id",
    acts_on="scm.appointment",
    yields=_APPOINTMENT,
)
APPOINTMENT_LIST = routes.page(
    "appointment.list",
    "appointment/list",
    CALLS,
    by={"status": "$?listed_status"},
    acts_on="scm.appointment",
    shows={"item_id": bound("/appointment_id")},
)


def _appointment(verb: str, acts_on: str = "scm.appointment", **more: Any) -> Operation:
    return route(
        f"appointment.{verb.replace('-', '_')}",
        f"appointment/{verb}",
        Kind.ACTION,
        CALLS,
        roles=_EITHER,
        acts_on=acts_on,
        body={**_BY_ID, **more.pop("body", {}), **NOTES},
        yields=_APPOINTMENT,
        **more,
    )


APPOINTMENT_CONFIRM = _appointment("confirm")
APPOINTMENT_START = _appointment("start", "scm.confirmed_appointment")

# --- carriers ---

_CONFIG: Final[Mapping[str, Binding]] = {
    **shown("config", "carrier_config_id", "caption"),
    "state": placed("config", "status"),
    "revision": REVISION,
}
_CARRIER: Final = {"carrier_config_id": "$carrier_config_id"}

CONFIG_SET = route(
    "carrier.config_set",
    "carrier/config/set",
    Kind.CREATE,
    CALLS,
    roles=FULFILLERS,
    context=ORG,
    body={"carrier_code": "$carrier_code", "caption": "$caption", **NOTES},
    fresh={"carrier_code": "code", "caption": "caption"},
    yields=_CONFIG,
)
CONFIG_GET = routes.one(
    "carrier.config_get",
    "carrier/config/get",
    CALLS,
    by="carrier_config_id",
    context=ORG,
    acts_on="scm.carrier_config",
    yields=_CONFIG,
)
CONFIG_LIST = routes.page(
    "carrier.config_list",
    "carrier/config/list",
    CALLS,
    context=ORG,
    acts_on="scm.carrier_config",
    shows={"item_id": bound("/carrier_config_id")},
)
# That the record is revisioned is not documented, so its revision is sent and never judged.
CONFIG_STATUS = routes.status(
    "carrier.config_status_set",
    "carrier/config/status/set",
    CALLS,
    by="carrier_config_id",
    new="inactive",
    roles=FULFILLERS,
    access_certainty=Certainty.INFERRED,
    context=ORG,
    acts_on="scm.carrier_config",
    yields=_CONFIG,
)
LABEL_CREATE = route(
    "carrier.label_create",
    "carrier/label/create",
    Kind.CREATE,
    CALLS,
    roles=FULFILLERS,
    acts_on="scm.labelled_shipment",
    body={"shipment_id": "$shipment_id", **_CARRIER, **NOTES},
    yields=shown("label", "shipment_id", "label_id", "tracking_number"),
)

OPERATIONS = (
    BACKORDER_CREATE,
    BACKORDER_GET,
    BACKORDER_LIST,
    BACKORDER_APPROVE,
    BACKORDER_PROMISE,
    BACKORDER_PART,
    BACKORDER_FULFILL,
    _backorder("cancel", "scm.backorder"),
    _backorder("expire", "scm.backorder"),
    APPOINTMENT_BOOK,
    APPOINTMENT_GET,
    APPOINTMENT_LIST,
    APPOINTMENT_CONFIRM,
    APPOINTMENT_START,
    _appointment("complete", "scm.started_appointment"),
    _appointment("cancel"),
    _appointment("no-show"),
    _appointment("reschedule", body=_WINDOW, fresh=_HOUR),
    CONFIG_SET,
    CONFIG_GET,
    CONFIG_LIST,
    CONFIG_STATUS,
    LABEL_CREATE,
)


def _kind(
    name: str, made_by: Operation, read: Operation, listed: Operation | None = None
) -> RecordKind:
    """A kind with the id that `read` takes; no status ends it."""
    (identifier,) = read.body
    listed_by = None if listed is None else listed.id
    return RecordKind(f"scm.{name}", identifier, made_by.id, read.id, listed_by, terminal=None)


RECORDS = (
    _kind("backorder", BACKORDER_CREATE, BACKORDER_GET, BACKORDER_LIST),
    _kind("approved_backorder", BACKORDER_APPROVE, BACKORDER_GET),
    _kind("promised_backorder", BACKORDER_PROMISE, BACKORDER_GET),
    _kind("appointment", APPOINTMENT_BOOK, APPOINTMENT_GET, APPOINTMENT_LIST),
    _kind("confirmed_appointment", APPOINTMENT_CONFIRM, APPOINTMENT_GET),
    _kind("started_appointment", APPOINTMENT_START, APPOINTMENT_GET),
    _kind("carrier_config", CONFIG_SET, CONFIG_GET, CONFIG_LIST),
    # A shipment with a carrier whose label it may have.
    RecordKind("scm.labelled_shipment", "shipment_id", LABEL_CREATE.id, terminal=None),
)
