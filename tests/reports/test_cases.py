"""What formats of tests are made of: each check once, with all that it proves."""

from datetime import timedelta

from reports.assemble import assemble
from reports.cases import about, cases
from reports.model import CheckResult
from reports.verdict import Verdict
from tests.reports.synthetic import (
    STARTED,
    RequirementSet,
    card,
    check,
    collected,
    large_run,
    requirements,
)

NODEID = "conformance/step01_x/test_keys.py::test_a[crm.create-owner]"


def test_every_check_is_one_case() -> None:
    run = large_run(300, 300)
    assert [case.nodeid for case in cases(run)] == list(
        dict.fromkeys(item.nodeid for item in run.checks)
    )


def test_a_check_of_two_requirements_is_one_case_of_both() -> None:
    rules = requirements(2)
    checks = [
        check(rule.id, Verdict.FAIL, nodeid=NODEID, cards=(card(rule.id, NODEID),))
        for rule in rules
    ]
    (case,) = cases(assemble(collected(checks, RequirementSet(rules))))
    assert [value for name, value in case.properties if name == "requirement"] == [
        rule.id for rule in rules
    ]
    assert dict(case.properties)["verdict"] == "fail"
    assert dict(case.properties)["move"] == "platform"
    assert case.summary.startswith("[fail, platform]")
    assert rules[0].id in case.details


def test_a_name_is_taken_apart() -> None:
    rules = requirements(1)
    (case,) = cases(assemble(collected([check(rules[0].id, nodeid=NODEID)], RequirementSet(rules))))
    assert case.module == "conformance.step01_x.test_keys"
    assert case.function == "test_a"
    assert case.parameters == "crm.create-owner"
    start, stop = case.milliseconds or (0, 0)
    assert start == round(STARTED.timestamp() * 1000)
    assert stop - start == timedelta(seconds=0.05) / timedelta(milliseconds=1)


def test_a_check_of_no_requirement_is_a_case_too() -> None:
    stray = CheckResult(nodeid=NODEID, requirement="GONE-1", verdict=Verdict.FAIL)
    (case,) = cases(assemble(collected([stray], RequirementSet(requirements(1)))))
    assert dict(case.properties) == {"requirement": "GONE-1", "verdict": "fail"}
    assert case.suite == "0 No requirement of the set"


def test_what_is_not_known_of_a_run_is_not_said() -> None:
    told = about(large_run(20, 20))
    assert told["org"] == "ACME-EU"
    assert "narrowed" not in told
