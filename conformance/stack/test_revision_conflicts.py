"""Revision conflicts, over every record that the contract calls revisioned.

The target is driven by plans and by races; each check judges one rule on what they showed. Under
tier `deep` a check draws plans of its own and looks for the smallest that breaks its rule.
"""

from collections.abc import Callable

import pytest

from conformance.contract.envelope import ERROR
from conformance.contract.errors import Tag
from conformance.contract.facts import Certainty
from conformance.contract.operation import RecordKind
from fixtures import Answer, Check, Inconclusive, NotApplicable, Session
from fixtures.context import records
from fixtures.probes import revision_trials
from fixtures.probes.histories import Fault, Outcome, Version, flaws
from fixtures.probes.races import Race
from fixtures.probes.revision_plans import (
    Action,
    Plan,
    Turn,
    carries,
    told_by_conflict,
)
from fixtures.probes.trials import NOTHING_JUDGED, Judge, every

# Of each service, as many kinds take part in the longer race of a certificate.
_RACING = 3
_STALE = (Action.STALE, Action.SPENT)
_CONFLICTING = (*_STALE, Action.FUTURE)
_NUMBERLESS = (400, 409, 428)


def kinds(*, racing: int | None = None) -> pytest.MarkDecorator:
    """Every revisioned kind of record; those beyond the first `racing` of a service run deep,
    as do those that the contract does not have tried in every run.
    """
    seen: dict[str, int] = {}
    parameters = []
    for kind in revision_trials.REVISIONED:
        seen[kind.service] = seen.get(kind.service, 0) + kind.tried
        spared = not kind.tried or (racing is not None and seen[kind.service] > racing)
        marks = [pytest.mark.deep] if spared else []
        parameters.append(pytest.param(kind, id=kind.name, marks=marks))
    return pytest.mark.parametrize("kind", parameters)


every_kind = kinds()


@pytest.fixture(autouse=True)
def _as_sure_as_the_revisions(check: Check, kind: RecordKind) -> None:
    """That records of some kinds are revisioned is our deduction."""
    check.rests_on(*(write.revision_certainty for write in records.changing(kind)))


class KindJudge(Judge[Plan, Turn]):
    """Judges the plans of one kind of record."""

    def each_answer(
        self, rule: Callable[[Turn, Answer], object], where: Callable[[Turn], bool] = every
    ) -> None:
        try:
            super().each_answer(rule, where)
        except Inconclusive as error:
            if not error.reason.startswith(NOTHING_JUDGED):
                raise
            raise _undecided(self.check, error.reason) from None


def _undecided(check: Check, why: str) -> Inconclusive | NotApplicable:
    """Where only we say that the kind is revisioned, that it is not guarded decides the matter."""
    if check.ground is Certainty.DOCUMENTED:
        return Inconclusive(why)
    return NotApplicable(f"{why}; no page says that such records are guarded by revisions")


@pytest.fixture
def judge(session: Session, check: Check, kind: RecordKind) -> Judge[Plan, Turn]:
    return KindJudge(session, check, revision_trials.planned(kind))


def of(*moves: Action) -> Callable[[Turn], bool]:
    """Chooses the turns of these moves."""
    return lambda turn: turn.move in moves


def refused_as_stale(answer: Answer) -> Answer:
    """Expect 409; where no page says that the write is guarded, that is our deduction."""
    inferred = not answer.operation.guard_is_documented
    return answer.refused(409, Tag.CONFLICT, inferred=inferred)


# --- plans ---


@pytest.mark.requirement("REV-1")
@every_kind
def test_answer_carries_the_current_revision(judge: Judge[Plan, Turn]) -> None:
    def rule(turn: Turn, answer: Answer, _: Answer) -> None:
        if answer.ok:
            told = answer.value("revision")
            answer.expect(
                "the answer carries the record's current revision",
                holds=told == turn.after.revision,
                expected=f"revision {turn.after.revision}, as the next read shows",
                observed=f"revision {told}",
                uses=("revision",),
            )

    judge.each(rule, of(Action.READ, Action.CURRENT))


