"""The judge of histories: what could have happened passes, each kind of corruption is found."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fixtures.histories import Fault, Flaw, History, Outcome, Read, Version, Write, flaws

calmly = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Register:
    """A compare-and-set register at work: each operation takes effect at an instant of its own."""

    def __init__(self) -> None:
        self.initial = self.now = Version(1, "value 0")
        self.instant = 0
        self.writes: list[Write] = []
        self.reads: list[Read] = []

    def write(self, outcome: Outcome, before: int, after: int, *, stale: int = 0) -> None:
        effect = outcome is Outcome.ACCEPTED or (outcome is Outcome.OPEN and not stale)
        write = Write(
            writer=f"writer {len(self.writes)}",
            start=self.instant - before,
            end=None if outcome is Outcome.OPEN else self.instant + after,
            expected=self.now.revision - stale,
            value=f"value {len(self.writes) + 1}",
            outcome=outcome,
            revision=self.now.revision + 1 if outcome is Outcome.ACCEPTED else None,
        )
        self.writes.append(write)
        if effect:
            self.now = Version(self.now.revision + 1, write.value)

    def read(self, before: int, after: int) -> None:
        self.reads.append(Read("reader", self.instant - before, self.instant + after, self.now))

    def history(self) -> History:
        return History(self.initial, tuple(self.writes), tuple(self.reads), self.now)


@st.composite
def legal(draw: st.DrawFn, *, opens: bool = True, having: tuple[str, ...] = ()) -> History:
    """A history of overlapping operations that a faithful register brought about."""
    register = Register()
    acts = ["accept", "refuse", "read", *(["open", "open and nothing done"] if opens else [])]
    drawn = draw(st.lists(st.sampled_from(acts), min_size=1, max_size=12))
    for act in draw(st.permutations([*having, *drawn])):
        register.instant += 10
        before, after = draw(st.integers(0, 40)), draw(st.integers(0, 40))
        match act:
            case "accept":
                register.write(Outcome.ACCEPTED, before, after)
            case "refuse":
                register.write(Outcome.REFUSED, before, after, stale=draw(_other(register)))
            case "read":
                register.read(before, after)
            case "open":
                register.write(Outcome.OPEN, before, after)
            case _:
                register.write(Outcome.OPEN, before, after, stale=draw(st.integers(1, 3)))
    return register.history()


def _other(register: Register) -> st.SearchStrategy[int]:
    """How far from the current revision, before or after it."""
    return st.integers(1, max(1, register.now.revision - 1)) | st.just(-1)


def faults(history: History) -> set[Fault]:
    return {flaw.fault for flaw in flaws(history)}


@settings(calmly, max_examples=300)
@given(legal())
def test_what_a_faithful_register_did_is_accepted(history: History) -> None:
    assert flaws(history) == []


@calmly
@given(legal(), st.randoms(use_true_random=False))
def test_order_of_recording_does_not_matter(history: History, chance: object) -> None:
    shuffled = list(history.writes)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert flaws(replace(history, writes=tuple(shuffled))) == []


@calmly
@given(legal(having=("accept",)), st.data())
def test_fork_is_found(history: History, data: st.DataObject) -> None:
    twin = data.draw(st.sampled_from(history.of(Outcome.ACCEPTED)))
    other = replace(twin, writer="another", value="another value")
    forked = replace(history, writes=(*history.writes, other))
    assert Fault.FORK in faults(forked)


@calmly
@given(legal(opens=False, having=("accept",)))
def test_lost_last_write_is_found(history: History) -> None:
    last = history.of(Outcome.ACCEPTED)[-1]
    lost = replace(history, final=Version(last.expected, "what was before"))
    assert Fault.LOST in faults(lost)


@calmly
@given(legal(opens=False, having=("accept",)))
def test_overwritten_value_is_found(history: History) -> None:
    lost = replace(history, final=replace(history.final, value="somebody else's"))
    assert Fault.LOST in faults(lost)


@calmly
@given(legal(having=("accept", "accept")), st.data())
def test_write_that_ended_before_its_forerunner_began_is_found(
    history: History, data: st.DataObject
) -> None:
    chain = history.of(Outcome.ACCEPTED)
    later = data.draw(st.integers(1, len(chain) - 1))
    early = chain[data.draw(st.integers(0, later - 1))].start
    moved = replace(chain[later], start=early - 20, end=early - 10)
    writes = tuple(moved if write is chain[later] else write for write in history.writes)
    assert Fault.REORDERED in faults(replace(history, writes=writes))


@calmly
@given(legal(opens=False, having=("accept",)), st.data())
def test_old_version_read_after_a_newer_one_was_acknowledged_is_found(
    history: History, data: st.DataObject
) -> None:
    chain = history.of(Outcome.ACCEPTED)
    over = data.draw(st.sampled_from(chain))
    shown = [history.initial] + [Version(w.revision or 0, w.value) for w in chain]
    old = next(v for v in shown if v.revision == over.expected)
    late = Read("late reader", (over.end or 0) + 1, (over.end or 0) + 2, old)
    assert Fault.REORDERED in faults(replace(history, reads=(*history.reads, late)))


@calmly
@given(legal(opens=False))
def test_write_from_a_revision_that_nothing_made_is_found(history: History) -> None:
    top = history.final.revision
    stray = Write("stray", 900, 901, top + 3, "stray", Outcome.ACCEPTED, top + 4)
    strange = replace(history, writes=(*history.writes, stray), final=Version(top + 4, stray.value))
    assert Fault.PHANTOM in faults(strange)


@calmly
@given(legal(opens=False))
def test_final_version_that_nobody_wrote_is_found(history: History) -> None:
    strange = replace(history, final=Version(history.final.revision + 1, "nobody's"))
    assert Fault.PHANTOM in faults(strange)


@calmly
@given(legal(opens=False, having=("refuse",)))
def test_effect_of_a_refused_write_is_found(history: History) -> None:
    refused = history.of(Outcome.REFUSED)
    strange = replace(history, final=Version(history.final.revision + 1, refused[-1].value))
    assert Fault.PHANTOM in faults(strange)


@calmly
@given(legal())
def test_read_of_a_value_that_nobody_wrote_is_found(history: History) -> None:
    strange = Read("reader", 0, 900, replace(history.final, value="nobody's"))
    assert Fault.PHANTOM in faults(replace(history, reads=(*history.reads, strange)))


@calmly
@given(legal(opens=False))
def test_refusal_of_the_current_revision_is_found(history: History) -> None:
    wronged = Write("late", 900, 901, history.final.revision, "late", Outcome.REFUSED)
    assert Fault.SPURIOUS in faults(replace(history, writes=(*history.writes, wronged)))


def test_write_of_a_revision_left_before_the_race_is_a_fork() -> None:
    initial = Version(4, "value")
    write = Write("late", 0, 1, 2, "old", Outcome.ACCEPTED, 5)
    assert Fault.FORK in faults(History(initial, (write,), (), Version(5, "old")))


@pytest.mark.parametrize("applied", [True, False], ids=["applied", "not applied"])
def test_open_write_may_have_been_applied_or_not(applied: bool) -> None:
    initial = Version(1, "value")
    write = Write("cut off", 0, None, 1, "new", Outcome.OPEN)
    final = Version(2, "new") if applied else initial
    assert flaws(History(initial, (write,), (), final)) == []


def test_flaw_is_told_in_words() -> None:
    flaw = Flaw(Fault.FORK, "revision 3: a, b")
    assert str(flaw) == "two accepted writes start from one revision: revision 3: a, b"
