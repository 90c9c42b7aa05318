"""Throttling: one flood of requests, sent after all other checks, and each rule judged on it.

It is not known when a window of the platform begins, so the number of requests that it counted is
known within bounds only. A rule is judged where it is kept or broken wherever the windows begin.
The page on rate limits calls itself guidance and no contract, so nothing here is a MUST.
"""

from collections.abc import Sequence
from typing import Final

import pytest

from conformance.contract import OPERATIONS
from conformance.contract.envelope import RETRYABLE, SUCCESS, TAG
from conformance.contract.errors import Tag
from conformance.contract.facts import weakest
from fixtures import AnswerSnapshot, Check, Inconclusive, Session, Violation
from fixtures.exchange.gateway import THROTTLED, firewall_reason
from fixtures.exchange.pacing import retry_after
from fixtures.formats.json_values import at
from fixtures.probes import flood_trial
from fixtures.probes.floods import Flood, Hit, Who, throttled
from fixtures.probes.histories import Fault, History, flaws
from fixtures.probes.rate_windows import Call, certainly_over, most_served, throttled_too_early

pytestmark = pytest.mark.last

_EFFECTS: Final = (Fault.LOST, Fault.PHANTOM)


@pytest.fixture
def flood(session: Session, request: pytest.FixtureRequest) -> Flood:
    return flood_trial.flood(session, lambda: request.getfixturevalue("throttled_session"))


def expect(
    check: Check, answer: AnswerSnapshot, rule: str, *, holds: bool, expected: str, observed: str
) -> None:
    """Judge an answer in which 429 is what a check asks for, and no reason to call it inconclusive.

    Raises:
        Violation: a documented expectation is contradicted.
    """
    certainty = weakest(check.certainty, OPERATIONS[answer.operation].source.certainty)
    check.count(certainty)
    check.exchanges.append(answer.exchange)
    if holds:
        return
    finding = check.finding(
        rule,
        expected=expected,
        observed=observed,
        certainty=certainty,
        curl=answer.curl,
        exchange=answer.exchange,
    )
    if certainty.binding and not check.advises_only:
        raise Violation(finding)
    check.advise(finding)


def answered(hits: Sequence[Hit], call: Call) -> AnswerSnapshot:
    """The answer to a call of a flood."""
    return next(hit.answer for hit in hits if hit.answer is not None and hit.call == call)


def refusals(flood: Flood) -> list[tuple[Hit, AnswerSnapshot]]:
    """The throttled requests of the flooding org.

    Raises:
        Inconclusive: there are none.
    """
    if found := list(throttled(flood.own)):
        return found
    raise Inconclusive("the flood was never throttled, so nothing is known of throttled requests")


def over_limit(flood: Flood, who: Who) -> list[Hit]:
    """The answered requests of `who` while the flooding org was over its limit for certain.

    Raises:
        Inconclusive: there are none.
    """
    calls = [hit.call for hit in flood.own]
    found = [
        hit
        for hit in flood.of(who)
        if hit.answer is not None and certainly_over(calls, hit.call, flood.limit)
    ]
    if not found:
        raise Inconclusive(f"no request of the {who} fell between two throttled ones")
    return found


@pytest.mark.requirement("LIM-1")
def test_org_within_its_limit_is_never_throttled(flood: Flood, check: Check) -> None:
    calls = [hit.call for hit in flood.own]
    # What stands before the application may throttle besides; the limiter signs with its tag.
    early = [
        (call, number)
        for call, number in throttled_too_early(calls, flood.limit)
        if at(answered(flood.own, call).body, TAG) == Tag.THROTTLED
    ]
    subject = next(h.answer for h in flood.own if h.answer is not None)
    expect(
        check,
        answered(flood.own, early[0][0]) if early else subject,
        "no request is throttled before the limit of its window",
        holds=not early,
        expected=f"service of the first {flood.limit.requests} requests in a window",
        observed=f"429 at number {early[0][1]} at most" if early else "",
    )


@pytest.mark.requirement("LIM-2")
def test_org_above_its_limit_is_throttled(flood: Flood, check: Check) -> None:
    _throttled_above_limit(flood, check)


@pytest.mark.requirement("MAP-429-OFM")
def test_ofm_answers_requests_above_the_limit_with_429(flood: Flood, check: Check) -> None:
    _throttled_above_limit(flood, check)
    for _, kept in refusals(flood)[:1]:
        tag = at(kept.body, TAG)
        expect(
            check,
            kept,
            "a request above the limit is refused with the limiter's tag",
            holds=tag == Tag.THROTTLED,
            expected=f"{THROTTLED} {Tag.THROTTLED}",
            observed=f"{kept.status} {tag}",
        )


def _throttled_above_limit(flood: Flood, check: Check) -> None:
    surplus = most_served([hit.call for hit in flood.own], flood.limit)
    refused = [kept for _, kept in throttled(flood.own)]
    if surplus <= 0 and not refused:
        _refused_otherwise(flood, check)
        return
    last = [hit.answer for hit in flood.own if hit.answer is not None][-1]
    expect(
        check,
        refused[0] if refused and surplus <= 0 else last,
        "requests above the limit of a window are throttled",
        holds=surplus <= 0,
        expected=f"{THROTTLED} after {flood.limit.requests} requests in a window",
        observed=f"at least {surplus} more served",
    )


