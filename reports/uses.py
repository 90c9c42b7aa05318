"""Which documented MUSTs stand on which operation, as measured in a run on the reference.

A probe tells from it how many MUSTs a line of the target file would let a run decide.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from conformance.contract import OPERATIONS
from fixtures.context import layers
from fixtures.context.layers import Layer
from reports.exchange import Exchange
from reports.model import Run

USES: Final = Path(__file__).with_name("uses.json")
# A line of a target file about an operation begins so.
_OPERATION: Final = re.compile(r'operations\."([^"]+)"')
_STAGES: Final = "conformance/stages::"
# What every call in an org stands on.
_FIRST: Final = frozenset({"credentials", "organization", "facilities"})


@dataclass(frozen=True)
class Uses:
    """MUSTs by the operation that their checks call, and operations by the stage that calls them.

    Both by name; MUSTs are ids of requirements.
    """

    operations: dict[str, frozenset[str]]
    stages: dict[str, frozenset[str]]

    def musts(self, operation: str) -> frozenset[str]:
        """The MUSTs that cannot be decided while this operation is not understood."""
        stages = {name for name, called in self.stages.items() if operation in called}
        return self.operations.get(operation, frozenset()) | self._on(stages)

    def _on(self, stages: set[str]) -> frozenset[str]:
        """The MUSTs of all that stands on one of these stages."""
        if stages & _FIRST:
            return frozenset().union(*self.operations.values())
        services = {
            service
            for service, layer in layers.by_service().items()
            if stages & {each.name for each in _with_those_below(layer)}
        }
        return frozenset().union(
            *(ids for name, ids in self.operations.items() if name.partition(".")[0] in services)
        )


def _with_those_below(layer: Layer[Any]) -> Iterator[Layer[Any]]:
    yield layer
    for each in layer.below:
        yield from _with_those_below(each)


def ranked(lines: Iterable[str]) -> tuple[str, ...]:
    """Lines of a target file, each once: those first on whose operation most MUSTs stand."""
    known = read()

    def standing(line: str) -> int:
        named = _OPERATION.match(line)
        return len(known.musts(named[1])) if named else 0

    return tuple(sorted(dict.fromkeys(lines), key=standing, reverse=True))


def measure(run: Run, exchanges: Iterable[Exchange]) -> Uses:
    """What the checks and stages of a run called."""
    counted = {item.id for item in run.requirements if item.denominator}
    operations: dict[str, set[str]] = defaultdict(set)
    stages: dict[str, set[str]] = defaultdict(set)
    for exchange in exchanges:
        if exchange.operation not in OPERATIONS:
            continue  # a delivery, which nobody calls
        if exchange.check.startswith(_STAGES):
            stages[exchange.check.removeprefix(_STAGES)].add(exchange.operation)
        if exchange.requirement in counted:
            operations[exchange.operation].add(exchange.requirement)
    return Uses(
        *({name: frozenset(ids) for name, ids in each.items()} for each in (operations, stages))
    )


def write(uses: Uses, path: Path = USES) -> None:
    """Write the measurement, one name a line."""
    told = {"operations": uses.operations, "stages": uses.stages}
    parts = [
        f"{json.dumps(kind)}: {{\n"
        + ",\n".join(
            f"  {json.dumps(n)}: {json.dumps(sorted(ids))}" for n, ids in sorted(by.items())
        )
        + "\n}"
        for kind, by in told.items()
    ]
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")


@cache
def read(path: Path = USES) -> Uses:
    """The committed measurement."""
    loaded: dict[str, dict[str, list[str]]] = json.loads(path.read_text(encoding="utf-8"))
    return Uses(
        *(
            {name: frozenset(ids) for name, ids in loaded[kind].items()}
            for kind in ("operations", "stages")
        )
    )
