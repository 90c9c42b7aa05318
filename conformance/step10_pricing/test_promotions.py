"""Step 10: coupons, the rules beside prices, and exchange rates."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import pytest

from conformance.contract import RECORDS
from conformance.contract.errors import Tag
from conformance.contract.paging import LARGEST_LIMIT
from fixtures import (
    Answer,
    Caller,
    Check,
    Inconclusive,
    Session,
    Values,
    expect_listed,
    ids,
    pages,
    without,
)
from fixtures.context import records
from fixtures.probes import revision_trials
from fixtures.probes.races import at_once, together
from fixtures.services.ppm import actions as ppm
from fixtures.services.ppm.actions import days_from

COUPON, VALIDATE, REDEEM = "ppm.coupon", "ppm.coupon.validate", "ppm.coupon.redeem"
LONG_SINCE: Final = "2020-01-01T00:00:00Z"
FAMILIES: Final = ("ppm.dynamic_rule", "ppm.commission_rule")


@pytest.fixture
def today(ppm_owner: Caller) -> datetime:
    """The platform's time."""
    return ppm.read_clock(ppm_owner)


def create_coupon(caller: Caller, **terms: Any) -> str:
    """The code of a new coupon.

    Raises:
        Inconclusive: the target takes no coupon with these terms, which are our deduction, or
            does not show them.
    """
    answer = caller("ppm.coupon.create", code=caller.world.fresh("code"), **terms)
    if terms and not answer.ok:
        raise Inconclusive(f"terms of our deduction were refused ({answer.sketch})", cause=COUPON)
    ppm.check_echo(answer, terms)
    return str(answer.value("code"))


def prove_coupons(caller: Caller, **asked: Any) -> None:
    """Let the target validate and redeem a coupon that is for anybody."""
    free = create_coupon(caller)
    caller(VALIDATE, code=free, **asked).accepted()
    caller(REDEEM, code=free, **asked).accepted()


def expect_valid(caller: Caller, code: str, **asked: Any) -> None:
    """Expect that a coupon is valid for who asks."""
    answer = caller(VALIDATE, code=code, **asked).accepted()
    answer.expect(
        "the coupon is valid where it is meant to be",
        holds=answer.optional("valid") is not False,
        expected="a coupon that is valid",
        observed="one that is not",
        uses=("valid",),
    )


def expect_told_not_valid(answer: Answer) -> None:
    """Expect a validation to say that the coupon is not valid.

    Whether it refuses or answers so is not documented.
    """
    how = "it answers so" if answer.ok else "it is refused"
    answer.check.reading("how validation tells that a coupon is not valid", how)
    answer.expect(
        "the coupon is not valid",
        holds=not answer.ok or answer.optional("valid") is False,
        expected="a refusal, or an answer that it is not valid",
        observed=f"{answer.sketch}, valid {answer.optional('valid')}",
        inferred=answer.ok and answer.optional("valid") is None,
    )


def expect_not_valid(caller: Caller, code: str, **asked: Any) -> None:
    """Expect that a coupon is neither valid for who asks nor redeemed."""
    expect_told_not_valid(caller(VALIDATE, code=code, **asked))
    caller(REDEEM, code=code, **asked).refused()


# --- coupons ---


@pytest.mark.requirement("PRICE-35")
def test_coupon_is_made_found_by_code_and_listed(ppm_owner: Caller) -> None:
    code = create_coupon(ppm_owner)
    answer = ppm_owner("ppm.coupon.get", code=code)
    answer.shows("code", code, "the coupon of the code is shown")
    walk = pages(ppm_owner, "ppm.coupon.list", limit=LARGEST_LIMIT)
    expect_listed(walk, code, by="item_code")


@pytest.mark.requirement("PRICE-36")
def test_validation_redeems_nothing(ppm_owner: Caller) -> None:
    prove_coupons(ppm_owner)
    code = create_coupon(ppm_owner, max_redemptions=1)
    for _ in range(3):
        expect_valid(ppm_owner, code)
    ppm_owner(REDEEM, code=code).accepted()


@pytest.mark.requirement("PRICE-37")
def test_coupon_is_redeemed_as_often_as_it_allows_and_no_more(ppm_owner: Caller) -> None:
    prove_coupons(ppm_owner)
    code = create_coupon(ppm_owner, max_redemptions=2)
    for _ in range(2):
        ppm_owner(REDEEM, code=code).accepted()
    expect_not_valid(ppm_owner, code)


def expect_valid_for_one(owner: Caller, code: str, name: str, own: str, other: str) -> None:
    """Expect the coupon to be valid with one value of an input, and not with another."""
    expect_valid(owner, code, **{name: own})
    expect_not_valid(owner, code, **{name: other})


@pytest.mark.requirement("PRICE-38")
def test_coupon_for_a_channel_is_taken_on_no_other(ppm_owner: Caller) -> None:
    prove_coupons(ppm_owner)
    own, other = str(ppm_owner.world["channel_code"]), str(ppm_owner.world["other_channel_code"])
    code = create_coupon(ppm_owner, coupon_channels=[own])
    expect_valid_for_one(ppm_owner, code, "channel_code", own, other)


