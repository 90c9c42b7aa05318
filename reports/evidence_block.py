"""The exchanges as one JSON block inside the compliance report.

Strings and bodies are stored once and referred to by index. The block has a budget: exchanges of
failures come first, and what no longer fits stays in exchanges.jsonl, which the page then says.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from pydantic import JsonValue

from reports.exchange import Exchange
from reports.model import CheckResult, Run
from reports.verdict import Verdict

BODY_CAP = 6_000  # characters of one body; the whole of it is in exchanges.jsonl
_ROWS_SHARE = 0.55  # of the budget, for everything but bodies: a line without a body still tells

_GROWTH = 8  # bytes by which a row's two body references may grow once they are known

NO_BODY = -1
NOT_KEPT = -2

_ESCAPES = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}
_ESCAPE_TABLE = str.maketrans(_ESCAPES)


def script_json(value: object) -> str:
    """JSON that cannot end the script element it stands in, whatever it quotes."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # A lone surrogate is legal in JSON and in no UTF-8 file.
    clean = text.encode("utf-8", "replace").decode("utf-8")
    return clean.translate(_ESCAPE_TABLE)


def rank_exchanges(run: Run, exchanges: Iterable[Exchange]) -> list[Exchange]:
    """Exchanges in the order in which they deserve room: of failures, of the unclear, the rest."""
    urgency: dict[str, int] = {}
    for check in run.checks:
        for exchange in _referred(check):
            urgency[exchange] = min(urgency.get(exchange, 9), _urgency(check))
    return sorted(exchanges, key=lambda exchange: urgency.get(exchange.id, 9))


def positions(ranked: Sequence[Exchange]) -> Mapping[str, int]:
    """Index in the block by exchange id."""
    return {exchange.id: index for index, exchange in enumerate(ranked)}


def pack(ranked: Sequence[Exchange], budget: int) -> str:
    """The block, at most `budget` bytes long."""
    block = _Block(budget)
    for exchange in ranked:
        if not block.add(exchange):
            break
    block.add_bodies(ranked)
    return block.text(len(ranked))


def _referred(check: CheckResult) -> list[str]:
    return [*check.exchanges, *(card.exchange for card in check.cards if card.exchange)]


def _urgency(check: CheckResult) -> int:
    return {Verdict.FAIL: 0, Verdict.PASS: 2, Verdict.NOT_APPLICABLE: 2}.get(check.verdict, 1)


class _Block:
    """Rows, strings and bodies, and what they weigh."""

    def __init__(self, budget: int) -> None:
        self._budget = budget
        self._spent = 200  # the frame: keys, brackets, counts
        self._rows: list[list[Any]] = []
        self._strings: dict[str, int] = {}
        self._bodies: list[Any] = []
        self._digests: dict[bytes, int] = {}

    def add(self, exchange: Exchange) -> bool:
        """Add everything but the bodies; False where there is no room left."""
        known = len(self._strings)
        row = self._row(exchange)
        fresh = [*islice(reversed(self._strings), len(self._strings) - known)]
        weight = _weight(row) + _GROWTH + sum(_weight(string) for string in fresh)
        if self._spent + weight > self._budget * _ROWS_SHARE:
            for string in fresh:
                del self._strings[string]
            return False
        self._spent += weight
        self._rows.append(row)
        return True

    def add_bodies(self, ranked: Sequence[Exchange]) -> None:
        """Add bodies in the same order while there is room."""
        for row, exchange in zip(self._rows, ranked, strict=False):
            row[-2] = self._body(exchange.request.body)
            row[-1] = self._body(exchange.response.body if exchange.response else None)

    def text(self, total: int) -> str:
        return script_json(
            {
                "total": total,
                "rows": self._rows,
                "strings": [*self._strings],
                "bodies": self._bodies,
            }
        )

    def _row(self, exchange: Exchange) -> list[Any]:
        response = exchange.response
        return [
            exchange.id,
            self._string(exchange.actor),
            self._string(exchange.operation),
            exchange.started_at.strftime("%H:%M:%S.%f")[:-3],
            round(exchange.elapsed_ms),
            self._string(f"{exchange.request.method} {exchange.request.url}"),
            self._headers(exchange.request.headers),
            response.status if response else 0,
            self._headers(response.headers) if response else [],
            exchange.error or "",
            [f"{note.rule}: {note.detail}" for note in exchange.watch],
            NO_BODY,
            NO_BODY,
        ]

    def _string(self, text: str) -> int:
        return self._strings.setdefault(text, len(self._strings))

    def _headers(self, headers: Mapping[str, str]) -> list[int]:
        return [self._string(f"{name}: {value}") for name, value in headers.items()]

    def _body(self, body: JsonValue) -> int:
        if body is None:
            return NO_BODY
        text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
        digest = hashlib.sha256(text.encode("utf-8", "replace")).digest()
        if digest in self._digests:
            return self._digests[digest]
        entry = [body] if len(text) <= BODY_CAP else [text[:BODY_CAP], len(text)]
        weight = _weight(entry)
        if self._spent + weight > self._budget:
            return NOT_KEPT
        self._spent += weight
        self._bodies.append(entry)
        return self._digests.setdefault(digest, len(self._bodies) - 1)


def _weight(value: object) -> int:
    return len(script_json(value).encode()) + 1
