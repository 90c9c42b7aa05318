"""Puts the shards of a run together: what was found by all of them, as one run collected it.

The verdict is computed anew from the checks; no shard's own verdict is looked at.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from itertools import chain, pairwise
from pathlib import Path
from typing import Any, Final

from conformance.requirements import load
from reports import shards, traffic
from reports.collected import Collected
from reports.detection import detecting_power
from reports.files import EXCHANGES_JSONL, ExchangeLog, read_valid_run, write_text
from reports.identity import difference, suite_digest
from reports.model import CauseNote, CheckResult, Drift, Reading, Run, Scope, Shard, Waiver
from reports.results import CARDS, EXCHANGES
from reports.traffic import Traffic
from reports.verdict import worst
from reports.writers.exchanges import WRITER

# How an instrument fared in all shards is how it fared in the worst.
_INSTRUMENTS: Final = ("missed", "not run", "caught")
_WAIVED: Final = frozenset(Waiver.model_fields)


@dataclass(frozen=True)
class Part:
    """The report directory of a shard, as it was read."""

    directory: Path
    run: Run
    shard: Shard

    @property
    def ended(self) -> bool:
        """Whether the shard came to its end and wrote what it had recorded."""
        return self.run.scope.unfinished is None

    @property
    def log(self) -> Path:
        return self.directory / EXCHANGES_JSONL


def read(directories: Iterable[Path]) -> tuple[Part, ...]:
    """The shards in these directories, by number.

    Raises:
        ValueError: one is no shard, stands twice, or is of another run.
    """
    parts = sorted(map(_read, directories), key=lambda part: part.shard.number)
    for before, part in pairwise(parts):
        if before.shard.number == part.shard.number:
            where = f"{before.directory} and {part.directory}"
            raise ValueError(f"shard {part.shard} stands twice: in {where}")
    for part in parts[1:]:
        _alike(parts[0], part)
    _of_this_suite(parts[0])
    _never_twice(parts)
    return tuple(parts)


def collect(parts: Sequence[Part], log: Path) -> Collected:
    """All that the shards collected; their exchanges are written to `log`."""
    write_text(log, "".join(f"{line}\n" for line in _exchanges(parts)))
    exchanges = ExchangeLog(log)
    counted, rules = traffic.count(exchanges), load()
    checks = [check for part in parts for check in part.run.checks]
    return Collected(
        scope=_scope(parts, counted),
        requirements=rules,
        profile=rules.profile(parts[0].run.profile),
        # The same shards give the same verdict, whenever they are put together.
        today=max(part.run.finished_at for part in parts).astimezone(UTC).date(),
        exchanges=exchanges,
        traffic=counted,
        carried=tuple(check for check in checks if check.kind == "test"),
        stages=tuple(_stages(checks)),
        invariants=tuple(_invariants(checks)),
        readings=tuple(_readings(parts)),
        causes=tuple(_causes(parts)),
        leftovers=tuple(each for part in parts for each in part.run.leftovers),
        not_covered=parts[0].run.not_covered,
        drift=tuple(_drift(parts)),
        bindings_missing=tuple(each for part in parts for each in part.run.bindings_missing),
        waivers=tuple(_waivers(parts)),
        detection=detecting_power(),
    )


# --- reading ---


def _read(directory: Path) -> Part:
    try:
        run = read_valid_run(directory)
    except FileNotFoundError:
        raise ValueError(f"{directory}: holds no run.json") from None
    except ValueError as error:
        raise ValueError(f"{directory}: {error}") from None
    if run.scope.shard is None:
        raise ValueError(f"{directory}: is no shard of a run (--shard)")
    part = Part(directory, run, run.scope.shard)
    if part.ended and not part.log.exists():
        raise ValueError(f"{directory}: its {EXCHANGES_JSONL} is missing")
    if part.ended and (broken := next(WRITER.problems(part.log, run), None)):
        raise ValueError(f"{directory}: {EXCHANGES_JSONL} {broken}")
    return part


def _alike(first: Part, part: Part) -> None:
    """Raises ValueError where two shards are not of one run."""
    told = f"{part.directory} is of another run than {first.directory}"
    if first.shard.total != part.shard.total:
        raise ValueError(f"{told}: shard {part.shard}, not of {first.shard.total}")
    before, now = first.run.scope.identity, part.run.scope.identity
    if found := difference(before, now):
        raise ValueError(f"{told}: its {found[0]} is {found[2]}, not {found[1]}")
    divided = {each.shard.divided for each in (first, part)} - {None}
    if len(divided) > 1:
        raise ValueError(f"{told}: other checks were collected there")
    if _waiver_set(first) != _waiver_set(part):
        raise ValueError(f"{told}: it has other waivers")


def _of_this_suite(part: Part) -> None:
    """Raises ValueError where other requirements, or other files, made the shards."""
    mine, theirs = load().version, part.run.scope.requirement_set
    if mine != theirs:
        raise ValueError(f"{part.directory} is of requirement set {theirs}; this suite has {mine}")
    suite = part.run.scope.identity.get("suite", "")
    if part.ended and suite_digest() not in suite:
        raise ValueError(f"{part.directory} is of suite {suite}; put it together with that one")


def _never_twice(parts: Sequence[Part]) -> None:
    """Raises ValueError where a check, or the id of an exchange, is in two shards."""
    tests: dict[str, Part] = {}
    for part in parts:
        for name in {check.nodeid for check in part.run.checks if check.kind == "test"}:
            if (other := tests.setdefault(name, part)) is not part:
                raise ValueError(f"{name} stands in shards {other.shard} and {part.shard}")


def _exchanges(parts: Sequence[Part]) -> list[str]:
    """The lines of all logs, by start time."""
    keyed = sorted(chain.from_iterable(_lines(part) for part in parts))
    ids = Counter(name for _, name, _ in keyed)
    if twice := [name for name, count in ids.items() if count > 1]:
        raise ValueError(f"{len(twice)} exchanges stand in two shards, {twice[0]} first")
    return [line for _, _, line in keyed]


def _lines(part: Part) -> Iterator[tuple[str, str, str]]:
    """Start, id and text of each exchange; of a shard that died, none: its results are not told."""
    if not part.ended:
        return
    with part.log.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if not line.isspace():
                document: dict[str, Any] = json.loads(line)
                yield str(document["started_at"]), str(document["id"]), line.rstrip("\n")


# --- putting together ---


def _scope(parts: Sequence[Part], counted: Traffic) -> Scope:
    first, said = parts[0].run.scope, [part.run.scope for part in parts]
    orgs = {scope.org for scope in said}
    return first.model_copy(
        update={
            "org": first.org if len(orgs) == 1 else None,
            "started_at": min(scope.started_at for scope in said),
            "finished_at": max(scope.finished_at for scope in said),
            "builds": counted.builds,
            "api_versions": counted.api_versions,
            "interrupted": any(scope.interrupted for scope in said),
            "unfinished": "; ".join(_unfinished(parts)) or None,
            "lost": _lost(parts),
            "unwritten": (),
            "crashed_workers": sum(scope.crashed_workers for scope in said),
            "resumed": tuple(sorted(moment for scope in said for moment in scope.resumed)),
            "identity": next((s.identity for s in said if s.identity), {}),
            "shard": None,
            "merged": tuple(f"{part.shard} of {part.run.finished_at:%F %T} UTC" for part in parts),
            "missing_shards": _missing(parts),
            "note": "; ".join(_notes(parts)),
            "instrument": min((s.instrument for s in said), key=_INSTRUMENTS.index),
        }
    )


def _missing(parts: Sequence[Part]) -> tuple[str, ...]:
    total = parts[0].shard.total
    there = {part.shard.number for part in parts}
    return tuple(f"{number}/{total}" for number in range(1, total + 1) if number not in there)


def _unfinished(parts: Sequence[Part]) -> Iterator[str]:
    for part in parts:
        if not part.ended:
            yield f"shard {part.shard}: {part.run.scope.unfinished}"
    if _missing(parts) or not all(part.ended for part in parts) or parts[0].run.scope.narrowed:
        return
    found = {check.nodeid for part in parts for check in part.run.checks if check.kind == "test"}
    if shards.digest({*found, *_lost(parts)}) != parts[0].shard.divided:
        yield "the shards together do not hold the checks that were to be divided"


def _lost(parts: Sequence[Part]) -> tuple[str, ...]:
    return tuple(name for part in parts for name in part.run.scope.lost)


def _notes(parts: Sequence[Part]) -> Iterator[str]:
    """What is alike in all shards once, the rest with the shard's name."""
    yield f"put together from {len(parts)} of {parts[0].shard.total} shards"
    notes = {part.run.scope.note for part in parts}
    if len(notes) == 1:
        yield from (note for note in notes if note)
        return
    yield from (f"{it.shard}: {it.run.scope.note}" for it in parts if it.run.scope.note)


