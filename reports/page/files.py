"""Files that a check put or read beside the platform, as steps of its script."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from fixtures.formats import ndjson
from reports.exchange import STORAGE, Exchange
from reports.page.names import Names
from reports.page.scene import Scenes, changes, leaves, succeeded
from reports.page.subject import sketch

LISTED: Final = "storage.objects"
FETCH: Final = "FETCH"
_CUT: Final = re.compile(r"\.\.\. \[cut: \d+ characters in all\]$")
_DIGEST: Final = re.compile(r"(?:[\w-]+[:=])?((?:[0-9a-fA-F]{32}){1,4}|[0-9a-fA-F]{40})")
_FINE: Final = re.compile(r"\.\d{3}")  # an instant with less cannot be told from another near by
_PIVOT: Final = "pivot"
_FORM: Final = "content-type"


def is_read(exchange: Exchange) -> bool:
    """Whether it read a file, or a list of files."""
    return exchange.actor == STORAGE and not changes(exchange)


class Files:
    """The files that the exchanges `own` of a check read; `numbers` are those of its scene."""

    def __init__(
        self, scenes: Scenes, numbers: Sequence[int], own: Sequence[int], names: Names
    ) -> None:
        self._scenes, self._numbers, self._names = scenes, numbers, names
        self._own = sorted(own)
        self._inside: dict[int, list[int]] = {}
        for number in self._own:
            if scenes.all[number].operation == LISTED:
                self._inside[number] = [*self._objects_of(number)]
        #: What made the platform write the files: instants in them are before or after it.
        self.pivot = self._last_change()

    def _objects_of(self, listing: int) -> Iterator[int]:
        """What was read of the objects that a list named."""
        exchange = self._scenes.all[listing]
        bucket = exchange.request.url.partition("?")[0]
        wanted = {f"{bucket}/{key}" for key in _keys(exchange)}
        for number in self._own:
            other = self._scenes.all[number]
            if number > listing and is_read(other) and unquote(other.request.url) in wanted:
                yield number

    def _last_change(self) -> int | None:
        first = next((n for n in self._own if is_read(self._scenes.all[n])), None)
        if first is None:
            return None
        before = (n for n in reversed(self._numbers) if n < first)
        asked = (n for n in before if self._scenes.all[n].request.method != "INVOKE")
        changed = (n for n in asked if changes(self._scenes.all[n]))
        return next((n for n in changed if succeeded(self._scenes.all[n])), None)

    def step(self, number: int, came: Callable[[Any, Exchange], Any]) -> dict[str, Any]:
        """What reads a file; empty for an object that is read with its list.

        `came` makes a template of what was in a file.
        """
        if any(number in inside for inside in self._inside.values()):
            return {}
        exchange = self._scenes.all[number]
        step = {"who": STORAGE, "method": FETCH, **self._where(exchange, number)}
        step |= {"status": exchange.response.status if exchange.response else 0}
        step |= {"sketch": sketch(exchange)}
        if (told := self._told(number)) is None:
            return step
        wanted = {"rows": came(told, exchange), "digests": self._digests(exchange, number)}
        headers = exchange.response.headers if exchange.response else {}
        if _FORM in headers and exchange.operation != LISTED:
            wanted["lines"] = headers[_FORM] == ndjson.MEDIA_TYPE
        return step | {"came": wanted, "names": [*wanted["digests"]]}

    def moment(self, moment: datetime, text: str) -> dict[str, Any]:
        """An instant in a file as a template."""
        if self.pivot is None or not _FINE.search(text):
            return {"$any": 1}
        return {"$after": moment >= self._scenes.all[self.pivot].started_at}

    def _where(self, exchange: Exchange, number: int) -> dict[str, Any]:
        url = exchange.request.url
        if "://" not in url:
            return {"url": self._names.text(url)}
        parts = urlsplit(url)
        endpoint = self._place(f"{parts.scheme}://{parts.netloc}", number)
        bucket, _, key = unquote(parts.path).lstrip("/").partition("/")
        at = f"{endpoint}/{self._place(bucket, number)}"
        if exchange.operation != LISTED:
            return {"url": f"{at}/{self._place(key, number)}", "signed": 1}
        (prefix,) = parse_qs(parts.query).get("prefix", [""])
        read = {unquote(self._scenes.all[n].request.url) for n in self._inside[number]}
        rest = [key for key in _keys(exchange) if f"{url.partition('?')[0]}/{key}" not in read]
        found: dict[str, Any] = {"url": at, "prefix": self._place(prefix, number)}
        # Where nothing was read, how many there are is what was looked at.
        return found | ({"besides": [self._place(key, number) for key in rest]} if read else {})

    def _place(self, text: str, number: int) -> str:
        """A part of an address as an answer gave it, or else with the names of values in it."""
        for before in reversed([n for n in self._numbers if n < number]):
            earlier = self._scenes.all[before]
            if earlier.actor == STORAGE or earlier.response is None:
                continue
            for pointer, leaf in leaves(earlier.response.body):
                if leaf == text:
                    name = f"f{self._numbers.index(before) + 1}_{pointer[-1]}"
                    self._names.gives.setdefault(before, {})[name] = [*pointer]
                    return f"${{{name}}}"
        return self._names.text(text)

    def _told(self, number: int) -> Any:
        """What was read: the rows of all objects of a list, or of one file; None if unknown."""
        exchange = self._scenes.all[number]
        if not succeeded(exchange) or exchange.response is None:
            return None
        if exchange.operation != LISTED:
            return _whole(exchange.response.body)
        inside = [self._scenes.all[n] for n in self._inside[number]]
        bodies = [_whole(each.response.body) for each in inside if each.response]
        if not bodies:
            return len(_keys(exchange))
        if None in bodies:
            return None
        return [row for body in bodies for row in (body if isinstance(body, list) else [body])]

    def _digests(self, exchange: Exchange, number: int) -> dict[str, bool]:
        """Which values that look like a digest are one of this file, by their names."""
        real = exchange.response.headers.get("digest", "") if exchange.response else ""
        found: dict[str, bool] = {}
        if not real:
            return found
        for before in (n for n in self._own if n < number and not is_read(self._scenes.all[n])):
            response = self._scenes.all[before].response
            for pointer, leaf in leaves(response.body if response else None):
                told = _DIGEST.fullmatch(leaf) if isinstance(leaf, str) else None
                if told and pointer[0] != "stats":
                    name = f"d{self._numbers.index(before) + 1}_{pointer[-1]}"
                    self._names.gives.setdefault(before, {})[name] = [*pointer]
                    found[name] = f"={told[1].lower()}" in real
        return found


def mark_pivot(step: dict[str, Any]) -> None:
    """Have a script remember when it began this step."""
    step[_PIVOT] = 1


def _keys(exchange: Exchange) -> list[str]:
    body = exchange.response.body if exchange.response else None
    return [str(key) for key in body] if isinstance(body, list) else []


def _whole(body: Any) -> Any:
    """What a file told; None where the record has only its beginning."""
    return None if isinstance(body, str) and _CUT.search(body) else body
