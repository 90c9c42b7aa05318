"""Step 12: subscriptions to the bus: proof of the queue, the record, the context, who may."""

from collections.abc import Callable
from typing import Final

import pytest

from conformance.contract.errors import OTHER_ORG, Tag
from conformance.contract.paging import DEFAULT_LIMIT, LARGEST_LIMIT
from conformance.step12_events.contexts import stated_context
from fixtures import (
    Caller,
    Change,
    Check,
    NotApplicable,
    Stranger,
    expect_listed,
    ids,
    pages,
    pages_with,
    without,
)
from fixtures.context import records
from fixtures.context.cast import NO_VIEW_ROLE
from fixtures.services.ipm.actions import IsolatedFacility
from fixtures.services.rbs.actions import Subscriptions

REGISTER, GET, LIST = (f"rbs.subscription.{name}" for name in ("register", "get", "list"))
TEMPLATE: Final = "rbs.notification.template_set"
Keyed = Callable[[str], Caller]


@pytest.mark.requirement("EVENT-100")
def test_subscription_is_not_active_at_first(
    subscriptions: Subscriptions, rbs_owner: Caller
) -> None:
    made = subscriptions.register(rbs_owner)
    made.answer.in_another_state("active", "a subscription is not active before it was verified")


@pytest.mark.requirement("EVENT-101")
def test_token_comes_to_the_queue(subscriptions: Subscriptions, rbs_owner: Caller) -> None:
    made = subscriptions.register(rbs_owner)
    came = made.wait_for_token()
    made.answer.expect(
        "a verification token comes to the queue that was registered",
        holds=came,
        expected="a message with a token",
        observed="none came that names the subscription",
        uses=("subscription_id",),
    )


@pytest.mark.requirement("EVENT-102")
def test_token_is_in_no_answer(subscriptions: Subscriptions, rbs_owner: Caller) -> None:
    made = subscriptions.register(rbs_owner)
    answers = [
        made.answer,
        made.request("get"),
        rbs_owner(LIST, limit=LARGEST_LIMIT),
    ]
    token = made.read_token()
    for answer in answers:
        answer.accepted().expect(
            "no answer shows the verification token",
            holds=token not in str(answer.body),
            expected="an answer without it",
            observed=f"{answer.operation.id} shows it",
        )


@pytest.mark.requirement("EVENT-103")
def test_token_makes_the_subscription_active(
    subscriptions: Subscriptions, rbs_facility: IsolatedFacility
) -> None:
    made = subscriptions.create_for(rbs_facility)
    made.expect_delivered(rbs_facility.emit(), "events are delivered once the token came back")
    made.request("get").in_state("active", "a verified subscription is active")


@pytest.mark.requirement("EVENT-104")
@pytest.mark.parametrize("wrong", ["another", "of-another-subscription"])
def test_wrong_token_is_refused(
    subscriptions: Subscriptions, rbs_facility: IsolatedFacility, wrong: str
) -> None:
    other = subscriptions.create_for(rbs_facility)
    made = subscriptions.register(
        rbs_facility.caller, listened_service="ics", listened_place=rbs_facility.guid
    )
    token = other.read_token() if wrong != "another" else made.read_token()[::-1]
    made.verify(token).refused()


@pytest.mark.requirement("EVENT-106")
@pytest.mark.parametrize("queue", ["absent", "foreign"])
def test_queue_that_is_not_the_customers_is_refused(
    subscriptions: Subscriptions, rbs_owner: Caller, queue: str
) -> None:
    subscriptions.register(rbs_owner)
    before, _, name = str(rbs_owner.world["queue_url"]).rpartition("/")
    url = f"{before}/{name}-absent"
    if queue == "foreign":
        host, _, account = before.rpartition("/")
        url = f"{host}/{account[::-1]}/{name}"
    rbs_owner(REGISTER, queue_url=url).refused()


@pytest.mark.requirement("EVENT-107")
@pytest.mark.parametrize("url", ["queue", "https://sqs.us-east-1.amazonaws.com/", ""])
def test_address_that_is_no_queues_is_refused(
    subscriptions: Subscriptions, rbs_owner: Caller, url: str
) -> None:
    subscriptions.register(rbs_owner)
    rbs_owner(REGISTER, queue_url=url).refused(400, Tag.INVALID_INPUT)


