"""Each judging rule catches the client that breaks its duty, and leaves the others alone."""

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.client.catalogue import duties
from conformance.client.certificate import Verdict
from conformance.client.rules import ALL
from tests.client import table
from tests.client.judging import broken, judged, verdicts
from tests.client.recording import CREATE, GET, RESOLVE, Client, Mood, refused
from tests.client.samples import SAMPLES, entries

DUTIES = {duty.id: duty for duty in duties()}
NAMES = sorted(SAMPLES)
# One act breaks both: a create that is sent again blindly, a batch that is, a list of no org.
ALSO = {"E1": ["E2"], "F7": ["D3"], "G4": ["C1"]}
WORST_FIRST = [Verdict.BROKEN, Verdict.WARNING, Verdict.KEPT, Verdict.NO_TRAFFIC]
MIXED = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def expected(duty: str, mood: Mood) -> Verdict:
    breach = Verdict.BROKEN if DUTIES[duty].binding else Verdict.WARNING
    return {Mood.KEPT: Verdict.KEPT, Mood.BROKEN: breach, Mood.ABSENT: Verdict.NO_TRAFFIC}[mood]


def test_no_rule_accuses_without_a_client_that_it_catches() -> None:
    assert SAMPLES.keys() == ALL.keys()


def test_the_table_of_what_catches_which_breach_is_of_today() -> None:
    assert table.TABLE.read_text("utf-8") == table.text()


@pytest.mark.parametrize("duty", NAMES)
def test_a_kept_duty_is_kept_and_no_other_is_broken(duty: str, tmp_path: Path) -> None:
    certificate = judged(tmp_path, entries(duty, Mood.KEPT))
    assert verdicts(certificate)[duty] is Verdict.KEPT
    assert broken(certificate) == []


@pytest.mark.parametrize("duty", NAMES)
def test_a_broken_client_is_caught_for_its_duty_and_no_other(duty: str, tmp_path: Path) -> None:
    certificate = judged(tmp_path, entries(duty, Mood.BROKEN))
    assert verdicts(certificate)[duty] is expected(duty, Mood.BROKEN)
    assert broken(certificate) == ([duty] if DUTIES[duty].binding else ALSO.get(duty, []))


@pytest.mark.parametrize("duty", NAMES)
def test_without_its_occasion_a_duty_has_no_traffic(duty: str, tmp_path: Path) -> None:
    certificate = judged(tmp_path, entries(duty, Mood.ABSENT))
    assert verdicts(certificate)[duty] is Verdict.NO_TRAFFIC
    assert broken(certificate) == []


def test_another_thing_may_be_made_after_a_404(tmp_path: Path) -> None:
    client = Client("a", Mood.KEPT)
    org = {"org_guid": client.guid}
    missing: dict[str, Any] = {"status": 404, "answer": refused("not-found")}
    client.call(RESOLVE, {**org, "cccode": "AAAA-BBBB-0001"}, **missing)
    client.call(CREATE, {**org, "cccode": "AAAA-BBBB-0002", "caption": "B"})
    assert verdicts(judged(tmp_path, client.entries))["F2"] is Verdict.KEPT


def test_keys_of_other_services_are_no_business_of_a_client_of_ours(tmp_path: Path) -> None:
    client = Client("a", Mood.KEPT)
    client.call(GET, client.one())
    theirs: dict[str, Any] = {
        "x_session_guid": "",
        "x_api_key": "maps-key-0123456789",
        "x_orgcode": "ONE",
    }
    client.call("/tiles?api_key=maps-key-0123456789", base="https://maps.example.test", **theirs)
    theirs["x_orgcode"] = "TWO"
    client.call("/tiles", {"a": 1}, base="https://maps.example.test", **theirs)
    certificate = judged(tmp_path, client.entries)
    assert broken(certificate) == []
    assert verdicts(certificate)["B6"] is Verdict.NO_TRAFFIC


@MIXED
@given(
    duty=st.sampled_from(NAMES),
    other=st.sampled_from(NAMES),
    mood=st.sampled_from(Mood),
    seed=st.integers(0, 2**32),
)
def test_other_traffic_and_the_order_of_files_change_no_verdict(
    duty: str, other: str, mood: Mood, seed: int, tmp_path: Path
) -> None:
    chance = random.Random(seed)  # noqa: S311 - an order, no secret
    beside = entries(other, Mood.KEPT, who="b")
    image = {
        "startedDateTime": "2026-01-05T10:00:02+00:00",
        "request": {"method": "GET", "url": "https://cdn.example.test/logo.png", "headers": []},
        "response": {"status": 200, "content": {"encoding": "base64", "text": "iVBORw0KGgo="}},
    }
    mixed = [*entries(duty, mood), *beside, image]
    chance.shuffle(mixed)
    cut = chance.randint(0, len(mixed))
    alone = [expected(duty, mood), verdicts(judged(tmp_path, beside))[duty]]
    after = verdicts(judged(tmp_path, *filter(None, (mixed[:cut], mixed[cut:]))))
    assert (duty, after[duty]) == (duty, min(alone, key=WORST_FIRST.index))