def _stages(checks: Iterable[CheckResult]) -> Iterator[CheckResult]:
    """Each stage once, as the shard tells it in which it went worst."""
    for alike in _by_name(checks, "stage"):
        bad = worst(check.verdict for check in alike)
        yield next(check for check in alike if check.verdict is bad)


def _invariants(checks: Iterable[CheckResult]) -> Iterator[CheckResult]:
    """Each invariant once, with the answers of all shards."""
    for alike in _by_name(checks, "invariant"):
        bad = worst(check.verdict for check in alike)
        first = next(check for check in alike if check.verdict is bad)
        counts: Counter[str] = Counter()
        for check in alike:
            counts.update(check.counts or {})
        found = first.message.partition(": ")[2]
        message = f"{counts['violated']} of {counts['seen']} answers: {found}" if found else ""
        yield first.model_copy(
            update={
                "counts": dict(counts),
                "message": message,
                "cards": tuple(card for check in alike for card in check.cards)[:CARDS],
                "exchanges": tuple(e for check in alike for e in check.exchanges)[:EXCHANGES],
            }
        )


def _by_name(checks: Iterable[CheckResult], kind: str) -> Iterator[list[CheckResult]]:
    found: dict[str, list[CheckResult]] = {}
    for check in checks:
        if check.kind == kind:
            found.setdefault(check.nodeid, []).append(check)
    yield from found.values()


