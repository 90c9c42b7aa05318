"""Step 4: sales channels, and every edge of their lifecycle, drawn and not drawn."""

from collections import deque
from collections.abc import Callable, Mapping
from itertools import permutations
from typing import Any, Final

import pytest

from conformance.contract import RECORDS
from conformance.contract.errors import Tag
from conformance.contract.operation import Edge
from conformance.contract.services.ofm.org import CHANNEL_EDGES, CHANNEL_STATES
from fixtures import Actor, Answer, Caller, Inconclusive, NotApplicable, Values
from fixtures.context import records
from fixtures.exchange.request import AS_PROVEN, Change, without

CHANNEL: Final = RECORDS["ofm.sales_channel"]
CREATE: Final = "ofm.sales_channel.create"
SEVERAL: Final = ["en_US", "fr_CA"]
STATUS, UPDATE = "ofm.sales_channel.status", "ofm.sales_channel.update"
FIRST: Final = "draft"
NOT_THERE: Final = 404
DRAWN: Final = {
    Edge("draft", "active"): "ORG-54",
    Edge("active", "inactive"): "ORG-55",
    Edge("inactive", "active"): "ORG-56",
    Edge("inactive", "doomed"): "ORG-57",
    Edge("draft", "doomed"): "ORG-58",
}


def way_to(state: str) -> tuple[str, ...]:
    """The states that a new channel goes through to come to `state`, by drawn edges alone."""
    ways = deque[tuple[str, ...]]([(FIRST,)])
    while ways[0][-1] != state:
        way = ways.popleft()
        ways.extend(
            (*way, edge.after) for edge in sorted(CHANNEL_EDGES, key=str) if edge.before == way[-1]
        )
    return ways[0][1:]


def create_channel_in(owner: Caller, state: str) -> Values:
    """A new channel in this state."""
    return records.move(owner, CHANNEL, records.make(owner, CHANNEL.name), *way_to(state))


def change(caller: Caller, channel: Values, **fields: str) -> Answer:
    """Set the channel's status, or update its fields, with its current revision."""
    names = {name: channel[name] for name in ("channel_guid", "expected_revision")}
    operation = STATUS if "status" in fields else UPDATE
    return caller(operation, **names, **fields)


def not_drawn(edge: Edge) -> str:
    """The requirement that speaks of an edge which the lifecycle does not draw."""
    if edge.before == "doomed":
        return "ORG-59"
    return "ORG-61" if edge.after == "doomed" else "ORG-60"


def edges(rule: Callable[[Edge], str], *, drawn: bool) -> list[Any]:
    """The edges that are drawn, or all others, each at its requirement."""
    pairs = [Edge(before, after) for before, after in permutations(CHANNEL_STATES, 2)]
    return [
        pytest.param(edge, id=str(edge), marks=pytest.mark.requirement(rule(edge)))
        for edge in pairs
        if (edge in CHANNEL_EDGES) is drawn
    ]


# --- declaration ---


@pytest.mark.requirement("ORG-51")
def test_owner_declares_a_channel(owner: Caller) -> None:
    records.make(owner, CHANNEL.name)


@pytest.mark.requirement("ORG-52")
def test_new_channel_is_a_draft(owner: Caller) -> None:
    answer = records.read(owner, CHANNEL, records.make(owner, CHANNEL.name))
    answer.in_state(FIRST, f"the channel is {FIRST}")


@pytest.mark.requirement("ORG-53")
@pytest.mark.parametrize("name", ["channel_code", "market", "locale_codes"])
def test_what_was_declared_is_read_back(owner: Caller, name: str) -> None:
    made = records.make(owner, CHANNEL.name)
    answer = records.read(owner, CHANNEL, made)
    rule = f"the channel holds the {name} that was declared"
    if isinstance(made[name], list):
        answer.shows(name, made[name], rule)
    else:
        answer.shows_ignoring_case(name, made[name], rule)


@pytest.mark.requirement("ORG-86")
@pytest.mark.parametrize(
    ("change", "locales"),
    [
        pytest.param(without("locale_codes"), {}, id="none"),
        pytest.param(AS_PROVEN, {"locale_codes": []}, id="empty-list"),
        pytest.param(AS_PROVEN, {"locale_codes": SEVERAL}, id="several-without-default"),
    ],
)
def test_channel_without_locales_or_default_is_refused(
    owner: Caller, prove: Callable[[str], None], change: Change, locales: Mapping[str, Any]
) -> None:
    prove(CREATE)
    place = records.make(owner, "ofm.logical")["logical_guid"]
    owner(CREATE, change, logical_guid=place, **locales).refused()


@pytest.mark.requirement("ORG-87")
def test_only_locale_of_a_channel_is_its_default(owner: Caller) -> None:
    made = records.make(owner, CHANNEL.name)
    answer = records.read(owner, CHANNEL, made)
    (only,) = made["locale_codes"]
    found = answer.accepted().optional("default_locale_code")
    answer.expect(
        "the only locale is the default",
        holds=str(found).casefold() == str(only).casefold(),
        expected=str(only),
        observed="none" if found is None else str(found),
        uses=("default_locale_code",),
    )


