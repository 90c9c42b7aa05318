"""From checks to a run: certainty, waivers, causes, steps, traffic."""

from datetime import date
from typing import Literal

import pytest

from conformance.requirements import load
from reports.assemble import assemble
from reports.model import CauseNote, CheckResult, Run, Waiver
from reports.verdict import Verdict
from reports.writers.terminal import summary
from tests.reports.synthetic import (
    TODAY,
    Requirement,
    RequirementSet,
    check,
    collected,
    exchange,
    scope,
)

ONE = RequirementSet((Requirement("ORG-1"), Requirement("ORG-2")))


def waiver(expires: date = date(2026, 12, 31), target: str = "sandbox.example.com") -> Waiver:
    return Waiver(
        requirement="ORG-1",
        target=target,
        reason="known",
        owner="store team",
        approver="J. Doe",
        expires=expires,
    )


def waived(verdict: Verdict, *waivers: Waiver, host: str = "sandbox.example.com:8443") -> Run:
    checks = [check("ORG-1", verdict), check("ORG-2")]
    return assemble(collected(checks, ONE, said=scope(host=host), waivers=waivers))


@pytest.mark.parametrize("verdict", [Verdict.FAIL, Verdict.WAIVED])
def test_a_waiver_in_force_turns_a_fail_into_waived(verdict: Verdict) -> None:
    run = waived(verdict, waiver())
    assert run.headline == "CONFORMANT WITH 1 WAIVERS [full/1] 1 of 2; 0 outside the profile"
    assert [item.state for item in run.waivers] == ["active"]


@pytest.mark.parametrize("verdict", [Verdict.FAIL, Verdict.WAIVED])
def test_an_expired_waiver_is_shown_and_does_nothing(verdict: Verdict) -> None:
    run = waived(verdict, waiver(expires=date(2026, 3, 1)))
    assert run.verdict == "NOT CONFORMANT"
    assert [item.state for item in run.waivers] == ["expired"]


def test_a_waiver_holds_through_its_last_day() -> None:
    assert waived(Verdict.FAIL, waiver(expires=TODAY)).verdict == "CONFORMANT WITH 1 WAIVERS"


def test_a_waiver_of_another_target_is_told_and_does_nothing() -> None:
    run = waived(Verdict.FAIL, waiver(target="other.example.com"))
    assert run.verdict == "NOT CONFORMANT"
    assert [item.state for item in run.waivers] == ["foreign"]
    assert "other.example.com" in run.waivers[0].told
    assert "sandbox.example.com" in run.waivers[0].told


def test_what_is_waived_stays_waived_where_another_check_only_advises() -> None:
    found = [Verdict.FAIL, Verdict.ADVISORY, Verdict.ADVISORY, Verdict.PASS, Verdict.BLOCKED]
    checks = [check("ORG-1", verdict, nodeid=str(n)) for n, verdict in enumerate(found)]
    run = assemble(collected([*checks, check("ORG-2")], ONE, waivers=[waiver()]))
    assert run.requirements[0].verdict is Verdict.WAIVED
    assert run.verdict == "CONFORMANT WITH 1 WAIVERS"
    assert [item.state for item in run.waivers] == ["active"]
    assert not run.requirements[0].met


@pytest.mark.parametrize(
    ("verdict", "given", "said"),
    [
        (Verdict.FAIL, waiver(), "active: answered for by store team until 2026-12-31"),
        (Verdict.FAIL, waiver(expires=date(2026, 3, 1)), "expired: ended on 2026-03-01"),
        (Verdict.PASS, waiver(), "stale: no check of it fails any more"),
        (Verdict.FAIL, waiver(target="other.example.com"), "foreign: written for other"),
    ],
)
def test_the_terminal_tells_in_words_what_became_of_a_waiver(
    verdict: Verdict, given: Waiver, said: str
) -> None:
    assert f"ORG-1 {said}" in summary(waived(verdict, given), width=200)


