"""Which of the collected checks a run takes, and in which order."""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import pytest

from conformance.contract.operation import Operation, RecordKind
from reports import advising

# Looks at the target and runs no check at all: see `reports.preflight`.
SMOKE: Final = "smoke"
DEEP: Final = "deep"
LAST: Final = "last"
EVERY: Final = "every"
# Where requests are a budget, revisions are raced for on so many record kinds, each of another
# service: all of them stand on one rule, and the seed gives every service its turn.
KINDS_A_RUN: Final = 3

Parameter = TypeVar("Parameter")


@dataclass(frozen=True)
class Selection:
    """Checks to run, in order, and those left out. `cells` tells n of m that take turns."""

    kept: list[pytest.Item]
    dropped: list[pytest.Item]
    cells: tuple[int, int]


def select(
    items: Sequence[pytest.Item],
    *,
    tier: str,
    rotate: bool,
    seed: int,
    inside: Callable[[pytest.Item], bool] = lambda _: True,
) -> Selection:
    """The checks of a tier; where requests are a budget, one cell of each kind by seed.

    A turn goes to a check that is `inside` the run's profile, if there is one.
    """
    in_tier = [item for item in items if _in_tier(item, tier)]
    spared = _spared(in_tier, inside, seed) if rotate else set()
    kept = [item for item in in_tier if item.nodeid not in spared]
    # Floods come last, in a window of the firewall's counter that nothing else needs.
    kept.sort(key=lambda item: item.get_closest_marker(LAST) is not None)
    chosen = {item.nodeid for item in kept}
    cells = [item for item in in_tier if hasattr(item, "callspec")]
    taken = sum(item.nodeid in chosen for item in cells)
    dropped = [item for item in items if item.nodeid not in chosen]
    return Selection(kept, dropped, (taken, len(cells)))


def requirement_ids(item: pytest.Item) -> tuple[str, ...]:
    """The ids of the requirements that a check proves, the one it is named after first.

    Raises:
        pytest.UsageError: the check names none.
    """
    marker = item.get_closest_marker("requirement")
    if marker is None or not marker.args:
        raise pytest.UsageError(f"{item.nodeid} names no requirement")
    return tuple(marker.args)


def _in_tier(item: pytest.Item, tier: str) -> bool:
    return tier == DEEP or item.get_closest_marker(DEEP) is None


def _spared(
    items: Iterable[pytest.Item], inside: Callable[[pytest.Item], bool], seed: int
) -> set[str]:
    """Parameter sets that this seed leaves for another run: all but one of each group.

    A group is what a function proves: the requirements that its parameter sets name, so that each
    of these stays in. On the status map it is a gate, a service, a kind and a placement. A turn
    goes to a member that can fail its requirement, if there is one. What is marked `every` takes no
    turns.
    """
    groups: dict[tuple[str, ...], list[pytest.Item]] = {}
    for item in items:
        if record_kind(item) is None and item.get_closest_marker(EVERY) is None:
            groups.setdefault(_group(item), []).append(item)
    spared: set[str] = set()
    for key, members in groups.items():
        names = {item.nodeid for item in members}
        able = [item.nodeid for item in members if inside(item)] or sorted(names)
        deciding = [name for name in able if name not in advising.read()]
        spared |= names - _drawn(deciding or able, 1, f"{seed}:{key}")
    return spared | _spared_kinds(items, seed)


def _spared_kinds(items: Iterable[pytest.Item], seed: int) -> set[str]:
    """Checks of the record kinds whose turn it is not; all checks of a kind go together."""
    by_service: dict[str, set[str]] = {}
    kinds = {item.nodeid: kind for item in items if (kind := record_kind(item))}
    for kind in kinds.values():
        by_service.setdefault(kind.service, set()).add(kind.name)
    turn = kinds_in_turn(by_service, seed)
    return {nodeid for nodeid, kind in kinds.items() if kind.name not in turn}


def kinds_in_turn(by_service: Mapping[str, Iterable[str]], seed: int) -> set[str]:
    """The record kinds of a run, one of each of so many services; no kind waits for ever."""
    services = sorted(by_service)
    first = seed % len(services) if services else 0
    ordered = services[first:] + services[:first]
    kinds = {service: sorted(by_service[service]) for service in ordered[:KINDS_A_RUN]}
    rounds = seed // max(1, len(services))
    return {names[rounds % len(names)] for names in kinds.values()}


def _drawn(names: Iterable[str], count: int, seed: str) -> set[str]:
    ordered = sorted(names)
    return set(random.Random(seed).sample(ordered, min(count, len(ordered))))  # noqa: S311 - a rotation


def _group(item: pytest.Item) -> tuple[str, ...]:
    proves = (item.nodeid.partition("[")[0], *requirement_ids(item))
    if (operation := _operation(item)) is None:
        return proves
    return (*proves, operation.service, operation.kind.value, operation.credentials.value)


def _operation(item: pytest.Item) -> Operation | None:
    """The operation of a cell of the status map, or None for any other check."""
    return parameter(item, Operation)


def record_kind(item: pytest.Item) -> RecordKind | None:
    """The record kind whose revisions a check is about, or None."""
    return parameter(item, RecordKind)


def parameter(item: pytest.Item, kind: type[Parameter]) -> Parameter | None:
    """The first parameter of this class that a check is given, or None."""
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    return next((value for value in parameters.values() if isinstance(value, kind)), None)
