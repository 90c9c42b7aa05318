"""What an operator does before a team gets its sandbox."""

import json
from typing import Any

import boto3
import httpx

from tests.run.servers import Addresses


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
        made = self.unverified_org(orgcode, user_id, session)
        self.act(
            "ofm_orgstatusset",
            org_guid=made["org_guid"],
            status="verified",
            expected_revision=made["revision"],
        )
        return str(made["org_guid"])

    def unverified_org(self, orgcode: str, user_id: str, session: str) -> dict[str, object]:
        """An org of that user as it is made: its guid, its revision."""
        invitation = self.act("ofm_invitationcreate", orgcode=orgcode, user_guid=user_id)
        return self.call(
            "/ofm/org/create",
            session,
            orgcode=orgcode,
            invitation_code=invitation["invitation_code"],
            user_guid=user_id,
            caption="t",
        )
