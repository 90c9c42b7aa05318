"""What pipelines call a test: one case for each check that was run, whatever it proves.

A run lists a check under each requirement that it proves. Formats of tests want it once, with all
of them; this is where both views meet, for every such format.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from reports.model import Card, CheckResult, RequirementRun, Run
from reports.verdict import Verdict, worst

#: What a verdict is to a format that knows only these four.
PASSED: Final = "passed"
FAILED: Final = "failed"
UNKNOWN: Final = "unknown"
SKIPPED: Final = "skipped"
OUTCOMES: Final = {
    Verdict.FAIL: FAILED,
    Verdict.INCONCLUSIVE: UNKNOWN,
    Verdict.BLOCKED: UNKNOWN,
    Verdict.ADVISORY: PASSED,
    Verdict.WAIVED: SKIPPED,
    Verdict.PASS: PASSED,
    Verdict.NOT_APPLICABLE: SKIPPED,
}


@dataclass(frozen=True)
class Case:
    """One check, with all that it proves. `requirements` is empty where it names none of the set.

    `step` and `title` are of its first requirement.
    """

    nodeid: str
    checks: Sequence[CheckResult]
    requirements: Sequence[RequirementRun]
    step: int
    title: str

    @property
    def first(self) -> CheckResult:
        """One of its results; but for the requirement and a waiver they are the same."""
        return self.checks[0]

    @cached_property
    def verdict(self) -> Verdict:
        return worst(check.verdict for check in self.checks)

    @property
    def outcome(self) -> str:
        return OUTCOMES[self.verdict]

    @property
    def file(self) -> str:
        return self.nodeid.partition("::")[0]

    @property
    def name(self) -> str:
        """`test_x[parameters]`."""
        return self.nodeid.partition("::")[2] or self.nodeid

    @property
    def function(self) -> str:
        return self.name.partition("[")[0]

    @property
    def parameters(self) -> str:
        return self.name.partition("[")[2].removesuffix("]")

    @property
    def module(self) -> str:
        """`conformance.step03_association.test_association`."""
        return self.file.removesuffix(".py").replace("/", ".")

    @property
    def suite(self) -> str:
        """`3 Confirm org association`."""
        return f"{self.step} {self.title}"

    @property
    def milliseconds(self) -> tuple[int, int] | None:
        """Start and end since the epoch; None where it was not timed."""
        if self.first.started_at is None:
            return None
        start = round(self.first.started_at.timestamp() * 1000)
        return start, start + round(self.first.duration_s * 1000)

    @property
    def move(self) -> str:
        """Whose turn it is: `yours`, `platform`, `suite`, or nobody's."""
        if self.first.cards:
            return str(self.first.cards[0].move)
        return "suite" if self.first.cause == "suite" else ""

    @property
    def summary(self) -> str:
        """One line to sort by, `[fail, platform] what was seen`; empty for what passed."""
        if self.verdict is Verdict.PASS:
            return ""
        head = ", ".join(filter(None, (str(self.verdict), self.move)))
        return f"[{head}] {self.first.message}".strip()

    @property
    def details(self) -> str:
        """All that its cards tell, as text."""
        return "\n\n".join(map(card_text, self.first.cards))

    @cached_property
    def properties(self) -> tuple[tuple[str, str], ...]:
        """Pairs of name and value, the same in every format; `requirement` once for each."""
        return tuple(_properties(self))

    def __post_init__(self) -> None:
        assert self.checks, "a case is of one check at least"


def cases(run: Run) -> list[Case]:
    """Every check of a run once, in the order of the requirements that they are named after."""
    found: dict[str, list[tuple[CheckResult, RequirementRun | None]]] = {}
    for item in run.requirements:
        for check in item.checks:
            found.setdefault(check.nodeid, []).append((check, item))
    for check in run.unassigned:
        found.setdefault(check.nodeid, []).append((check, None))
    titles = {step.number: step.title for step in run.steps}
    return [_case(nodeid, rows, titles) for nodeid, rows in found.items()]


def _case(
    nodeid: str, rows: list[tuple[CheckResult, RequirementRun | None]], titles: dict[int, str]
) -> Case:
    proven = [item for _, item in rows if item is not None]
    step = proven[0].step if proven else 0
    title = titles.get(step, "Whole stack") if proven else "No requirement of the set"
    return Case(nodeid, tuple(check for check, _ in rows), tuple(proven), step, title)


def _properties(case: Case) -> Iterator[tuple[str, str]]:
    names = dict.fromkeys(check.requirement for check in case.checks)
    yield from (("requirement", name) for name in names)
    rules = case.requirements
    for name, values in (
        ("step", [str(rule.step) for rule in rules]),
        ("level", [rule.level for rule in rules]),
        ("source", [rule.source for rule in rules]),
    ):
        yield from ((name, value) for value in dict.fromkeys(values))
    yield "verdict", str(case.verdict)
    certainty = case.first.certainty or (rules[0].certainty if rules else None)
    if certainty:
        yield "certainty", certainty
    if case.move:
        yield "move", case.move
    if case.first.cause:
        yield "cause", case.first.cause


def card_text(card: Card) -> str:
    """A card as lines of plain text."""
    rows = (
        ("rule", card.text),
        ("expected", card.expected),
        ("observed", card.observed),
        ("source", f"{card.source} ({card.certainty})"),
        ("move", f"{card.move}: {card.remedy}"),
        ("repeat", card.repeat),
        ("exchange", card.exchange),
    )
    lines = [f"  {name:<9} {value}" for name, value in rows if value]
    return "\n".join([f"{card.requirement}: {card.expectation}", *lines])


def about(run: Run) -> dict[str, str]:
    """What every format says of the run itself, by name; values of what is known only."""
    scope = run.scope
    told = {
        "verdict": run.verdict,
        "headline": run.headline,
        "profile": run.profile,
        "tier": scope.tier,
        "target": scope.host,
        "target_kind": scope.target_kind,
        "org": scope.org,
        "builds": ", ".join(scope.builds),
        "api_versions": ", ".join(scope.api_versions),
        "suite_version": scope.suite_version,
        "suite_commit": scope.suite_commit,
        "challenge": scope.challenge,
        "requirement_set": scope.requirement_set,
        "seed": None if scope.seed is None else str(scope.seed),
        "narrowed": scope.narrowed,
        "shard": str(scope.shard or ""),
        "note": scope.note,
        "started_at": scope.started_at.isoformat(),
        "finished_at": scope.finished_at.isoformat(),
    }
    return {name: value for name, value in told.items() if value}
