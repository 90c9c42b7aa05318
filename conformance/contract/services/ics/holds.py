"""Reservations, allocations and commitments: holds on the stock of a facility, for a channel.

Read from: ics/, ics/calls.html.
"""

from typing import Any, Final

from conformance.contract.envelope import ANSWERED_AT, in_data
from conformance.contract.facts import Source
from conformance.contract.operation import Binding, Operation
from conformance.contract.routes import lasting
from conformance.contract.services.ics.stock import ANY_CHANNEL, CALLS, PATTERN, READERS, route
from conformance.contract.shapes import CHANNEL, KEYED, LINE, NOTES, placed, shown

_ASKED: Final = {**LINE, "expires_at": "$?expires_at", **KEYED}
_FRESH: Final = {"quantity": "quantity", "channel_code": "channel_code"}


def _yields(noun: str) -> dict[str, Binding]:
    return {
        f"{noun}_id": placed(noun, f"{noun}_id"),
        # A page names the second of these, and no other field of a hold.
        **shown(noun, "quantity", "expires_at", "created_at"),
        "timestamp_utc": ANSWERED_AT,
        "state": placed(noun, "status"),
    }


def _create(noun: str, name: str, source: Source, body: Any, **more: Any) -> Operation:
    return route.access_deduced.create(
        f"{noun}.{name.replace('-', '_')}",
        source,
        path=f"{noun}/{name}",
        context=CHANNEL,
        body=body,
        yields=_yields(noun),
        **{"acts_on": "ics.adjustment", "fresh": _FRESH, **more},
    )


def _end(noun: str, verb: str, source: Source) -> Operation:
    keyed = KEYED if verb == "release" else NOTES
    return route.access_deduced.action(
        f"{noun}.{verb}",
        source,
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
SUGGEST = route.read(
    "allocation.suggest",
    CALLS,
    roles=READERS,
    acts_on="ics.adjustment",
    context=ANY_CHANNEL,
    body=LINE,
    fresh={"quantity": "quantity"},
    yields={"suggested": in_data("suggested_quantity", "quantity")},
)

RESERVATION_RELEASE = _end("reservation", "release", PATTERN)
RESERVATION_EXPIRE = _end("reservation", "expire", PATTERN)
ALLOCATION_RELEASE = _end("allocation", "release", CALLS)
ALLOCATION_EXPIRE = _end("allocation", "expire", CALLS)
COMMIT_RELEASE = _end("commit", "release", CALLS)

RECORDS = (
    lasting("ics.reservation", "reservation_id", RESERVE),
    lasting("ics.allocation", "allocation_id", ALLOCATE),
    lasting("ics.commit", "commit_id", COMMIT_DIRECT),
)

POS: Final = ("g3npos", "g3nlegacypos", "kiosk", "pos_generic")
DIRECT: Final = ("shopify", "shopify_plus", "g3nlegacyshopify", "dtc_generic")
WHOLESALE: Final = ("wholesale_generic",)
