"""A team's run: an org and three accounts, a queue and a receiver, no operator."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.exchange.actors import fresh_passcode
from tests.run.operations import client, operator
from tests.run.servers import Addresses, free_port, reference
from tests.run.suite import TURNS, Finished, run_suite

pytestmark = pytest.mark.whole

TEAM = """
base_url = "{base_url}"
profile = "team/2"
orgcode = "TEAMSANDBOX"
storage_hosts = ["{storage}"]
limits = {{ requests_per_minute = 0, requests_per_address = 0 }}
[actors.owner]
email = "owner@team.example"
passcode_env = "G3N_TEAM_PASSCODE"
[actors.member]
email = "member@team.example"
passcode_env = "G3N_TEAM_PASSCODE"
[actors.stranger]
email = "stranger@team.example"
orgcode = "OTHERSANDBOX"
passcode_env = "G3N_TEAM_PASSCODE"
[receiver]
[queue]
url = "http://{storage}/123456789012/{queue}"
region = "us-east-1"
endpoint_url = "http://{storage}"
access_key_id_env = "G3N_TEAM_KEY_ID"
secret_access_key_env = "G3N_TEAM_KEY"
large_bytes = 40000
"""
QUEUE = "events-of-team"


@pytest.fixture(scope="module")
def storage_port() -> int:
    """Where the reference keeps its objects: a team names the host in its target file."""
    return free_port()


@pytest.fixture(scope="module")
def by_hand(storage_port: int) -> Iterator[Addresses]:
    with reference("--aws-port", str(storage_port)) as addresses:
        yield addresses


@pytest.fixture(scope="module")
def team(
    tmp_path_factory: pytest.TempPathFactory, by_hand: Addresses, storage_port: int
) -> Finished:
    """A team's run: three accounts given, their passcode in the environment."""
    passcode, operations = fresh_passcode(), operator(by_hand)
    owner, owner_session = operations.user("owner@team.example", passcode)
    member, _ = operations.user("member@team.example", passcode)
    stranger, stranger_session = operations.user("stranger@team.example", passcode)
    org_guid = operations.org("TEAMSANDBOX", owner, owner_session)
    operations.org("OTHERSANDBOX", stranger, stranger_session)
    operations.call(
        "/ofm/member/add", owner_session, org_guid=org_guid, user_guid=member, roles=["ofm_view"]
    )
    storage = f"127.0.0.1:{storage_port}"
    client("sqs", f"http://{storage}").create_queue(QueueName=QUEUE)
    directory = tmp_path_factory.mktemp("team")
    path = directory / "target.toml"
    path.write_text(TEAM.format(base_url=by_hand.base_url, storage=storage, queue=QUEUE))
    return run_suite(
        *(*TURNS, "-n", "2", "--target", str(path)),
        directory=directory / "out",
        G3N_TEAM_PASSCODE=passcode,
        G3N_TEAM_KEY_ID="test",
        G3N_TEAM_KEY="test",
    )


def test_team_without_operator_is_conformant_in_its_profile(team: Finished) -> None:
    assert team.exit_status == 0, team.output
    assert "CONFORMANT [team/2]" in team.run["headline"]
    assert team.run["profile_outside"] > 0


def test_what_needs_an_operator_is_outside_the_profile_and_not_passed(team: Finished) -> None:
    outside = [item for item in team.run["requirements"] if "operator" in item["needs"]]
    assert outside
    assert {item["verdict"] for item in outside} == {"not-applicable"}
    assert not any(item["in_profile"] for item in outside)


def test_team_run_names_what_it_leaves_behind(team: Finished) -> None:
    fates = {item["fate"] for item in team.run["leftovers"]}
    assert "left" not in fates, team.run["leftovers"]


def test_plan_sends_nothing_and_tells_needs_and_remains(tmp_path: Path) -> None:
    path = tmp_path / "target.toml"
    path.write_text(TEAM.format(base_url="http://127.0.0.1:9", storage="127.0.0.1:10", queue=QUEUE))
    secrets = dict.fromkeys(("G3N_TEAM_PASSCODE", "G3N_TEAM_KEY_ID", "G3N_TEAM_KEY"), "x")
    finished = run_suite(
        "conformance", "--plan", "--target", str(path), directory=tmp_path, **secrets
    )
    assert finished.exit_status == os.EX_OK, finished.output
    for word in ("nothing was sent", "requests", "records", "needs", "leaves", "TEAMSANDBOX"):
        assert word in finished.output
    assert not (tmp_path / "exchanges.jsonl").exists()
