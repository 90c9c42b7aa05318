"""The evidence inside the compliance page: every check, and every exchange that a check names.

It is one JSON value, compressed, which the page's script reads when somebody opens a check. Equal
kinds of exchanges are kept as a shape and columns of values, which compresses well. The block has
a budget. Each exchange has a line; which of them are kept whole goes by rank: all of what failed,
then the last exchange of every check, then the rest. What no longer fits is in exchanges.jsonl,
and the page says so.
"""

import base64
import gzip
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import JsonValue

from reports.exchange import Exchange
from reports.model import CheckResult, Run
from reports.verdict import Verdict

BODY_CAP: Final = 6_000  # characters of one body; the whole of it is in exchanges.jsonl
# In the place of a shape: the exchange is a line only.
LINE_ONLY: Final = -1
_LEAF: Final = 0
_PACKED: Final = re.compile(r'id="evidence">\s*([A-Za-z0-9+/=]+)\s*</script>')
_HASTE: Final = 0.97  # how far an estimate is trusted
_GOOD: Final = frozenset({Verdict.PASS, Verdict.NOT_APPLICABLE})


@dataclass(frozen=True)
class Block:
    """The block as text of base64, and how much it holds of what was recorded.

    `lines` are exchanges of which something is kept, `whole` those that are kept in full.
    """

    text: str
    total: int
    lines: int
    whole: int


class Evidence:
    """The exchanges that checks of a run name, in the order in which they deserve room."""

    def __init__(self, run: Run, exchanges: Iterable[Exchange]) -> None:
        self._run = run
        found = {exchange.id: exchange for exchange in exchanges}
        self.total = len(found)
        self._ranked = [found[name] for name in ranked(run) if name in found]
        self.by_id: Mapping[str, Exchange] = {each.id: each for each in self._ranked}
        self._position = {each.id: place for place, each in enumerate(self._ranked)}

    def positions(self, ids: Iterable[str | None]) -> list[int]:
        """Where the exchanges of these ids stand in the block, in their order of time."""
        known = {self._position[name] for name in ids if name in self._position}
        return sorted(known, key=lambda place: self._ranked[place].started_at)

    def pack(self, scripts: Mapping[str, str], budget: int) -> Block:
        """The block, at most `budget` bytes long; `scripts` are texts by the id of their check."""
        columns = _Columns(self._ranked)
        frame = {
            "host": self._run.target.host,
            "total": self.total,
            "checks": self._checks(),
            "scripts": dict(scripts),
        }

        def packed(whole: int) -> str:
            return _compressed({**frame, **columns.upto(whole)})

        whole, text = _most_that_fits(packed, _deserving(self._run), len(self._ranked), budget)
        if text is not None:
            return Block(text, self.total, len(self._ranked), whole)
        return self._poorer(frame, budget)

    def _checks(self) -> dict[str, list[list[Any]]]:
        """The checks by requirement, each as the page's script reads it; under "" the others."""
        made = {item.id: [*map(self._check, item.checks)] for item in self._run.requirements}
        return {**made, "": [*map(self._check, self._run.unassigned)]}

    def _check(self, check: CheckResult) -> list[Any]:
        return [
            check.nodeid,
            str(check.verdict),
            check.message,
            check.cause or "",
            dict(check.counts or {}),
            round(check.duration_s, 2),
            check.certainty or "",
            self.positions(_of(check)),
        ]

    def _poorer(self, frame: Mapping[str, Any], budget: int) -> Block:
        """What fits where not even a line for each exchange does."""
        bare = _Columns(()).upto(0)
        nothing: dict[str, Any] = {}
        for less in ({}, {"scripts": nothing}, {"scripts": nothing, "checks": nothing}):
            text = _compressed({**frame, **bare, **less})
            if len(text) <= budget:
                return Block(text, self.total, 0, 0)
        return Block("", self.total, 0, 0)


def block_of(page: str) -> dict[str, Any]:
    """The value of the block in a page; empty where it has none."""
    found = _PACKED.search(page)
    return unpacked(found[1]) if found else {}


def exchanges_in(page: str) -> Iterator[list[Any]]:
    """The exchanges that a page keeps whole, each as [headers, [body], headers, [body]]."""
    block = block_of(page)
    yield from wholes(block).values() if block else ()


def wholes(block: Mapping[str, Any]) -> dict[str, Any]:
    """The same of an unpacked block, by id."""
    found, taken = {}, [0] * len(block["shapes"])
    names = block["lines"][0] if block["lines"] else []
    for name, shape in zip(names, block["shape"], strict=True):
        if shape != LINE_ONLY:
            leaves = iter([column[taken[shape]] for column in block["values"][shape]])
            taken[shape] += 1
            found[name] = _rebuilt(block["shapes"][shape], leaves)
    return found


def _rebuilt(shape: Any, leaves: Iterator[Any]) -> Any:
    if isinstance(shape, dict):
        return {name: _rebuilt(part, leaves) for name, part in shape.items()}
    if isinstance(shape, list):
        return [_rebuilt(part, leaves) for part in shape]
    return next(leaves)