@pytest.mark.requirement("REV-2")
@every_kind
def test_write_with_current_revision_is_accepted(judge: Judge[Plan, Turn]) -> None:
    judge.each(lambda _, answer, __: answer.accepted(), of(Action.CURRENT))


@pytest.mark.requirement("REV-3")
@every_kind
def test_write_without_revision_is_refused(judge: Judge[Plan, Turn]) -> None:
    judge.each(
        lambda _, answer, __: answer.refused(
            428,
            Tag.EXPECTED_REVISION_REQUIRED,
            inferred=not answer.operation.guard_is_documented,
        ),
        of(Action.MISSING),
    )


@pytest.mark.requirement("REV-4")
@every_kind
def test_write_with_older_revision_is_refused(judge: Judge[Plan, Turn]) -> None:
    judge.each(lambda _, answer, __: refused_as_stale(answer), of(Action.STALE))


@pytest.mark.requirement("REV-5")
@every_kind
def test_write_with_revision_not_reached_yet_is_refused(judge: Judge[Plan, Turn]) -> None:
    judge.each(lambda _, answer, __: refused_as_stale(answer), of(Action.FUTURE))


@pytest.mark.requirement("REV-6")
@every_kind
def test_write_with_revision_that_is_no_number_is_refused(judge: Judge[Plan, Turn]) -> None:
    def rule(_: Turn, answer: Answer, __: Answer) -> None:
        answer.expect(
            "a revision that is no number is refused",
            holds=not answer.ok and answer.status in _NUMBERLESS,
            expected="400, 409 or 428",
            inferred=not answer.operation.guard_is_documented,
        )

    judge.each(rule, of(Action.GARBAGE))


@pytest.mark.requirement("REV-7")
@every_kind
def test_revision_of_an_accepted_write_is_stale_afterwards(judge: Judge[Plan, Turn]) -> None:
    judge.each(lambda _, answer, __: refused_as_stale(answer), of(Action.SPENT))


@pytest.mark.requirement("REV-8")
@every_kind
def test_conflict_carries_a_snapshot_of_the_current_record(judge: Judge[Plan, Turn]) -> None:
    def rule(turn: Turn, answer: Answer, _: Answer) -> None:
        # Wherever the snapshot stands and however its fields are called, the current value of
        # the field that was written must be in it.
        if answer.status == 409:
            answer.expect(
                "the conflict carries the record as it is now",
                holds=carries(answer, turn.before.value),
                expected="the current value of the written field, somewhere in the answer",
                observed="an answer without it",
            )

    judge.each(rule, of(*_CONFLICTING))


@pytest.mark.requirement("REV-9")
@every_kind
def test_conflict_carries_the_current_revision(judge: Judge[Plan, Turn]) -> None:
    judge.each(_tells_current_revision, of(*_CONFLICTING))


def _tells_current_revision(turn: Turn, answer: Answer, _: Answer) -> None:
    current = turn.before.revision
    if answer.status != 409:
        return
    name, told = told_by_conflict(answer)
    somewhere = carries(answer, current)
    if told is None and somewhere:
        raise Inconclusive(
            f"{answer.operation.id}: the current revision is in the 409, in a place not bound",
            cause=f"{answer.operation.id}:conflict_revision",
            line=f'operations."{answer.operation.id}".yields.conflict_revision = "{ERROR}/..."',
        )
    answer.expect(
        "the conflict carries the record's current revision",
        holds=told == current,
        expected=f"revision {current}",
        observed="no revision" if told is None else f"revision {told}",
        # Where the number is nowhere in the answer, no binding can be to blame.
        uses=(name,) if somewhere else (),
    )


@pytest.mark.requirement("REV-10")
@every_kind
def test_writer_rebases_on_the_conflict_and_succeeds(judge: Judge[Plan, Turn]) -> None:
    def rule(turn: Turn, answer: Answer, _: Answer) -> None:
        answer.expect(
            "a write with the revision that a 409 told is accepted",
            holds=answer.ok,
            expected="success (2xx)",
            uses=(turn.through,),
        )

    judge.each(rule, of(Action.REBASE))


