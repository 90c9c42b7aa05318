"""Step 8: the context that a sale stands in, and what may be sold in it."""

from typing import Any, Final

import pytest

from conformance.contract import OPERATIONS
from conformance.contract.errors import OTHER_ORG, Tag
from fixtures import Answer, Caller, Change, Check, ContextBuilder, Session, Stranger, without
from fixtures.context.apart import require_none_of_ones_own
from fixtures.probes.contradicting_context import contradict
from fixtures.run.world import CHANNEL_CODES
from fixtures.services.pmc import actions as pmc
from fixtures.services.scm import actions as scm
from fixtures.services.scm.actions import COMMIT, PLACE, RESERVE, SHIPMENT, SellableItem

CREATE: Final = "scm.order.create"
BACKORDER: Final = "scm.backorder.create"
_ORDER_AND_FULFILMENT: Final = (
    "scm.promise.quote",
    CREATE,
    PLACE,
    RESERVE,
    COMMIT,
    "scm.promise.release",
    SHIPMENT,
    *(f"scm.shipment.{step}" for step in ("pick", "pack", "ship", "deliver")),
    "scm.order.cancel",
)


# --- the headers that a sale needs ---


def _send_without(session: Session, check: Check, operation_id: str, name: str) -> Answer:
    """The answer to a proven sample that lacks one header of its context."""
    operation, stage = OPERATIONS[operation_id], ContextBuilder(session)
    stage.proven(check, operation)
    prepared = stage.fresh(check, operation)
    return prepared.caller(operation_id, without(name), **prepared.values)


@pytest.mark.requirement("ORDER-31")
@pytest.mark.parametrize("operation_id", _ORDER_AND_FULFILMENT)
def test_sale_without_a_channel_is_refused(
    session: Session, check: Check, operation_id: str
) -> None:
    _send_without(session, check, operation_id, "channel_code").refused()


@pytest.mark.requirement("ORDER-32")
@pytest.mark.parametrize("operation_id", _ORDER_AND_FULFILMENT)
def test_sale_without_a_facility_is_refused(
    session: Session, check: Check, operation_id: str
) -> None:
    _send_without(session, check, operation_id, "logical_guid").refused()


# --- header and body ---


def _send_apart(scm_owner: Caller, name: str, here: str, header: str, other: str) -> Answer:
    """The answer to an order whose header names `here` and whose body names `other`."""
    scm_owner(CREATE).accepted()

    def send(change: Change) -> Answer:
        return scm_owner(CREATE, change)

    return contradict(send, {name: here}, {name: other}, headers={header: here})


_PARTS: Final = {
    "logical_guid": ("x-logical-guid", "guid"),
    "channel_code": ("x-channel-code", None),
    "cccode": ("x-cccode", "cccode"),
}


@pytest.mark.requirement("ORDER-33")
@pytest.mark.parametrize("name", _PARTS)
def test_body_that_names_another_context_is_refused(scm_owner: Caller, name: str) -> None:
    header, kind = _PARTS[name]
    world = scm_owner.world
    here = str(world[name] if name in world else world.fresh(str(kind)))
    other = str(world.fresh(kind)) if kind else next(c for c in CHANNEL_CODES if c != here)
    _send_apart(scm_owner, name, here, header, other).refused(None, Tag.INVALID_INPUT)


@pytest.mark.requirement("ORDER-34")
def test_sale_whose_body_names_another_organisation_is_refused(
    scm_owner: Caller, check: Check, stranger_org: Stranger
) -> None:
    here = str(scm_owner.world["orgcode"])
    answer = _send_apart(scm_owner, "orgcode", here, "x-orgcode", stranger_org.orgcode)
    answer.refused(None, *OTHER_ORG)
    check.reading("the tag for an organisation that differs (SCM)", str(answer.tag))


