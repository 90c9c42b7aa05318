"""G: lists, search, reads."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from conformance.client.operations import is_id
from conformance.client.recording import Call, Facts
from conformance.client.rules.rule import Occasion, Rule, RuleOfSome, each, held, watching
from conformance.contract import envelope
from conformance.contract.operation import Kind
from fixtures.formats.json_values import MISSING, at

_LARGEST: Final = 256
# For so long after a write a search may not show it.
_STALE_S: Final = 120.0
_A_DAY_S: Final = 86_400.0
# Names under which a caller says of what day a price is meant to be, where `as_of` is meant.
_DATES: Final = (
    *("at", "on", "date", "price_date", "pricing_date", "effective_at", "effective_on"),
    *("valid_at", "valid_on", "order_date", "ordered_at"),
)
_TOKEN: Final = "next_token"  # noqa: S105 - the name of a field
_PAGING: Final = frozenset(
    {_TOKEN, "limit", "orgcode", "session_guid", "api_key", "request_context"}
)


def _is_list(call: Call) -> bool:
    return bool(call.operation and call.operation.kind is Kind.LIST)


@dataclass(eq=False)
class _RuleOfLists(RuleOfSome):
    @staticmethod
    def concerns(call: Call) -> bool:
        return _is_list(call)


def _told(call: Call) -> Any:
    """The token for the next page that an answer tells, or None."""
    for pointer in envelope.NEXT_TOKEN.pointers:
        if (found := at(call.answer, pointer)) is not MISSING and found:
            return found
    return None


def _filters(call: Call) -> str:
    left = {name: value for name, value in call.inputs.items() if name not in _PAGING}
    return json.dumps(left, sort_keys=True, default=str)


@watching("G1")
class TokenUnchanged(_RuleOfLists):
    """A token that nobody gave is a breach where a walk of the same caller and filters waited."""

    _given: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    _waiting: set[tuple[str, str, str]] = field(default_factory=set)

    def look(self, call: Call) -> Iterator[Occasion]:
        walk = (call.identity, call.path, _filters(call))
        given = self._given.setdefault(walk[:2], set())
        if sent := call.inputs.get(_TOKEN):
            if str(sent) in given:
                yield Occasion(call, kept=True)
            elif walk in self._waiting:
                yield Occasion(call, kept=False, said="a token that no answer gave")
            self._waiting.discard(walk)
        if told := _told(call):
            given.add(str(told))
            self._waiting.add(walk)


@watching("G2")
class FiltersUnchanged(_RuleOfLists):
    _of: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def look(self, call: Call) -> Iterator[Occasion]:
        sent = call.inputs.get(_TOKEN)
        before = self._of.get((call.identity, call.path, str(sent))) if sent else None
        if before is not None:
            yield from held(call, before == _filters(call), "another filter inside a walk")
        if told := _told(call):
            self._of[call.identity, call.path, str(told)] = before or _filters(call)


@watching("G3")
class ToTheEnd(_RuleOfLists):
    """An empty page that has a token is followed."""

    _open: dict[tuple[str, str, str], Call] = field(default_factory=dict)

    def look(self, call: Call) -> Iterator[Occasion]:
        page = (call.identity, call.path, str(call.inputs.get(_TOKEN)))
        if self._open.pop(page, None):
            yield Occasion(call, kept=True)
        if (told := _told(call)) and _is_empty(call):
            self._open[call.identity, call.path, str(told)] = call.slim()

    def end(self) -> Iterator[Occasion]:
        for call in self._open.values():
            yield Occasion(call, kept=False, said="the walk ended at an empty page")


def _is_empty(call: Call) -> bool:
    values = call.data.values() if isinstance(call.data, dict) else [call.data]
    pages = [value for value in values if isinstance(value, list)]
    return bool(pages) and not any(pages)


@each("G5")
def limit_in_range(call: Call, facts: Facts) -> Iterator[Occasion]:
    del facts
    limit = call.inputs.get("limit")
    if _is_list(call) and limit is not None:
        text = str(limit)
        kept = text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= _LARGEST
        yield from held(call, kept, "a limit outside 1 to 256")


@each("G9")
def one_filter(call: Call, facts: Facts) -> Iterator[Occasion]:
    del facts
    if call.op == "pmc.product.list":
        # The channel says which catalogue is meant, and narrows nothing.
        kept = len(call.inputs.keys() - _PAGING - {"channel_guid"}) <= 1
        yield from held(call, kept, "several filters at once")


@each("G10")
def style_with_variant(call: Call, facts: Facts) -> Iterator[Occasion]:
    del facts
    selector = call.inputs.get("selector")
    if call.op == "pmc.run.start" and isinstance(selector, dict) and "variant_id" in selector:
        yield from held(call, "style_id" in selector, "a variant selected without its style")
    elif call.op == "pvm.variant.get" and "variant_id" in call.inputs:
        # That a read wants both is our conclusion from a printed example.
        kept = "style_id" in call.inputs
        said = "" if kept else "a variant read without its style"
        yield Occasion(call, kept=kept, said=said, grave=False)


@each("G4")
def scoped(call: Call, facts: Facts) -> Iterator[Occasion]:
    del facts
    if _is_list(call) and call.operation and call.operation.org_scoped and call.headers:
        own = [name for name in call.inputs if name not in _PAGING]
        kept = bool(call.orgcode or call.inputs.get("org_guid") or own)
        yield from held(call, kept, "a list that names neither org nor any other scope")


@watching("G8")
class SearchIsLate(Rule):
    """What was just written is not made again because a search does not find it yet."""

    _written: dict[tuple[str, str], float] = field(default_factory=dict)
    _missed: dict[tuple[str, str], Call] = field(default_factory=dict)

    def see(self, call: Call) -> Iterator[Occasion]:
        operation, who = call.operation, call.identity
        if not operation:
            return
        if call.op.endswith(".search"):
            yield from self._searched(call)
        elif operation.kind is Kind.CREATE:
            for text in _words_of(call):
                if self._missed.pop((who, text), None):
                    yield Occasion(call, kept=False, said="made again after an empty search")
                if call.succeeded:
                    self._written[who, text] = call.started

    def _searched(self, call: Call) -> Iterator[Occasion]:
        for text in _words_of(call):
            key = (call.identity, text)
            if call.started - self._written.get(key, 0.0) > _STALE_S:
                continue
            if _is_empty(call):
                self._missed[key] = call.slim()
            else:
                yield Occasion(call, kept=True)

    def end(self) -> Iterator[Occasion]:
        for call in self._missed.values():
            yield Occasion(call, kept=True)


def _words_of(call: Call) -> set[str]:
    named = ((name, value) for name, value in call.inputs.items() if name not in _PAGING)
    return {v.casefold() for name, v in named if isinstance(v, str) and not is_id(name)}


@each("G11")
def as_of(call: Call, facts: Facts) -> Iterator[Occasion]:
    """A price of a past day is asked for by `as_of`; by another date it is only meant to be."""
    del facts
    if call.op not in ("ppm.price.resolve", "ppm.price.resolve_cart"):
        return
    if call.inputs.get("as_of"):
        yield Occasion(call, kept=True)
    elif any(_is_past(call.inputs.get(name), call.started) for name in _DATES):
        yield Occasion(call, kept=False, said="a past date, and no as_of")


def _is_past(value: Any, now: float) -> bool:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return False
    if found is None:
        return False
    at = found if found.tzinfo else found.replace(tzinfo=UTC)
    return at.timestamp() < now - _A_DAY_S
