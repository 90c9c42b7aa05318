"""The terminal summary."""

import pytest

from reports.assemble import assemble
from reports.verdict import Verdict
from reports.writers.terminal import summary
from tests.reports.synthetic import (
    Requirement,
    RequirementSet,
    card,
    check,
    collected,
    large_run,
)


def test_the_last_line_is_the_headline() -> None:
    run = large_run(200, 200)
    assert summary(run).rstrip("\n").splitlines()[-1] == run.headline


def test_it_tells_everything_in_order() -> None:
    text = summary(large_run(200, 200))
    heads = [
        "MUST",
        "Readings of ambiguous pages",
        "1 refused body blocks 1 check, fix this first",
        "Failures (1)",
        "Not decided (1)",
        "Lines to add to the target file",
        "Slowest checks",
        "requests used 200 (150 of 200, 50 of 409)",
        "seed 20260302",
        "Failed (1): VALID-4.",
    ]
    assert [text.index(head) for head in heads] == sorted(text.index(head) for head in heads)


def test_a_failure_says_what_to_do() -> None:
    text = summary(large_run(200, 200))
    for part in (
        "rule     A write that names an older revision",
        "expected 409 revision-conflict",
        "by       common/domain-models.html, heading Revisions (documented)",
        "came     200, success true",
        "move     the platform's",
        "remedy   Compare the revision",
        "repeat   pytest 'conformance/",
    ):
        assert part in text


def test_prose_keeps_to_the_width() -> None:
    prose = [
        line
        for line in summary(large_run(200, 200), width=100).splitlines()
        if "conformance/" not in line
    ]
    assert max(map(len, prose)) <= 100


def test_the_target_cannot_write_to_the_terminal() -> None:
    bad = card("ORG-1", "n").model_copy(update={"observed": "\x1b[2J\x07 gone"})
    checks = [check("ORG-1", Verdict.FAIL, cards=(bad,))]
    rules = RequirementSet((Requirement("ORG-1"),))
    text = summary(assemble(collected(checks, rules)))
    assert "\x1b" not in text
    assert "?[2J? gone" in text


def test_a_step_outside_says_why() -> None:
    assert "not covered: its operations are not part of this requirement set" in summary(
        large_run(200, 200)
    )


def test_the_target_cannot_command_the_runner_of_a_build_server() -> None:
    rules = [Requirement("ORG-1")]
    failed = check("ORG-1", Verdict.FAIL, message="and ::error::so " * 30)
    text = summary(assemble(collected([failed], RequirementSet(rules))))
    lines = [line.lstrip() for line in text.splitlines()]
    assert any(line.startswith(": :error::so") for line in lines)
    assert not any(line.startswith("::") for line in lines)


@pytest.mark.parametrize(
    ("verdict", "told"),
    [(Verdict.ADVISORY, "Told as advice"), (Verdict.INCONCLUSIVE, "Could not be checked")],
)
def test_what_is_neither_a_pass_nor_a_failure_stands_before_the_headline(
    verdict: Verdict, told: str
) -> None:
    rules = tuple(Requirement(f"ORG-{n}", level="SHOULD") for n in range(1, 11))
    checks = [check(rule.id, verdict) for rule in rules for _ in range(2)]
    run = assemble(collected(checks, RequirementSet(rules)))
    *_, last, headline = summary(run, 300).rstrip("\n").splitlines()
    assert headline == run.headline
    assert last.startswith(f"  {told}")
    assert "(20 checks): ORG-1, ORG-2, " in last
    assert last.endswith("ORG-8 and 2 more; see compliance.html#ORG-1.")
