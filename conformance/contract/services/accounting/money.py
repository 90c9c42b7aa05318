"""Accounting, continued: receivables, and commissions with their splits and payouts.

The inventory names these paths and says in a line what each is for; bodies are our deduction.

Read from: accounting/, accounting/calls.html.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from conformance.contract.envelope import REVISION, in_data
from conformance.contract.operation import Binding, Fixed, bound
from conformance.contract.routes import lasting
from conformance.contract.services.accounting.events import COMMISSIONERS, EVER, PERIOD, route
from conformance.contract.shapes import LISTED, PAGE, REVISED, placed, shown, with_status

WHOLE_BPS: Final = 10_000
# The states of an invoice (accounting/).
INVOICE_STATES: Final = ("open", "partial", "paid", "overdue", "written_off", "cancelled")

# --- receivables ---

_CUSTOMER: Final = {"customer_id": "$customer_id"}
_ANY_CUSTOMER: Final = {"customer_id": "guid"}

AR_AGING = route.read(
    "ar.aging_report",
    body=PAGE,
    yields={
        **LISTED,
        "buckets": in_data("buckets", "aging", "totals"),
        "item_order": bound("/order_id", "/source_id"),
        "item_open": bound("/open_amount", "/balance", "/amount_due"),
        "item_state": bound("/status", "/state"),
    },
)
AR_BALANCE = route.one(
    "ar.balance",
    by="customer_id",
    fresh=_ANY_CUSTOMER,
    yields={"balance": in_data("balance", "total", "open_amount")},
)
AR_HOLD = route.one(
    "ar.credit_hold_check",
    path="ar/credit-hold/check",
    by="customer_id",
    fresh=_ANY_CUSTOMER,
    yields={"holds": in_data("holds", "active_holds")},
)
AR_STATEMENT = route.read(
    "ar.statement",
    body={**_CUSTOMER, **PERIOD},
    fresh={**_ANY_CUSTOMER, **EVER},
    yields={"closing_balance": in_data("closing_balance", "balance", "total")},
)

# --- commissions ---

_COMMISSION: Final[Mapping[str, Binding]] = {
    **shown("commission", "commission_id", "amount", "actor"),
    "held_roles": in_data("roles", "commission/roles", "role"),
    "splits": placed("commission", "splits"),
    "revision": REVISION,
}
_PAYOUT: Final[Mapping[str, Binding]] = {
    "payout_id": placed("payout", "payout_id"),
    "state": placed("payout", "status"),
    "amount": in_data("amount", "payout/amount", "total"),
    "revision": REVISION,
}
_ONE: Final = {"commission_id": "$commission_id"}
_ONE_PAYOUT: Final = {"payout_id": "$payout_id"}


# Neither commissions nor payouts are documented as revisioned: a revision is sent, never judged.
_commission: Final = replace(route, writes=replace(route.writes, roles=COMMISSIONERS))

ADJUST = _commission.create(
    "commission.adjust",
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
        "amount": Fixed("123.50"),
        "currency": Fixed("USD"),
        "reason": "reason",
    },
    yields=_COMMISSION,
)
GET = route.one(
    "commission.get", by="commission_id", acts_on="accounting.commission", yields=_COMMISSION
)
LIST = route.page(
    "commission.list",
    by={"associate_id": "$?listed_associate", "order_id": "$?listed_order"},
    shows={"item_id": bound("/commission_id", "/id")},
)
SPLIT_SET = _commission.update(
    "commission.split_set",
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
STATEMENT = _commission.read(
    "commission.statement",
    body={"associate_id": "$associate_id", **PERIOD},
    fresh={"associate_id": "guid", **EVER},
    yields={"total": in_data("totals/0/amount", "total", "amount")},
)

# --- payouts ---

PAYOUT_CREATE = _commission.create(
    "commission.payout.create",
    body={"associate_id": "$associate_id", "currency": "$currency", **PERIOD},
    fresh={"associate_id": "guid", "currency": Fixed("USD"), **EVER},
    yields=_PAYOUT,
)
PAYOUT_GET = route.one(
    "commission.payout.get", by="payout_id", acts_on="accounting.payout", yields=_PAYOUT
)
PAYOUT_LIST = route.page(
    "commission.payout.list",
    by={"associate_id": "$?listed_associate"},
    shows={"item_id": bound("/payout_id", "/id")},
)
PAYOUT_STATUS = _commission.step(
    "commission.payout.status_set",
    acts_on="accounting.payout",
    body={**_ONE_PAYOUT, "status": "$status", **REVISED},
    fresh={"status": Fixed("approved")},
    yields=_PAYOUT,
)

# --- consignment ---

# That it approves what POST /pcm/consignment/settle makes is our deduction, as is who may.
SETTLEMENT_APPROVE = route.step(
    "consignment.settlement.approve",
    acts_on="pcm.settlement",
    body={"settlement_id": "$settlement_id", **REVISED},
    yields=with_status("settlement", "settlement_id"),
)

RECORDS = (
    lasting("accounting.commission", "commission_id", ADJUST, GET, tried=False),
    lasting("accounting.payout", "payout_id", PAYOUT_CREATE, PAYOUT_GET, tried=False),
)
