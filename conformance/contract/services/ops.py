"""Maintenance windows: what anybody who is signed in may read of them, by GET and by POST.

Read from: ops/PROTOCOL.md, ops/calls.html.
"""

from typing import Final

from conformance.contract.envelope import in_published_data
from conformance.contract.facts import documented
from conformance.contract.operation import Access
from conformance.contract.routes import Routes, Terms
from conformance.contract.shapes import LISTED

_TERMS: Final = Terms(access=Access.SELF, context={})
_route: Final = Routes("ops", documented("ops/PROTOCOL.md"), reads=_TERMS, writes=_TERMS)
_SHOWN: Final = {
    "maintenance_id": in_published_data("maintenance_id"),
    "state": in_published_data("status"),
}
_LIST, _GET = "maintenance/list", "maintenance/get"

LIST: Final = _route.read("maintenance.list", path=_LIST, yields=LISTED)
LIST_BY_GET: Final = _route.read("maintenance.list_by_get", path=_LIST, method="GET", yields=LISTED)
GET: Final = _route.one("maintenance.get", path=_GET, by="maintenance_id", yields=_SHOWN)
GET_BY_GET: Final = _route.one(
    "maintenance.get_by_get", path=_GET, method="GET", by="maintenance_id", yields=_SHOWN
)

RECORDS = ()
