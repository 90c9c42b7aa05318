"""Customers, points and gift cards. Org, facility and channel are in headers.

No page gives CRM idempotency keys, so no operation takes one and no requirement speaks of them.

Read from: common/member-access-roles.html, crm/PROTOCOL.md, crm/calls.html, crm/openapi.yaml,
crm/playbooks.html, story/crm-loyalty.html.
"""

from collections.abc import Mapping
from typing import Any, Final

from conformance.contract.envelope import in_data
from conformance.contract.facts import Certainty, documented, inferred
from conformance.contract.operation import Binding, Fixed, Operation, bound
from conformance.contract.routes import Routes, Terms, lasting, stat
from conformance.contract.shapes import ANY_FACILITY, REASON, REVISED, placed, shown, with_status

CALLS, PLAYBOOK = documented("crm/calls.html"), documented("crm/playbooks.html")

# Who may do what: any one of the roles is enough (crm/PROTOCOL.md).
READERS: Final = frozenset(
    {
        "crm_view",
        "crm_manage",
        "crm_privacy_admin",
        "crm_tax_exemption_admin",
        "loyalty_admin",
        "giftcard_admin",
        "finance_audit",
    }
)
CUSTOMER_WRITERS: Final = frozenset({"crm_manage", "crm_privacy_admin", "crm_edit"})
PRIVACY: Final = frozenset({"crm_manage", "crm_privacy_admin"})
# The line of loyalty is cut in the page; common/member-access-roles.html names its role.
LOYALTY: Final = frozenset({"loyalty_admin"})
GIFT_CARDS: Final = frozenset({"giftcard_admin"})

# The facility counts where policy differs by facility (crm/openapi.yaml).
route: Final = Routes(
    "crm", CALLS, reads=Terms(READERS, ANY_FACILITY), writes=Terms(CUSTOMER_WRITERS, ANY_FACILITY)
)
STAT = stat("crm")

# --- customers ---

CONSENTS: Final = ("marketing_consent", "privacy_consent")
_CUSTOMER: Final[Mapping[str, Binding]] = {
    **with_status("customer", "customer_id", "first_name", "last_name", "email", *CONSENTS),
    "balance": in_data("loyalty_balance", "customer/loyalty_balance", "loyalty/balance"),
}
CUSTOMER_CREATE = route.create(
    "customer.create",
    PLAYBOOK,
    body={
        "first_name": "$first_name",
        "last_name": "$last_name",
        "email": "$email",
        "phone": "$?phone",
    },
    fresh={"first_name": "caption", "last_name": "caption", "email": "email"},
    yields=_CUSTOMER,
)
CUSTOMER_GET, CUSTOMER_LIST = route.get_and_list("customer", _CUSTOMER, PLAYBOOK)
# That customers are revisioned is not documented; where they show a revision it is sent.
CONSENT_SET = route.action(
    "customer.consent_set",
    PLAYBOOK,
    roles=PRIVACY,
    acts_on="crm.customer",
    revisioned=True,
    revision_certainty=Certainty.INFERRED,
    body={"customer_id": "$customer_id", **{name: f"$?{name}" for name in CONSENTS}, **REVISED},
    fresh={"marketing_consent": Fixed(value=True)},
    yields=_CUSTOMER,
)
ANONYMIZE = route.action(
    "customer.anonymize",
    CALLS,
    roles=PRIVACY,
    acts_on="crm.customer",
    revisioned=True,
    revision_certainty=Certainty.INFERRED,
    body={"customer_id": "$customer_id", "reason": "$?reason", **REVISED},
    yields=_CUSTOMER,
)

# --- points ---

# Required where loyalty or tender is applied (story/crm-loyalty.html).
TENDERED: Final = {**ANY_FACILITY, "x-channel-code": "$channel_code"}
_ENTRY: Final[Mapping[str, Binding]] = {
    **shown("entry", "entry_id", "customer_id", "points"),
    "balance": in_data("balance", "entry/balance", "customer/loyalty_balance"),
}


def _of_loyalty(verb: str, acts_on: str, body: Mapping[str, Any], **more: Any) -> Operation:
    return route.access_deduced.create(
        f"loyalty.{verb}",
        PLAYBOOK,
        roles=LOYALTY,
        acts_on=acts_on,
        context=TENDERED,
        body={"customer_id": "$customer_id", **body, **REASON},
        yields=_ENTRY,
        **{"fresh": {"channel_code": "channel_code", "reason": "reason"}, **more},
    )


def _counted(points: int) -> dict[str, Any]:
    kinds = {"channel_code": "channel_code", "reason": "reason", "points": Fixed(points)}
    return {"body": {"points": "$points"}, "fresh": kinds}


# What the sample of an earning credits, and those of a redemption and an adjustment take and add.
EARNED, REDEEMED, ADJUSTED = 100, 10, 5
EARN = _of_loyalty("earn", "crm.customer", **_counted(EARNED))
REDEEM = _of_loyalty("redeem", "crm.member", **_counted(REDEEMED))
ADJUST = _of_loyalty("adjust", "crm.customer", **_counted(ADJUSTED))
RESTORE = _of_loyalty("restore", "crm.redemption", {"entry_id": "$entry_id"})
REVERSE = _of_loyalty("reverse", "crm.earning", {"entry_id": "$entry_id"})
LEDGER = route.page(
    "loyalty.ledger_list",
    inferred("crm/calls.html"),
    by={"customer_id": "$customer_id"},
    acts_on="crm.member",
    item_id="entry_id",
    shows={"item_points": bound("/points")},
)
POLICY = route.read(
    "loyalty.policy_get", PLAYBOOK, yields={"policy": in_data("policy", whole=True)}
)

# --- gift cards ---

CARD_AMOUNT, CARD_CURRENCY = "50.00", "USD"
_CARD: Final[Mapping[str, Binding]] = {
    **shown("giftcard", "giftcard_id", "currency"),
    "balance": placed("giftcard", "balance"),
}
# Whether a card has a customer depends on its type; the sample's has none.
ISSUE = route.access_deduced.create(
    "giftcard.issue",
    PLAYBOOK,
    roles=GIFT_CARDS,
    body={"amount": "$amount", "currency": "$currency", "customer_id": "$?holder_id", **REASON},
    fresh={"amount": Fixed(CARD_AMOUNT), "currency": Fixed(CARD_CURRENCY)},
    yields=_CARD,
)
CARD_REDEEM = route.access_deduced.action(
    "giftcard.redeem",
    PLAYBOOK,
    roles=GIFT_CARDS,
    acts_on="crm.giftcard",
    context=TENDERED,
    body={"giftcard_id": "$giftcard_id", "amount": "$amount", "currency": "$currency", **REASON},
    fresh={
        "amount": Fixed("1.00"),
        "currency": Fixed(CARD_CURRENCY),
        "channel_code": "channel_code",
    },
    yields=_CARD,
)

# No path closes a customer but the one that forgets it, and none a card or an entry.
RECORDS = (
    # A customer with points, the earning that gave them, and a redemption of some.
    lasting("crm.member", "customer_id", CUSTOMER_CREATE, CUSTOMER_GET),
    lasting("crm.customer", "customer_id", CUSTOMER_CREATE, CUSTOMER_GET),
    lasting("crm.earning", "entry_id", EARN, parents=("crm.customer",)),
    lasting("crm.redemption", "entry_id", REDEEM),
    lasting("crm.giftcard", "giftcard_id", ISSUE),
)
