"""Fixed windows, one counter an org, and recovery."""

import time

from fixtures.reference.kernel.throttle import Throttle
from tests.reference.platform_client import running

WINDOW_S = 600


def test_windows_are_aligned_and_counted_by_org() -> None:
    throttle = Throttle(limit=2, window_s=10)
    assert [throttle.admit("a", now) for now in (20, 21, 22.5)] == [None, None, 8]
    assert throttle.admit("b", 22.5) is None
    assert throttle.admit("a", 30) is None


def test_zero_turns_the_limit_off() -> None:
    assert all(Throttle(0, 60).admit("a", 0) is None for _ in range(1000))


def test_a_flood_is_answered_429_without_effect_and_ends_with_the_window() -> None:
    with running("--rate-limit-rpm", "12", "--rate-limit-window-s", str(WINDOW_S)) as platform:
        org, other = platform.org(), platform.org()
        # To the beginning of a window, which is so long that it does not end by itself.
        platform.do("reference_clock", advance_seconds=WINDOW_S - time.time() % WINDOW_S + 1)
        body = {"org_guid": org.guid, "caption": "T"}
        answers = [platform.ask("/ofm/team/create", body, org.owner) for _ in range(15)]
        assert [answer.status_code for answer in answers] == [200] * 12 + [429] * 3
        refused = answers[-1]
        assert refused.json()["error"]["major"]["tag"] == "throttled"
        assert refused.json()["error"]["retryable"] is True
        assert platform.ask("/ofm/org/get", {"org_guid": other.guid}, other.owner).is_success
        platform.do("reference_clock", advance_seconds=int(refused.headers["retry-after"]))
        listed = platform.make("/ofm/team/list", {**body, "limit": 256}, org.owner)
        assert len(listed["items"]) == 12


def test_without_a_limiter_nothing_is_refused() -> None:
    with running("--rate-limit-rpm", "2", "--defect", "rate-limit-missing") as platform:
        org = platform.org()
        for _ in range(5):
            assert platform.ask("/ofm/org/get", {"org_guid": org.guid}, org.owner).is_success
