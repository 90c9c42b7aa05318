"""Access: the rules on roles, health and credentials that several services have in common.

To add a service, add its entries here, with the ids of its requirements. Roles with a rule that no
other service has, and services whose pages contradict each other on roles, have checks of their own
in the folder of their step.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from conformance.contract.services.accounting import events as accounting
from conformance.contract.services.crm import customers as crm
from conformance.contract.services.ics import stock as ics
from conformance.contract.services.ipm import webhooks as ipm
from conformance.contract.services.pcm import orders as pcm
from conformance.contract.services.ppm import prices as ppm
from conformance.contract.services.scm import orders as scm


@dataclass(frozen=True)
class Roles:
    """Roles, each of which lets a service account through to these operations, or to none."""

    requirement: str
    roles: tuple[str, ...]
    operations: tuple[str, ...]

    def __str__(self) -> str:
        return self.operations[0]


def _each(requirement: str, roles: Iterable[str], *operations: str) -> Roles:
    return Roles(requirement, tuple(sorted(roles)), operations)


_ORDERS: Final = ("scm.order.create", "scm.order.place")
_CARDS: Final = ("crm.giftcard.issue", "crm.giftcard.redeem")
_COMMISSIONS: Final = ("accounting.commission.adjust", "accounting.commission.payout.create")

# Each of the roles alone is enough.
GRANTED: Final = (
    _each("STOCK-50", ics.READERS, "ics.stock.get", "ics.stock.list"),
    _each("STOCK-52", ["ics_operator"], "ics.receive.record", "ics.putaway.record"),
    _each("STOCK-53", ics.ADJUSTERS, "ics.adjustment.create"),
    _each("ORDER-52", ["scm_backorder_approve"], "scm.backorder.approve"),
    _each("ORDER-66", scm.READERS, "scm.backorder.list"),
    _each("ORDER-67", ["scm_order"], *_ORDERS),
    _each("ORDER-69", ["scm_fulfillment"], "scm.shipment.pick"),
    _each("PROC-48", pcm.READERS, "pcm.po.get", "pcm.po.list", "pcm.invoice.list"),
    _each("PROC-49", ["pcm_buyer"], "pcm.po.create"),
    _each("PROC-50", ["pcm_po_approve"], "pcm.po.approve"),
    _each("PRICE-52", ppm.READERS - set(ppm.ALIASES), "ppm.price.get"),
    _each("PRICE-54", ["ppm_price_admin", "ppm_approver"], "ppm.list.set", "ppm.price.set"),
    _each("PRICE-55", ["ppm_promo_admin"], "ppm.coupon.create"),
    _each("PRICE-55", ["ppm_price_admin"], "ppm.price.set"),
    _each("PRICE-56", ppm.ALIASES, "ppm.price.get", "ppm.price.set", "ppm.coupon.create"),
    _each("LOYAL-54", crm.READERS, "crm.customer.get"),
    _each("LOYAL-55", crm.CUSTOMER_WRITERS, "crm.customer.create"),
    _each("LOYAL-57", crm.PRIVACY, "crm.customer.anonymize"),
    _each("LOYAL-61", ["giftcard_admin"], *_CARDS),
    _each("EVENT-80", ipm.READERS, "ipm.webhook.list", "ipm.job.list", "ipm.cdc.list"),
    _each("EVENT-82", ["integration_admin"], "ipm.webhook.create"),
    _each("EXIT-70", accounting.READERS, "accounting.event.get", "accounting.export.batch.list"),
    _each("EXIT-73", ["commission_admin"], *_COMMISSIONS),
)

# None of the roles is enough: some of them only read, some are for other actions.
WITHHELD: Final = (
    _each(
        "STOCK-51",
        ["ics_view"],
        "ics.receive.record",
        "ics.putaway.record",
        "ics.adjustment.create",
    ),
    _each(
        "STOCK-54",
        ["ics_count", "ics_planner", "ics_transfer_approve", "ics_cost_admin"],
        "ics.receive.record",
        "ics.adjustment.create",
    ),
    _each("STOCK-54", ["ics_adjust"], "ics.receive.record"),
    _each(
        "ORDER-52", ["scm_order", "scm_view", "scm_special_order_approve"], "scm.backorder.approve"
    ),
    _each("ORDER-68", ["scm_view"], *_ORDERS),
    _each("ORDER-69", ["scm_order"], "scm.shipment.pick"),
    _each("PROC-49", pcm.CONSIGNERS - {"pcm_buyer"}, "pcm.po.create"),
    _each("PROC-50", pcm.CONSIGNERS - {"pcm_po_approve"}, "pcm.po.approve"),
    _each(
        "PRICE-53",
        ["ppm_view", "ppm_analyst", "finance_audit"],
        "ppm.price.set",
        "ppm.coupon.create",
    ),
    _each("PRICE-55", ["ppm_promo_admin"], "ppm.price.set"),
    _each("PRICE-55", ["ppm_price_admin"], "ppm.coupon.create"),
    _each("LOYAL-56", crm.READERS - crm.CUSTOMER_WRITERS, "crm.customer.create"),
    _each("LOYAL-58", ["crm_edit"], "crm.customer.anonymize"),
    _each("LOYAL-62", ["crm_manage", "loyalty_admin"], *_CARDS),
    _each(
        "EVENT-81",
        ["integration_view"],
        "ipm.webhook.create",
        "ipm.export.create",
        "ipm.kpi.record",
    ),
    _each("EVENT-141", ["rbs_view"], "rbs.notification.template_set", "rbs.notification.send"),
    _each("EXIT-73", ["acct_view"], *_COMMISSIONS),
)

# Work at a facility, each with a role that is enough for it: a member needs a grant besides
# (common/security-compliance.html).
AT_A_FACILITY: Final[Mapping[str, tuple[str, str]]] = {
    "ics.receive.record": ("STOCK-80", "ics_operator"),
    _ORDERS[0]: ("ORDER-72", "scm_order"),
    "pcm.po.create": ("PROC-66", "pcm_buyer"),
}

# Operations on a service's health, which need a credential but no role.
HEALTH: Final[Mapping[str, str]] = {
    "ics.stat": "STOCK-55",
    "scm.stat": "ORDER-70",
    "pcm.stat": "PROC-53",
    "ppm.stat": "PRICE-58",
    "crm.stat": "LOYAL-64",
    "accounting.stat": "EXIT-74",
}

# Operations that are asked with credentials in two places. The key is one of an account that has
# the role.
PRECEDENCE: Final = (
    _each("PROD-75", ["pvm_edit"], "pvm.comment.create"),
    _each("PUB-35", ["pmc_view"], "pmc.product.group"),
    _each("STOCK-74", ["ics_view"], "ics.stock.list"),
    _each("ORDER-71", ["scm_view"], "scm.backorder.list"),
    _each("PROC-64", ["pcm_view"], "pcm.po.list"),
    _each("PRICE-75", ["ppm_view"], "ppm.price.get"),
    _each("LOYAL-74", ["crm_view"], "crm.customer.get"),
    _each("EXIT-86", ["acct_view"], "accounting.event.list"),
)
# An operation of each service that reads, and the role that lets a key read there.
READS: Final[Mapping[str, str]] = {
    "ofm.cost_centre.list": "ofm_view",
    "pvm.brand.list": "pvm_view",
    "pmc.product.group": "pmc_view",
    "ics.stock.list": "ics_view",
    "scm.backorder.list": "scm_view",
    "pcm.po.list": "pcm_view",
    "ppm.coupon.list": "ppm_view",
    "crm.customer.list": "crm_view",
    "ipm.webhook.list": "integration_view",
    "rbs.subscription.list": "rbs_view",
    "accounting.event.list": "acct_view",
}
# Those that are told the organisation by a header.
BY_ORGCODE: Final = tuple(name for name in READS if not name.startswith("ofm."))

# Operations that name the organisation in a header; that a body may name it too is a deduction.
ORG_TWICE: Final[Mapping[str, str]] = {
    "pmc.product.group": "PUB-38",
    "ics.stock.list": "STOCK-75",
    "pcm.po.list": "PROC-65",
    "accounting.event.list": "EXIT-87",
}

# Operations that take credentials in the body as well. The key is one of an account that has the
# role, for the first of the operations alone.
IN_THE_BODY: Final = (
    _each("STOCK-59", ["ics_view"], "ics.stock.get", "ics.receive.record"),
    _each("PROC-54", ["pcm_view"], "pcm.po.list"),
    _each("PRICE-60", ["ppm_view"], "ppm.price.get", "ppm.price.set"),
    _each("LOYAL-65", ["crm_view"], "crm.customer.get", "crm.customer.create"),
    _each("PROD-82", ["pvm_edit"], "pvm.comment.create", "pvm.brand.create"),
    _each("PUB-40", ["pmc_view"], "pmc.product.group", "pmc.pack.create"),
    _each("EXIT-88", ["acct_view"], "accounting.event.list", "accounting.event.record"),
)
