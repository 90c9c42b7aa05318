"""The findings of a run as the page tells them: a requirement at a time, the worst first."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from reports.exchange import Exchange
from reports.model import Card, CheckResult, RequirementRun, Run
from reports.page.evidence import Evidence
from reports.page.script import Missing, Scripts
from reports.page.subject import sketch
from reports.verdict import Verdict

SHOWN: Final = 4  # checks of one requirement that are told in full; the rest by name
CARDS: Final = 200  # requirements told in one section; the rest stands under "Requirements"


class Call(NamedTuple):
    """The call that an expectation was about: `POST /scm/order/promise/reserve` by owner.

    `answered` is the status of its answer, with the tag of an error, or that there was none.
    """

    operation: str
    line: str
    actor: str
    answered: str


@dataclass(frozen=True)
class Told:
    """One check of a finding, or one contradicted expectation of it.

    `lines` are places of the check's exchanges in the evidence, `judged` of them the one that the
    expectation is about.
    """

    check: CheckResult
    card: Card | None
    call: Call | None
    lines: tuple[int, ...]
    judged: int | None


@dataclass(frozen=True)
class Finding:
    """What the checks of one requirement came to; without a requirement, one check of none."""

    id: str
    requirement: RequirementRun | None
    told: tuple[Told, ...]
    more: tuple[CheckResult, ...]


@dataclass(frozen=True)
class Section:
    """Findings of some verdicts, under one heading. `name` is the page's id for it."""

    name: str
    title: str
    note: str
    findings: tuple[Finding, ...]


_NOTES: Final = {
    "undecided": "Neither a pass nor a fail: something kept the check from its question, or its "
    "answer could only have been advice.",
    "advisories": "A SHOULD that does not hold, or a reading of ours that is contradicted: told, "
    "never a failure.",
    "waived": "Failures that somebody answers for until a day.",
}
_SECTIONS: Final[Mapping[str, tuple[Verdict, ...]]] = {
    "failures": (Verdict.FAIL,),
    "undecided": (Verdict.INCONCLUSIVE, Verdict.BLOCKED, Verdict.UNDECIDED),
    "advisories": (Verdict.ADVISORY,),
    "waived": (Verdict.WAIVED,),
}
# A requirement that is undecided was advised where it was checked.
_OF_CHECKS: Final = {Verdict.UNDECIDED: Verdict.ADVISORY}


def sections(run: Run, evidence: Evidence) -> tuple[Section, ...]:
    """All sections, with findings or without; requirements outside the profile are none."""
    made = []
    for name, verdicts in _SECTIONS.items():
        found = [_of_requirement(item, evidence) for item in _with(run, verdicts)]
        found += [
            Finding(check.nodeid, None, tuple(_told(check, evidence)), ())
            for check in run.unassigned
            if check.verdict in verdicts
        ]
        made.append(Section(name, name.title(), _NOTES.get(name, ""), tuple(found)))
    return tuple(made)


def scripts(
    found: Iterable[Section], maker: Scripts
) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Scripts that reproduce what the sections tell in full, and why others have none.

    Both are by the id of the check.
    """
    made: dict[str, str | Missing] = {}
    for section in found:
        for finding in section.findings[:CARDS]:
            for told in finding.told:
                if finding.requirement is None or told.card is None or told.check.nodeid in made:
                    continue
                made[told.check.nodeid] = maker.of(finding.requirement, told.check)
    texts = {name: each for name, each in made.items() if isinstance(each, str)}
    return texts, {name: each.why for name, each in made.items() if isinstance(each, Missing)}


def _with(run: Run, verdicts: Sequence[Verdict]) -> Iterator[RequirementRun]:
    for verdict in verdicts:
        for item in run.requirements:
            # Without any check there is nothing to tell of it but that it was not tested.
            if item.in_profile and item.verdict is verdict and item.checks:
                yield item


def _of_requirement(item: RequirementRun, evidence: Evidence) -> Finding:
    wanted = _OF_CHECKS.get(item.verdict, item.verdict)
    checks = [check for check in item.checks if check.verdict is wanted]
    told = [each for check in checks[:SHOWN] for each in _told(check, evidence)]
    return Finding(item.id, item, tuple(told), tuple(checks[SHOWN:]))


def _told(check: CheckResult, evidence: Evidence) -> Iterator[Told]:
    for card in check.cards or (None,):
        ids = [*check.exchanges, *([card.exchange] if card and card.exchange else [])]
        judged = evidence.positions([card.exchange] if card else [])
        yield Told(
            check=check,
            card=card,
            call=_call(evidence.by_id, card),
            lines=tuple(evidence.positions(ids)),
            judged=judged[0] if judged else None,
        )


def _call(exchanges: Mapping[str, Exchange], card: Card | None) -> Call | None:
    exchange = exchanges.get(card.exchange or "") if card else None
    if exchange is None:
        return None
    request = exchange.request
    path = urlsplit(request.url).path or request.url
    return Call(exchange.operation, f"{request.method} {path}", exchange.actor, sketch(exchange))


def untested(run: Run) -> tuple[RequirementRun, ...]:
    """Requirements of the profile of which no check reached its assertion."""
    return tuple(item for item in run.requirements if item.in_profile and not item.executed)