@pytest.mark.requirement("ORG-88")
def test_channel_of_several_locales_is_declared_with_its_default(
    owner: Caller, prove: Callable[[str], None]
) -> None:
    prove(CREATE)
    place = records.make(owner, "ofm.logical")["logical_guid"]
    several = {"locale_codes": SEVERAL, "default_locale_code": SEVERAL[1]}
    made = owner(CREATE, logical_guid=place, **several).accepted()
    if not made.ok:
        return  # told as advice: no channel was made that could show its locales
    for name, wanted in several.items():
        made.shows(name, wanted, f"the channel holds the {name} that was declared", inferred=True)


# --- lifecycle ---


@pytest.mark.parametrize("edge", edges(DRAWN.__getitem__, drawn=True))
def test_channel_takes_each_drawn_edge(owner: Caller, edge: Edge) -> None:
    channel = create_channel_in(owner, edge.before)
    changed = change(owner, channel, status=edge.after).accepted()
    after = records.read(owner, CHANNEL, channel)
    if edge.after == "doomed" and after.status == NOT_THERE:
        # Whether what is doomed is still read is not said: the change itself tells its state.
        after = changed
    after.in_state(edge.after, f"the channel is {edge.after}")


@pytest.mark.parametrize("edge", edges(not_drawn, drawn=False))
def test_channel_takes_no_other_edge(
    owner: Caller, prove: Callable[[str], None], edge: Edge
) -> None:
    prove(STATUS)
    change(owner, create_channel_in(owner, edge.before), status=edge.after).refused()


@pytest.mark.requirement("ORG-62")
@pytest.mark.parametrize("edge", [Edge("draft", "inactive"), Edge("doomed", "active")], ids=str)
def test_refused_edge_changes_nothing(owner: Caller, edge: Edge) -> None:
    channel = create_channel_in(owner, edge.before)
    before = records.read(owner, CHANNEL, channel)
    if change(owner, channel, status=edge.after).ok:
        raise NotApplicable(f"the target took the channel from {edge.before} to {edge.after}")
    after = records.read(owner, CHANNEL, channel)
    changed = [n for n in ("state", "revision") if before.value(n) != after.value(n)]
    after.expect(
        "a refused change leaves state and revision as they were",
        holds=not changed,
        expected="the same state and revision",
        observed=f"another {' and '.join(changed)}",
        uses=("state", "revision"),
    )


# --- who may ---


@pytest.mark.requirement("ORG-63")
@pytest.mark.parametrize("before", ["draft", "inactive"])
def test_member_does_not_activate_a_channel(
    owner: Caller, member: Caller, prove: Callable[[str], None], before: str
) -> None:
    prove(STATUS)
    channel = create_channel_in(owner, before)
    change(member, channel, status="active").refused(403, Tag.NOT_OWNER)


@pytest.fixture
def draft(owner: Caller, prove: Callable[[str], None]) -> Values:
    """A draft channel at a facility of its own; its update was accepted from an owner."""
    prove(UPDATE)
    return create_channel_in(owner, FIRST)


def assign(owner: Caller, member: Actor, channel: Values, *, verb: str = "assign") -> None:
    """Give the member the channel's facility, or take it away."""
    names = {"user_guid": member.user_id, "logical_guid": channel["logical_guid"]}
    owner(f"ofm.member.{verb}_logical", **names).accepted()


@pytest.mark.requirement("ORG-64")
def test_member_with_a_grant_updates_a_draft(owner: Caller, member: Caller, draft: Values) -> None:
    assign(owner, member.actor, draft)
    change(member, draft).accepted()


@pytest.mark.requirement("ORG-65")
def test_member_without_a_grant_does_not_update_a_draft(
    owner: Caller, member: Caller, draft: Values
) -> None:
    change(member, draft).refused()
    # So that the refusal was about the grant.
    _update_with_a_grant(owner, member, draft)


@pytest.mark.requirement("ORG-65")
def test_member_whose_grant_was_taken_away_does_not_update_a_draft(
    owner: Caller, member: Caller, draft: Values
) -> None:
    revision = _update_with_a_grant(owner, member, draft)
    assign(owner, member.actor, draft, verb="detach")
    change(member, {**draft, "expected_revision": revision}).refused()


def _update_with_a_grant(owner: Caller, member: Caller, draft: Values) -> Any:
    """Let the member update the draft with a grant; the revision that it has then.

    Raises:
        Inconclusive: that is refused, so a refusal without a grant tells nothing.
    """
    assign(owner, member.actor, draft)
    answer = change(member, draft)
    if not answer.ok:
        raise Inconclusive(f"a member with a grant updates no draft either ({answer.sketch})")
    return answer.value("revision")
