"""The platform's surface as this suite reads the public documentation, a module a service."""

from collections.abc import Mapping
from typing import Final

from conformance.contract import (
    accounting,
    accounting_money,
    comments,
    crm,
    crm_accounts,
    ics,
    ics_flows,
    ics_holds,
    ipm,
    ipm_bulk,
    ofm,
    ofm_people,
    operator,
    pcm,
    pcm_inbox,
    pcm_invoices,
    pmc,
    ppm,
    ppm_promotions,
    pvm,
    pvm_products,
    rbs,
    scm,
    scm_desk,
    uas,
    usm,
    utl,
)
from conformance.contract.operation import Operation, RecordKind

_SERVICES: Final = (
    uas,
    usm,
    ofm,
    ofm_people,
    pvm,
    pvm_products,
    pmc,
    ics,
    ics_holds,
    ics_flows,
    ipm,
    ipm_bulk,
    accounting,
    accounting_money,
    ppm,
    ppm_promotions,
    pcm,
    pcm_invoices,
    pcm_inbox,
    crm,
    crm_accounts,
    scm,
    scm_desk,
    ipm,
    ipm_bulk,
    utl,
    rbs,
    comments,
)

# What integrators call over HTTPS, by id.
ROUTES: Final[Mapping[str, Operation]] = {
    operation.id: operation for module in _SERVICES for operation in module.OPERATIONS
}
# The routes and the operator's actions, by id.
OPERATIONS: Final[Mapping[str, Operation]] = {
    **ROUTES,
    **{action.id: action for action in operator.OPERATIONS},
}
RECORDS: Final[Mapping[str, RecordKind]] = {
    record.name: record for module in _SERVICES for record in module.RECORDS
}