def _refused_otherwise(flood: Flood, check: Check) -> None:
    """Judge a flood in which no 429 came by what the platform turned it away with.

    Raises:
        Inconclusive: it was not turned away, or by the firewall, which counts by address.
    """
    away = next((hit.answer for hit in flood.own if hit.turned_away and hit.answer), None)
    if away is None:
        raise Inconclusive("the flood was too slow to go above the limit")
    if reason := firewall_reason(away.status, away.headers, away.body):
        raise Inconclusive(reason)
    expect(
        check,
        away,
        "requests above the limit of a window are throttled with 429",
        holds=False,
        expected=f"{THROTTLED} after {flood.limit.requests} requests in a window",
        observed=f"{away.status} {at(away.body, TAG) or 'without a tag'}",
    )


@pytest.mark.requirement("LIM-3")
def test_sessions_of_an_org_share_one_allowance(flood: Flood, check: Check) -> None:
    for hit in over_limit(flood, Who.OTHER_SESSION):
        if hit.answer is not None:
            expect(
                check,
                hit.answer,
                "a session is throttled when another has used up the org's allowance",
                holds=hit.throttled,
                expected=str(THROTTLED),
                observed=str(hit.answer.status),
            )


@pytest.mark.requirement("LIM-9")
def test_service_account_bypasses_the_limit(flood: Flood, check: Check) -> None:
    served = "a key is served while the sessions of its org are throttled"
    _expect_served(flood, check, Who.KEY, served)


@pytest.mark.requirement("LIM-4")
def test_flood_of_one_org_does_not_throttle_another(flood: Flood, check: Check) -> None:
    _expect_served(flood, check, Who.BYSTANDER, "another org is served while one is throttled")


def _expect_served(flood: Flood, check: Check, who: Who, served: str) -> None:
    for hit in over_limit(flood, who):
        if hit.answer is not None:
            expect(
                check,
                hit.answer,
                served,
                holds=not hit.throttled,
                expected="an answer other than 429",
                observed=str(hit.answer.status),
            )


@pytest.mark.requirement("LIM-5")
def test_throttled_org_is_served_again_in_the_next_window(flood: Flood, check: Check) -> None:
    _, last = refusals(flood)[-1]
    expect(
        check,
        last,
        "after the window a throttled org is served again",
        holds=all(flood.recovered),
        expected=f"service within {flood.limit.window_s:g} s of the last burst",
        observed=f"429 for {1.5 * flood.limit.window_s:g} s and longer",
    )


@pytest.mark.requirement("LIM-6")
def test_throttled_write_has_no_effect(flood: Flood, check: Check) -> None:
    refused = [(hit, kept) for hit, kept in refusals(flood) if hit.write is not None]
    if not refused or not all(flood.recovered):
        raise Inconclusive("no write was throttled whose record could be read afterwards")
    for number, lane in enumerate(flood.lanes):
        answers = [kept for hit, kept in refused if hit.lane == number]
        if lane.final is None or not answers:
            continue
        writes = tuple(h.write for h in flood.own if h.lane == number and h.write is not None)
        found = _effects(History(lane.initial, writes, (), lane.final))
        expect(
            check,
            answers[0],
            "a throttled write has no effect",
            holds=not found,
            expected="the record as the last accepted write left it",
            observed="; ".join(found[:3]),
        )


def _effects(history: History) -> list[str]:
    return [str(flaw) for flaw in flaws(history) if flaw.fault in _EFFECTS]


@pytest.mark.requirement("LIM-7")
def test_429_tells_when_to_come_back(flood: Flood, check: Check) -> None:
    latest = 2 * flood.limit.window_s
    for _, kept in refusals(flood):
        header = kept.headers.get("retry-after")
        seconds = retry_after(header)
        expect(
            check,
            kept,
            "a 429 says in Retry-After when the org is served again",
            holds=seconds is not None and 0 <= seconds <= latest,
            expected=f"Retry-After of 0 to {latest:g} seconds",
            observed="no Retry-After" if header is None else f"Retry-After: {header}",
        )
        if check.advice:
            return


@pytest.mark.requirement("LIM-8")
def test_429_comes_in_the_shared_envelope(flood: Flood, session: Session, check: Check) -> None:
    for _, kept in refusals(flood):
        answer = kept.to(session.target, check)
        enveloped = at(kept.body, SUCCESS) is False
        retryable = at(kept.body, RETRYABLE) is True
        expect(
            check,
            kept,
            "a 429 is an envelope that says `throttled`, to be tried again",
            holds=enveloped and retryable and answer.tag == Tag.THROTTLED,
            expected=f"success false, tag {Tag.THROTTLED}, retryable true",
            observed=f"tag {answer.tag}, " + ("retryable" if retryable else "not retryable"),
        )
        if check.advice:
            return
