"""What clients may do either way breaks no duty: the same calls, written and sent otherwise."""

import base64
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from conformance.client.certificate import Verdict
from tests.client.judging import judged, verdicts
from tests.client.recording import GET, LIST, Client, Entry, Mood
from tests.client.samples import SAMPLES, entries

Variant = Callable[[list[Entry]], list[list[Entry]]]


def headers_shuffled(found: list[Entry]) -> list[list[Entry]]:
    chance = random.Random(7)  # noqa: S311 - an order, no secret
    for entry in found:
        chance.shuffle(entry["request"]["headers"])
    return [found]


def headers_added(found: list[Entry]) -> list[list[Entry]]:
    more = {"X-Request-Id": "0001", "Traceparent": "00-1-2-01", "Accept-Language": "de", "Via": "1"}
    for entry in found:
        entry["request"]["headers"] += [{"name": n, "value": v} for n, v in more.items()]
    return [found]


def over_http2(found: list[Entry]) -> list[list[Entry]]:
    for entry in found:
        request = entry["request"]
        path = "/" + request["url"].split("/", 3)[3]
        pseudo = {":method": request["method"], ":scheme": "https", ":path": path}
        named = [{"name": h["name"].lower(), "value": h["value"]} for h in request["headers"]]
        request["headers"] = [{"name": n, "value": v} for n, v in pseudo.items()] + named
        request["httpVersion"] = entry["response"]["httpVersion"] = "h2"
    return [found]


def answers_packed(found: list[Entry]) -> list[list[Entry]]:
    for entry in found:
        entry["request"]["headers"].append({"name": "Accept-Encoding", "value": "gzip, br"})
        response = entry["response"]
        response["headers"].append({"name": "Content-Encoding", "value": "gzip"})
        text = response["content"]["text"]
        response["content"] = {
            "encoding": "base64",
            "text": base64.b64encode(text.encode()).decode(),
        }
    return [found]


def by_several_processes(found: list[Entry]) -> list[list[Entry]]:
    return [found[0::2], found[1::2]]


def members_reordered(found: list[Entry]) -> list[list[Entry]]:
    for entry in found:
        posted = entry["request"].get("postData")
        if posted and posted.get("encoding") is None:
            body = json.loads(posted["text"])
            posted["text"] = json.dumps(dict(reversed(body.items())), indent=2)
    return [found]


def with_preflights(found: list[Entry]) -> list[list[Entry]]:
    asked = []
    for entry in found:
        request = {**entry["request"], "method": "OPTIONS", "headers": []}
        request.pop("postData", None)
        asked += [{**entry, "request": request}, entry]
    return [asked]


VARIANTS: Final[list[Variant]] = [
    headers_shuffled,
    headers_added,
    over_http2,
    answers_packed,
    by_several_processes,
    members_reordered,
    with_preflights,
]


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.__name__)
def test_no_way_of_sending_changes_a_verdict(variant: Variant, tmp_path: Path) -> None:
    def all_of(mood: Mood) -> list[Entry]:
        return [e for n, d in enumerate(sorted(SAMPLES)) for e in entries(d, mood, who=f"w{n}")]

    for mood in (Mood.KEPT, Mood.BROKEN):
        before = verdicts(judged(tmp_path, all_of(mood)))
        after = verdicts(judged(tmp_path, *filter(None, variant(all_of(mood)))))
        assert after == before


def test_a_read_may_be_tried_again_within_bounds(tmp_path: Path) -> None:
    client = Client("a", Mood.KEPT)
    for attempt in range(4):
        client.call(GET, client.one(), status=503 if attempt < 3 else 200, wait=2.0**attempt)
    client.lost(LIST, {"org_guid": client.guid})
    client.call(LIST, {"org_guid": client.guid}, wait=3)
    found = verdicts(judged(tmp_path, client.entries))
    assert Verdict.BROKEN not in found.values()
    assert [found[duty] for duty in ("E11", "E14", "E15")] == [Verdict.KEPT] * 3


def two_processes(tmp_path: Path, *, apart: bool) -> dict[str, Verdict]:
    """Two processes of one client at once, each in a file of its own or both in one."""
    one, two = (
        [e for n, d in enumerate(sorted(SAMPLES)) for e in entries(d, Mood.KEPT, who=f"{who}{n}")]
        for who in ("p", "q")
    )
    files = (one, two) if apart else ([*one, *two],)
    return verdicts(judged(tmp_path, *files))


def test_several_processes_at_once_are_several_callers(tmp_path: Path) -> None:
    apart, together = (two_processes(tmp_path, apart=apart) for apart in (True, False))
    assert apart == together
    assert Verdict.BROKEN not in apart.values()
