"""What a run would need, do and leave behind, told without sending anything."""

from collections import Counter
from collections.abc import Iterator, Sequence

import pytest

from conformance.requirements import RequirementSet
from fixtures.target import Target
from reports.costs import Cost, function_of, read
from reports.options import Aim
from reports.recorder import needs_of, requirement_of

# Stages whose context every run on the target builds, and those that only an operator can.
_STAGES = ("credentials", "organization", "facilities", "keys")
_OF_NEED = {"member": "member", "second-org": "stranger"}
BUDGET = 1900


def describe(
    aim: Aim, target: Target, items: Sequence[pytest.Item], requirements: RequirementSet
) -> str:
    """The plan as text."""
    return "\n".join(_lines(aim, target, items, requirements)) + "\n"


def _lines(
    aim: Aim, target: Target, items: Sequence[pytest.Item], requirements: RequirementSet
) -> Iterator[str]:
    inside = [i for i in items if needs_of(i, requirements) <= aim.profile.needs]
    steps = Counter(requirement_of(item, requirements).step for item in inside)
    costs = read()
    spent = [costs.get(function_of(item.nodeid), Cost(0, 0)) for item in inside]
    spent += [costs.get(f"conformance/stages::{name}", Cost(0, 0)) for name in _stages(aim)]
    requests = round(sum(cost.requests for cost in spent))
    where = target.host if aim.target is not None else "the embedded reference"
    yield f"plan for {where}, profile {aim.profile.name}, tier {aim.tier}; nothing was sent"
    yield ""
    yield f"  checks    {len(inside)} to run, {len(items) - len(inside)} outside the profile"
    for step in sorted(steps):
        yield f"            step {step:>2}  {steps[step]:>4}  {requirements.titles[step]}"
    yield f"  requests  about {requests}, as measured on the reference"
    if requests > BUDGET and not target.is_loopback:
        yield f"            more than the {BUDGET} that a run on a foreign target may use"
    yield f"  records   about {round(sum(cost.records for cost in spent))} made"
    yield f"  needs     {', '.join(_needs(aim, target))}"
    yield from _remains(aim, target)


def _stages(aim: Aim) -> list[str]:
    return [*_STAGES, *(stage for need, stage in _OF_NEED.items() if need in aim.profile.needs)]


def _needs(aim: Aim, target: Target) -> Iterator[str]:
    has = {
        "operator": target.operator_url is not None,
        "member": target.operator_url is not None or target.actors.member is not None,
        "second-org": target.operator_url is not None or target.actors.stranger is not None,
        "throwaway": target.operator_url is not None or bool(target.throwaway_orgs),
        "burst": target.allow_burst or target.is_loopback,
        "clock": target.operator_url is not None and target.is_loopback,
    }
    for need in sorted(aim.profile.needs):
        yield need if has.get(need) else f"{need} (the target does not give it)"
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
