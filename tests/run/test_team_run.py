"""A team's run: an org and three accounts, a queue and a receiver, no operator."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest

from fixtures.exchange.actors import fresh_passcode
from tests.run.servers import Addresses, free_port, reference
from tests.run.suite import TURNS, Finished, run_suite

pytestmark = pytest.mark.whole


def client(service: str, endpoint_url: str) -> Any:
    """A client of one of Amazon's services, at a stand-in."""
    make: Any = boto3.client  # typed by a literal for each service
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    return make(service, endpoint_url=endpoint_url, region_name="us-east-1", **keys)


class Operations:
    """What an operator does before a team gets its sandbox."""

    def __init__(self, addresses: Addresses) -> None:
        self._base_url = addresses.base_url
        self._lambda = client("lambda", addresses.operator_url)

    def act(self, name: str, **payload: object) -> dict[str, object]:
        reply = self._lambda.invoke(FunctionName=name, Payload=json.dumps(payload).encode())
        answer = json.loads(reply["Payload"].read())
        assert answer["success"], answer
        return {**answer["data"], "revision": answer.get("revision")}

    def call(self, path: str, session: str = "", **body: object) -> dict[str, object]:
        headers = {"x-session-guid": session} if session else {}
        answer = httpx.post(f"{self._base_url}{path}", json=body, headers=headers).json()
        assert answer["success"], answer
        return {**answer["data"], "revision": answer.get("revision")}

    def user(self, email: str, passcode: str) -> tuple[str, str]:
        """A verified user with a session: (user id, session)."""
        user_id = str(self.act("uas_usercreate", email=email, passcode=passcode)["user_id"])
        token = self.act("uas_emailissuetoken", user_id=user_id, email=email)["token"]
        self.act("uas_emailconfirmtoken", user_id=user_id, email=email, token=token)
        revision = self.act("uas_userget", user_id=user_id)["revision"]
        self.act(
            "uas_userstatusset", user_id=user_id, status="verified", expected_revision=revision
        )
        session = self.call("/usm/session/create", email=email, passcode=passcode, caption="t")
        return user_id, str(session["session_guid"])

    def org(self, orgcode: str, user_id: str, session: str) -> str:
        """A verified org of that user; its guid."""
        invitation = self.act("ofm_invitationcreate", orgcode=orgcode, user_guid=user_id)
        code = invitation["invitation_code"]
        made = self.call(
            "/ofm/org/create",
            session,
            orgcode=orgcode,
            invitation_code=code,
            user_guid=user_id,
            caption="t",
        )
        self.act(
            "ofm_orgstatusset",
            org_guid=made["org_guid"],
            status="verified",
            expected_revision=made["revision"],
        )
        return str(made["org_guid"])


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
    passcode, operations = fresh_passcode(), Operations(by_hand)
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
