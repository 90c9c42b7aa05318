"""What routes of several services have in common: parts of headers, bodies and answers.

A service takes a shape as it stands. Where its pages ask for something else, it states the
difference beside its own routes, on top of the shape from here.
"""

from collections.abc import Mapping
from typing import Final

from conformance.contract.envelope import NEXT_TOKEN, REVISION, in_data
from conformance.contract.operation import Binding, bound

# --- context, in headers ---

ORG: Final = {"x-orgcode": "$orgcode"}
# The org where it is not required: a check leaves it out.
ANY_ORG: Final = {"x-orgcode": "$?orgcode"}
FACILITY: Final = {**ORG, "x-logical-guid": "$logical_guid"}
ANY_FACILITY: Final = {**ORG, "x-logical-guid": "$?logical_guid"}
CHANNEL: Final = {**FACILITY, "x-channel-code": "$channel_code"}

# --- parts of bodies ---

# What most records are created with.
NAMED: Final = {"code": "$code", "caption": "$caption"}
# What a sample sends for the names.
NAMES: Final = {"code": "code", "caption": "caption"}
# How a user proves who they are, before there is a session.
SIGN_IN: Final = {"email": "$email", "passcode": "$passcode"}
# A line of an order, a receipt, a transfer or a hold.
LINE: Final = {"variant_id": "$variant_id", "quantity": "$quantity"}
# What every list takes: how many records, and from which place on.
PAGE: Final = {"limit": "$?limit", "next_token": "$?next_token"}
# By what lists of records with a status are narrowed: the closed ones are shown on demand alone.
STATUS: Final = {"status": "$?status", "include_doomed": "$?include_doomed"}
# Why a write is made, in words and by a code.
REASON: Final = {"reason": "$?reason", "reason_code": "$?reason_code"}
# What writes on stock, sales and purchases take beside their own fields.
NOTES: Final = {**REASON, "source_refs": "$?source_refs", "cccode": "$?cccode"}
# With it, the same write sent twice happens once.
KEY: Final = {"idempotency_key": "$?idempotency_key"}
# What such writes take where they can be sent twice.
KEYED: Final = {**NOTES, **KEY}
# The revision that a write has to name.
GUARD: Final = {"expected_revision": "$expected_revision"}
# Where no page says that the record is revisioned: sent if it is known.
REVISED: Final = {"expected_revision": "$?expected_revision"}

# --- places in answers ---


def listed(*names: str) -> dict[str, Binding]:
    """Where a list answers its rows and its next page; `names` are the service's own for rows."""
    return {"items": in_data("items", *names, "records", whole=True), "next_token": NEXT_TOKEN}


# The places where a service has no name of its own for its rows.
LISTED: Final[Mapping[str, Binding]] = listed()
# Where a row of a list shows the status of its record.
ROW_STATUS: Final[Mapping[str, Binding]] = {"item_state": bound("/status")}


def placed(noun: str, name: str) -> Binding:
    """A field of a record: at the top of the data, or under the record's noun."""
    return in_data(name, f"{noun}/{name}")


def identity(noun: str) -> Binding:
    """The id of a record where an answer may also call it plainly `id`."""
    return in_data(f"{noun}_id", f"{noun}/{noun}_id", "id")


def shown(noun: str, *names: str) -> dict[str, Binding]:
    """Fields of a record that are known by the name under which they stand."""
    return {name: placed(noun, name) for name in names}


def state(noun: str) -> Binding:
    """The status of a record where an answer may also call it its state."""
    return in_data("status", "state", f"{noun}/status")


def record(noun: str, *names: str, in_state: Binding | None = None) -> dict[str, Binding]:
    """These fields of a record, its state and its revision.

    `in_state` is where the state stands unless it is where `state` looks for it.
    """
    return {**shown(noun, *names), "state": in_state or state(noun), "revision": REVISION}


def with_status(noun: str, *names: str) -> dict[str, Binding]:
    """The same of a record whose state is called its status alone."""
    return record(noun, *names, in_state=placed(noun, "status"))
