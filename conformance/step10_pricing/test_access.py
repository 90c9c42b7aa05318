"""Step 10: which roles do what with prices, the context of a request, what is sent twice."""

import secrets
from collections.abc import Callable
from typing import Any

import pytest

from conformance.contract.errors import OTHER_ORG, Tag
from conformance.contract.paging import LARGEST_LIMIT
from fixtures import Actor, Caller, Change, Inconclusive, Stranger, pages_with, read_all, without
from fixtures.probes.contradicting_context import contradict
from fixtures.services.ppm import actions as ppm

GET, LIST = "ppm.price.get", "ppm.price.list"


@pytest.fixture
def keyed(ppm_owner: Caller, role_key: Callable[[str], Actor], role: str) -> Caller:
    """A service account that has this role alone, at work on prices."""
    return ppm_owner.as_(role_key(role))


# --- roles ---


@pytest.mark.requirement("PRICE-57")
@pytest.mark.parametrize("role", ["ppm_price_admin"])
def test_price_administrator_submits_and_the_approver_approves(
    keyed: Caller, role_key: Callable[[str], Actor], role: str
) -> None:
    del role
    approver = keyed.as_(role_key("ppm_approver"))
    price = ppm.submit(keyed, ppm.create_draft(keyed))
    ppm.approve(approver, ppm.create_draft(keyed))
    names = ppm.id_and_revision("ppm.price", price)
    keyed("ppm.approval.approve", **names).refused(403)
    approver("ppm.approval.approve", **names).accepted()


# --- context ---


@pytest.mark.requirement("PRICE-59")
def test_orgcode_of_a_price_counts_in_any_letter_case(ppm_owner: Caller) -> None:
    ppm_owner(GET).accepted()
    code = str(ppm_owner.world["orgcode"])
    ppm_owner(GET, Change(headers={"x-orgcode": code.lower()})).accepted()


@pytest.mark.requirement("PRICE-61")
@pytest.mark.parametrize("operation", [GET, ppm.SET, ppm.RESOLVE])
def test_header_and_body_that_name_different_organisations_are_refused(
    ppm_owner: Caller, stranger_org: Stranger, operation: str
) -> None:
    ppm_owner(operation).accepted()
    here, other = (
        {"orgcode": str(code)} for code in (ppm_owner.world["orgcode"], stranger_org.orgcode)
    )
    answer = contradict(lambda change: ppm_owner(operation, change), here, other)
    answer.refused(None, *OTHER_ORG)


@pytest.mark.requirement("PRICE-62")
def test_header_and_body_that_name_different_channels_are_refused(ppm_owner: Caller) -> None:
    own, other = str(ppm_owner.world["channel_code"]), str(ppm_owner.world["other_channel_code"])
    ppm_owner(ppm.RESOLVE).accepted()
    answer = contradict(
        lambda change: ppm_owner(ppm.RESOLVE, change),
        {"channel_code": own},
        {"channel_code": other},
    )
    answer.refused(400, Tag.INVALID_INPUT)


@pytest.mark.requirement("PRICE-71")
def test_cost_centre_of_another_form_is_refused_at_pricing(ppm_owner: Caller) -> None:
    ppm_owner(GET).accepted()
    code = str(ppm_owner.world.fresh("cccode"))
    ppm_owner(GET, Change(headers={"x-cccode": code})).accepted()
    ppm_owner(GET, Change(headers={"x-cccode": code[:-1]})).refused(400, inferred=True)


# --- requests that are repeated ---


@pytest.mark.requirement("PRICE-64")
def test_repeated_price_makes_one_entry(ppm_owner: Caller) -> None:
    sku = ppm.fresh_code(ppm_owner)
    key = f"conformance-{secrets.token_hex(8)}"
    sent: dict[str, Any] = {"sku": sku, "idempotency_key": key}
    for _ in range(3):
        ppm_owner(ppm.SET, without("variant_id"), **sent).accepted()
    walk = pages_with(ppm_owner, LIST, sku, listed_sku=sku, limit=LARGEST_LIMIT)
    skus = read_all(walk, "item_sku")
    if skus and not any(skus):
        raise Inconclusive(f"{LIST}: no row shows a SKU")
    walk[-1].expect(
        "a request with a key makes one entry, however often it is sent",
        holds=skus.count(sku) == 1,
        expected="one entry of the SKU",
        observed=f"{skus.count(sku)}",
        uses=("items", "item_sku"),
    )
