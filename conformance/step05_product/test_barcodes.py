"""Step 5: barcodes: their check digits, which variant has one, which may take one over."""

import string
from collections.abc import Callable
from typing import Final

import pytest
from hypothesis import strategies as st

from conformance.contract.services.pvm.products import GTIN_LENGTHS
from fixtures import Caller, Values
from fixtures.context import records
from fixtures.formats.gtin import check_digit, completed
from fixtures.probes.indistinguishability import expect_same
from fixtures.services.pvm.actions import expect_shown, move, names, read, unless_taken
from fixtures.services.pvm.context import Catalog

ADD, RESOLVE = "pvm.barcode.add", "pvm.barcode.resolve"
# Letters, signs, a blank, and digits of other scripts than ASCII.
FOREIGN: Final = "AZx-. \u0663\uff17"
REUSE: Final = {"allow_reuse": True, "reason": "conformance run: the variant was replaced"}


def payloads(length: int) -> st.SearchStrategy[str]:
    """All but the check digit of a barcode of this length."""
    return st.text(string.digits, min_size=length - 1, max_size=length - 1)


any_payload = st.sampled_from(GTIN_LENGTHS).flatmap(payloads)


@pytest.fixture
def holder(pvm_owner: Caller) -> Caller:
    """The owner, in context of a new variant that took a barcode."""
    made = records.make(pvm_owner, "pvm.variant")
    caller = pvm_owner.knowing(variant_id=made["variant_id"])
    caller(ADD).accepted()
    return caller


# --- the number itself ---


@pytest.mark.requirement("PROD-37")
@pytest.mark.parametrize("length", GTIN_LENGTHS)
def test_valid_check_digit_is_accepted(
    holder: Caller, draw: Callable[..., None], length: int
) -> None:
    def visit(payload: str) -> None:
        code = completed(payload)
        expect_shown(unless_taken(holder(ADD, barcode=code)), code)

    draw(payloads(length), visit, 2)


@pytest.mark.requirement("PROD-38")
@pytest.mark.parametrize("length", GTIN_LENGTHS)
def test_wrong_check_digit_is_refused(
    holder: Caller, draw: Callable[..., None], length: int
) -> None:
    def visit(drawn: tuple[str, int]) -> None:
        payload, step = drawn
        wrong = (int(check_digit(payload)) + step) % 10
        holder(ADD, barcode=f"{payload}{wrong}").refused()

    draw(st.tuples(payloads(length), st.integers(1, 9)), visit, 3)


@pytest.mark.requirement("PROD-39")
def test_barcode_that_is_not_digits_is_refused(holder: Caller, draw: Callable[..., None]) -> None:
    def visit(drawn: tuple[str, int, str]) -> None:
        payload, place, foreign = drawn
        code, at = completed(payload), 1 + place % (len(payload) - 1)
        holder(ADD, barcode=code[:at] + foreign + code[at + 1 :]).refused()

    draw(st.tuples(any_payload, st.integers(0, 20), st.sampled_from(FOREIGN)), visit, 6)


# --- which variant has it ---


@pytest.fixture
def held(pvm_owner: Caller) -> Values:
    """A new variant and its barcode, which is active; a check may change both."""
    variant = records.make(pvm_owner, "pvm.variant")
    there = pvm_owner.knowing(variant_id=variant["variant_id"])
    return {"variant": variant, "barcode": records.make(there, "pvm.barcode")}


@pytest.fixture
def active(pvm_owner: Caller, held: Values) -> str:
    """A barcode whose variant and style are active."""
    style = {"style_id": held["variant"]["style_id"]}
    style["expected_revision"] = read(pvm_owner, "pvm.style", style).value("revision")
    move(pvm_owner, "pvm.style", style, "active")
    move(pvm_owner, "pvm.variant", held["variant"], "active")
    return str(held["barcode"]["barcode"])


@pytest.fixture
def inactive(pvm_owner: Caller, held: Values) -> str:
    """A barcode that is inactive, as its variant is."""
    move(pvm_owner, "pvm.barcode", held["barcode"], "inactive")
    return str(held["barcode"]["barcode"])


@pytest.mark.requirement("PROD-40")
@pytest.mark.parametrize("fields", [{}, REUSE], ids=["without-fields", "with-both-fields"])
def test_barcode_of_an_active_holder_is_not_given_away(
    holder: Caller, active: str, held: Values, fields: Values
) -> None:
    holder(ADD, **fields, barcode=active).refused()
    expect_shown(holder(RESOLVE, barcode=active), held["variant"]["variant_id"])


@pytest.mark.requirement("PROD-41")
def test_barcode_of_an_inactive_holder_is_taken_over(holder: Caller, inactive: str) -> None:
    holder(ADD, **REUSE, barcode=inactive).accepted()
    expect_shown(holder(RESOLVE, barcode=inactive), holder.world["variant_id"])


@pytest.mark.requirement("PROD-42")
@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"reason": REUSE["reason"]}, id="no-allow-reuse"),
        pytest.param({**REUSE, "allow_reuse": False}, id="allow-reuse-false"),
        pytest.param({"allow_reuse": True}, id="no-reason"),
        pytest.param({}, id="neither"),
    ],
)
def test_barcode_of_an_inactive_holder_is_not_taken_over_without_both_fields(
    holder: Caller, inactive: str, fields: Values
) -> None:
    holder(ADD, **fields, barcode=inactive).refused()


@pytest.mark.requirement("PROD-43")
def test_barcode_of_another_org_is_not_resolved(
    pvm_owner: Caller, catalog: Catalog, foreign_catalog: Catalog
) -> None:
    pvm_owner(RESOLVE, barcode=catalog.barcode).accepted()
    nobodys = str(pvm_owner.world.fresh("gtin"))
    expect_same(
        lambda: pvm_owner(RESOLVE, barcode=foreign_catalog.barcode),
        lambda: pvm_owner(RESOLVE, barcode=nobodys),
        echoes=[foreign_catalog.barcode, nobodys],
        rule="another organisation's barcode is answered as one that nobody has",
    )


@pytest.mark.requirement("PROD-43")
def test_barcode_of_another_org_is_not_in_use_here(
    holder: Caller, pvm_owner_elsewhere: Caller
) -> None:
    # A refusal would tell that another organisation has it.
    answer = holder(ADD, barcode=records.make(pvm_owner_elsewhere, "pvm.barcode")["barcode"])
    answer.expect(
        "a barcode that only another organisation uses is free",
        holds=answer.ok,
        expected="success (2xx)",
        inferred=True,
    )


@pytest.mark.requirement("PROD-44")
def test_variant_has_one_primary_barcode(holder: Caller) -> None:
    barcodes = [records.make(holder, "pvm.barcode") for _ in range(2)]
    for each in barcodes:
        holder("pvm.barcode.set_primary", **names("pvm.barcode", each)).accepted()
    answers = [holder("pvm.barcode.get", barcode_id=each["barcode_id"]) for each in barcodes]
    found = [answer.value("primary") for answer in answers]
    answers[0].expect(
        "making a barcode primary takes it from the one before",
        holds=found == [False, True],
        expected="the second alone is primary",
        observed=f"{found}",
        uses=("primary",),
    )
