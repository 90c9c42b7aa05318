"""The platform's surface as this suite reads the public documentation, a module a service."""

from collections.abc import Mapping

from conformance.contract import ofm, ofm_people, uas, usm
from conformance.contract.operation import Operation, RecordKind

_MODULES = (uas, usm, ofm, ofm_people)

OPERATIONS: Mapping[str, Operation] = {
    operation.id: operation for module in _MODULES for operation in module.OPERATIONS
}
RECORDS: Mapping[str, RecordKind] = {
    record.name: record for module in _MODULES for record in module.RECORDS
}
