"""A client of a platform with paths, fields and places of its own is judged like any other."""

from pathlib import Path
from typing import Any

import pytest

from conformance.client.certificate import Verdict
from conformance.client.judgement import judge
from conformance.client.reading import read
from conformance.client.spellings import AS_DOCUMENTED, Spellings, of_target
from fixtures.exchange.target_file import read as read_target
from tests.client.judging import broken, verdicts
from tests.client.recording import CREATE, GET, RESOLVE, UPDATE, Client, Mood
from tests.client.test_judge import har

TARGET = """
base_url = "https://sandbox.example.test"
orgcode = "MINE"
operator_url = "https://operator.example.test"
[operations."ofm.cost_centre.get"]
path = "/ofm/centres/show"
body = { org_guid = "$org_guid", centre = { number = "$cc_guid" } }
yields.revision = "/data/centre/version"
[operations."ofm.cost_centre.update"]
path = "/ofm/centres/change"
[operations."ofm.cost_centre.update".body]
org_guid = "$org_guid"
centre = { number = "$cc_guid" }
name = "$caption"
expected_revision = "$expected_revision"
"""
OWN = {GET: "/ofm/centres/show", UPDATE: "/ofm/centres/change"}


@pytest.fixture
def own(tmp_path: Path) -> Spellings:
    path = tmp_path / "target.toml"
    path.write_text(TARGET, "utf-8")
    return of_target(read_target(path, reading_only=True))


def spelt(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The paths of these calls as the target has them."""
    for entry in entries:
        url = entry["request"]["url"]
        for documented, path in OWN.items():
            if url.endswith(documented):
                entry["request"]["url"] = url.replace(documented, path)
    return entries


def changes(*, habit: bool) -> list[dict[str, Any]]:
    """A record read and changed, its id in an object of the target's own."""
    client = Client("a", Mood.KEPT)
    one = {"org_guid": client.guid, "centre": {"number": client.guid}}
    told = {"data": {"centre": {"version": 4}}}
    client.call(GET, one, answer=told)
    sent = {} if habit else {"expected_revision": 4}
    client.call(UPDATE, {**one, "name": "B", **sent}, answer=told)
    return spelt(client.entries)


@pytest.mark.parametrize("habit", [False, True])
def test_a_change_is_recognised_and_judged(habit: bool, own: Spellings, tmp_path: Path) -> None:
    with read([har(tmp_path / "a.har", changes(habit=habit))], own) as recording:
        certificate = judge(recording)
        told = [call.told for call in recording]
    assert told[1].startswith(f"POST {UPDATE} -> 200")
    assert verdicts(certificate)["D1"] is (Verdict.BROKEN if habit else Verdict.KEPT)
    assert broken(certificate) == (["D1"] if habit else [])
    assert verdicts(certificate)["D2"] is (Verdict.NO_TRAFFIC if habit else Verdict.KEPT)


def test_without_the_target_its_own_paths_are_no_operations(tmp_path: Path) -> None:
    with read([har(tmp_path / "a.har", changes(habit=True))], AS_DOCUMENTED) as recording:
        assert verdicts(judge(recording))["D1"] is Verdict.NO_TRAFFIC


def test_what_the_target_spells_as_pages_do_stays_as_it_is(own: Spellings, tmp_path: Path) -> None:
    client = Client("a", Mood.KEPT)
    code = {"org_guid": client.guid, "cccode": "AAAA-BBBB-CCCC"}
    client.lost(CREATE, {**code, "caption": "A"})
    client.call(RESOLVE, code)
    client.call(CREATE, {**code, "caption": "A"})
    path = har(tmp_path / "a.har", client.entries)
    with read([path], own) as with_own, read([path]) as as_documented:
        assert verdicts(judge(with_own)) == verdicts(judge(as_documented))
