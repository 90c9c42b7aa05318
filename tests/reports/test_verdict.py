"""The algebra of verdicts, and the verdict of a run."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.assemble import assemble
from reports.certificate import exit_status
from reports.model import CheckResult, Run, Scope
from reports.verdict import EXECUTED, MET, Verdict, worst
from tests.reports import synthetic
from tests.reports.synthetic import Requirement, RequirementSet, check, collected, scope

verdicts = st.sampled_from(list(Verdict))
some = st.lists(verdicts, min_size=1)


def run_of(
    *checks: CheckResult,
    requirements: tuple[Requirement, ...] = (Requirement("ORG-1"),),
    said: Scope | None = None,
) -> Run:
    return assemble(collected(checks, RequirementSet(requirements), said=said))


@given(some, some)
def test_worst_of_a_union_is_the_worst_of_both(left: list[Verdict], right: list[Verdict]) -> None:
    assert worst([*left, *right]) is worst([worst(left), worst(right)])


@given(some)
def test_worst_is_one_of_them_and_does_not_depend_on_their_order(found: list[Verdict]) -> None:
    assert worst(found) in found
    assert worst(found) is worst(reversed(found)) is worst([*found, *found])


@given(some)
def test_one_fail_is_enough(found: list[Verdict]) -> None:
    assert worst([*found, Verdict.FAIL]) is Verdict.FAIL


@given(some)
def test_not_applicable_only_where_all_are(found: list[Verdict]) -> None:
    all_are = set(found) == {Verdict.NOT_APPLICABLE}
    assert (worst(found) is Verdict.NOT_APPLICABLE) == all_are


def test_nothing_at_all_has_no_verdict() -> None:
    with pytest.raises(ValueError, match="empty"):
        worst([])


@given(st.lists(verdicts))
def test_green_takes_a_pass_and_nothing_undecided(found: list[Verdict]) -> None:
    run = run_of(*(check("ORG-1", item, nodeid=str(n)) for n, item in enumerate(found)))
    # Advice on a documented MUST decides nothing.
    good = {Verdict.PASS, Verdict.NOT_APPLICABLE}
    earned = set(found) <= good and bool(EXECUTED & set(found))
    assert (run.verdict == "CONFORMANT") == earned
    # Without a waiver in force a waived check is a fail.
    failed = {Verdict.FAIL, Verdict.WAIVED} & set(found)
    assert (run.verdict == "NOT CONFORMANT") == bool(failed)


@given(st.lists(verdicts), verdicts.filter(lambda it: it not in MET))
def test_a_further_bad_check_never_helps(found: list[Verdict], more: Verdict) -> None:
    before = run_of(*(check("ORG-1", item, nodeid=str(n)) for n, item in enumerate(found)))
    after = run_of(*before.checks, check("ORG-1", more, nodeid="more"))
    order = ["NOT CONFORMANT", "INCOMPLETE", "CONFORMANT"]
    assert order.index(after.verdict) <= order.index(before.verdict)


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ({"narrowed": "-k session"}, "narrowed by -k session"),
        ({"interrupted": True}, "interrupted"),
        ({"crashed_workers": 1}, "Crashed workers: 1"),
        ({"instrument": "missed"}, "canary defect was not caught"),
        ({"instrument": "not run"}, "canary defect was not run"),
    ],
)
def test_a_run_that_is_less_than_whole_is_incomplete(limit: dict[str, Any], said: str) -> None:
    run = run_of(check("ORG-1"), said=scope(**limit))
    assert run.verdict == "INCOMPLETE"
    assert said in " ".join(run.reasons)


def test_no_check_at_all_is_incomplete() -> None:
    run = run_of()
    assert run.verdict == "INCOMPLETE"
    assert "No check was executed." in run.reasons
    assert run.requirements[0].verdict is Verdict.INCONCLUSIVE


def test_a_requirement_nobody_checked_is_named() -> None:
    both = (Requirement("ORG-1"), Requirement("ORG-2"))
    run = run_of(check("ORG-1"), requirements=both)
    assert run.verdict == "INCOMPLETE"
    assert run.reasons == ("No executed check (1): ORG-2.",)
    assert run.headline == "INCOMPLETE [full/1] 1 of 2; 0 outside the profile"


def test_an_invariant_that_concerned_nothing_was_not_executed() -> None:
    assert run_of(check("ORG-1", counts={"seen": 0, "violated": 0})).verdict == "INCOMPLETE"
    assert run_of(check("ORG-1", counts={"seen": 9, "violated": 0})).verdict == "CONFORMANT"


def test_what_lies_outside_the_profile_never_counts() -> None:
    both = (Requirement("ORG-1"), Requirement("ORG-2", needs=frozenset({"clock"})))
    run = run_of(check("ORG-1"), check("ORG-2", Verdict.FAIL), requirements=both)
    assert run.headline == "CONFORMANT [full/1] 1 of 1; 1 outside the profile"


def test_a_profile_without_a_documented_must_earns_nothing() -> None:
    run = run_of(check("ORG-1"), requirements=(Requirement("ORG-1", level="SHOULD"),))
    assert run.verdict == "INCOMPLETE"


def test_a_check_of_an_unknown_requirement_is_kept_and_makes_the_run_incomplete() -> None:
    run = run_of(check("ORG-1"), check("NONE-1"))
    assert run.verdict == "INCOMPLETE"
    assert [item.requirement for item in run.unassigned] == ["NONE-1"]
    assert run_of(check("ORG-1"), check("NONE-1", Verdict.FAIL)).verdict == "NOT CONFORMANT"


def test_advice_about_what_we_deduced_to_be_there_leaves_a_must_to_its_other_checks() -> None:
    sound = check("ORG-1").model_copy(update={"certainty": "documented"})
    advised = check("ORG-1", Verdict.ADVISORY)
    deduced = advised.model_copy(update={"certainty": "inferred", "subject": "inferred"})
    stated = deduced.model_copy(update={"subject": "documented"})
    assert run_of(sound, deduced).verdict == "CONFORMANT"
    undecided = "INCOMPLETE [full/1] 0 of 1, 1 undecided; 0 outside the profile"
    assert run_of(sound, stated).headline == undecided
    assert run_of(deduced).headline == undecided


def test_exit_status_tells_the_four_verdicts_apart() -> None:
    names = ["CONFORMANT", "NOT CONFORMANT", "INCOMPLETE", "CONFORMANT WITH 2 WAIVERS"]
    assert [exit_status(name) for name in names] == [0, 1, 6, 8]


def test_the_synthetic_run_holds_every_verdict_a_check_can_have() -> None:
    run = synthetic.large_run(600, 600)
    assert {item.verdict for item in run.checks} == set(Verdict) - {
        Verdict.WAIVED,
        Verdict.UNDECIDED,
    }
