"""When the steps of a script are made: together, after a pause, or until the answer is another."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from reports.exchange import Exchange
from reports.page.scene import Pointer, Scenes, leaves, reads, succeeded

_PAUSE_S: Final = 0.75  # a shorter pause between two calls meant nothing
_REFUSED: Final = 400
REFUSED: Final = "refused"  # as long as it is, a script asks again
_NEAR: Final = 8  # exchanges; the others of a process that polls are not far
_WORD: Final = re.compile(r"[a-z][a-z_-]{1,40}")
_BETWEEN_LOOKS_S: Final = 0.05  # unless one call is made again, until something has happened


def pace(
    scenes: Scenes, numbers: Sequence[int], own: frozenset[int], steps: list[dict[str, Any]]
) -> None:
    """Ask together what was asked together, and wait where the check waited."""
    last = None
    pairs = pairwise(zip(numbers, steps, strict=True))
    for (before, _), (number, step) in pairs:
        if before not in own or number not in own:
            last = None
            continue
        earlier, now = scenes.all[before], scenes.all[number]
        end = max(_end(earlier), last or _end(earlier))
        gap = (now.started_at - end).total_seconds()
        if gap < 0:
            step["together"], last = True, end
            continue
        last = None
        if gap > (_BETWEEN_LOOKS_S if _asks_again(earlier, now) else _PAUSE_S):
            step["pause_s"] = round(gap, 2)


def be_patient(
    scenes: Scenes, numbers: Sequence[int], judged: int | None, steps: Sequence[dict[str, Any]]
) -> None:
    """Let a script ask again where what was recorded had been waited for, or came by itself.

    What the platform did is asked for until it is no longer refused, up to the judged step; what a
    scene reads is read until it tells what later steps need. No race is run again.
    """
    pairs = zip(numbers, steps, strict=True)
    for (number, step), (_, following) in pairwise([*pairs, (0, {})]):
        exchange = scenes.all[number]
        if came_about := _came_about(scenes, number):
            step["until"] = came_about
        races = step.get("together") or following.get("together")
        is_before = "scene" in step or (judged is not None and number < judged)
        if races or not is_before or not succeeded(exchange) or "patient" in step:
            continue
        step["patient"] = True if reads(exchange) else REFUSED


def _came_about(scenes: Scenes, number: int) -> list[list[Any]]:
    """What an answer tells otherwise than the one before it to the same request: a state."""
    now = scenes.all[number]
    earlier = (scenes.all[n] for n in range(number - 1, max(-1, number - _NEAR), -1))
    before = next((e for e in earlier if e.check == now.check and _asks_again(e, now)), None)
    if not reads(now) or before is None or before.response is None or now.response is None:
        return []
    old = dict(leaves(before.response.body))
    return [
        [[*place], leaf]
        for place, leaf in leaves(now.response.body)
        if _is_word(leaf) and old.get(place) != leaf and _is_of_the_record(place)
    ]


def _is_word(value: Any) -> bool:
    """Whether a value is one of few, such as a status."""
    return isinstance(value, bool) or (isinstance(value, str) and bool(_WORD.fullmatch(value)))


def _is_of_the_record(place: Pointer) -> bool:
    return place[:1] != ("stats",) and all(isinstance(name, str) for name in place)


def _asks_again(one: Exchange, other: Exchange) -> bool:
    return (one.request.url, one.request.body) == (other.request.url, other.request.body)


def asked_once(steps: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The steps without those that were asked again and again, until the answer was another.

    How often that was hangs on the machine. The last is kept, with the time that passed; it is
    patient, so that it is asked again until it comes to what was recorded.
    """
    waiting: list[dict[str, Any]] = []
    for step in steps:
        if waiting and not (_is_same(waiting[-1], step) and not waiting[-1].get("gives")):
            yield from _looked(waiting)
            waiting = []
        waiting.append(step)
    yield from _looked(waiting)


def _looked(alike: Sequence[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    """What is left of one request that was made again and again."""
    if not alike[1:]:
        return alike
    *before, last = alike
    was_refused = all(each["status"] >= _REFUSED for each in before)
    waited_for = was_refused and last["status"] < _REFUSED
    # What an answer on the way showed may be what was judged.
    looked = all(each.get("patient") is True for each in alike) and not any(
        "came" in e for e in before
    )
    if not _pauses(alike) or not (waited_for or looked):
        return alike
    pauses = sum(each.get("pause_s", 0.0) for each in alike)
    kept = last | {"patient": True if looked else REFUSED}
    if looked:
        # The first look may have been what did it, where answers are kept for the next.
        kept |= {"looks": 1}
    return [kept | {"pause_s": round(pauses, 2)} if pauses else kept]


def _pauses(alike: Sequence[dict[str, Any]]) -> bool:
    """Whether somebody waited, which a flood does not, or the last answer was another one."""
    differ = alike[0].get("sketch") != alike[-1].get("sketch")
    return differ or all(each.get("pause_s") for each in alike[1:])


def _is_same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two steps are one request, not made at one moment."""
    asked = ("who", "method", "url", "headers", "body", "scene")
    alike = all(_steady(one.get(n)) == _steady(other.get(n)) for n in asked)
    return alike and not other.get("together")


def _steady(part: Any) -> Any:
    """A part of a request without how long an instant in it was ahead or ago."""
    if isinstance(part, Mapping):
        return part["$in_s"][1] if "$in_s" in part else {n: _steady(p) for n, p in part.items()}
    return [_steady(each) for each in part] if isinstance(part, list) else part


def _end(exchange: Exchange) -> datetime:
    return exchange.started_at + timedelta(milliseconds=exchange.elapsed_ms)
