"""When the steps of a script are made: together, after a pause, or until the answer is another."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from reports.exchange import Exchange
from reports.page.scene import Scenes

_PAUSE_S: Final = 0.75  # a shorter pause between two calls meant nothing
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


def _asks_again(one: Exchange, other: Exchange) -> bool:
    return (one.request.url, one.request.body) == (other.request.url, other.request.body)


def asked_once(steps: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The steps without those that were asked again at once, until the answer was another."""
    waiting: dict[str, Any] | None = None
    for step in steps:
        if waiting is not None and not (_is_same(waiting, step) and not waiting.get("gives")):
            yield waiting
        elif waiting is not None:
            step["patient"] = True
        waiting = step
    if waiting is not None:
        yield waiting


def _is_same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two steps are one request with two different answers, not asked together."""
    asked = ("who", "method", "url", "headers", "body")
    differ = one.get("sketch") != other.get("sketch") or one["status"] != other["status"]
    return differ and not other.get("together") and all(one.get(n) == other.get(n) for n in asked)


def _end(exchange: Exchange) -> datetime:
    return exchange.started_at + timedelta(milliseconds=exchange.elapsed_ms)
