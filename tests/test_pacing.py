"""Our own manners: bounded, jittered backoff, nothing unsafe sent twice, limits kept."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.contract import OPERATIONS
from conformance.contract.operation import parameters
from fixtures.actors import Actor
from fixtures.check import Check
from fixtures.client import Client, Room, repeatable
from fixtures.pacing import HEADROOM, Backoff, SharedPacer, retry_after
from fixtures.target import Limits
from tests.rooms import TARGET, Rule, room_in

calmly = settings(deadline=None)
attempts = st.integers(0, 50)
chances = st.integers().map(random.Random)

UPDATE: dict[str, Any] = {"org_guid": "org-1", "cc_guid": "cc-1", "caption": "new"}
READ: dict[str, Any] = {"org_guid": "org-1"}
CREATE: dict[str, Any] = {"org_guid": "org-1", "cccode": "AAAA-BBBB-CCCC", "caption": "new"}


# --- how long ---


@calmly
@given(attempts, st.none() | st.floats(0, 1e6), chances)
def test_delay_is_bounded(attempt: int, told: float | None, chance: random.Random) -> None:
    backoff = Backoff()
    assert 0 <= backoff.delay(attempt, told, chance) <= backoff.cap


@calmly
@given(attempts, chances)
def test_delay_stays_under_a_ceiling_that_doubles(attempt: int, chance: random.Random) -> None:
    backoff = Backoff()
    assert backoff.delay(attempt, None, chance) <= backoff.base * 2**attempt


@calmly
@given(attempts, st.floats(0, Backoff().cap), chances)
def test_retry_after_is_honoured(attempt: int, told: float, chance: random.Random) -> None:
    assert Backoff().delay(attempt, told, chance) >= told


@calmly
@given(st.integers(0, 6), chances)
def test_delay_is_jittered(attempt: int, chance: random.Random) -> None:
    backoff = Backoff()
    assert len({backoff.delay(attempt, None, chance) for _ in range(20)}) > 10


@calmly
@given(st.floats(0, 30), chances)
def test_delay_after_retry_after_is_jittered(told: float, chance: random.Random) -> None:
    backoff = Backoff()
    assert len({backoff.delay(0, told, chance) for _ in range(20)}) > 10


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("3", 3.0), ("0.5", 0.5), (None, None), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("", None)],
)
def test_retry_after_is_read_in_seconds(header: str | None, seconds: float | None) -> None:
    assert retry_after(header) == seconds


# --- what is sent again ---


class Throttling(httpx.BaseTransport):
    """Answers the first `times` requests with 429."""

    def __init__(self, times: int) -> None:
        self.times, self.seen = times, 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        del request
        self.seen += 1
        if self.seen <= self.times:
            return httpx.Response(429, headers={"retry-after": "2"}, json={"success": False})
        return httpx.Response(200, json={"success": True})


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    room = room_in(tmp_path)
    room.permissions.allow_orgs("org-1")
    yield room
    room.evidence.close()


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that were asked for, none of which is taken."""
    pauses: list[float] = []
    monkeypatch.setattr("time.sleep", pauses.append)
    return pauses


def sent(
    room: Room, times: int, name: str, values: dict[str, Any], *, patient: bool = True
) -> tuple[int, int]:
    """How many requests one call made, and the status it ended with."""
    client, transport = Client(TARGET, room), Throttling(times)
    client.close()
    with httpx.Client(transport=transport) as http:
        client._http = http
        check, actor = Check("test", Rule(), ""), Actor(name="owner", session="session-of-owner")
        answer = client.call(check, actor, OPERATIONS[name], values, patient=patient)
    return transport.seen, answer.status


def test_throttled_read_is_sent_again(room: Room, slept: list[float]) -> None:
    assert sent(room, 2, "ofm.org.get", READ) == (3, 200)
    assert len(slept) == 2
    assert all(2 <= pause <= 3 for pause in slept)
    assert room.throttled == 2


def test_guarded_write_is_sent_again(room: Room, slept: list[float]) -> None:
    values = {**UPDATE, "expected_revision": 3}
    assert sent(room, 1, "ofm.cost_centre.update", values) == (2, 200)
    assert len(slept) == 1


def test_creation_is_never_sent_again(room: Room, slept: list[float]) -> None:
    assert sent(room, 1, "ofm.cost_centre.create", CREATE) == (1, 429)
    assert slept == []


def test_impatient_caller_sends_once(room: Room, slept: list[float]) -> None:
    assert sent(room, 1, "ofm.org.get", READ, patient=False) == (1, 429)
    assert slept == []


def test_attempts_are_bounded(room: Room, slept: list[float]) -> None:
    assert sent(room, 1000, "ofm.org.get", READ) == (room.backoff.attempts, 429)
    assert sum(slept) <= room.backoff.attempts * room.backoff.cap


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_only_reads_and_guarded_writes_may_be_sent_twice(name: str) -> None:
    operation = OPERATIONS[name]
    guarded = "expected_revision" in parameters(operation.body)
    assert repeatable(operation, {}) is not operation.writes
    assert repeatable(operation, {"expected_revision": None}) is not operation.writes
    assert repeatable(operation, {"expected_revision": 3}) is (guarded or not operation.writes)


# --- limits on our side ---

LIMITS = Limits(
    requests_per_minute=20,
    window_seconds=10.0,
    requests_per_address=50,
    address_window_seconds=60.0,
    timeout_seconds=1.0,
)
requests = st.lists(
    st.tuples(st.sampled_from(["A", "B", None]), st.integers(1, 5), st.floats(0, 3)),
    min_size=1,
    max_size=40,
)


@settings(deadline=None, max_examples=40)
@given(requests)
def test_paced_requests_never_exceed_a_limit_in_any_window(
    tmp_path_factory: pytest.TempPathFactory, plan: list[tuple[str | None, int, float]]
) -> None:
    clock = [1000.0]
    path = tmp_path_factory.mktemp("pacing") / "windows.json"
    pacer = SharedPacer(path, LIMITS, clock=lambda: clock[0])
    left: list[tuple[str | None, float]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.sleep", lambda pause: clock.__setitem__(0, clock[0] + pause))
        for org, count, idle in plan:
            clock[0] += idle
            pacer.wait(org, count)
            left += [(org, clock[0])] * count
    for org in ("A", "B"):
        own = [instant for name, instant in left if name == org]
        assert densest(own, LIMITS.window_seconds) <= LIMITS.requests_per_minute * HEADROOM
    every = [instant for _, instant in left]
    assert densest(every, LIMITS.address_window_seconds) <= LIMITS.requests_per_address * HEADROOM


def densest(instants: list[float], length: float) -> int:
    """The most of them in any span of this length, the end left out."""
    return max((sum(s <= t < s + length for t in instants) for s in instants), default=0)
