"""The exchanges of a scene as the steps of a script, and the names of values that go between."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, Final
from urllib.parse import unquote_plus

from fixtures.exchange.evidence import INVOKE
from reports.exchange import Exchange
from reports.model import Run
from reports.page.addresses import Addresses
from reports.page.files import Files, is_read, mark_pivot
from reports.page.moments import Moments, is_epoch
from reports.page.names import Names
from reports.page.pace import asked_once, be_patient, pace
from reports.page.reproduction import counts, goes_on, shows_again
from reports.page.scene import (
    CURSOR,
    REDACTED,
    UUID,
    Scenes,
    creates,
    goes_on_from,
    is_paged,
    leaves,
    lists,
    moment_of,
    origin_of,
    reads,
    succeeded,
    tokens,
)
from reports.page.subject import Part, Subject, refusal, sketch, sketches

_COMMON: Final = frozenset({"ofm.org.create", "usm.session.create", "operator.uas_usercreate"})
# What a platform may draw by itself, such as a code: only its case is the same each time.
_MADE_UP: Final = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9]{6,}")
_QUEUE: Final = "queue_url"
_MEASURED: Final = re.compile(r"(?:\w+_)?(?:bytes|size|elapsed|duration|latency)(?:_\w+)?")
_INBOXES: Final = "/webhooks/"
_VERIFY: Final = "rbs.subscription.verify"
_OWN_HEADERS: Final = frozenset({"content-length", "host", "accept-encoding", "connection"})


class Steps:
    """The exchanges of one scene as steps, and the names of the values that go between them.

    `own` are the check's.
    """

    def __init__(
        self,
        run: Run,
        scenes: Scenes,
        numbers: Sequence[int],
        own: Sequence[int],
        subject: Subject,
    ) -> None:
        self._scenes, self._numbers, self._own = scenes, numbers, frozenset(own)
        self._subject = subject
        self._step = {number: place for place, number in enumerate(numbers)}
        self.names = Names(scenes, numbers)
        self.base_url = origin_of(run.target.host, scenes.all)
        self._addresses = Addresses(self.base_url)
        invoked = (scenes.all[n].request for n in numbers)
        self.operator_url = next(
            (each.url.rpartition("/")[0] for each in invoked if each.method == INVOKE), ""
        )
        self._listing = self._list_of(subject)
        self._walk = self._walk_of(subject)
        self._last_page = self._walk[-1] if self._walk else None
        self._records = self._made_records()
        for number in own if subject.is_delivered else ():
            for token in scenes.gives(number):
                self.names.add(token)
        self._moments = Moments(scenes, numbers)
        self._files = Files(scenes, numbers, own, self.names)

    def _list_of(self, subject: Subject) -> str | None:
        """The operation whose answers were judged by the records that they list."""
        judged = None if subject.number is None else self._scenes.all[subject.number]
        if judged is None or not lists(judged) or not succeeded(judged):
            return None
        if subject.observed in sketches(judged):
            return None
        return judged.operation

    @property
    def addresses(self) -> Mapping[str, str]:
        """Variables of addresses that the script asks for, with what they mean."""
        return self._addresses.asked

    @property
    def _compares(self) -> bool:
        """Whether the finding is about more than status and tag, such as how refusals differ."""
        number = self._subject.number
        judged = None if number is None else self._scenes.all[number]
        return judged is None or self._subject.observed not in sketches(judged)

    @cached_property
    def listens(self) -> bool:
        """Whether the check gave the platform an address to deliver to, and judged what came."""
        sent = "".join(json.dumps(self._scenes.all[n].request.body) for n in self._own)
        told = self._subject.is_delivered and self._compares
        return told and (_INBOXES in sent or f'"{_QUEUE}"' in sent)

    def needs(self) -> Iterator[str]:
        """What a reader must set before."""
        yield f"BASE_URL is {self.base_url} unless it is set."
        if self.operator_url:
            yield f"OPERATOR_URL is {self.operator_url} unless it is set."
        yield from self.addresses.values()
        given = [name for name, drawn in self.names.secrets.items() if not drawn]
        if given:
            yield f"Set {', '.join(given)}: secrets of accounts that were there before."

    def made(self) -> list[dict[str, Any]] | None:
        """The steps; None where one of them went somewhere that no script can reach."""
        steps = [self._made(number) for number in self._numbers]
        if any(step is None for step in steps):
            return None
        found = [step for step in steps if step is not None]
        passed = self._moments.after()
        for number, step in zip(self._numbers, found, strict=True):
            if number in passed:
                step["then"] = passed[number]
            if number in self.names.gives:
                step["gives"] = self.names.gives[number]
            if number == self._files.pivot:
                mark_pivot(step)
        for place, step in enumerate(found if self.addresses else ()):
            step["n"] = place
        pace(self._scenes, self._numbers, self._own, found)
        be_patient(self._scenes, self._numbers, self._subject.number, found)
        return [*asked_once(step for step in found if "method" in step)]

    # --- one step ---

    def _made(self, number: int) -> dict[str, Any] | None:
        exchange = self._scenes.all[number]
        if is_read(exchange):
            is_judged = number in self._own and self._compares
            return self._files.step(number, self._came) if is_judged else {}
        request, response = exchange.request, exchange.response
        url = self._url(request.method, request.url, number)
        if url is None or self._uses_another_queue(number):
            return None
        step: dict[str, Any] = {"who": exchange.actor, "method": request.method, "url": url}
        headers = {n: t for n, t in request.headers.items() if n not in _OWN_HEADERS}
        headers.pop("user-agent", None)
        if headers:
            step["headers"] = self._filled(headers, exchange)
        if request.body is not None:
            step["body"] = self._filled(request.body, exchange, number)
        step["status"] = response.status if response else 0
        if exchange.operation == _VERIFY:
            step |= self._token(number)
        if number not in self._own:
            return step | {"scene": True}
        return step | self._to_compare(number, exchange)

    def _uses_another_queue(self, number: int) -> bool:
        """Whether the scene rests on a second queue, which whoever runs a script is not asked for.

        The judged call may name a queue that is not there, or of somebody else.
        """
        exchange = self._scenes.all[number]
        body = exchange.request.body
        url = body.get(_QUEUE) if isinstance(body, Mapping) else None
        if number == self._subject.number or not isinstance(url, str) or not succeeded(exchange):
            return False
        return self._addresses.is_another_queue(url)

    def _to_compare(self, number: int, exchange: Exchange) -> dict[str, Any]:
        """What a step of the check itself must come to again."""
        found: dict[str, Any] = {"sketch": sketch(exchange)}
        if reads(exchange):
            found["patient"] = True
        if self._listing == exchange.operation:
            found["lists"] = "on" if goes_on_from(exchange) else "first"
        if number == self._last_page:
            found["listed"] = {"names": self._records, "counts": self._counts()}
            found["listed"]["repeats"] = shows_again(self._pages())
        if self._ends_walk(number, exchange):
            found["ends"] = not goes_on(exchange.response.body if exchange.response else None)
        if (told := self._telling(number, exchange)) is not None:
            found["came"] = self._came(told, exchange)
            if steady := self._moments.beside_the_first(number, self._own, self.names.gives):
                found["steady"] = steady
        return found

    def _ends_walk(self, number: int, exchange: Exchange) -> bool:
        """Whether it is the last page, of what is judged by all pages, or by what they sent."""
        later = (self._scenes.all[n] for n in self._own if n > number)
        if any(each.operation == exchange.operation for each in later):
            return False
        return number == self._last_page or (self.listens and is_paged(exchange))

    def _telling(self, number: int, exchange: Exchange) -> Any:
        """The part of an answer's body that shows the failure; None where no part does."""
        body = exchange.response.body if exchange.response else None
        if self.listens:
            return None
        if number == self._subject.number:
            # The pages of a walk hold other records each time: these are counted over all of them.
            pages = (self._scenes.all[n] for n in self._own)
            alike = [p for p in pages if (p.operation, p.actor) == _who(exchange)]
            if self._listing and any(map(goes_on_from, alike)):
                return None
            return self._subject.told_by(body, sketches(exchange))
        return refusal(body) if self._compares and not succeeded(exchange) else None

    def _url(self, method: str, url: str, number: int) -> str | None:
        origin = self._scenes.companion(number) or self.base_url
        at = self._companion(origin) if origin != self.base_url else ""
        if method == INVOKE:
            return f"{at or '${OPERATOR_URL}'}/{url.rpartition('/')[2]}"
        if url.startswith(f"{origin}/"):
            path, mark, query = url.removeprefix(origin).partition("?")
            pairs = (self._parameter(pair, number) for pair in query.split("&"))
            return (at or "${BASE_URL}") + self.names.text(path) + mark + "&".join(pairs)
        whole = self.names.text(url)
        return whole if whole.startswith("${") else None

    def _companion(self, origin: str) -> str:
        """The name of the address of a platform beside the target, which the operator made."""
        number, pointer = self._scenes.companions[origin]
        name = f"p{self._step[number] + 1}_{pointer[-1]}"
        self.names.gives.setdefault(number, {})[name] = [*pointer]
        return f"${{{name}}}"

    def _parameter(self, pair: str, number: int) -> str:
        """A parameter of a query."""
        name, _, value = pair.partition("=")
        cursor = self._cursor(name, unquote_plus(value), number)
        return f"{name}=${{{cursor}.quoted}}" if cursor else self.names.text(pair)

    def _cursor(self, name: str, value: str, number: int) -> str | None:
        """The name of what says where a page begins: the answer before it gave it."""
        operation = self._scenes.all[number].operation
        for before in reversed(self._numbers[: self._step[number]] if CURSOR.search(name) else ()):
            earlier = self._scenes.all[before]
            if earlier.operation != operation or earlier.response is None:
                continue
            places = [place for place, leaf in leaves(earlier.response.body) if leaf == value]
            if places:
                given = f"c{self._step[before] + 1}"
                self.names.gives.setdefault(before, {})[given] = [*places[0]]
                return given
        return None

    def _filled(self, value: Any, exchange: Exchange, number: int | None = None) -> Any:
        """A value of a request as a template."""
        if isinstance(value, Mapping):
            return {n: self._field(n, part, exchange, number) for n, part in value.items()}
        if isinstance(value, list):
            return [self._filled(part, exchange, number) for part in value]
        if isinstance(value, str):
            return self._moments.asked(value, self._moments.now(exchange)) or self._text(value)
        return value

    def _text(self, value: str) -> str:
        mark, rest = self._addresses.of_receiver(value) or ("", value)
        return mark + self.names.text(rest)

    def _field(self, name: str, value: Any, exchange: Exchange, number: int | None) -> Any:
        is_number = isinstance(value, int) and not isinstance(value, bool)
        if is_number and "revision" in name and number is not None:
            return self._revision(value, number)
        if name == _QUEUE and isinstance(value, str) and "://" in value:
            return self._addresses.of_queue(value)
        if isinstance(value, str) and number is not None:
            cursor = self._cursor(name, value, number)
            return f"${{{cursor}}}" if cursor else self._filled(value, exchange, number)
        return self._filled(value, exchange, number)

    def _revision(self, value: int, number: int) -> Any:
        """A revision as a record had it in an earlier answer of the scene."""
        about = self._scenes.asked(number)
        for before in reversed(self._numbers[: self._step[number]]):
            response = self._scenes.all[before].response
            body = response.body if response else None
            found = [p for p, leaf in leaves(body) if p[-1:] == ("revision",) and leaf == value]
            known = {t for _, leaf in leaves(body) if isinstance(leaf, str) for t in tokens(leaf)}
            shared = {t for t in about & (known | self._scenes.asked(before)) if UUID.fullmatch(t)}
            if found and shared:
                name = f"r{self._step[before] + 1}"
                self.names.gives.setdefault(before, {})[name] = [*found[0]]
                return {"$is": [name, value]}
        return value

    def _token(self, number: int) -> dict[str, str]:
        """The name of a token that came to the queue, and of the subscription that it is about."""
        named = {
            token: self.names.marks.get(token, "")[2:-1] for token in self._scenes.asked(number)
        }
        came = [n for token, n in named.items() if token.startswith("#") and "TOKEN" in n]
        request = self._scenes.all[number].request.body
        about = request.get("subscription_id") if isinstance(request, Mapping) else None
        if not came or str(about) not in named:
            return {}
        self.names.secrets.pop(came[0], None)
        return {"token": came[0], "about": named[str(about)]}

    # --- what came ---

    def _came(self, value: Any, exchange: Exchange) -> Any:
        """A value of the judged answer as a template: what must come again."""
        if isinstance(value, Part):
            return {name: self._came(part, exchange) for name, part in value.items()}
        if isinstance(value, Mapping):
            told = {name: self._came(part, exchange) for name, part in value.items()}
            # How long something is, or took, hangs on what was drawn.
            told |= {name: {"$any": 1} for name in told if _MEASURED.fullmatch(name)}
            return {**told, "$no_more": 1}
        if isinstance(value, list):
            return self._items(value, exchange)
        if isinstance(value, str):
            return self._leaf(value, self._moments.now(exchange), in_file=is_read(exchange))
        return {"$any": 1} if is_epoch(value, exchange.started_at) else value

    def _items(self, value: list[Any], exchange: Exchange) -> dict[str, Any]:
        mine = [each for each in value if self._is_ours(each)]
        everything = len(mine) == len(value)
        listed = [self._came(each, exchange) for each in mine]
        return {"$items": listed, "all": everything, "ours": self._records}

    def _is_ours(self, item: Any) -> bool:
        """Whether an element of a list names nothing, or something of the scene."""
        found = {t for _, leaf in leaves(item) if isinstance(leaf, str) for t in tokens(leaf)}
        records = {token for token, mark in self.names.marks.items() if mark[2:-1] in self._records}
        return not any(UUID.fullmatch(t) for t in found) or not found.isdisjoint(records)

    def _leaf(self, text: str, started: datetime, *, in_file: bool) -> Any:
        if (address := self._addresses.shown(text)) is not None:
            return address
        if (to_come := self._moments.shown(text, started)) is not None:
            return to_come
        if (moment := moment_of(text)) is not None:
            return self._files.moment(moment, text) if in_file else {"$any": 1}
        rest = text
        for known in self.names.marks.keys() & set(tokens(text)):
            rest = rest.replace(known, "")
        if REDACTED.search(rest) or UUID.search(rest):
            return {"$any": 1}
        told = self.names.text(text)
        if told == text and _MADE_UP.fullmatch(text) and any(c.isdigit() for c in text):
            return {"$case": [text.islower(), text.isupper()]}
        return told

    def _made_records(self) -> list[str]:
        """Names of all records that the scene and the check make, for what a list shows of them.

        A record is known by its id, and by what was drawn for it: a code, a caption.
        """
        found = []
        for number in self._numbers:
            exchange = self._scenes.all[number]
            if not (succeeded(exchange) and creates(exchange)):
                continue
            drawn = (self.names.marks.get(token, "")[2:-1] for token in self._scenes.asked(number))
            found += [name for name in drawn if name in self.names.fresh]
            # What all records of an org have in common tells none of them apart.
            for token in () if exchange.operation in _COMMON else self._scenes.gives(number):
                self.names.add(token)
                found.append(self.names.marks[token][2:-1])
        return sorted(set(found))

    def _walk_of(self, subject: Subject) -> list[int]:
        """The pages of the walk through a list that the judged answer belongs to."""
        pages: list[int] = []
        for number in sorted(self._own) if self._listing else ():
            page = self._scenes.all[number]
            if page.operation != self._listing:
                continue
            if not goes_on_from(page):
                if subject.number in pages:
                    break
                pages = []
            pages.append(number)
        return pages

    def _counts(self) -> list[int]:
        """How many entries of the walk show each record."""
        tokens_of = {mark[2:-1]: token for token, mark in self.names.marks.items()}
        return counts(self._pages(), [tokens_of[name] for name in self._records])

    def _pages(self) -> list[Any]:
        """The answers of the walk."""
        answers = (self._scenes.all[number].response for number in self._walk)
        return [answer.body for answer in answers if answer is not None]


def _who(exchange: Exchange) -> tuple[str, str]:
    return exchange.operation, exchange.actor