@pytest.mark.requirement("PRICE-39")
def test_coupon_for_a_customer_is_taken_of_no_other(ppm_owner: Caller) -> None:
    customer, other = (str(ppm_owner.world.fresh("guid")) for _ in range(2))
    prove_coupons(ppm_owner, customer_id=customer)
    code = create_coupon(ppm_owner, coupon_customers=[customer])
    expect_valid_for_one(ppm_owner, code, "customer_id", customer, other)


@pytest.mark.requirement("PRICE-40")
def test_customer_redeems_a_coupon_no_more_often_than_it_allows(ppm_owner: Caller) -> None:
    customer, other = (str(ppm_owner.world.fresh("guid")) for _ in range(2))
    code = create_coupon(ppm_owner, max_per_customer=1)
    ppm_owner(REDEEM, code=code, customer_id=customer).accepted()
    expect_not_valid(ppm_owner, code, customer_id=customer)
    ppm_owner(REDEEM, code=code, customer_id=other).accepted()


_WRITERS: Final = 6


@pytest.mark.requirement("PRICE-41")
def test_concurrent_redemptions_never_exceed_what_a_coupon_allows(
    session: Session, ppm_owner: Caller
) -> None:
    prove_coupons(ppm_owner)
    cast = [ppm_owner, ppm_owner.as_(revision_trials.elsewhere(session))]
    code = create_coupon(ppm_owner, max_redemptions=2)
    with at_once(session, cast, _WRITERS, requests=_WRITERS) as writers:
        granted = sum(together(writers, lambda me: me.caller(REDEEM, code=code).ok))
    ppm_owner("ppm.coupon.get", code=code).accepted().expect(
        f"of {_WRITERS} concurrent redemptions no more are granted than the coupon allows",
        holds=granted == 2,
        expected="2 redemptions",
        observed=f"{granted}",
    )


@pytest.mark.requirement("PRICE-42")
@pytest.mark.parametrize(("begins", "ends"), [(0.04, None), (-20, -0.04)], ids=["coming", "over"])
def test_coupon_is_taken_only_within_its_period(
    ppm_owner: Caller, today: datetime, begins: float, ends: float | None
) -> None:
    prove_coupons(ppm_owner)
    period = {"effective_from": days_from(today, begins)}
    if ends is not None:
        period["effective_to"] = days_from(today, ends)
    expect_not_valid(ppm_owner, create_coupon(ppm_owner, **period))


@pytest.mark.requirement("PRICE-43")
def test_coupon_that_rests_is_not_taken(ppm_owner: Caller) -> None:
    prove_coupons(ppm_owner)
    made = records.make(ppm_owner, COUPON)
    ppm_owner("ppm.coupon.status_set", **ppm.id_and_revision(COUPON, made)).accepted()
    expect_not_valid(ppm_owner, str(made["code"]))


@pytest.mark.every
@pytest.mark.requirement("PRICE-44")
@pytest.mark.parametrize("operation", ["ppm.coupon.get", VALIDATE, REDEEM])
def test_coupon_of_another_organisation_is_not_found(
    ppm_owner: Caller, ppm_owner_elsewhere: Caller, operation: str
) -> None:
    ppm_owner(operation, code=create_coupon(ppm_owner)).accepted()
    foreign = create_coupon(ppm_owner_elsewhere)
    answer = ppm_owner(operation, code=foreign)
    if operation == VALIDATE:
        # Whether a code that is not valid is refused, or answered as not valid, is not documented.
        expect_told_not_valid(answer)
    else:
        answer.refused(404, Tag.NOT_FOUND)


@pytest.mark.requirement("PRICE-45")
def test_validation_without_a_channel_is_refused(ppm_owner: Caller) -> None:
    code = create_coupon(ppm_owner)
    ppm_owner(VALIDATE, code=code).accepted()
    ppm_owner(VALIDATE, without("channel_code"), code=code).refused()


# --- rules ---


def _create_and_revise(ppm_owner: Caller, family: str) -> tuple[Values, Answer]:
    """A rule that was made and then given another caption, and how it is read."""
    made = records.make(ppm_owner, family)
    other = {"caption": str(ppm_owner.world.fresh("caption"))}
    answer = ppm_owner(f"{family}.revise", **{**made, **other}).accepted()
    made = {**made, **other, "expected_revision": answer.optional("revision")}
    return made, records.read(ppm_owner, RECORDS[family], made)


def _expect_caption(answer: Answer, wanted: str) -> None:
    answer.shows("caption", wanted, "the rule has the terms that it was given last")


@pytest.mark.requirement("PRICE-46")
def test_dynamic_rule_is_made_given_new_terms_and_listed(ppm_owner: Caller) -> None:
    made, answer = _create_and_revise(ppm_owner, FAMILIES[0])
    _expect_caption(answer, str(made["caption"]))
    walk = pages(ppm_owner, f"{FAMILIES[0]}.list", limit=LARGEST_LIMIT)
    expect_listed(walk, str(made["rule_id"]))


