"""What came to the suite's own receiver or queue while a check ran, as its script compares it."""

import json
import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from reports.exchange import Exchange
from reports.page.names import Names
from reports.page.reproduction_mail import QUEUE, headers_told, paths_told
from reports.page.scene import Scenes

#: Where a receiver of the suite's listens, whatever stands before it.
INBOX: Final = re.compile(r"https?://[^\s/]+(?:/[^\s?]*)?(?=/webhooks/[\w-]+-[0-9a-f]{16}$)")
_NAME: Final = re.compile(r"\$\{v\d+\}")
_SENT: Final = "SEND"  # to a queue


def arrivals(
    scenes: Scenes, brought: Iterable[Exchange], numbers: Sequence[int], names: Names
) -> list[dict[str, Any]]:
    """What was taken, in order: where it came, before which step, and what it told.

    `names` are those of the values that it holds, so that a script finds its own in what comes.
    """
    begun = [scenes.all[number].started_at for number in numbers]
    told = []
    for each in brought:
        if each.response is None or each.response.status != 200:  # noqa: PLR2004 - it was refused
            continue
        body = each.request.body
        text = body if isinstance(body, str) else json.dumps(body)
        told.append(
            {
                "to": place_of(each),
                "before": bisect_left(begun, each.started_at),
                "names": sorted(
                    mark[2:-1]
                    for token, mark in names.marks.items()
                    if _NAME.fullmatch(mark) and token in text
                ),
                "headers": headers_told(each.request.headers),
                "paths": paths_told(each.request.body),
            }
        )
    return told


def manners(brought: Iterable[Exchange]) -> dict[str, list[str]]:
    """How deliveries to each path were answered, in their order: a status, or what was done."""
    found: dict[str, list[str]] = {}
    for each in brought:
        if each.request.method != _SENT:
            said = str(each.response.status) if each.response else str(each.error)
            found.setdefault(place_of(each), []).append(said)
    return found


def place_of(exchange: Exchange) -> str:
    """The path of a receiver's address, or that it was the queue."""
    if exchange.request.method == _SENT:
        return QUEUE
    path = urlsplit(exchange.request.url).path
    return path[path.rfind("/webhooks/") :]