@pytest.mark.requirement("ORDER-73")
@pytest.mark.parametrize(
    ("name", "other"), [("context_source", "operator"), ("roles", ["scm_returns"])]
)
def test_body_that_states_another_source_or_other_roles_is_refused(
    scm_owner: Caller, name: str, other: Any
) -> None:
    scm_owner(CREATE).accepted()
    resolved = scm_owner("ofm.member.resolve").value("roles")
    own: Any = {"context_source": "session", "roles": resolved}[name]
    answer = contradict(lambda change: scm_owner(CREATE, change), {name: own}, {name: other})
    answer.refused(None, Tag.INVALID_INPUT, inferred=True)


@pytest.mark.requirement("ORDER-35")
def test_order_on_a_channel_that_is_not_there_is_refused(scm_owner: Caller) -> None:
    scm_owner(CREATE).accepted()
    code = next(c for c in CHANNEL_CODES if c != scm_owner.world["channel_code"])
    scm_owner(CREATE, channel_code=code).refused()


# --- other organisations ---


@pytest.mark.every
@pytest.mark.requirement("ORDER-36")
@pytest.mark.parametrize("operation_id", [CREATE, BACKORDER, "scm.appointment.book"])
def test_nothing_is_sold_at_a_facility_of_another_organisation(
    scm_owner: Caller, scm_owner_elsewhere: Caller, operation_id: str
) -> None:
    scm_owner(operation_id).accepted()
    there = scm_owner_elsewhere.world["logical_guid"]
    scm_owner(operation_id, logical_guid=there).refused()


@pytest.mark.every
@pytest.mark.requirement("ORDER-37")
@pytest.mark.parametrize("operation_id", [CREATE, BACKORDER])
def test_nothing_is_sold_of_another_organisations_variants(
    scm_owner: Caller, scm_owner_elsewhere: Caller, operation_id: str
) -> None:
    require_none_of_ones_own(scm_owner, scm_owner_elsewhere, "pvm.variant")
    _prove_the_steps_of_a_sale(scm_owner)
    scm_owner(operation_id).accepted()
    theirs = scm_owner.knowing(variant_id=scm_owner_elsewhere.world["variant_id"])
    (_try_to_sell if operation_id == CREATE else _try_to_promise)(theirs).refused()


# --- what may be sold ---


def _try_to_sell(scm_owner: Caller) -> Answer:
    """The answer to the step that refuses to sell the world's variant, or to the last of all."""
    made = scm_owner(CREATE, quantity=1)
    order_id = made.optional("order_id")
    for step in (PLACE, RESERVE, COMMIT) if made.ok else ():
        made = scm_owner(step, order_id=order_id)
        if not made.ok:
            break
    return made


def _try_to_promise(scm_owner: Caller) -> Answer:
    """The same for a backorder."""
    made = scm_owner(BACKORDER)
    named = {"backorder_id": made.optional("backorder_id")}
    for step in ("approve", "promise") if made.ok else ():
        made = scm_owner(f"scm.backorder.{step}", **named)
        if not made.ok:
            break
    return made


def _prove_the_steps_of_a_sale(scm_owner: Caller) -> None:
    SellableItem(scm_owner).create_order(1, PLACE, RESERVE, COMMIT)


@pytest.mark.requirement("ORDER-27")
@pytest.mark.parametrize("how", ["never-published", "taken-offline"])
def test_nothing_is_sold_that_is_not_online(scm_owner: Caller, how: str) -> None:
    _prove_the_steps_of_a_sale(scm_owner)
    other = pmc.with_new_variant(scm_owner)
    scm.price(other)
    SellableItem(other).stock_item.adjust(5).accepted()
    if how == "never-published":
        _try_to_sell(other).refused()
    scm.put_online(other)
    # So that it was for the product being offline that nothing was sold.
    _try_to_sell(other).accepted()
    if how == "taken-offline":
        scm.take_offline(other)
        _try_to_sell(other).refused()


@pytest.mark.requirement("ORDER-28")
def test_draft_is_not_sold_once_its_product_is_offline(sellable_item: SellableItem) -> None:
    _prove_the_steps_of_a_sale(sellable_item.caller)
    order_id = sellable_item.create_order(1)
    scm.take_offline(sellable_item.caller)
    answer: Any = None
    for step in (PLACE, RESERVE, COMMIT):
        answer = sellable_item(step, order_id)
        if not answer.ok:
            break
    answer.refused()
