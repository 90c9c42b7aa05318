"""What checks cost: requests sent and records made, as measured in a run on the reference.

`--plan` tells from these numbers what a run would do without sending anything.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fixtures.client import CREATIONS
from reports.model import Exchange, Run

COSTS: Final = Path(__file__).with_name("costs.json")


@dataclass(frozen=True)
class Cost:
    """Of one check, on average over its parameters."""

    requests: float
    records: float


def measure(run: Run, exchanges: Iterable[Exchange]) -> dict[str, Cost]:
    """The mean cost of each test function and each stage of a run."""
    sent: dict[str, int] = defaultdict(int)
    made: dict[str, int] = defaultdict(int)
    for exchange in exchanges:
        name = function_of(exchange.check)
        sent[name] += 1
        accepted = exchange.response is not None and exchange.response.status < 300  # noqa: PLR2004
        made[name] += accepted and exchange.operation in CREATIONS
    ran = {check.nodeid for check in run.checks if check.executed}
    checks: dict[str, int] = defaultdict(int)
    for nodeid in ran:
        checks[function_of(nodeid)] += 1
    return {
        name: Cost(
            round(sent[name] / max(1, checks[name]), 2), round(made[name] / max(1, checks[name]), 2)
        )
        for name in sorted(sent.keys() | checks.keys())
        if not name.startswith("conformance/watchers")
    }


def function_of(nodeid: str) -> str:
    """A node id without its parameters."""
    return nodeid.partition("[")[0]


def write(costs: Mapping[str, Cost], path: Path = COSTS) -> None:
    lines = {name: [cost.requests, cost.records] for name, cost in costs.items()}
    body = ",\n".join(f"  {json.dumps(name)}: {json.dumps(cost)}" for name, cost in lines.items())
    path.write_text(f"{{\n{body}\n}}\n", encoding="utf-8")


def read(path: Path = COSTS) -> dict[str, Cost]:
    """The committed measurement; empty where there is none yet."""
    if not path.exists():
        return {}
    loaded: dict[str, list[float]] = json.loads(path.read_text(encoding="utf-8"))
    return {name: Cost(*values) for name, values in loaded.items()}
