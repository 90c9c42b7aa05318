"""The envelope: where an answer says what it says about the call itself, in every service alike.

Read from common/ (the parts, `stats`) and common/troubleshooting.html (`error`). Each place is a
JSON pointer and is spelt here alone; what a service itself has to tell lies below `DATA`.
"""

import re
from typing import Final

from conformance.contract.operation import Binding, bound, published

SUCCESS: Final = "/success"
DATA: Final = "/data"
ERROR: Final = "/error"
STATS: Final = "/stats"

# --- of a record or a list, beside the data ---

# The revision that the record is at; a conflict tells it, too.
CURRENT_REVISION: Final = "/revision"

# The token for the next page of a list.
NEXT_PAGE: Final = "/next_token"

# --- of a refusal ---

TAG: Final = f"{ERROR}/major/tag"
MESSAGE: Final = f"{ERROR}/major/message/en_US"
HTTP_STATUS: Final = f"{ERROR}/http_status"
RETRYABLE: Final = f"{ERROR}/retryable"
ERROR_CODE: Final = f"{ERROR}/error_code"
DETAILS: Final = f"{ERROR}/details"

# --- of the call ---

CALL: Final = f"{STATS}/call"
SERVICE: Final = f"{STATS}/service"
REQUEST_ID: Final = f"{STATS}/request_id"
CONTEXT_SOURCE: Final = f"{STATS}/context_source"
CONTEXT_SOURCES: Final = frozenset({"session", "api_key", "operator", "system"})
LATENCY: Final = f"{STATS}/latency_ms"
# What `stats` count of a call, beside how long it took.
COUNTERS: Final = tuple(
    f"{STATS}/{name}"
    for name in ("bandwidth_in_bytes", "bandwidth_out_bytes", "other_service_calls")
)
SESSION_FINGERPRINT: Final = f"{STATS}/session_fingerprint"
KEY_FINGERPRINT: Final = f"{STATS}/api_key_fingerprint"
TIMESTAMP: Final = f"{STATS}/timestamp_utc"
# Fields of `stats` that differ between any two answers: request ids, instants, latency, sizes.
VARYING_STATS: Final = re.compile(
    r"request_id|timestamp_utc|\w+_ms|bytes|bytes_\w+|\w+_bytes|bandwidth_\w+"
)

# Pages disagree on where the build stands.
_BUILD: Final = "/build"
BUILDS: Final = (f"{STATS}{_BUILD}", _BUILD)
BUILD_PLACES: Final = {
    "inside stats": f"{STATS}{_BUILD}/build_id",
    "top level": f"{_BUILD}/build_id",
}
BUILD_PARTS: Final = ("build_major", "build_minor", "build_id")
# What tells of the call and not of the record, by its name in the answer.
OF_THE_CALL: Final = frozenset({STATS.removeprefix("/"), _BUILD.removeprefix("/")})

# --- as bindings of operations ---

REVISION: Final = published(CURRENT_REVISION, f"{DATA}{CURRENT_REVISION}")
# Where a refusal with 409 may tell the current revision, beside the envelope's own field.
CONFLICT_REVISION: Final = bound(
    f"{DETAILS}{CURRENT_REVISION}",
    f"{ERROR}{CURRENT_REVISION}",
    f"{DETAILS}/record{CURRENT_REVISION}",
)
ANSWERED_AT: Final = published(TIMESTAMP)
# What an envelope begins with; a place that begins otherwise is one in a row of a list.
MEMBERS: Final = frozenset(
    place.split("/")[1] for place in (DATA, CURRENT_REVISION, ERROR, NEXT_PAGE, STATS, SUCCESS)
)
NEXT_TOKEN: Final = published(f"{DATA}{NEXT_PAGE}", NEXT_PAGE)


def in_data(*places: str, whole: bool = False) -> Binding:
    """A value below `DATA` at the first of these places; which of them it is, is our deduction.

    `whole`: or the data itself, where it has none of them.
    """
    return bound(*_below_data(places), *([DATA] if whole else []))


def in_published_data(*places: str) -> Binding:
    """A value below `DATA` whose place a page shows."""
    return published(*_below_data(places))


def _below_data(places: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{DATA}/{place}" for place in places)
