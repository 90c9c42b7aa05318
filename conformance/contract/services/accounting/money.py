"""Accounting, continued: receivables, and commissions with their splits and payouts.

The inventory names these paths and says in a line what each is for; bodies are our deduction.
"""

from collections.abc import Mapping
from typing import Any, Final

from conformance.contract.operation import (
    REVISION,
    Binding,
    Fixed,
    Kind,
    Operation,
    RecordKind,
    bound,
)
from conformance.contract.services.accounting.events import (
    COMMISSIONERS,
    EVER,
    PERIOD,
    READERS,
    route,
)
from conformance.contract.shapes import LISTED, PAGE, REVISED, placed, shown

WHOLE_BPS: Final = 10_000
# The states of an invoice (accounting/).
INVOICE_STATES: Final = ("open", "partial", "paid", "overdue", "written_off", "cancelled")

# --- receivables ---

_CUSTOMER: Final = {"customer_id": "$customer_id"}
_ANY_CUSTOMER: Final = {"customer_id": "guid"}

AR_AGING = route(
    "ar.aging_report",
    "ar/aging/report",
    Kind.READ,
    body=PAGE,
    yields={
        **LISTED,
        "buckets": bound("/data/buckets", "/data/aging", "/data/totals"),
        "item_order": bound("/order_id", "/source_id"),
        "item_open": bound("/open_amount", "/balance", "/amount_due"),
        "item_state": bound("/status", "/state"),
    },
)
AR_BALANCE = route.one(
    "ar.balance",
    "ar/balance",
    by="customer_id",
    fresh=_ANY_CUSTOMER,
    yields={"balance": bound("/data/balance", "/data/total", "/data/open_amount")},
)
AR_HOLD = route.one(
    "ar.credit_hold_check",
    "ar/credit-hold/check",
    by="customer_id",
    fresh=_ANY_CUSTOMER,
    yields={"holds": bound("/data/holds", "/data/active_holds")},
)
AR_STATEMENT = route(
    "ar.statement",
    "ar/statement",
    Kind.READ,
    body={**_CUSTOMER, **PERIOD},
    fresh={**_ANY_CUSTOMER, **EVER},
    yields={"closing_balance": bound("/data/closing_balance", "/data/balance", "/data/total")},
)

# --- commissions ---

_COMMISSION: Final[Mapping[str, Binding]] = {
    **shown("commission", "commission_id", "amount", "actor"),
    "held_roles": bound("/data/roles", "/data/commission/roles", "/data/role"),
    "splits": placed("commission", "splits"),
    "revision": REVISION,
}
_PAYOUT: Final[Mapping[str, Binding]] = {
    "payout_id": placed("payout", "payout_id"),
    "state": placed("payout", "status"),
    "amount": bound("/data/amount", "/data/payout/amount", "/data/total"),
    "revision": REVISION,
}
_ONE: Final = {"commission_id": "$commission_id"}
_ONE_PAYOUT: Final = {"payout_id": "$payout_id"}


# Neither commissions nor payouts are documented as revisioned: a revision is sent, never judged.
def _commission(name: str, path: str, kind: Kind, **more: Any) -> Operation:
    more.setdefault("roles", COMMISSIONERS if kind.writes else READERS)
    return route(f"commission.{name}", f"commission/{path}", kind, **more)


ADJUST = _commission(
    "adjust",
    "adjust",
    Kind.CREATE,
    body={
        "associate_id": "$associate_id",
        "adjustment_type": "$adjustment_type",
        "amount": "$amount",
        "currency": "$currency",
        "order_id": "$?commissioned_order",
    },
    fresh={
        "associate_id": "guid",
        "adjustment_type": Fixed("bonus"),
        "amount": Fixed("1234.50"),
        "currency": Fixed("USD"),
        "reason": "reason",
    },
    yields=_COMMISSION,
)
GET = route.one(
    "commission.get",
    "commission/get",
    by="commission_id",
    acts_on="accounting.commission",
    yields=_COMMISSION,
)
LIST = route.page(
    "commission.list",
    "commission/list",
    by={"associate_id": "$?listed_associate", "order_id": "$?listed_order"},
    shows={"item_id": bound("/commission_id", "/id")},
)
SPLIT_SET = _commission(
    "split_set",
    "split/set",
    Kind.UPDATE,
    acts_on="accounting.commission",
    body={
        **_ONE,
        "splits": [
            {"associate_id": "$associate_id", "bps": "$bps"},
            {"associate_id": "$second_associate", "bps": "$second_bps"},
        ],
        **REVISED,
    },
    fresh={
        "associate_id": "guid",
        "bps": Fixed(2500),
        "second_associate": "guid",
        "second_bps": Fixed(WHOLE_BPS - 2500),
    },
    yields=_COMMISSION,
)
STATEMENT = _commission(
    "statement",
    "statement",
    Kind.READ,
    body={"associate_id": "$associate_id", **PERIOD},
    fresh={"associate_id": "guid", **EVER},
    yields={"total": bound("/data/totals/0/amount", "/data/total", "/data/amount")},
)

# --- payouts ---

PAYOUT_CREATE = _commission(
    "payout.create",
    "payout/create",
    Kind.CREATE,
    body={"associate_id": "$associate_id", "currency": "$currency", **PERIOD},
    fresh={"associate_id": "guid", "currency": Fixed("USD"), **EVER},
    yields=_PAYOUT,
)
PAYOUT_GET = route.one(
    "commission.payout.get",
    "commission/payout/get",
    by="payout_id",
    acts_on="accounting.payout",
    yields=_PAYOUT,
)
PAYOUT_LIST = route.page(
    "commission.payout.list",
    "commission/payout/list",
    by={"associate_id": "$?listed_associate"},
    shows={"item_id": bound("/payout_id", "/id")},
)
PAYOUT_STATUS = _commission(
    "payout.status_set",
    "payout/status/set",
    Kind.STATUS,
    acts_on="accounting.payout",
    body={**_ONE_PAYOUT, "status": "$status", **REVISED},
    fresh={"status": Fixed("approved")},
    yields=_PAYOUT,
)

OPERATIONS = (
    AR_AGING,
    AR_BALANCE,
    AR_HOLD,
    AR_STATEMENT,
    ADJUST,
    GET,
    LIST,
    SPLIT_SET,
    STATEMENT,
    PAYOUT_CREATE,
    PAYOUT_GET,
    PAYOUT_LIST,
    PAYOUT_STATUS,
)
RECORDS = (
    RecordKind(
        "accounting.commission", "commission_id", ADJUST.id, GET.id, terminal=None, tried=False
    ),
    RecordKind(
        "accounting.payout",
        "payout_id",
        PAYOUT_CREATE.id,
        PAYOUT_GET.id,
        terminal=None,
        tried=False,
    ),
)
