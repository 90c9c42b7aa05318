"""What a run would need, do and leave behind, told without sending anything."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import pytest

from conformance.requirements import RequirementSet
from fixtures.exchange.pacing import HEADROOM
from fixtures.exchange.target import Limits, Target
from reports.costs import Cost, function_of, read
from reports.options import Aim
from reports.recorder import needs_of, requirement_of
from reports.selection import SMOKE, record_kind

STAGES: Final = "conformance/stages::"
# Stages that a profile may leave out, and what is counted apart.
_OF_NEED: Final = {"member": "member", "stranger": "second-org"}
_OF_KIND: Final = frozenset({"plans", "race", "long-race"})
_APART: Final = frozenset({"clean-up", "flood", "clock-companion", "throttled-companion"})
# Requests of a look: one knocks, one lists members; an account signs in, is looked up, signs out.
_OF_THE_TARGET: Final = 2
_OF_AN_ACCOUNT: Final = 6
# Requests that close one record: most are closed with the revision last seen, at one.
CLOSING: Final = 1.1


def describe(
    aim: Aim, target: Target, items: Sequence[pytest.Item], requirements: RequirementSet
) -> str:
    """The plan as text."""
    return "\n".join(_lines(aim, target, items, requirements)) + "\n"


def _lines(
    aim: Aim, target: Target, items: Sequence[pytest.Item], requirements: RequirementSet
) -> Iterator[str]:
    if aim.tier == SMOKE:
        yield from _look(aim, target)
        return
    given = {need for need in aim.profile.needs if need in _given(target)}
    inside = [i for i in items if needs_of(i, requirements) <= aim.profile.needs]
    able = [i for i in inside if needs_of(i, requirements) <= given]
    steps = Counter(requirement_of(item, requirements).step for item in able)
    costs = read()
    spent = [costs.get(function_of(item.nodeid), Cost(0, 0)) for item in able]
    spent += [cost for name, cost in costs.items() if _is_built(name, aim, able)]
    records = round(sum(cost.records for cost in spent))
    closed = sum(cost.closed for cost in spent)
    requests = round(sum(cost.requests for cost in spent)) + _closing(aim, target, closed, costs)
    where = target.host if aim.target is not None else "the embedded reference"
    yield f"plan for {where}, profile {aim.profile.name}, tier {aim.tier}; nothing was sent"
    yield ""
    yield f"  checks    {len(able)} to run, {len(items) - len(inside)} outside the profile"
    if len(able) < len(inside):
        yield f"            {len(inside) - len(able)} need what the target does not give"
    for step in sorted(steps):
        yield f"            step {step:>2}  {steps[step]:>4}  {requirements.titles[step]}"
    yield f"  requests  about {requests}, as measured on the reference"
    if not target.is_loopback:
        yield f"            {_pace(requests, target.limits)}"
    if target.allow_burst and "burst" in aim.profile.needs:
        flood = 2 * target.limits.requests_per_minute + 1
        yield f"            and at the end one flood of up to {flood} on a throwaway org"
    yield f"  records   about {records} made"
    yield f"  needs     {', '.join(_needs(aim, target))}"
    yield from _remains(aim, target)


def _look(aim: Aim, target: Target) -> Iterator[str]:
    """What tier smoke does: it looks at the target and its accounts, and checks nothing."""
    actors = target.actors
    given = [each for each in (actors.owner, actors.member, actors.stranger) if each]
    where = target.host if aim.target is not None else "the embedded reference"
    yield f"plan for {where}, profile {aim.profile.name}, tier {aim.tier}; nothing was sent"
    yield ""
    yield "  checks    none: the target and its accounts are looked at"
    most = _OF_THE_TARGET + _OF_AN_ACCOUNT * len(given)
    yield f"  requests  at most {most}: {len(given)} accounts sign in, are looked up and sign out"
    yield "  records   none"


def _pace(requests: int, limits: Limits) -> str:
    """How the requests are spread, so that no firewall counts too many of one address."""
    budget = int(limits.requests_per_address * HEADROOM)
    if not budget:
        return "the target file sets no limit for an address"
    windows, seconds = -(-requests // budget), limits.address_window_seconds
    last = requests - (windows - 1) * budget
    minutes = (windows - 1) * seconds / 60 + last / max(1, limits.requests_per_minute)
    plural = "s" if windows > 1 else ""
    return (
        f"at most {budget} in {seconds / 60:g} minutes from one address: {windows} such"
        f" window{plural}, {minutes:.0f} minutes"
    )


def _is_built(name: str, aim: Aim, items: Sequence[pytest.Item]) -> bool:
    """Whether a stage belongs to the run: by the profile, or by the record kinds that are on."""
    stage = name.removeprefix(STAGES)
    if stage == name or stage in _APART:
        return False
    need = _OF_NEED.get(stage)
    made_for, _, kind = stage.rpartition("-")
    on = made_for not in _OF_KIND or kind in {k.name for i in items if (k := record_kind(i))}
    return on and (need is None or need in aim.profile.needs)


def _closing(aim: Aim, target: Target, closed: float, costs: Mapping[str, Cost]) -> int:
    """Requests of the clean-up: record by record, unless whole orgs can be doomed."""
    if aim.keep:
        return 0
    if target.orgcode is not None:
        return round(CLOSING * closed)
    return round(costs.get(f"{STAGES}clean-up", Cost(0, 0)).requests)


def _given(target: Target) -> set[str]:
    """Needs that this target can meet."""
    operated = target.operator_url is not None
    has = {
        "operator": operated,
        "member": operated or target.actors.member is not None,
        "second-org": operated or target.actors.stranger is not None,
        "throwaway": operated or bool(target.throwaway_orgs),
        "burst": target.allow_burst or target.is_loopback,
        "clock": operated and target.is_loopback,
        "queue": target.queue is not None or (operated and target.is_loopback),
        "receiver": target.receives is not None,
    }
    return {need for need, met in has.items() if met}


def _needs(aim: Aim, target: Target) -> Iterator[str]:
    given = _given(target)
    for need in sorted(aim.profile.needs):
        yield need if need in given else f"{need} (the target does not give it)"
    if not aim.profile.needs:
        yield "one owner account and its org"


def _remains(aim: Aim, target: Target) -> Iterator[str]:
    yield "  leaves"
    if target.operator_url is not None:
        yield "            users and orgs that the run makes, doomed at its end by the operator"
    if target.orgcode is not None:
        yield f"            in org {target.orgcode}: cost centres, facilities, zones, teams,"
        yield "            channels and service accounts, doomed at its end;"
        yield "            invites and members, which nothing documented removes"
    if aim.keep:
        yield "            everything, because of --keep"
