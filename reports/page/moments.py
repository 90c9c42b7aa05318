"""Instants of a scene as templates: by how far they are from the call that names them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final, TypeGuard

from reports.exchange import Exchange
from reports.page.scene import Pointer, Scenes, leaves, moment_of

_NEAR: Final = timedelta(days=100)


class Moments:
    """The instants that the exchanges of a scene name."""

    def __init__(self, scenes: Scenes, numbers: Sequence[int]) -> None:
        self._scenes, self._numbers = scenes, numbers
        self._within = frozenset(numbers)

    @cached_property
    def _fixed(self) -> frozenset[datetime]:
        """Instants that requests of the scene name as they are."""
        sent = (leaf for n in self._numbers for _, leaf in leaves(self._scenes.all[n].request.body))
        moments = (moment_of(leaf) for leaf in sent if isinstance(leaf, str))
        return frozenset(moment for moment in moments if moment is not None)

    def after(self) -> dict[int, list[str]]:
        """Instants of the scene's own time that requests name, by the exchange they came after."""
        ends = [
            (n, each.started_at + timedelta(milliseconds=each.elapsed_ms))
            for n in self._numbers
            for each in [self._scenes.all[n]]
        ]
        found: dict[int, list[str]] = {}
        for number in self._numbers:
            asked = [leaf for _, leaf in leaves(self._scenes.all[number].request.body)]
            for text in [] if self._scenes.moves(number) else filter(_is_text, asked):
                moment = moment_of(text)
                before = [n for n, end in ends if moment and n < number and end <= moment]
                is_past = moment is not None and moment <= self._scenes.all[number].started_at
                if before and is_past and text not in found.get(before[-1], ()):
                    found.setdefault(before[-1], []).append(text)
        return found

    def now(self, exchange: Exchange) -> datetime:
        """When it was, with the moves of a clock that are no part of the script."""
        moves = self._scenes.moves(self._scenes.place[exchange.id])
        other = sum(seconds for number, seconds in moves.items() if number not in self._within)
        return exchange.started_at + timedelta(seconds=other)

    def asked(self, text: str, started: datetime) -> Any:
        """An instant by how far it is from the call, unless it is a fixed one."""
        moment = moment_of(text)
        if moment is None or abs(moment - started) > _NEAR:
            return None
        if _is_far_and_round(moment, moment - started):
            return None
        return {"$in_s": [round((moment - started).total_seconds(), 3), text]}

    def shown(self, text: str, started: datetime) -> Any:
        """An instant to come as an answer shows it; None for any other text."""
        moment = moment_of(text)
        if moment is None:
            return None
        ahead = moment - started
        if not timedelta() < ahead < _NEAR:
            return None
        # One that was sent as it is, the beginning of a day, or any other.
        if moment in self._fixed and _is_far_and_round(moment, ahead):
            return text
        is_midnight = moment.time() == datetime.min.time() and moment not in self._fixed
        told = [round(ahead.total_seconds(), 3), text]
        return {"$midnight" if is_midnight else "$in_s": told}

    def beside_the_first(
        self, number: int, own: Iterable[int], gives: dict[int, dict[str, list[str | int]]]
    ) -> list[list[Any]]:
        """Instants to come in an answer, and whether the first answer to the same told them alike.

        As place, name of the value in the first answer, and whether they are the same; `gives` is
        told of the names.
        """
        exchange = self._scenes.all[number]
        others = ((n, self._scenes.all[n]) for n in sorted(own) if n < number)
        first = next((n for n, each in others if _is_the_same(each, exchange)), None)
        if first is None:
            return []
        earlier, found = dict(_instants(self._scenes.all[first])), []
        for place, moment in _instants(exchange):
            if place in earlier and moment > exchange.started_at:
                name = f"m{first}_{place[-1]}"
                gives.setdefault(first, {})[name] = [*place]
                found.append([[*place], name, earlier[place] == moment])
        return found


def _is_text(value: Any) -> TypeGuard[str]:
    return isinstance(value, str)


def _is_the_same(one: Exchange, other: Exchange) -> bool:
    asked = [(each.actor, each.request.url, each.request.body) for each in (one, other)]
    return asked[0] == asked[1]


def _instants(exchange: Exchange) -> Iterator[tuple[Pointer, datetime]]:
    """The instants that an answer tells, but for those of the call itself."""
    body = exchange.response.body if exchange.response else None
    for place, leaf in leaves(body):
        moment = moment_of(leaf) if isinstance(leaf, str) else None
        if moment is not None and place[:1] != ("stats",):
            yield place, moment


def _is_far_and_round(moment: datetime, ahead: timedelta) -> bool:
    """Whether an instant looks as if it did not hang on the time of the call."""
    return moment.second == 0 and moment.microsecond == 0 and abs(ahead) > timedelta(days=1)


def is_epoch(value: Any, now: datetime) -> bool:
    """Whether it looks like an instant in seconds or milliseconds of the epoch."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return any(abs(value / unit - now.timestamp()) < _NEAR.total_seconds() for unit in (1, 1000))
