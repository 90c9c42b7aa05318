"""Backorders, appointments and carriers: what the sales service keeps beside its orders."""

from collections.abc import Mapping
from typing import Any, Final

from conformance.contract.envelope import REVISION
from conformance.contract.facts import Certainty
from conformance.contract.operation import Binding, Fixed, Operation, RecordKind
from conformance.contract.routes import lasting
from conformance.contract.services.scm.orders import APPROVERS, CALLS, FULFILLERS, SELLERS, route
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

BACKORDER_CREATE = route.create(
    "backorder.create",
    CALLS,
    access_certainty=Certainty.INFERRED,
    acts_on="scm.backorder",
    body={**LINE, **KEYED},
    fresh={"quantity": "quantity", "reason": "reason"},
    yields=_BACKORDER,
)
BACKORDER_GET = route.one(
    "backorder.get", CALLS, by="backorder_id", acts_on="scm.backorder", yields=_BACKORDER
)
BACKORDER_LIST = route.page(
    "backorder.list",
    CALLS,
    by={"status": "$?listed_status"},
    acts_on="scm.backorder",
    item_id="backorder_id",
)


def _backorder(verb: str, acts_on: str, **more: Any) -> Operation:
    more.setdefault("roles", _EITHER)
    body = {**_NAMED, **more.pop("body", {}), **NOTES}
    return route.action(
        f"backorder.{verb.replace('-', '_')}",
        CALLS,
        path=f"backorder/{verb}",
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
BACKORDER_CANCEL = _backorder("cancel", "scm.backorder")
BACKORDER_EXPIRE = _backorder("expire", "scm.backorder")

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

APPOINTMENT_BOOK = route.create(
    "appointment.book",
    CALLS,
    roles=_EITHER,
    acts_on="scm.appointment",
    body={"caption": "$caption", **_WINDOW, **NOTES},
    fresh={"caption": "caption", **_HOUR},
    yields=_APPOINTMENT,
)
APPOINTMENT_GET = route.one(
    "appointment.get", CALLS, by="appointment_id", acts_on="scm.appointment", yields=_APPOINTMENT
)
APPOINTMENT_LIST = route.page(
    "appointment.list",
    CALLS,
    by={"status": "$?listed_status"},
    acts_on="scm.appointment",
    item_id="appointment_id",
)


def _appointment(verb: str, acts_on: str = "scm.appointment", **more: Any) -> Operation:
    return route.action(
        f"appointment.{verb.replace('-', '_')}",
        CALLS,
        path=f"appointment/{verb}",
        roles=_EITHER,
        acts_on=acts_on,
        body={**_BY_ID, **more.pop("body", {}), **NOTES},
        yields=_APPOINTMENT,
        **more,
    )


APPOINTMENT_CONFIRM = _appointment("confirm")
APPOINTMENT_START = _appointment("start", "scm.confirmed_appointment")
APPOINTMENT_COMPLETE = _appointment("complete", "scm.started_appointment")
APPOINTMENT_CANCEL = _appointment("cancel")
APPOINTMENT_NO_SHOW = _appointment("no-show")
APPOINTMENT_RESCHEDULE = _appointment("reschedule", body=_WINDOW, fresh=_HOUR)

# --- carriers ---

_CONFIG: Final[Mapping[str, Binding]] = {
    **shown("config", "carrier_config_id", "caption"),
    "state": placed("config", "status"),
    "revision": REVISION,
}
_CARRIER: Final = {"carrier_config_id": "$carrier_config_id"}

CONFIG_SET = route.create(
    "carrier.config_set",
    CALLS,
    roles=FULFILLERS,
    context=ORG,
    body={"carrier_code": "$carrier_code", "caption": "$caption", **NOTES},
    fresh={"carrier_code": "code", "caption": "caption"},
    yields=_CONFIG,
)
CONFIG_GET = route.one(
    "carrier.config_get",
    CALLS,
    by="carrier_config_id",
    context=ORG,
    acts_on="scm.carrier_config",
    yields=_CONFIG,
)
CONFIG_LIST = route.page(
    "carrier.config_list",
    CALLS,
    context=ORG,
    acts_on="scm.carrier_config",
    item_id="carrier_config_id",
)
# That the record is revisioned is not documented, so its revision is sent and never judged.
CONFIG_STATUS = route.status(
    "carrier.config_status_set",
    CALLS,
    by="carrier_config_id",
    new="inactive",
    roles=FULFILLERS,
    access_certainty=Certainty.INFERRED,
    context=ORG,
    acts_on="scm.carrier_config",
    yields=_CONFIG,
)
LABEL_CREATE = route.create(
    "carrier.label_create",
    CALLS,
    roles=FULFILLERS,
    acts_on="scm.labelled_shipment",
    body={"shipment_id": "$shipment_id", **_CARRIER, **NOTES},
    yields=shown("label", "shipment_id", "label_id", "tracking_number"),
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
    lasting("scm.labelled_shipment", "shipment_id", LABEL_CREATE),
)
