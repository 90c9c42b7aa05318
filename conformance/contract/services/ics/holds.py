"""Reservations, allocations and commitments: holds on the stock of a facility, for a channel."""

from typing import Any, Final

from conformance.contract.facts import Certainty, Source
from conformance.contract.operation import Binding, Kind, Operation, RecordKind, bound, published
from conformance.contract.services.ics.stock import ANY_CHANNEL, CALLS, PATTERN, READERS, route
from conformance.contract.shapes import CHANNEL, KEYED, LINE, NOTES, placed, shown

_ASKED: Final = {
    **LINE,
    "expires_at": "$?expires_at",
    **KEYED,
}
_FRESH: Final = {"quantity": "quantity", "channel_code": "channel_code"}


def _yields(noun: str) -> dict[str, Binding]:
    return {
        f"{noun}_id": placed(noun, f"{noun}_id"),
        # A page names the second of these, and no other field of a hold.
        **shown(noun, "quantity", "expires_at", "created_at"),
        "timestamp_utc": published("/stats/timestamp_utc"),
        "state": placed(noun, "status"),
    }


def _create(noun: str, name: str, source: Source, body: Any, **more: Any) -> Operation:
    return route(
        f"{noun}.{name.replace('-', '_')}",
        f"{noun}/{name}",
        Kind.CREATE,
        source,
        access_certainty=Certainty.INFERRED,
        context=CHANNEL,
        body=body,
        yields=_yields(noun),
        **{"acts_on": "ics.adjustment", "fresh": _FRESH, **more},
    )


def _end(noun: str, verb: str, source: Source) -> Operation:
    keyed = KEYED if verb == "release" else NOTES
    return route(
        f"{noun}.{verb}",
        f"{noun}/{verb}",
        Kind.ACTION,
        source,
        access_certainty=Certainty.INFERRED,
        acts_on=f"ics.{noun}",
        body={f"{noun}_id": f"${noun}_id", **keyed},
        yields=_yields(noun),
    )


RESERVE = _create("reservation", "create", PATTERN, _ASKED)
ALLOCATE = _create("allocation", "create", CALLS, {**_ASKED, "reservation_id": "$?reservation_id"})
COMMIT = _create(
    "commit",
    "create",
    CALLS,
    {"allocation_id": "$allocation_id", "expires_at": "$?expires_at", **KEYED},
    acts_on="ics.allocation",
    fresh={"channel_code": "channel_code"},
)
COMMIT_DIRECT = _create("commit", "create-direct", CALLS, _ASKED)
SUGGEST = route(
    "allocation.suggest",
    "allocation/suggest",
    Kind.READ,
    CALLS,
    roles=READERS,
    acts_on="ics.adjustment",
    context=ANY_CHANNEL,
    body=LINE,
    fresh={"quantity": "quantity"},
    yields={"suggested": bound("/data/suggested_quantity", "/data/quantity")},
)

OPERATIONS = (
    RESERVE,
    _end("reservation", "release", PATTERN),
    _end("reservation", "expire", PATTERN),
    ALLOCATE,
    _end("allocation", "release", CALLS),
    _end("allocation", "expire", CALLS),
    COMMIT,
    COMMIT_DIRECT,
    _end("commit", "release", CALLS),
    SUGGEST,
)
RECORDS = (
    RecordKind("ics.reservation", "reservation_id", RESERVE.id, terminal=None),
    RecordKind("ics.allocation", "allocation_id", ALLOCATE.id, terminal=None),
    RecordKind("ics.commit", "commit_id", COMMIT_DIRECT.id, terminal=None),
)

POS: Final = ("g3npos", "g3nlegacypos", "kiosk", "pos_generic")
DIRECT: Final = ("shopify", "shopify_plus", "g3nlegacyshopify", "dtc_generic")
WHOLESALE: Final = ("wholesale_generic",)
