"""The judge of a rate limit: wherever windows lie, a faithful limiter passes."""

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.windows import Call, Limit, certainly_over, most_served, throttled_too_early

calmly = settings(deadline=None)
LIMIT = Limit(requests=6, window_s=10.0)
Admits = Callable[[int], bool]


def faithful(number: int) -> bool:
    return number <= LIMIT.requests


def counts_twice(number: int) -> bool:
    return 2 * number <= LIMIT.requests


def lets_all_pass(number: int) -> bool:
    del number
    return True


def sent_to(limiter: Admits, instants: list[float], offset: float, latency: float) -> list[Call]:
    """Calls counted halfway between sending and answer, in windows that begin at `offset`."""
    counts: dict[int, int] = {}
    calls = []
    for instant in instants:
        window = int((instant - offset) // LIMIT.window_s)
        counts[window] = counts.get(window, 0) + 1
        passes = limiter(counts[window])
        sent, received = instant - latency / 2, instant + latency / 2
        calls.append(Call(sent, received, served=passes, throttled=not passes))
    return calls


instants = st.lists(st.floats(0, 40), min_size=1, max_size=60, unique=True).map(sorted)
offsets = st.floats(0, LIMIT.window_s)
latencies = st.floats(0.001, 2)


@calmly
@given(instants, offsets, latencies)
def test_faithful_limiter_is_never_blamed(sent: list[float], offset: float, latency: float) -> None:
    calls = sent_to(faithful, sent, offset, latency)
    assert throttled_too_early(calls, LIMIT) == []
    assert most_served(calls, LIMIT) <= 0


@calmly
@given(st.floats(0.5, 9.5))
def test_limiter_that_counts_twice_is_found(offset: float) -> None:
    burst = [20 + number / 100 for number in range(2 * LIMIT.requests)]
    assert throttled_too_early(sent_to(counts_twice, burst, offset, 0.005), LIMIT)


@calmly
@given(offsets)
def test_missing_limit_is_found_by_more_than_twice_the_limit(offset: float) -> None:
    burst = [20 + number / 100 for number in range(2 * LIMIT.requests + 1)]
    assert most_served(sent_to(lets_all_pass, burst, offset, 0.005), LIMIT) == 1


@calmly
@given(st.integers(1, 5))
def test_surplus_in_a_window_whose_beginning_was_seen_is_found(more: int) -> None:
    polls = [Call(1 + n, 1.001 + n, throttled=True) for n in range(3)]
    after = [4 + number / 100 for number in range(LIMIT.requests + more)]
    surplus = [Call(sent, sent + 0.001, served=True) for sent in after]
    assert most_served([*polls, *surplus], LIMIT) == more


def test_call_between_two_throttled_ones_is_over_the_limit_for_certain() -> None:
    calls = [Call(n, n + 0.5, throttled=n != 1, served=n == 1) for n in range(3)]
    limit = Limit(requests=30, window_s=10.0)
    assert certainly_over(calls, calls[1], limit)
    assert not certainly_over(calls, calls[2], limit)


def test_call_is_not_over_for_certain_where_a_window_may_have_begun() -> None:
    calls = [Call(n, n + 0.5, throttled=n in {0, 30}, served=0 < n < 30) for n in range(31)]
    assert not certainly_over(calls, calls[15], Limit(requests=30, window_s=100.0))