def _changed_nothing(turn: Turn, answer: Answer, reading: Answer) -> None:
    reading.expect(
        f"a write refused with {answer.status} changes nothing",
        holds=turn.after == turn.before,
        expected=f"revision {turn.before.revision} and its value, as before",
        observed=f"revision {turn.after.revision}"
        + ("" if turn.after.value == turn.before.value else ", another value"),
        uses=("revision",),
    )


@pytest.mark.requirement("REV-11")
@every_kind
def test_write_refused_with_428_changes_nothing(judge: Judge[Plan, Turn]) -> None:
    def rule(turn: Turn, answer: Answer, reading: Answer) -> None:
        if answer.status == 428:
            _changed_nothing(turn, answer, reading)

    judge.each(rule, of(Action.MISSING))


@pytest.mark.requirement("REV-12")
@every_kind
def test_write_refused_with_409_changes_nothing(judge: Judge[Plan, Turn]) -> None:
    def rule(turn: Turn, answer: Answer, reading: Answer) -> None:
        if answer.status == 409:
            _changed_nothing(turn, answer, reading)

    judge.each(rule, of(*_CONFLICTING))


@pytest.mark.requirement("REV-13")
@every_kind
def test_accepted_write_is_seen_by_every_other_actor(judge: Judge[Plan, Turn]) -> None:
    def rule(turn: Turn, answer: Answer, reading: Answer) -> None:
        if answer.ok:
            told = answer.value("revision")
            reading.expect(
                "another actor's next read shows the accepted write",
                holds=turn.after == Version(told, str(turn.sent)),
                expected=f"revision {told} and the value written",
                observed=f"revision {turn.after.revision}"
                + ("" if turn.after.value == turn.sent else ", another value"),
                uses=("revision",),
            )

    judge.each(rule, of(Action.CURRENT, Action.REBASE))


# --- races ---


def _won(race: Race) -> int:
    return len(race.history.of(Outcome.ACCEPTED))


@pytest.mark.requirement("REV-14")
@every_kind
def test_of_concurrent_writes_from_one_revision_exactly_one_is_accepted(
    session: Session, check: Check, kind: RecordKind
) -> None:
    for race in revision_trials.sprints(session, kind).races:
        undecided = len(race.history.of(Outcome.OPEN))
        race.final.to(session.target, check).expect(
            "exactly one of the concurrent writes is accepted",
            holds=_won(race) == 1 or (_won(race) == 0 and undecided > 0),
            expected=f"one of {len(race.answers)} writers",
            observed=f"{_won(race)} writers",
            inferred=not records.changing(kind)[0].guard_is_documented,
        )


@pytest.mark.requirement("REV-15")
@every_kind
def test_writers_that_do_not_win_a_race_are_refused_with_conflict(
    session: Session, check: Check, kind: RecordKind
) -> None:
    for race in revision_trials.sprints(session, kind).races:
        for kept in race.answers:
            answer = None if kept is None else kept.to(session.target, check)
            if answer is not None and not answer.ok:
                refused_as_stale(answer)
    if not check.expectations:
        raise _undecided(check, f"{kind.name}: every writer won, so there was nobody to refuse")


def _has_none_of(session: Session, check: Check, kind: RecordKind, *faults: Fault) -> None:
    for race in revision_trials.marathons(session, kind).races:
        found = [str(flaw) for flaw in flaws(race.history) if flaw.fault in faults]
        race.final.to(session.target, check).expect(
            "the history of the race is that of one chain of writes",
            holds=not found,
            expected=f"in {len(race.history.writes)} writes none of: {'; '.join(faults)}",
            observed="; ".join(found[:3]),
            inferred=not records.changing(kind)[0].guard_is_documented,
        )


@pytest.mark.requirement("REV-16")
@kinds(racing=_RACING)
def test_accepted_writes_of_a_longer_race_form_one_chain(
    session: Session, check: Check, kind: RecordKind
) -> None:
    _has_none_of(session, check, kind, Fault.FORK, Fault.PHANTOM)


@pytest.mark.requirement("REV-17")
@kinds(racing=_RACING)
def test_chain_of_a_race_keeps_the_order_of_time_and_loses_no_write(
    session: Session, check: Check, kind: RecordKind
) -> None:
    _has_none_of(session, check, kind, Fault.LOST, Fault.REORDERED, Fault.SPURIOUS)
