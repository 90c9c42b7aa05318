"""Shards of a run, for several machines: groups of checks that are never divided.

A group is what stands on the same stages: a file of checks, and in a file that asks every service
alike, the checks of one service. Which shard has which group follows from the checks alone, so
each machine finds its own share.
"""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import pytest

from conformance.contract.operation import Operation
from fixtures.exchange.target import Target
from reports.costs import read, weight
from reports.model import Shard
from reports.selection import parameter, record_kind

_FORM: Final = re.compile(r"(?P<number>[1-9]\d{0,3})/(?P<total>[1-9]\d{0,3})")
# A shard may be heavier than its share by so much, if that keeps what belongs together in it.
_SLACK: Final = 1.03


class Group(NamedTuple):
    """Checks that stay together. `area` is the step of the checklist, whose stages they share."""

    area: str
    file: str
    service: str


def parse(text: str) -> Shard:
    """The shard that `2/5` names.

    Raises:
        ValueError: it names none.
    """
    match = _FORM.fullmatch(text.strip())
    if match is None or int(match["number"]) > int(match["total"]):
        raise ValueError(f"--shard {text!r}: give it as 2/5, the second of five")
    return Shard(number=int(match["number"]), total=int(match["total"]))


def digest(nodeids: Iterable[str]) -> str:
    """By which shards know that they divide the same checks."""
    return hashlib.sha256("\n".join(sorted(nodeids)).encode()).hexdigest()[:16]


def share(target: Target, shard: Shard | None) -> Target:
    """The target as one of several machines may ask it: they spend one limit of a given org.

    An address has a limit of its own; each machine is taken to have another address.
    """
    limits = target.limits
    if shard is None or target.orgcode is None or not limits.requests_per_minute:
        return target
    each = max(1, limits.requests_per_minute // shard.total)
    limits = limits.model_copy(update={"requests_per_minute": each})
    return target.model_copy(update={"limits": limits})


def chosen(items: Sequence[pytest.Item], areas: Mapping[str, str], shard: Shard) -> frozenset[str]:
    """Node ids of the shard's checks. `areas` tells the area of each node id."""
    costs = read()
    groups = {item.nodeid: _group(item, areas[item.nodeid]) for item in items}
    weights: Counter[Group] = Counter()
    for name, group in groups.items():
        weights[group] += round(100 * weight(name, costs))
    numbers = divide(weights, shard.total)
    return frozenset(name for name, group in groups.items() if numbers[group] == shard.number)


def divide(weights: Mapping[Group, int], total: int) -> dict[Group, int]:
    """The number of the shard that has each group, the heaviest groups first.

    A group goes where most of its area is, if there is room; else where there is most room.
    """
    room = _SLACK * sum(weights.values()) / total
    loads = dict.fromkeys(range(1, total + 1), 0)
    areas: defaultdict[str, Counter[int]] = defaultdict(Counter)
    found: dict[Group, int] = {}
    for group, heft in sorted(weights.items(), key=lambda each: (-each[1], each[0])):
        fitting = [n for n in areas[group.area] if loads[n] + heft <= room]
        lightest = min(loads, key=lambda n: (loads[n], n))
        number = max(fitting, key=lambda n: (areas[group.area][n], -n), default=lightest)
        loads[number] += heft
        areas[group.area][number] += heft
        found[group] = number
    return found


def _group(item: pytest.Item, area: str) -> Group:
    about = parameter(item, Operation) or record_kind(item)
    return Group(area, item.nodeid.partition("::")[0], about.service if about else "")
