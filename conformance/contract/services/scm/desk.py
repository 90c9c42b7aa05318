"""Backorders, appointments and carriers: what the sales service keeps beside its orders.

Read from: scm/calls.html.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from conformance.contract.operation import Binding, Fixed, Operation, RecordKind
from conformance.contract.routes import lasting
from conformance.contract.services.scm.orders import APPROVERS, CALLS, FULFILLERS, SELLERS, route
from conformance.contract.shapes import KEYED, LINE, NOTES, ORG, record, shown, with_status

_EITHER: Final = SELLERS | FULFILLERS


def _act(
    noun: str, yields: Mapping[str, Binding], verb: str, acts_on: str, **more: Any
) -> Operation:
    """Something done to one record; its name has underscores where its path has hyphens."""
    one = {f"{noun}_id": f"${noun}_id"}
    return route.action(
        f"{noun}.{verb.replace('-', '_')}",
        CALLS,
        path=f"{noun}/{verb}",
        acts_on=acts_on,
        body={**one, **more.pop("body", {}), **NOTES},
        yields=yields,
        **{"roles": _EITHER, **more},
    )


# --- backorders ---

_BACKORDER: Final = record(
    "backorder",
    "backorder_id",
    "quantity",
    "fulfilled_quantity",
    "approved_by",
    "approved_at",
    "approval_reason",
)

BACKORDER_CREATE = route.access_deduced.create(
    "backorder.create",
    CALLS,
    acts_on="scm.backorder",
    body={**LINE, **KEYED},
    fresh={"quantity": "quantity", "reason": "reason"},
    yields=_BACKORDER,
)
BACKORDER_GET, BACKORDER_LIST = route.get_and_list(
    "backorder", _BACKORDER, CALLS, narrowed={"status": "$?listed_status"}
)


_backorder: Final = partial(_act, "backorder", _BACKORDER)
BACKORDER_APPROVE = _backorder(
    "approve", "scm.backorder", roles=APPROVERS, fresh={"reason": "reason"}
)
BACKORDER_PROMISE = _backorder(
    "promise",
    "scm.approved_backorder",
    body={"expected_at": "$expected_at"},
    fresh={"expected_at": "in_200_days"},
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

_APPOINTMENT: Final = record("appointment", "appointment_id", "starts_at")
_WINDOW: Final = {"starts_at": "$starts_at", "ends_at": "$ends_at"}
_HOUR: Final = {"starts_at": "in_200_days", "ends_at": "in_200_days_and_an_hour"}

APPOINTMENT_BOOK = route.create(
    "appointment.book",
    CALLS,
    roles=_EITHER,
    acts_on="scm.appointment",
    body={"caption": "$caption", **_WINDOW, **NOTES},
    fresh={"caption": "caption", **_HOUR},
    yields=_APPOINTMENT,
)
APPOINTMENT_GET, APPOINTMENT_LIST = route.get_and_list(
    "appointment", _APPOINTMENT, CALLS, narrowed={"status": "$?listed_status"}
)


_appointment: Final = partial(_act, "appointment", _APPOINTMENT)
APPOINTMENT_CONFIRM = _appointment("confirm", "scm.appointment")
APPOINTMENT_START = _appointment("start", "scm.confirmed_appointment")
APPOINTMENT_COMPLETE = _appointment("complete", "scm.started_appointment")
APPOINTMENT_CANCEL = _appointment("cancel", "scm.appointment")
APPOINTMENT_NO_SHOW = _appointment("no-show", "scm.appointment")
APPOINTMENT_RESCHEDULE = _appointment("reschedule", "scm.appointment", body=_WINDOW, fresh=_HOUR)

# --- carriers ---

_CONFIG: Final = with_status("config", "carrier_config_id", "caption")
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
CONFIG_GET, CONFIG_LIST = route.get_and_list(
    "carrier_config", _CONFIG, CALLS, stem="carrier.config_", context=ORG
)
# That the record is revisioned is not documented, so its revision is sent and never judged.
CONFIG_STATUS = route.access_deduced.status(
    "carrier.config_status_set",
    CALLS,
    by="carrier_config_id",
    new="inactive",
    roles=FULFILLERS,
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
    """A kind with the id that `read` takes."""
    (identifier,) = read.body
    return lasting(f"scm.{name}", identifier, made_by, read, listed)


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