@pytest.mark.requirement("PRICE-47")
def test_commission_rule_is_made_and_given_new_terms(ppm_owner: Caller) -> None:
    made, answer = _create_and_revise(ppm_owner, FAMILIES[1])
    _expect_caption(answer, str(made["caption"]))


@pytest.mark.requirement("PRICE-48")
def test_commission_rules_are_listed_by_status(ppm_owner: Caller) -> None:
    family = FAMILIES[1]
    names = ppm.id_and_revision(family, records.make(ppm_owner, family))
    active = ppm_owner(f"{family}.status_set", **names).accepted()
    records.make(ppm_owner, family)
    status = {"listed_status": active.value("state"), "limit": LARGEST_LIMIT}
    walk = pages(ppm_owner, f"{family}.list", **status)
    expect_listed(walk, str(names["rule_id"]))
    _expect_states(walk, str(status["listed_status"]))


def _expect_states(walk: Sequence[Answer], wanted: str) -> None:
    found = {page.read_item(each, "item_state") for page in walk for each in page.items()}
    walk[-1].expect(
        "a list of one status holds rules of that status alone",
        holds=found <= {wanted},
        expected=wanted,
        observed=", ".join(sorted(map(str, found))),
        uses=("items", "item_state"),
    )


@pytest.mark.requirement("PRICE-49")
@pytest.mark.parametrize("family", FAMILIES)
def test_status_of_a_rule_is_kept(ppm_owner: Caller, family: str) -> None:
    made = records.make(ppm_owner, family)
    answer = ppm_owner(f"{family}.status_set", **ppm.id_and_revision(family, made))
    state, shown = answer.value("state"), records.read(ppm_owner, RECORDS[family], made)
    shown.in_state(state, "the next read shows the status that was set")


@pytest.mark.requirement("PRICE-50")
def test_dynamic_rule_moves_a_price_only_while_it_is_active(
    ppm_owner: Caller, variant_id: str
) -> None:
    ppm.create_approved_price(ppm_owner, variant_id, "20.00")
    there = ppm_owner.knowing(variant_id=variant_id)
    names: Values = records.create(there, RECORDS[FAMILIES[0]], {"effective_from": LONG_SINCE})
    for status, amount in (("active", "18.00"), ("inactive", "20.00")):
        sent = {**ppm.id_and_revision(FAMILIES[0], names), "status": status}
        answer = there(f"{FAMILIES[0]}.status_set", **sent).accepted()
        names["expected_revision"] = answer.optional("revision")
        found = ppm.resolve(there, variant_id)
        ppm.expect_amount(found, f"the price with a rule that is {status}", amount)


# --- exchange rates ---


@pytest.fixture
def rate(ppm_owner: Caller, check: Check) -> dict[str, Any]:
    """A rate that the list shows; how rates come to be is not documented, so none is made."""
    answer = ppm_owner("ppm.fx.list", limit=2)
    if not answer.items():
        raise Inconclusive(f"{check.name}: the target lists no exchange rate", cause="ppm.fx.list")
    item, names = answer.items()[0], ("base_currency", "quote_currency", "rate")
    found = {name: answer.read_item(item, f"item_{name}") for name in names}
    return {"fx_rate_id": answer.read_item(item, "item_id"), **found}


@pytest.mark.every
@pytest.mark.requirement("PRICE-51")
@pytest.mark.parametrize("by", ["id", "pair"])
def test_exchange_rate_is_found(ppm_owner: Caller, rate: dict[str, Any], by: str) -> None:
    pair = ("base_currency", "quote_currency")
    if by == "pair":
        answer = ppm_owner("ppm.fx.get", **{name: rate[name] for name in pair})
    else:
        answer = ppm_owner("ppm.fx.get", without(*pair), fx_rate_id=rate["fx_rate_id"])
    rule = f"the rate by {by} is the one that the list shows"
    answer.shows_money("rate", str(rate["rate"]), rule)


@pytest.mark.requirement("PRICE-51")
def test_every_exchange_rate_of_a_walk_is_found(ppm_owner: Caller, check: Check) -> None:
    # Nobody but the platform makes rates, so this list can be walked and not be filled.
    shown = ids([ppm_owner("ppm.fx.list").accepted()])
    if not shown:
        raise Inconclusive(f"{check.name}: the target lists no exchange rate", cause="ppm.fx.list")
    walk = pages(ppm_owner, "ppm.fx.list", limit=1)
    found = ids(walk)
    walk[0].expect(
        "a walk one by one comes to each rate that the list shows, once",
        holds=set(shown) <= set(found) and len(set(found)) == len(found),
        expected=f"{len(shown)} rates or more, each once",
        observed=f"{len(found)}, {len(set(found))} of them different",
        uses=("items", "item_id"),
        inferred=True,
    )
    for each in shown:
        answer = ppm_owner(
            "ppm.fx.get", without("base_currency", "quote_currency"), fx_rate_id=each
        )
        answer.shows("fx_rate_id", each, "the rate is the one that the id names")
