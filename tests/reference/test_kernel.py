"""Gates that a service may ask for by declaration: org in a header, roles, context, replays."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fixtures.reference.kernel import pipeline
from fixtures.reference.kernel.bodies import Body
from fixtures.reference.kernel.call import Call, Inbound
from fixtures.reference.kernel.database import Database
from fixtures.reference.kernel.declarations import OrgCarrier, Reply, any_role
from fixtures.reference.kernel.operations import Operation
from fixtures.reference.kernel.records import Draft
from fixtures.reference.kernel.refusals import Refusal
from fixtures.reference.kernel.runtime import Kernel, fingerprint
from fixtures.reference.settings import Settings


class OrderBody(Body):
    amount: int


def place(call: Call) -> Reply:
    draft = Draft("order", call.kernel.new_id("ord"), org_guid=call.tenant.id)
    return Reply({"order_id": call.kernel.records.create(draft).id}, 1)


ORDER = Operation(
    service="toy",
    path="/order/create",
    handler=place,
    kind="create",
    body=OrderBody,
    org=OrgCarrier.CODE_IN_HEADER,
    access=any_role("toy_clerk", "toy_admin"),
    needs_context=frozenset({"logical_guid", "channel_code"}),
    idempotent=True,
)
CONTEXT = {"x-logical-guid": "L", "x-channel-code": "KIOSK"}


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[Kernel]:
    database = Database(tmp_path / "toy.sqlite")
    started = Kernel(Settings(), database)
    doc = {"primary_owner": "u0", "secondary_owners": []}
    started.records.create(
        Draft("org", "org1", org_guid="org1", code="ACME", state="verified", doc=doc)
    )
    for name, roles in (("clerk", ["toy_clerk"]), ("viewer", ["toy_view"])):
        account = Draft("service_account", name, org_guid="org1", doc={"roles": roles})
        key = Draft("api_key", f"key-{name}", org_guid="org1", parent=name, code=fingerprint(name))
        started.records.create(account)
        started.records.create(key)
    yield started
    database.close()


def ask(kernel: Kernel, *, key: str = "clerk", headers: Any = None, **fields: Any) -> Reply:
    sent = {"x-api-key": key, "x-orgcode": "acme", **(CONTEXT if headers is None else headers)}
    inbound = Inbound(sent, {}, {"amount": 1, **fields}, "", malformed=False, path="/order")
    return pipeline.run(Call(kernel, ORDER, inbound), pipeline.USUAL_ORDER)


def refusal(kernel: Kernel, **request: Any) -> tuple[int, str]:
    with pytest.raises(Refusal) as refused:
        ask(kernel, **request)
    return refused.value.status, refused.value.tag


def test_the_org_may_come_in_a_header_and_must_agree_with_the_body(kernel: Kernel) -> None:
    assert ask(kernel, orgcode="Acme").data["order_id"]
    assert refusal(kernel, orgcode="other") == (400, "context_mismatch")


def test_one_of_several_roles_is_enough_and_none_is_too_little(kernel: Kernel) -> None:
    assert ask(kernel).revision == 1
    assert refusal(kernel, key="viewer") == (403, "forbidden")


def test_context_may_stand_in_header_or_body_and_is_required(kernel: Kernel) -> None:
    assert ask(kernel, headers={}, logical_guid="L", channel_code="kiosk")
    assert refusal(kernel, headers={"x-logical-guid": "L"}) == (400, "invalid-input")
    assert refusal(kernel, channel_code="shopify") == (400, "invalid-input")
    assert ask(kernel, channel_code="Kiosk")


def test_a_replay_answers_as_the_first_time_for_a_day(kernel: Kernel) -> None:
    first = ask(kernel, idempotency_key="k1")
    assert ask(kernel, idempotency_key="k1") == first
    assert ask(kernel, idempotency_key="k2") != first
    assert refusal(kernel, idempotency_key="k1", amount=2) == (409, "idempotency-mismatch")
    assert refusal(kernel, idempotency_key="") == (400, "invalid-input")
    kernel.clock.advance(24 * 3600)
    assert ask(kernel, idempotency_key="k1", amount=2) != first


def test_the_clock_only_moves_forward(kernel: Kernel) -> None:
    with pytest.raises(ValueError, match="forward"):
        kernel.clock.advance(-1)
