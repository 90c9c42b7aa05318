"""Answers of a real platform, altered on their way as no platform should alter them."""

import json
import random
from collections.abc import Callable, Collection
from threading import Lock
from typing import Any, Final

from tests.run.fault_proxy import Handler, Passed

# Ways in which an answer is altered, each at a place that is drawn.
KINDS: Final = (
    "null",
    "text for a number",
    "number for a text",
    "list for an object",
    "object for a list",
    "missing member",
    "equal revisions",
    "huge number",
    "403",
    "503",
    "no object",
)
_STATUS: Final = {"403": 403, "503": 503}


def altering(seed: int, kinds: Collection[str]) -> Callable[[Handler, Passed], None]:
    """What alters each answer in a way of `kinds`, drawn by `seed`."""
    drawn, lock, ways = random.Random(seed), Lock(), sorted(kinds)  # noqa: S311 - no secret

    def strike(handler: Handler, passed: Passed) -> None:
        with lock:
            kind = drawn.choice(ways)
            if kind in _STATUS:
                handler.pass_on(Passed(_STATUS[kind], passed.headers, passed.body))
                return
            try:
                body = json.loads(passed.body)
            except ValueError:
                handler.pass_on(passed)
                return
            altered = json.dumps(_altered(body, kind, drawn)).encode()
        handler.pass_on(Passed(passed.status, passed.headers, altered))

    return strike


def _altered(body: Any, kind: str, drawn: random.Random) -> Any:
    if kind == "no object":
        return drawn.choice([None, [], "text", 7, [body]])
    if kind == "equal revisions":
        return _with_revisions(body)
    places = list(_places(body))
    if not places:
        return body
    holder, key = drawn.choice(places)
    if kind == "missing member":
        del holder[key]
    else:
        holder[key] = _other(holder[key], kind)
    return body


def _other(value: Any, kind: str) -> Any:
    if kind == "text for a number" and isinstance(value, int | float):
        return f"no number but {value}"
    if kind == "number for a text" and isinstance(value, str):
        return len(value)
    if kind == "list for an object":
        return [value, None]
    if kind == "object for a list":
        return {"0": value}
    return 10**400 if kind == "huge number" else None


def _places(part: Any) -> Any:
    """All members and elements, as what holds them and their key there."""
    inside = part.items() if isinstance(part, dict) else enumerate(part)
    for key, value in list(inside):
        yield part, key
        if isinstance(value, dict | list):
            yield from _places(value)


def _with_revisions(part: Any) -> Any:
    if isinstance(part, dict):
        return {k: 1 if "revision" in k else _with_revisions(v) for k, v in part.items()}
    return [_with_revisions(each) for each in part] if isinstance(part, list) else part