@pytest.mark.requirement("EVENT-108")
def test_subscription_with_an_unknown_filter_is_refused(
    subscriptions: Subscriptions, rbs_owner: Caller
) -> None:
    subscriptions.register(rbs_owner)
    change = Change(body={"filters": {"conformance_colour": "red"}})
    rbs_owner(REGISTER, change).refused(400, Tag.INVALID_INPUT)


# --- the record ---


@pytest.mark.requirement("EVENT-109")
def test_subscription_is_read_back_and_listed(
    subscriptions: Subscriptions, rbs_owner: Caller
) -> None:
    made = subscriptions.register(rbs_owner)
    expect_listed([made.request("get").accepted()], made.subscription_id, by="subscription_id")
    expect_listed(pages(rbs_owner, LIST, limit=LARGEST_LIMIT), made.subscription_id)


@pytest.fixture
def populated(rbs_owner: Caller) -> Caller:
    """An org with more subscriptions than a page holds."""
    there = len(rbs_owner(LIST, limit=LARGEST_LIMIT).items())
    for _ in range(there, DEFAULT_LIMIT + 1):
        records.make(rbs_owner, "rbs.subscription")
    return rbs_owner


@pytest.mark.requirement("EVENT-110")
def test_page_holds_eight_subscriptions_by_default(populated: Caller) -> None:
    answer = populated(LIST)
    answer.expect(
        "a page holds 8 subscriptions where no limit is sent",
        holds=len(answer.items()) <= DEFAULT_LIMIT and bool(answer.optional("next_token")),
        expected="8 at most, and a cursor",
        observed=f"{len(answer.items())}, cursor {bool(answer.optional('next_token'))}",
        uses=("items",),
    )


@pytest.mark.requirement("EVENT-110")
@pytest.mark.parametrize("limit", [0, -1, 257])
def test_limit_of_subscriptions_is_pulled_into_its_range(populated: Caller, limit: int) -> None:
    answer = populated(LIST, limit=limit).accepted()
    most = 1 if limit < 1 else LARGEST_LIMIT
    answer.expect(
        "a limit outside 1 to 256 is pulled into it",
        holds=1 <= len(answer.items()) <= most,
        expected=f"1 to {most} subscriptions",
        observed=str(len(answer.items())),
        uses=("items",),
    )


@pytest.mark.requirement("EVENT-110")
def test_walk_shows_each_subscription_once(populated: Caller) -> None:
    known = records.make(populated, "rbs.subscription")["subscription_id"]
    walk = pages_with(populated, LIST, str(known), limit=DEFAULT_LIMIT)
    found = ids(walk)
    walk[-1].expect(
        "a walk shows each subscription once",
        holds=len(found) == len(set(found)) and str(known) in found,
        expected=f"each once, {known} among them",
        observed=f"{len(found)} entries, {len(set(found))} different",
        uses=("items", "item_id"),
    )


SECRET: Final = "conformance-secret-access-key"


@pytest.mark.requirement("EVENT-112")
def test_credentials_are_in_no_answer(subscriptions: Subscriptions, rbs_owner: Caller) -> None:
    """Keys that open nothing: the stand-in asks that a request is signed, and not by whom."""
    if rbs_owner.target.queue is not None:
        raise NotApplicable("keys that open nothing would be refused by a real queue")
    keys = {"access_key_id": "CONFORMANCEKEY", "secret_access_key": SECRET}
    made = subscriptions.register(rbs_owner, queue_credentials=keys)
    for answer in (made.answer, made.request("get"), rbs_owner(LIST, limit=LARGEST_LIMIT)):
        answer.accepted().expect(
            "no answer shows delivery credentials",
            holds=SECRET not in str(answer.body),
            expected="an answer without them",
            observed=f"{answer.operation.id} shows them",
        )


@pytest.mark.requirement("EVENT-137")
@pytest.mark.parametrize("back", ["active", "paused"])
def test_revoked_subscription_stays_revoked(
    subscriptions: Subscriptions, rbs_facility: IsolatedFacility, back: str
) -> None:
    made = subscriptions.create_for(rbs_facility)
    made.set_deduced_status("paused")
    made.unregister().accepted()
    made.set_status(back).refused()


# --- the context of a write ---


@pytest.mark.requirement("EVENT-113")
@pytest.mark.parametrize(
    "operation", [pytest.param(REGISTER, marks=pytest.mark.needs("queue")), TEMPLATE]
)
def test_bus_refuses_a_write_without_its_context(rbs_owner: Caller, operation: str) -> None:
    rbs_owner(operation).accepted()
    # Where in a request the context stands is our deduction.
    rbs_owner(operation, Change(body={"request_context": None})).refused(sends=("request_context",))