def test_a_waiver_nobody_needs_any_more_makes_the_run_incomplete() -> None:
    run = waived(Verdict.PASS, waiver())
    assert run.verdict == "INCOMPLETE"
    assert run.reasons == ("Stale waiver, nothing fails any more (1): ORG-1.",)


def test_a_waiver_of_what_could_not_be_checked_is_not_stale() -> None:
    run = waived(Verdict.BLOCKED, waiver())
    assert [item.state for item in run.waivers] == ["active"]
    assert run.verdict == "INCOMPLETE"


@pytest.mark.parametrize(
    ("found", "certainty"),
    [
        ([], "documented"),
        (["documented", "inferred"], "documented"),
        (["inferred", "confirmed"], "confirmed"),
        (["inferred", None], "inferred"),
    ],
)
def test_certainty_is_the_best_footing_that_a_check_has(
    found: list[Literal["documented", "confirmed", "inferred"] | None], certainty: str
) -> None:
    checks = [
        CheckResult(nodeid=str(n), requirement="ORG-1", verdict=Verdict.PASS, certainty=item)
        for n, item in enumerate(found)
    ]
    run = assemble(collected(checks, ONE))
    assert run.requirements[0].certainty == certainty


def test_causes_are_ranked_by_what_they_block() -> None:
    stage = CheckResult(
        nodeid="stage:catalog",
        kind="stage",
        requirement="ORG-2",
        verdict=Verdict.FAIL,
        message="no category was created",
    )
    checks = [
        stage,
        *(check("ORG-1", Verdict.BLOCKED, nodeid=f"a{n}", cause="org") for n in range(3)),
        check("ORG-1", Verdict.BLOCKED, nodeid="b", cause="stage:catalog"),
        check("ORG-1", Verdict.INCONCLUSIVE, nodeid="c", cause="org"),
    ]
    notes = [CauseNote(cause="org", kind="refused body", what="POST /ofm/org/create said 400")]
    run = assemble(collected(checks, ONE, causes=notes))
    assert [cause.sentence for cause in run.causes] == [
        "1 refused body blocks 4 checks",
        "1 failed stage blocks 1 check",
    ]
    assert run.causes[1].what == "no category was created"


def test_steps_tell_covered_from_uncovered_and_why() -> None:
    outside = Requirement("EXIT-1", step=13, needs=frozenset({"clock"}))
    reach = RequirementSet((Requirement("ORG-1"), outside))
    run = assemble(collected([check("ORG-1")], reach))
    steps = {step.number: step for step in run.steps}
    assert sorted(steps) == list(range(14))
    assert steps[4].covered
    assert (steps[4].must_executed, steps[4].must_total) == (1, 1)
    assert steps[4].counts == {Verdict.PASS: 1}
    assert steps[13].reason == "outside profile full/1"
    assert steps[5].reason == "its operations are not part of this requirement set"
    assert steps[5].verdict is None


def test_the_requirement_set_of_the_suite_fits() -> None:
    rules = load()
    profile = rules.profile("full/1")
    checks = [check(rule.id) for rule in rules.requirements]
    run = assemble(collected(checks, rules, profile=profile))
    assert run.verdict == "CONFORMANT"
    assert run.must_met == run.must_total == len(rules.denominator(profile))
    team = assemble(collected(checks, rules, profile=rules.profile("team/1")))
    assert team.must_total < run.must_total
    assert team.profile_outside > 0


def test_traffic_is_counted_by_status() -> None:
    silent = exchange(8).model_copy(update={"response": None, "error": "timed out"})
    log = (item for item in [exchange(1), exchange(2), exchange(3), silent])
    run = assemble(collected([check("ORG-1")], ONE, log=log))
    assert run.exchanges == 4
    assert run.requests_by_status == {"200": 2, "409": 1, "none": 1}
    assert run.throttled == 0
