"""What checks cost: requests sent and records made, as measured in a run on the reference.

`--plan` tells from these numbers what a run would do without sending anything.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Final

from conformance.contract import RECORDS
from fixtures.run.bookkeeping import CREATIONS
from reports.exchange import Exchange
from reports.model import Run

# Kinds whose records the clean-up ends with a request each.
CLOSED: Final = frozenset(kind.name for kind in RECORDS.values() if kind.status and kind.terminal)
COSTS: Final = Path(__file__).with_name("costs.json")


@dataclass(frozen=True)
class Cost:
    """Of one check, on average over its parameters; `closed` are the records that can be ended."""

    requests: float
    records: float
    closed: float = 0


#: Of a check that was never measured.
USUAL: Final = Cost(3, 0)


def measure(run: Run, exchanges: Iterable[Exchange]) -> dict[str, Cost]:
    """The mean cost of each test function and each stage of a run."""
    sent: dict[str, int] = defaultdict(int)
    made: dict[str, int] = defaultdict(int)
    closed: dict[str, int] = defaultdict(int)
    for exchange in exchanges:
        name = function_of(exchange.check)
        sent[name] += 1
        accepted = exchange.response is not None and exchange.response.status < 300  # noqa: PLR2004
        if accepted and exchange.operation in CREATIONS:
            made[name] += 1
            closed[name] += CREATIONS[exchange.operation][0] in CLOSED
    ran = {check.nodeid for check in run.checks if check.executed}
    checks: dict[str, int] = defaultdict(int)
    for nodeid in ran:
        checks[function_of(nodeid)] += 1
    return {
        name: Cost(*(round(it[name] / max(1, checks[name]), 2) for it in (sent, made, closed)))
        for name in sorted(sent.keys() | checks.keys())
        if not name.startswith("conformance/invariants")
    }


def function_of(nodeid: str) -> str:
    """A node id without its parameters."""
    return nodeid.partition("[")[0]


def weight(nodeid: str, costs: Mapping[str, Cost]) -> float:
    """How much of a run a check is: the check itself, and each request that it sends."""
    return 1 + costs.get(function_of(nodeid), USUAL).requests


def write(costs: Mapping[str, Cost], path: Path = COSTS) -> None:
    lines = {name: list(astuple(cost)) for name, cost in costs.items()}
    body = ",\n".join(f"  {json.dumps(name)}: {json.dumps(cost)}" for name, cost in lines.items())
    path.write_text(f"{{\n{body}\n}}\n", encoding="utf-8")


def read(path: Path = COSTS) -> dict[str, Cost]:
    """The committed measurement; empty where there is none yet."""
    if not path.exists():
        return {}
    loaded: dict[str, list[float]] = json.loads(path.read_text(encoding="utf-8"))
    return {name: Cost(*values) for name, values in loaded.items()}
