"""User accounts: the one public route.

Read from: uas/calls.html.
"""

from conformance.contract.envelope import REVISION, in_published_data
from conformance.contract.facts import documented
from conformance.contract.operation import Access, Kind, Operation, Placement, published
from conformance.contract.shapes import SIGN_IN

STAT = Operation(
    id="uas.stat",
    path="/uas/stat",
    kind=Kind.READ,
    source=documented("uas/calls.html"),
    access=Access.PUBLIC,
    credentials=Placement.NONE,
    body={
        **SIGN_IN,
        "include_payment_history": "$?include_payment_history",
        "actor": "$?actor",
        "orgcode": "$?orgcode",
        "cccode": "$?cccode",
    },
    yields={
        "user_id": in_published_data("user_id"),
        "status": in_published_data("status"),
        "passcode_set": in_published_data("passcode/set"),
        "emails": in_published_data("emails"),
        "email_address": published("/email"),
        "email_is_primary": published("/is_primary"),
        "revision": REVISION,
    },
)

RECORDS = ()
