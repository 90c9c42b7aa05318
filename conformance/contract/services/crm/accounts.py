"""B2B accounts, their contacts and their credit.

Read from: crm/calls.html.
"""

from collections.abc import Mapping
from typing import Final

from conformance.contract.facts import Certainty
from conformance.contract.operation import Binding, Fixed, Operation, RecordKind, Template
from conformance.contract.routes import lasting
from conformance.contract.services.crm.customers import route
from conformance.contract.shapes import REASON, REVISED, placed, with_status

CREDIT_LIMIT, CONSUMED = "100.00", "10.00"
CURRENCY: Final = "USD"

# Which roles work on accounts is not documented.
_route: Final = route.deduced


class _Named:
    """The five routes of a record with a caption, and the record kind that they make up.

    Names of its routes begin with `stem`.
    `made` is the body that creates one, within a record of kind `within`; `listed` is what a list
    can be narrowed by.
    """

    def __init__(
        self,
        noun: str,
        stem: str,
        *,
        made: Template,
        fresh: Mapping[str, str | Fixed],
        yields: Mapping[str, Binding],
        within: str | None = None,
        listed: Template | None = None,
        tried: bool = True,
    ) -> None:
        self.yields = yields
        kind, one = f"crm.{noun}", f"{noun}_id"
        self.create = _route.create(
            f"{stem}create",
            acts_on=within,
            body=made,
            fresh={"caption": "caption", **fresh},
            yields=yields,
        )
        self.get, self.list = _route.get_and_list(noun, yields, stem=stem, narrowed=listed)
        self.update = _route.update(
            f"{stem}update",
            acts_on=kind,
            revisioned=True,
            revision_certainty=Certainty.INFERRED,
            body={one: f"${one}", "caption": "$caption", **REVISED},
            fresh={"caption": "caption"},
            yields=yields,
        )
        self.status = _route.status(
            f"{stem}status_set",
            by=one,
            new="inactive",
            acts_on=kind,
            revisioned=True,
            revision_certainty=Certainty.INFERRED,
            yields=yields,
        )
        self.operations = (self.create, self.get, self.list, self.update, self.status)
        self.record = RecordKind(
            kind,
            one,
            self.create.id,
            self.get.id,
            self.list.id,
            self.update.id,
            self.status.id,
            tried=tried,
        )


_NAMED: Final = {"account_id": "$account_id"}
ACCOUNT: Final = _Named(
    "account",
    "account.",
    made={"caption": "$caption", "credit_limit": "$credit_limit", "currency": "$currency"},
    fresh={"credit_limit": Fixed(CREDIT_LIMIT), "currency": Fixed(CURRENCY)},
    yields={
        **with_status("account", "account_id", "caption", "credit_limit"),
        # What the limit leaves.
        "balance": placed("account", "credit_available"),
    },
)
CONTACT: Final = _Named(
    "contact",
    "account.contact_",
    made={**_NAMED, "caption": "$caption", "email": "$email"},
    fresh={"email": "email"},
    yields=with_status("contact", "contact_id", "caption", "email"),
    within=ACCOUNT.record.name,
    listed={"account_id": "$?listed_account"},
    tried=False,
)


def _credit(verb: str, acts_on: str) -> Operation:
    """Some of the credit is used or given back; the inventory names no request schema."""
    return _route.action(
        f"account.credit_{verb}",
        acts_on=acts_on,
        body={**_NAMED, "amount": "$amount", "currency": "$currency", **REASON},
        fresh={"amount": Fixed(CONSUMED), "currency": Fixed(CURRENCY)},
        yields=ACCOUNT.yields,
    )


CONSUME, RELEASE = _credit("consume", "crm.account"), _credit("release", "crm.debtor")

RECORDS = (
    ACCOUNT.record,
    CONTACT.record,
    # An account with some of its credit consumed.
    lasting("crm.debtor", "account_id", CONSUME, parents=("crm.account",)),
)