# Where the context that a request states stands a second time, and what it must not say then.
_TWICE: Final = {
    "logical_guid": ("x-logical-guid", "00000000-0000-4000-8000-000000000000"),
    "channel_code": ("x-channel-code", "kiosk"),
    "cccode": ("x-cccode", "AAAA-AAAA-AAAA"),
}


def _own(caller: Caller, name: str) -> str:
    """A value of the organisation's own for this part of the context."""
    if name == "channel_code":
        return "g3npos"
    if name == "cccode":
        return str(records.make(caller, "ofm.cost_centre")["cccode"])
    return str(caller.world[name])


@pytest.mark.requirement("EVENT-114")
@pytest.mark.parametrize("name", _TWICE)
def test_context_that_disagrees_with_a_header_is_refused(rbs_owner: Caller, name: str) -> None:
    header, other = _TWICE[name]
    own = _own(rbs_owner, name)
    context, headers = stated_context(rbs_owner), {header: own}

    def sent(value: str) -> Change:
        return Change(headers=headers, body={"request_context": {**context, name: value}})

    rbs_owner(TEMPLATE).accepted()
    rbs_owner(TEMPLATE, sent(own)).accepted()
    rbs_owner(TEMPLATE, sent(other)).refused(None, Tag.INVALID_INPUT, sends=("request_context",))


@pytest.mark.requirement("EVENT-114")
def test_bus_refuses_the_context_of_another_source(rbs_owner: Caller) -> None:
    rbs_owner(TEMPLATE).accepted()
    change = Change(
        body={"request_context": {**stated_context(rbs_owner), "context_source": "operator"}}
    )
    rbs_owner(TEMPLATE, change).refused(None, Tag.INVALID_INPUT, sends=("request_context",))


@pytest.mark.requirement("EVENT-114")
@pytest.mark.needs("second-org")
def test_bus_refuses_the_context_of_another_organisation(
    rbs_owner: Caller, stranger_org: Stranger, check: Check
) -> None:
    rbs_owner(TEMPLATE).accepted()
    change = Change(
        body={"request_context": {**stated_context(rbs_owner), "orgcode": stranger_org.orgcode}}
    )
    answer = rbs_owner(TEMPLATE, change)
    answer.refused(None, *OTHER_ORG, sends=("request_context",))
    check.reading("tag of a context that names another org (RBS)", str(answer.tag))


# --- access ---


def _expect_role(owner: Caller, keyed: Keyed, role: str, check: Check) -> None:
    """Expect that a role is enough, or that only owners are let through: pages state both.

    One platform follows one of the two for reads and writes alike, and under neither does a key
    without a role of the bus get through.
    """
    operations = {"rbs_view": LIST, "rbs_admin": TEMPLATE}
    for each in operations.values():
        owner(each).accepted()
    operation = operations[role]
    keyed(NO_VIEW_ROLE)(operation).refused(403)
    answer = keyed(role)(operation)
    if not answer.ok:
        answer.refused(403)
    by_role = {name: keyed(name)(each).ok for name, each in operations.items()}
    answer.expect(
        "roles are enough for reads and writes alike, or owners alone have both",
        holds=len(set(by_role.values())) == 1,
        expected="one of the two readings throughout",
        observed=", ".join(
            f"{name} {'is enough' if ok else 'is refused'}" for name, ok in by_role.items()
        ),
    )
    reading = "roles are enough" if answer.ok else "owners alone"
    check.reading("who may use the bus (rbs/surfaces/, rbs/PROTOCOL.md)", reading)


@pytest.mark.requirement("EVENT-140")
def test_view_role_reads_unless_owners_alone_may(
    rbs_owner: Caller, rbs_key: Keyed, check: Check
) -> None:
    _expect_role(rbs_owner, rbs_key, "rbs_view", check)


@pytest.mark.requirement("EVENT-142")
def test_admin_role_writes_unless_owners_alone_may(
    rbs_owner: Caller, rbs_key: Keyed, check: Check
) -> None:
    _expect_role(rbs_owner, rbs_key, "rbs_admin", check)


@pytest.mark.requirement("EVENT-143")
def test_health_of_the_bus_is_told_without_an_organisation(rbs_owner: Caller) -> None:
    rbs_owner("rbs.stat").accepted()
    rbs_owner("rbs.stat", without("orgcode")).accepted()
