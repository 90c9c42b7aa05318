"""Step 8: the context that a sale stands in, and what may be sold in it."""

from typing import Any, Final

import pytest

from conformance.contract import OPERATIONS
from fixtures.context.cast import Stranger
from fixtures.context.operation_context import Stage
from fixtures.exchange.answer import Answer
from fixtures.exchange.check import Check
from fixtures.exchange.request import AS_PROVEN, Change, without
from fixtures.run.client import Caller
from fixtures.run.session import Session
from fixtures.run.world import CHANNEL_CODES
from fixtures.services.pmc import actions as pmc
from fixtures.services.scm import actions as scm
from fixtures.services.scm.actions import COMMIT, PLACE, RESERVE, SHIPMENT, Stall

CREATE: Final = "scm.order.create"
_ORDER_AND_FULFILMENT: Final = (CREATE, PLACE, RESERVE, COMMIT, SHIPMENT, "scm.shipment.pick")


# --- the headers that a sale needs ---


def _without(session: Session, check: Check, operation_id: str, name: str) -> Answer:
    """The answer to a proven sample that lacks one header of its context."""
    operation, stage = OPERATIONS[operation_id], Stage(session)
    stage.proven(check, operation)
    scene = stage.fresh(check, operation)
    return scene.caller(operation_id, without(name), **scene.values)


@pytest.mark.requirement("ORDER-31")
@pytest.mark.parametrize("operation_id", _ORDER_AND_FULFILMENT)
def test_sale_without_a_channel_is_refused(
    session: Session, check: Check, operation_id: str
) -> None:
    _without(session, check, operation_id, "channel_code").refused()


@pytest.mark.requirement("ORDER-32")
@pytest.mark.parametrize("operation_id", _ORDER_AND_FULFILMENT)
def test_sale_without_a_facility_is_refused(
    session: Session, check: Check, operation_id: str
) -> None:
    _without(session, check, operation_id, "logical_guid").refused()


# --- header and body ---


def _agreeing(seller: Caller, name: str, value: str, header: str) -> Change:
    """A change that names a part of the context in header and body alike, once accepted."""
    alike = Change(headers={header: value}, body={name: value})
    seller(CREATE).accepted()
    seller(CREATE, alike).accepted()
    return alike


def _disagreeing(alike: Change, name: str, other: str) -> Change:
    return Change(headers=alike.headers, body={name: other})


_PARTS: Final = {
    "logical_guid": ("x-logical-guid", "guid"),
    "channel_code": ("x-channel-code", None),
    "cccode": ("x-cccode", "cccode"),
}


@pytest.mark.requirement("ORDER-33")
@pytest.mark.parametrize("name", _PARTS)
def test_body_that_names_another_context_is_refused(seller: Caller, name: str) -> None:
    header, kind = _PARTS[name]
    world = seller.world
    here = str(world[name] if name in world else world.fresh(str(kind)))
    alike = _agreeing(seller, name, here, header)
    other = str(world.fresh(kind)) if kind else next(c for c in CHANNEL_CODES if c != here)
    seller(CREATE, _disagreeing(alike, name, other)).refused(None, "invalid-input")


@pytest.mark.requirement("ORDER-34")
def test_body_that_names_another_organisation_is_refused(
    seller: Caller, check: Check, stranger_org: Stranger
) -> None:
    alike = _agreeing(seller, "orgcode", str(seller.world["orgcode"]), "x-orgcode")
    answer = seller(CREATE, _disagreeing(alike, "orgcode", stranger_org.orgcode))
    answer.refused(None, "invalid-input", "context_mismatch")
    check.reading("the tag for an organisation that differs (SCM)", str(answer.tag))


@pytest.mark.requirement("ORDER-35")
def test_order_on_a_channel_that_is_not_there_is_refused(seller: Caller) -> None:
    seller(CREATE).accepted()
    code = next(c for c in CHANNEL_CODES if c != seller.world["channel_code"])
    seller(CREATE, AS_PROVEN, channel_code=code).refused()


# --- other organisations ---


@pytest.mark.requirement("ORDER-36")
@pytest.mark.parametrize("operation_id", [CREATE, "scm.backorder.create", "scm.appointment.book"])
def test_nothing_is_sold_at_a_facility_of_another_organisation(
    seller: Caller, foreign_seller: Caller, operation_id: str
) -> None:
    seller(operation_id).accepted()
    there = foreign_seller.world["logical_guid"]
    seller(operation_id, AS_PROVEN, logical_guid=there).refused()


@pytest.mark.requirement("ORDER-37")
@pytest.mark.parametrize("operation_id", [CREATE, "scm.backorder.create"])
def test_nothing_is_sold_of_another_organisations_variants(
    seller: Caller, foreign_seller: Caller, operation_id: str
) -> None:
    seller(operation_id).accepted()
    there = foreign_seller.world["variant_id"]
    seller(operation_id, AS_PROVEN, variant_id=there).refused()


# --- what may be sold ---


def _sold(seller: Caller) -> Answer:
    """The answer to the step that refuses to sell the world's variant, or to the last of all."""
    made = seller(CREATE, AS_PROVEN, quantity=1)
    order_id = made.optional("order_id")
    for step in (PLACE, RESERVE, COMMIT) if made.ok else ():
        made = seller(step, AS_PROVEN, order_id=order_id)
        if not made.ok:
            break
    return made


def _prove_the_way(seller: Caller) -> None:
    Stall(seller).order(1, PLACE, RESERVE, COMMIT)


@pytest.mark.requirement("ORDER-27")
@pytest.mark.parametrize("how", ["never-published", "taken-offline"])
def test_nothing_is_sold_that_is_not_online(seller: Caller, how: str) -> None:
    _prove_the_way(seller)
    other = pmc.with_new_variant(seller)
    Stall(other).shelf.adjust(5).accepted()
    if how == "taken-offline":
        scm.put_online(other)
        scm.take_offline(other)
    _sold(other).refused()


@pytest.mark.requirement("ORDER-28")
def test_draft_is_not_sold_once_its_product_is_offline(stall: Stall) -> None:
    _prove_the_way(stall.caller)
    order_id = stall.order(1)
    scm.take_offline(stall.caller)
    answer: Any = None
    for step in (PLACE, RESERVE, COMMIT):
        answer = stall(step, order_id)
        if not answer.ok:
            break
    answer.refused()
