"""Step 6: products that are published: whom a request is put down to, and groups of them."""

from collections.abc import Callable

import pytest

from fixtures import Caller, Change, Inconclusive, settled
from fixtures.probes.contradicting_context import contradict
from fixtures.services.pmc import actions as pmc
from fixtures.services.pmc.actions import Values

_WRITE, _READ = "pmc.pack.create", "pmc.product.get"


@pytest.mark.requirement("PUB-36")
@pytest.mark.parametrize("operation", [_READ, _WRITE])
@pytest.mark.parametrize("spell", [str.upper, str.lower], ids=["upper-case", "lower-case"])
def test_publishing_takes_a_cost_centre_of_the_documented_form(
    pmc_owner: Caller, published: Values, operation: str, spell: Callable[[str], str]
) -> None:
    code = spell(str(pmc_owner.world.fresh("cccode")))
    pmc_owner(operation, Change(headers={"x-cccode": code}), **published).accepted()


@pytest.mark.requirement("PUB-36")
@pytest.mark.parametrize("operation", [_READ, _WRITE])
@pytest.mark.parametrize("code", ["ABCD-EFGH", "ABCDEFGHIJKL", "AB_D-EFGH-IJKL"])
def test_publishing_refuses_a_malformed_cost_centre(
    pmc_owner: Caller, published: Values, operation: str, code: str
) -> None:
    pmc_owner(operation, **published).accepted()
    pmc_owner(operation, Change(headers={"x-cccode": code}), **published).refused(400)


@pytest.mark.requirement("PUB-37")
def test_publishing_refuses_cost_centres_of_header_and_body_that_differ(pmc_owner: Caller) -> None:
    pmc_owner(_WRITE).accepted()
    header, body = (str(pmc_owner.world.fresh("cccode")) for _ in range(2))
    answer = contradict(
        lambda change: pmc_owner(_WRITE, change),
        {"cccode": header},
        {"cccode": body},
        headers={"x-cccode": header},
    )
    answer.refused(400)


@pytest.fixture
def published(pmc_owner: Caller) -> Values:
    """What names the product of the world's variant on a channel of its own."""
    made = pmc.publish_new_product(pmc_owner)
    return {name: made[name] for name in ("variant_id", "channel_guid")}


@pytest.mark.requirement("PUB-39")
def test_products_are_grouped_by_a_dimension(pmc_owner: Caller, published: Values) -> None:
    pmc_owner(_READ, **published).accepted()
    answer = settled(lambda: pmc_owner("pmc.product.group").accepted(), lambda it: bool(it.items()))
    answer.expect(
        "at least one group holds the product that was published",
        holds=bool(answer.items()),
        expected="a group",
        observed="no group",
        uses=("items",),
    )


@pytest.mark.requirement("PUB-39")
def test_groups_are_bounded(pmc_owner: Caller) -> None:
    for _ in range(2):
        pmc.publish_new_product(pmc_owner)
    grouped = settled(
        lambda: pmc_owner("pmc.product.group", dimension="channel_guid").accepted(),
        lambda it: len(it.items()) > 1,
    )
    if len(grouped.items()) < 2:
        raise Inconclusive("pmc.product.group: products of two channels are no two groups")
    answer = pmc_owner("pmc.product.group", dimension="channel_guid", limit=1).accepted()
    answer.expect(
        "with limit 1 one group is shown",
        holds=len(answer.items()) == 1,
        expected="one group",
        observed=f"{len(answer.items())} groups",
        uses=("items",),
        inferred=True,
    )