def _readings(parts: Sequence[Part]) -> Iterator[Reading]:
    seen: Counter[tuple[str, str, str]] = Counter()
    for part in parts:
        for each in part.run.readings:
            seen[each.topic, each.reading, each.source] += each.seen
    for (topic, reading, source), count in sorted(seen.items()):
        yield Reading(topic=topic, reading=reading, source=source, seen=count)


def _drift(parts: Sequence[Part]) -> Iterator[Drift]:
    """Each departure once, however many parts have seen it."""
    found: dict[tuple[str, str, str, str], Drift] = {}
    for each in (drift for part in parts for drift in part.run.drift):
        key = (each.operation, each.status, each.place, each.said)
        known = found.get(key)
        seen = each.seen + (known.seen if known else 0)
        found[key] = (known or each).model_copy(update={"seen": seen})
    yield from found.values()


def _causes(parts: Sequence[Part]) -> Iterator[CauseNote]:
    for part in parts:
        for each in part.run.causes:
            yield CauseNote(cause=each.cause, kind=each.kind, what=each.what)


def _waivers(parts: Sequence[Part]) -> Iterator[Waiver]:
    for each in parts[0].run.waivers:
        yield Waiver.model_validate(each.model_dump(include=set(_WAIVED)))


def _waiver_set(part: Part) -> frozenset[str]:
    return frozenset(w.model_dump_json(include=set(_WAIVED)) for w in part.run.waivers)
