"""D: revisions. What is known of a record is kept by who called, for each reads for itself."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from conformance.client.operations import made_fields, texts_in, told_fields
from conformance.client.recording import Call
from conformance.client.rules.rule import Occasion, Rule, held, watching
from conformance.contract.operation import Kind

_PRECONDITION: Final = 428
_CONFLICT: Final = 409
_EXPECTED: Final = "expected_revision"
# What the stand does to a request, so that its answer tells nothing about what the client sent.
TAKEN_OUT: Final = "revision-missing"
_BATCH: Final = "accounting.export.batch."
# Fields that say which record is meant.
_NAMING: Final = ("_id", "_guid", "revision", "code")
_Known = tuple[str, str]


def is_stale(call: Call) -> bool:
    """Whether a change was refused since the record is no longer what it was."""
    by_conflict = call.status == _CONFLICT and call.tag == "conflict"
    return call.changes and (by_conflict or call.status == _PRECONDITION)


def _sent(call: Call) -> str:
    return json.dumps(call.inputs.get(_EXPECTED))


def _records_told(call: Call) -> Iterator[_Known]:
    """The records that an answer tells a revision of: its subject, or what it made."""
    if call.subject:
        yield call.identity, call.subject
    elif call.operation and call.operation.kind is not Kind.LIST:
        named = made_fields(call.op) or told_fields(call.op)
        for name, value in texts_in(call.data):
            if name in named:
                yield call.identity, f"{call.service}:{value}"


def _read_by(call: Call) -> Iterator[_Known]:
    """The records that a successful read shows."""
    if call.op and not call.writes and call.succeeded:
        if call.subject:
            yield call.identity, call.subject
        for shown in call.shown:
            yield call.identity, f"{call.service}:{shown}"


@watching("D1")
class RevisionSent(Rule):
    _known: set[_Known] = field(default_factory=set)

    def see(self, call: Call) -> Iterator[Occasion]:
        operation = call.operation
        guarded = operation and call.changes and operation.guard_is_documented
        if guarded and (call.identity, call.subject or "") in self._known:
            # What the stand took out of the request, the client had sent.
            kept = _EXPECTED in call.inputs or call.act == TAKEN_OUT
            yield from held(call, kept, "no expected_revision")
        if call.succeeded and call.revision is not None:
            self._known.update(_records_told(call))


@watching("D2")
class RevisionAsRead(Rule):
    _last: dict[_Known, Any] = field(default_factory=dict)

    def see(self, call: Call) -> Iterator[Occasion]:
        known = (call.identity, call.subject or "")
        if call.changes and known in self._last and _EXPECTED in call.inputs:
            kept = _sent(call) == self._last[known]
            yield from held(call, kept, "another revision than the one last read")
        if call.succeeded and call.revision is not None:
            for record in _records_told(call):
                self._last[record] = json.dumps(call.revision)


@dataclass(eq=False)
class _Refused(Rule):
    """The changes that were refused as stale, until a read or a further change of the record."""

    refused: set[_Known] = field(default_factory=set)
    read: set[_Known] = field(default_factory=set)

    def see(self, call: Call) -> Iterator[Occasion]:
        known = (call.identity, call.subject or "")
        for record in _read_by(call) if self.refused else ():
            if record in self.refused:
                self.read.add(record)
        if call.changes and known in self.refused:
            yield from self.decide(call, read=known in self.read)
            self.refused.discard(known)
            self.read.discard(known)
        if is_stale(call):
            self.refused.add(known)

    def decide(self, call: Call, *, read: bool) -> Iterator[Occasion]:
        raise NotImplementedError


@watching("D3")
class ReadAfterConflict(_Refused):
    def decide(self, call: Call, *, read: bool) -> Iterator[Occasion]:
        return held(call, read, "written again without a read after the refusal")


@watching("F7")
class ReadBatchAfterConflict(_Refused):
    """The same, of batches of exports."""

    def see(self, call: Call) -> Iterator[Occasion]:
        return super().see(call) if call.op.startswith(_BATCH) else iter(())

    def decide(self, call: Call, *, read: bool) -> Iterator[Occasion]:
        return held(call, read, "the batch written again without a read of it")


@watching("D5")
class OthersChangeSurvives(Rule):
    """A field that a refused change only repeated as it was read is not put back over another's.

    What the change itself is about is its own affair; what it carries along must be read anew.
    """

    _read: dict[_Known, dict[str, Any]] = field(default_factory=dict)
    # Of a refused change: the fields that it carried along, as they were read before it.
    _carried: dict[_Known, dict[str, Any]] = field(default_factory=dict)

    def see(self, call: Call) -> Iterator[Occasion]:
        known = (call.identity, call.subject or "")
        if not call.op or call.subject is None:
            return
        if not call.writes and call.succeeded:
            self._read[known] = _fields(call.data)
        if not call.changes:
            return
        now = self._read.get(known, {})
        for name, old in self._carried.pop(known, {}).items():
            if name in now and now[name] != old:
                kept = call.inputs.get(name, now[name]) != old
                yield from held(call, kept, "another writer's change put back")
        if is_stale(call):
            sent = {name: value for name, value in call.inputs.items() if name in now}
            self._carried[known] = {
                name: value
                for name, value in sent.items()
                if now[name] == value and not name.endswith(_NAMING)
            }


def _fields(data: Any) -> dict[str, Any]:
    """The fields of the record in an answer, wherever the answer holds it."""
    if not isinstance(data, dict):
        return {}
    inner = [part for part in data.values() if isinstance(part, dict)]
    found = {name: value for part in inner for name, value in part.items()}
    return {**found, **{name: v for name, v in data.items() if not isinstance(v, dict | list)}}


@watching("D4")
class SameRevisionAgain(Rule):
    _open: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def see(self, call: Call) -> Iterator[Occasion]:
        for who, record in _read_by(call) if self._open else ():
            for key in [key for key in self._open if key[:2] == (who, record)]:
                del self._open[key]
                yield Occasion(call, kept=True)
        if not call.changes or call.subject is None:
            return
        key = (call.identity, call.subject, call.op)
        if key in self._open:
            said = "repeated with another expected_revision, unread"
            yield from held(call, _sent(call) == self._open.pop(key), said)
        if call.status is None and _EXPECTED in call.inputs:
            self._open[key] = _sent(call)
