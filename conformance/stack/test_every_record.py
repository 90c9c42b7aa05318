"""Every kind of record: a read shows the one that its id names, and a write changes no other.

Records are told by their ids and by what was sent to make them, wherever an answer shows it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest

from conformance.contract import OPERATIONS, RECORDS
from conformance.contract.operation import Operation, RecordKind
from conformance.parameters import operation_case
from fixtures import Answer, Caller, Check, Inconclusive, Session, holds, require_telling
from fixtures.context import records
from fixtures.context.operation_context import main_owner
from fixtures.formats.telling import is_telling
from fixtures.probes.revision_plans import leaves

# An export of a tenant is made one at a time; a coupon is read by its code; a carrier is set and
# not created, so that no page promises the answer its id.
_LEFT_OUT: Final = frozenset({"utl.export.status", "ppm.coupon.get", "scm.carrier.config_get"})


def _kinds() -> Mapping[str, RecordKind]:
    """A kind for each read by id; of those that share one, the one with the shortest name."""
    found: dict[str, RecordKind] = {}
    for kind in sorted(RECORDS.values(), key=lambda each: len(each.name)):
        if kind.read is not None and kind.read not in _LEFT_OUT:
            found.setdefault(kind.read, kind)
    return found


KINDS: Final = _kinds()
READS: Final = tuple(OPERATIONS[name] for name in sorted(KINDS))
UPDATES: Final = tuple(each for each in READS if KINDS[each.id].update is not None)


@pytest.fixture
def here(session: Session, check: Check, read: Operation) -> Caller:
    """The owner of the main org, in context of what the record's service works on."""
    return main_owner(session, check, read.service)


@pytest.fixture
def pair(here: Caller, read: Operation) -> tuple[records.Values, records.Values]:
    """Two new records of the kind."""
    kind = KINDS[read.id].name
    return records.make(here, kind), records.make(here, kind)


Pair = tuple[records.Values, records.Values]


@pytest.mark.parametrize("read", [operation_case("LIST-4", each) for each in READS])
def test_read_shows_the_record_that_its_id_names(here: Caller, read: Operation, pair: Pair) -> None:
    kind, rule = KINDS[read.id], f"{read.id} shows the record that its id names"
    ids = [str(made[kind.id]) for made in pair]
    require_telling(*ids)
    answers = [records.read(here, kind, made).accepted() for made in pair]
    if ids[0] == ids[1]:
        raise Inconclusive(f"{kind.create} made one record of two requests")
    known = [_shows_its_own(*each) for each in zip(answers, pair, pair[::-1], strict=True)]
    for answer, own, foreign, is_known in zip(answers, ids, ids[::-1], known, strict=True):
        answer.expect(
            rule,
            holds=is_known or not _shows(answer, foreign),
            expected=f"the record {own}",
            observed=f"the record {foreign}",
        )
    # Where neither of the two is known again, both reads may answer one third record.
    first, second = (answer.optional(kind.id) for answer in answers)
    answers[1].expect(
        rule,
        holds=all(known) or first is None or first != second,
        expected="another record for each id",
        observed="one record for two ids",
        uses=(kind.id,),
    )
    if not all(known):
        raise Inconclusive(f"{read.id}: the answer shows no id or text that the record was made by")


def _shows_its_own(answer: Answer, made: records.Values, other: records.Values) -> bool:
    """Whether it holds the id of the record, or a text that it and not the other was made with."""
    texts = {text for _, text in _telling(made)} - {text for _, text in _telling(other)}
    return any(_shows(answer, text) for text in texts)


def _shows(answer: Answer, text: str) -> bool:
    """Whether a text is in the answer, in any letter case; what tells of the call may echo it."""
    return any(text.casefold() in str(leaf).casefold() for leaf in leaves(answer.body))


def _telling(made: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Names and texts that the record was made with."""
    for name, value in made.items():
        if isinstance(value, str) and is_telling(value):
            yield name, value


@pytest.mark.parametrize("read", [operation_case("LIST-5", each) for each in UPDATES])
def test_update_changes_the_record_that_its_id_names(
    here: Caller, read: Operation, pair: Pair
) -> None:
    kind, (made, other) = KINDS[read.id], pair
    before = records.read(here, kind, other).accepted()
    shown = [text for _, text in _telling(other) if holds([before], text)]
    if before.revision is None and other.get(kind.editable) not in shown:
        raise Inconclusive(f"{read.id}: the answer shows no revision and not what an edit changes")
    records.edit(here, kind, made)
    answer = records.read(here, kind, other).accepted()
    rule = f"{kind.update} leaves another record as it was"
    # What else an answer tells, a time or a counter, may change by itself.
    lost = [text for text in shown if not holds([answer], text)]
    answer.expect(
        rule,
        holds=not lost,
        expected="all that the record was made with",
        observed=f"{len(lost)} of {len(shown)} values lost",
    )
    answer.expect(
        rule,
        holds=answer.revision == before.revision,
        expected=f"revision {before.revision}",
        observed=f"revision {answer.revision}",
        uses=("revision",) if "revision" in read.yields else (),
    )


@pytest.mark.parametrize("read", [operation_case("LIST-6", each) for each in UPDATES])
def test_update_keeps_what_was_not_sent(here: Caller, read: Operation) -> None:
    kind = KINDS[read.id]
    made = records.make(here, kind.name)
    before = records.read(here, kind, made).accepted()
    kept = [text for name, text in _telling(made) if name != kind.editable]
    shown = [text for text in kept if holds([before], text)]
    records.edit(here, kind, made)
    answer = records.read(here, kind, made).accepted()
    lost = [each for each in shown if not holds([answer], each)]
    answer.expect(
        f"{kind.update} keeps what it is not sent",
        holds=not lost,
        expected="all that the record was made with",
        observed=f"{len(lost)} of {len(shown)} values lost",
    )
