"""User accounts: the one public route."""

from conformance.contract.facts import documented
from conformance.contract.operation import (
    REVISION,
    Access,
    Kind,
    Operation,
    Placement,
    published,
)

STAT = Operation(
    id="uas.stat",
    path="/uas/stat",
    kind=Kind.READ,
    source=documented("uas/calls.html"),
    access=Access.PUBLIC,
    credentials=Placement.NONE,
    body={
        "email": "$email",
        "passcode": "$passcode",
        "include_payment_history": "$?include_payment_history",
        "actor": "$?actor",
        "orgcode": "$?orgcode",
        "cccode": "$?cccode",
    },
    yields={
        "user_id": published("/data/user_id"),
        "status": published("/data/status"),
        "passcode_set": published("/data/passcode/set"),
        "emails": published("/data/emails"),
        "email_address": published("/email"),
        "email_is_primary": published("/is_primary"),
        "revision": REVISION,
    },
)

OPERATIONS = (STAT,)
RECORDS = ()
