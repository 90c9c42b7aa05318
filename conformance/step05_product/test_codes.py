"""Step 5: the codes of records: their form, that they stay, and how they are generated."""

import re
import string
from collections.abc import Callable
from typing import Final

import pytest
from hypothesis import strategies as st

from conformance.contract import OPERATIONS, RECORDS
from conformance.contract.errors import Tag
from conformance.contract.services.pvm.suppliers import CODE_PATTERN
from fixtures import Caller, Change, Check, ContextBuilder, Inconclusive, Session, without
from fixtures.context import records
from fixtures.probes.revision_plans import carries
from fixtures.services.pvm.actions import edit, expect_shown, read, unless_taken

CREATE, SEASON = "pvm.option.create", "pvm.season.create"
MOST: Final = 10
# More creations than the pattern has codes, so that a target runs out of them whatever its order.
CREATIONS: Final = 40
TAIL: Final = string.ascii_uppercase + string.digits + "_-"
FOREIGN: Final = " .:#@é\u0160\uff11"

first = st.sampled_from(string.ascii_uppercase)
codes = st.builds(str.__add__, first, st.text(TAIL, max_size=MOST - 1))
FAULTS: Final = {
    "empty": st.just(""),
    "too-long": st.builds(str.__add__, first, st.text(TAIL, min_size=MOST, max_size=24)),
    "first-character": st.builds(
        str.__add__, st.sampled_from(string.digits + "_-"), st.text(TAIL, max_size=MOST - 1)
    ),
    "foreign-character": st.tuples(
        st.builds(str.__add__, first, st.text(TAIL, max_size=3)),
        st.sampled_from(FOREIGN),
        st.text(TAIL, min_size=1, max_size=4),
    ).map("".join),
}


@pytest.fixture
def group(pvm_owner: Caller) -> Caller:
    """The owner, in context of a new option group in which one option was accepted."""
    made = records.make(pvm_owner, "pvm.option_group")
    inside = pvm_owner.knowing(option_group_id=made["option_group_id"])
    inside(CREATE).accepted()
    return inside


@pytest.mark.requirement("PROD-14")
@pytest.mark.parametrize("length", ["one", "ten", "any"])
def test_code_of_the_documented_form_is_accepted(
    group: Caller, draw: Callable[..., None], length: str
) -> None:
    ends = st.builds(str.__add__, first, st.text(TAIL, min_size=MOST - 1, max_size=MOST - 1))
    strategy, few = {"one": (first, 1), "ten": (ends, 2), "any": (codes, 5)}[length]
    draw(strategy, lambda code: expect_shown(unless_taken(group(CREATE, code=code)), code), few)


@pytest.mark.requirement("PROD-15")
@pytest.mark.parametrize("fault", FAULTS)
def test_code_of_another_form_is_refused(
    group: Caller, draw: Callable[..., None], fault: str
) -> None:
    draw(FAULTS[fault], lambda code: group(CREATE, code=code).refused(), 3)


@pytest.mark.requirement("PROD-15")
def test_code_in_small_letters_is_refused(group: Caller) -> None:
    # Other codes of the stack are brought into their form; of this one no page says so.
    code = str(group.world.fresh("pvm_code")).lower()
    group(CREATE, code=code).refused(inferred=True)


@pytest.mark.requirement("PROD-16")
def test_code_stays_when_an_update_sends_another(pvm_owner: Caller) -> None:
    made, other = records.make(pvm_owner, "pvm.category"), pvm_owner.world.fresh("pvm_code")
    answer = edit(pvm_owner, "pvm.category", made)
    made["expected_revision"] = answer.value("revision")
    edit(pvm_owner, "pvm.category", made, Change(body={"code": other}))
    reading = read(pvm_owner, "pvm.category", made).accepted()
    reading.expect(
        "the record has the code it was made with",
        holds=carries(reading, made["code"]) and not carries(reading, other),
        expected="the first code",
        observed="the code that the update sent" if carries(reading, other) else "no code",
    )


@pytest.fixture
def proven(session: Session, check: Check) -> None:
    """The target has accepted a season with a code in this run."""
    ContextBuilder(session).proven(check, OPERATIONS[SEASON])


def pattern_of(caller: Caller) -> str:
    """A pattern by which there are ten codes."""
    return f"{str(caller.world.fresh('pvm_code'))[:7]}#"


@pytest.mark.requirement("PROD-17")
@pytest.mark.usefixtures("proven")
def test_code_is_generated_from_a_pattern(pvm_owner: Caller) -> None:
    answer = pvm_owner(SEASON, without("code"), code_pattern=pattern_of(pvm_owner))
    if not answer.ok:
        raise Inconclusive(f"how a pattern of codes is written is our deduction: {answer.sketch}")
    code = str(answer.value("code"))
    answer.expect(
        "a code of the documented form is generated from a pattern",
        holds=re.fullmatch(CODE_PATTERN, code) is not None,
        expected=CODE_PATTERN,
        observed=code,
        uses=("code",),
    )


@pytest.mark.requirement("PROD-18")
@pytest.mark.usefixtures("proven")
def test_pattern_without_a_free_code_is_refused(pvm_owner: Caller) -> None:
    pattern, found = pattern_of(pvm_owner), list[str]()
    for _ in range(CREATIONS):
        answer = pvm_owner(SEASON, without("code"), code_pattern=pattern, code_max_attempts=1)
        if not answer.ok:
            break
        found.append(str(answer.value("code")))
    if not found:
        raise Inconclusive(f"{SEASON}: the pattern was refused ({answer.sketch})", cause=SEASON)
    answer.expect(
        "a generated code is a free one",
        holds=len(set(found)) == len(found),
        expected="another code each time",
        observed="one of them twice",
        uses=("code",),
    )
    answer.refused(409, Tag.CODE_GENERATION_EXHAUSTED)


@pytest.mark.requirement("PROD-70")
@pytest.mark.parametrize("kind", ["pvm.season", "pvm.vendor", "pvm.style"])
def test_code_of_a_live_record_is_refused(pvm_owner: Caller, kind: str) -> None:
    made = records.make(pvm_owner, kind)
    pvm_owner(RECORDS[kind].create, code=made["code"]).refused()
