"""B2B accounts, their contacts and their credit."""

from collections.abc import Mapping
from typing import Any, Final

from conformance.contract.crm import CALLS, LISTED, NOTES, PAGE, REVISED, route, shown
from conformance.contract.facts import Certainty
from conformance.contract.operation import REVISION, Binding, Fixed, Kind, RecordKind, bound

CREDIT_LIMIT, CONSUMED = "100.00", "10.00"
CURRENCY: Final = "USD"


def _route(name: str, path: str, kind: Kind, **more: Any) -> Any:
    """Which roles work on accounts is not documented."""
    return route(name, path, kind, CALLS, access_certainty=Certainty.INFERRED, **more)


def _record(noun: str, *names: str) -> dict[str, Binding]:
    return {
        **shown(noun, f"{noun}_id", "caption", *names),
        "state": bound("/data/status", f"/data/{noun}/status"),
        "revision": REVISION,
    }


_ACCOUNT: Final[Mapping[str, Binding]] = {
    **_record("account", "credit_limit"),
    # What the limit leaves.
    "balance": bound("/data/credit_available", "/data/account/credit_available"),
}
_NAMED: Final = {"account_id": "$account_id"}
ACCOUNT_CREATE = _route(
    "account.create",
    "account/create",
    Kind.CREATE,
    body={"caption": "$caption", "credit_limit": "$credit_limit", "currency": "$currency"},
    fresh={
        "caption": "caption",
        "credit_limit": Fixed(CREDIT_LIMIT),
        "currency": Fixed(CURRENCY),
    },
    yields=_ACCOUNT,
)
ACCOUNT_GET = _route(
    "account.get",
    "account/get",
    Kind.READ,
    acts_on="crm.account",
    body=_NAMED,
    yields=_ACCOUNT,
)
ACCOUNT_LIST = _route(
    "account.list",
    "account/list",
    Kind.LIST,
    acts_on="crm.account",
    paginated=True,
    body=PAGE,
    yields={**LISTED, "item_id": bound("/account_id")},
)
ACCOUNT_UPDATE = _route(
    "account.update",
    "account/update",
    Kind.UPDATE,
    acts_on="crm.account",
    revisioned=True,
    body={**_NAMED, "caption": "$caption", **REVISED},
    fresh={"caption": "caption"},
    yields=_ACCOUNT,
)
ACCOUNT_STATUS = _route(
    "account.status_set",
    "account/status/set",
    Kind.STATUS,
    acts_on="crm.account",
    revisioned=True,
    body={**_NAMED, "status": "$status", **REVISED},
    fresh={"status": "inactive"},
    yields=_ACCOUNT,
)

_CONTACT: Final[Mapping[str, Binding]] = _record("contact", "email")
_CONTACT_NAMED: Final = {"contact_id": "$contact_id"}
CONTACT_CREATE = _route(
    "account.contact_create",
    "account/contact/create",
    Kind.CREATE,
    acts_on="crm.account",
    body={**_NAMED, "caption": "$caption", "email": "$email"},
    fresh={"caption": "caption", "email": "email"},
    yields=_CONTACT,
)
CONTACT_GET = _route(
    "account.contact_get",
    "account/contact/get",
    Kind.READ,
    acts_on="crm.contact",
    body=_CONTACT_NAMED,
    yields=_CONTACT,
)
CONTACT_LIST = _route(
    "account.contact_list",
    "account/contact/list",
    Kind.LIST,
    acts_on="crm.contact",
    paginated=True,
    body={"account_id": "$?listed_account", **PAGE},
    yields={**LISTED, "item_id": bound("/contact_id")},
)
CONTACT_UPDATE = _route(
    "account.contact_update",
    "account/contact/update",
    Kind.UPDATE,
    acts_on="crm.contact",
    revisioned=True,
    body={**_CONTACT_NAMED, "caption": "$caption", **REVISED},
    fresh={"caption": "caption"},
    yields=_CONTACT,
)
CONTACT_STATUS = _route(
    "account.contact_status_set",
    "account/contact/status/set",
    Kind.STATUS,
    acts_on="crm.contact",
    revisioned=True,
    body={**_CONTACT_NAMED, "status": "$status", **REVISED},
    fresh={"status": "inactive"},
    yields=_CONTACT,
)

_MOVED: Final = {**_NAMED, "amount": "$amount", "currency": "$currency", **NOTES}
_MOVING: Final = {"amount": Fixed(CONSUMED), "currency": Fixed(CURRENCY)}
# The inventory names no request schema for these two.
CONSUME = _route(
    "account.credit_consume",
    "account/credit/consume",
    Kind.ACTION,
    acts_on="crm.account",
    body=_MOVED,
    fresh=_MOVING,
    yields=_ACCOUNT,
)
RELEASE = _route(
    "account.credit_release",
    "account/credit/release",
    Kind.ACTION,
    acts_on="crm.debtor",
    body=_MOVED,
    fresh=_MOVING,
    yields=_ACCOUNT,
)

OPERATIONS = (
    ACCOUNT_CREATE,
    ACCOUNT_GET,
    ACCOUNT_LIST,
    ACCOUNT_UPDATE,
    ACCOUNT_STATUS,
    CONTACT_CREATE,
    CONTACT_GET,
    CONTACT_LIST,
    CONTACT_UPDATE,
    CONTACT_STATUS,
    CONSUME,
    RELEASE,
)
RECORDS = (
    RecordKind(
        "crm.account",
        "account_id",
        ACCOUNT_CREATE.id,
        ACCOUNT_GET.id,
        ACCOUNT_LIST.id,
        ACCOUNT_UPDATE.id,
        ACCOUNT_STATUS.id,
    ),
    RecordKind(
        "crm.contact",
        "contact_id",
        CONTACT_CREATE.id,
        CONTACT_GET.id,
        CONTACT_LIST.id,
        CONTACT_UPDATE.id,
        CONTACT_STATUS.id,
        tried=False,
    ),
    # An account with some of its credit consumed.
    RecordKind("crm.debtor", "account_id", CONSUME.id, terminal=None, parents=("crm.account",)),
)