def unpacked(text: str) -> dict[str, Any]:
    """The value of a block, as the page's script reads it."""
    found: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(text)))
    return found


def ranked(run: Run) -> list[str]:
    """The ids of all exchanges that checks name, those that deserve room most first."""
    failed = [each for check in run.checks if check.verdict is Verdict.FAIL for each in _of(check)]
    unclear = [check for check in run.checks if check.verdict not in _GOOD]
    return [
        *dict.fromkeys(
            [
                *failed,
                *(name for check in unclear for name in _telling(check)),
                *(name for check in run.checks for name in _telling(check)),
                *(name for check in unclear for name in _of(check)),
                *(name for check in run.checks for name in _of(check)),
            ]
        )
    ]


def _deserving(run: Run) -> int:
    """How many of the ranked show every check at least once."""
    failed = {each for check in run.checks if check.verdict is Verdict.FAIL for each in _of(check)}
    return len(failed.union(*(_telling(check) for check in run.checks)))


def _of(check: CheckResult) -> list[str]:
    return [*(card.exchange for card in check.cards if card.exchange), *check.exchanges]


def _telling(check: CheckResult) -> list[str]:
    """The exchanges that the verdict rests on: those of its cards, or the last."""
    return [card.exchange for card in check.cards if card.exchange] or [*check.exchanges[-1:]]


def _most_that_fits(
    packed: Callable[[int], str], wanted: int, most: int, budget: int
) -> tuple[int, str | None]:
    """How many exchanges can be whole, and the text with so many; None where none can.

    Packing is what takes time, so the second guess must be good: from the weight of the first.
    """
    whole = min(wanted, most)
    text = packed(whole)
    if len(text) <= budget:
        each = len(text) / max(1, whole)
        further = min(most, whole + int((budget - len(text)) / each * _HASTE))
        fuller = packed(further) if further > whole else text
        return (further, fuller) if len(fuller) <= budget else (whole, text)
    bare = packed(0)
    while whole and len(bare) <= budget:
        each = (len(text) - len(bare)) / whole
        whole = min(whole - 1, int((budget - len(bare)) / each * _HASTE))
        text = packed(whole)
        if len(text) <= budget:
            return whole, text
    return (0, bare) if len(bare) <= budget else (0, None)


class _Columns:
    """Exchanges as columns: one of each trait, and one of each value of those of a shape."""

    def __init__(self, ranked: Sequence[Exchange]) -> None:
        self._strings: dict[str, int] = {}
        self._shapes: dict[str, int] = {}
        self._traits = [self._line(each) for each in ranked]
        self._whole = [self._flat(each) for each in ranked]

    def upto(self, whole: int) -> dict[str, Any]:
        """All lines, and the first `whole` exchanges in full."""
        values: list[list[list[Any]]] = [[] for _ in self._shapes]
        for shape, leaves in self._whole[:whole]:
            values[shape].append(leaves)
        shapes = [shape for shape, _ in self._whole[:whole]]
        return {
            "strings": [*self._strings],
            "lines": [list(column) for column in zip(*self._traits, strict=True)],
            "shapes": [json.loads(each) for each in self._shapes],
            "shape": shapes + [LINE_ONLY] * (len(self._whole) - whole),
            "values": [[list(column) for column in zip(*rows, strict=True)] for rows in values],
        }

    def _line(self, exchange: Exchange) -> list[Any]:
        response = exchange.response
        return [
            exchange.id,
            self._string(exchange.actor),
            self._string(exchange.operation),
            exchange.started_at.strftime("%H:%M:%S.%f")[:-3],
            round(exchange.elapsed_ms),
            self._string(f"{exchange.request.method} {exchange.request.url}"),
            response.status if response else 0,
            exchange.error or "",
            [f"{note.rule}: {note.detail}" for note in exchange.watch] or 0,
        ]

    def _string(self, text: str) -> int:
        return self._strings.setdefault(text, len(self._strings))

    def _flat(self, exchange: Exchange) -> tuple[int, list[Any]]:
        request, response = exchange.request, exchange.response
        whole: list[Any] = [request.headers, _kept(request.body)]
        whole += [response.headers, _kept(response.body)] if response else [{}, []]
        leaves: list[Any] = []
        shape = json.dumps(_shape(whole, leaves), ensure_ascii=False)
        return self._shapes.setdefault(shape, len(self._shapes)), leaves


def _kept(body: JsonValue) -> list[Any]:
    """A body as the page has it: empty for none, and with its length where it was cut."""
    if body is None:
        return []
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return [body] if len(text) <= BODY_CAP else [text[:BODY_CAP], len(text)]


def _shape(value: Any, leaves: list[Any]) -> Any:
    """A JSON value with `_LEAF` for each leaf; the leaves are added to `leaves`, in order."""
    if isinstance(value, Mapping):
        return {name: _shape(part, leaves) for name, part in value.items()}
    if isinstance(value, list):
        return [_shape(part, leaves) for part in value]
    leaves.append(value)
    return _LEAF


def _compressed(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # A lone surrogate is legal in JSON and in no UTF-8 text.
    return base64.b64encode(gzip.compress(text.encode("utf-8", "replace"), 9, mtime=0)).decode()
