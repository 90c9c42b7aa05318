"""The inbox of procurement: notifications with a state of work and, apart from it, a status.

Read from: pcm/calls.html.
"""

from collections.abc import Mapping
from typing import Final

from conformance.contract.envelope import REVISION
from conformance.contract.operation import Binding, Fixed
from conformance.contract.routes import lasting
from conformance.contract.services.pcm.orders import CALLS, route
from conformance.contract.shapes import KEYED, ORG, REVISED, shown

_SHOWN: Final[Mapping[str, Binding]] = {
    **shown("inbox", "inbox_id", "subject", "state", "status"),
    "revision": REVISION,
}

CREATE = route.create(
    "inbox.create",
    CALLS,
    context=ORG,
    body={
        "subject": "$subject",
        "org_wide": "$org_wide",
        "record_type": "$?record_type",
        "record_id": "$?record_id",
        **KEYED,
    },
    fresh={
        "subject": "caption",
        "org_wide": Fixed(value=True),
        "record_type": Fixed("purchase_order"),
        "record_id": "guid",
    },
    yields=_SHOWN,
)
GET, LIST = route.get_and_list("inbox", _SHOWN, CALLS, context=ORG)
# The values of state and status are not documented.
STATE = route.step(
    "inbox.state",
    CALLS,
    context=ORG,
    acts_on="pcm.inbox",
    body={"inbox_id": "$inbox_id", "state": "$state", **REVISED},
    fresh={"state": Fixed("done")},
    yields=_SHOWN,
)
STATUS = route.status(
    "inbox.status",
    CALLS,
    by="inbox_id",
    new="archive",
    context=ORG,
    acts_on="pcm.inbox",
    yields=_SHOWN,
)

RECORDS = (lasting("pcm.inbox", "inbox_id", CREATE, GET, LIST),)
