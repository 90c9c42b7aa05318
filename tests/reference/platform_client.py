"""A terse caller of a reference platform, for its own tests."""

import json
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import httpx

ROOT = Path(__file__).parents[2]
# Never reached where it works, however busy the machine is.
BOUND_S = 120.0
PASSCODE = "Passw0rd!123"
Record = dict[str, Any]
SIGNATURE = {"authorization": "AWS4-HMAC-SHA256 Credential=test"}


def command(*options: str) -> list[str]:
    return [sys.executable, "-m", "fixtures.reference", *options]


@contextmanager
def running(*options: str) -> Iterator["Platform"]:
    """A platform in its own process, ended with the block."""
    process = subprocess.Popen(
        command(*options), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, process.communicate()[1]
        addresses = json.loads(line)
        with httpx.Client(timeout=BOUND_S) as client:
            yield Platform(addresses["base_url"], addresses["operator_url"], client, process)
    finally:
        process.terminate()
        process.communicate(timeout=BOUND_S)


@dataclass(frozen=True)
class User:
    user_id: str
    email: str
    session: str

    @property
    def headers(self) -> dict[str, str]:
        return {"x-session-guid": self.session}


@dataclass(frozen=True)
class Key:
    secret: str

    @property
    def headers(self) -> dict[str, str]:
        return {"x-api-key": self.secret}


class Org(NamedTuple):
    guid: str
    code: str
    owner: User


@dataclass(frozen=True)
class Platform:
    base_url: str
    operator_url: str
    client: httpx.Client
    process: subprocess.Popen[str]

    def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(self.base_url + path, json=body or {}, headers=names)

    def ask(self, path: str, body: dict[str, Any], caller: User) -> httpx.Response:
        return self.client.post(self.base_url + path, json=body, headers=caller.headers)

    def make(self, path: str, body: dict[str, Any], caller: User) -> dict[str, Any]:
        """The data of a call that must succeed, with its revision."""
        return data_of(self.ask(path, body, caller))

    def operate(self, name: str, **payload: Any) -> dict[str, Any]:
        answer = self.client.post(
            f"{self.operator_url}/2015-03-31/functions/{name}/invocations",
            json=payload,
            headers=SIGNATURE,
        )
        assert answer.status_code == 200, answer.text
        envelope: dict[str, Any] = answer.json()
        return envelope

    def do(self, name: str, **payload: Any) -> dict[str, Any]:
        envelope = self.operate(name, **payload)
        assert envelope["success"], (name, envelope)
        return _with_revision(envelope)

    def unverified_user(self) -> tuple[str, str]:
        email = f"u{secrets.token_hex(6)}@example.test"
        user = self.do("uas_usercreate", email=email, passcode=PASSCODE)
        return user["user_id"], email

    def user(self) -> User:
        user_id, email = self.unverified_user()
        token = self.do("uas_emailissuetoken", user_id=user_id)["token"]
        confirmed = self.do("uas_emailconfirmtoken", user_id=user_id, token=token)
        self.do(
            "uas_userstatusset",
            user_id=user_id,
            status="verified",
            expected_revision=confirmed["revision"],
        )
        return User(user_id, email, self.session(email))

    def session(self, email: str) -> str:
        answer = self.post("/usm/session/create", {"email": email, "passcode": PASSCODE})
        assert answer.is_success, answer.text
        session: str = answer.json()["data"]["session_guid"]
        return session

    def unverified_org(self, owner: User) -> tuple[Org, int]:
        code = "T" + secrets.token_hex(5).upper()
        invitation = self.do("ofm_invitationcreate", orgcode=code, user_guid=owner.user_id)
        org = self.make(
            "/ofm/org/create",
            {
                "orgcode": code,
                "invitation_code": invitation["invitation_code"],
                "user_guid": owner.user_id,
                "caption": "Test",
            },
            owner,
        )
        return Org(org["org_guid"], code, owner), org["revision"]

    def org(self) -> Org:
        org, revision = self.unverified_org(self.user())
        self.do(
            "ofm_orgstatusset", org_guid=org.guid, status="verified", expected_revision=revision
        )
        return org

    def member(self, org: Org, *roles: str) -> User:
        user = self.user()
        body = {"org_guid": org.guid, "user_guid": user.user_id, "roles": list(roles)}
        self.make("/ofm/member/add", body, org.owner)
        return user

    def member_at(self, org: Org, logical_guid: str, *roles: str) -> User:
        """A member that works at a facility: who has a role alone does not."""
        user = self.member(org, *roles)
        body = {"org_guid": org.guid, "user_guid": user.user_id, "logical_guid": logical_guid}
        self.make("/ofm/member/assign-logical", body, org.owner)
        return user

    def key(self, org: Org, *roles: str) -> str:
        base = {"session_guid": org.owner.session, "orgcode": org.code}
        account = self.make(
            "/usm/service_account/create", {**base, "caption": "k", "roles": list(roles)}, org.owner
        )
        account_id = account["service_account_id"]
        key = self.make(
            "/usm/api_key/create", {**base, "service_account_id": account_id}, org.owner
        )
        secret: str = key["api_key"]
        return secret

    def cost_centre(self, org: Org) -> dict[str, Any]:
        code = secrets.token_hex(6).upper()
        cccode = f"{code[:4]}-{code[4:8]}-{code[8:]}"
        body = {"org_guid": org.guid, "cccode": cccode, "caption": "Centre"}
        return self.make("/ofm/cost-centre/create", body, org.owner)

    def facility(self, org: Org) -> str:
        """A new logical facility, on new physical and legal ones."""

        def made(kind: str, **parents: str) -> str:
            code = "F" + secrets.token_hex(4).upper()
            body = {"org_guid": org.guid, "caption": "Place", "code": code, **parents}
            guid: str = self.make(f"/ofm/facility/{kind}/create", body, org.owner)[f"{kind}_guid"]
            return guid

        return made("logical", physical_guid=made("physical"), legal_guid=made("legal"))


def data_of(answer: httpx.Response) -> Record:
    """The data of an answer that must be a success, with the revision of its record."""
    assert answer.is_success, (answer.url.path, answer.status_code, answer.text)
    return _with_revision(answer.json())


def _with_revision(envelope: Record) -> Record:
    return {**envelope["data"], "revision": envelope.get("revision")}


def tag(answer: httpx.Response) -> tuple[int, str]:
    """Status and tag of an answer that must be a refusal."""
    assert not answer.is_success, answer.text
    return answer.status_code, answer.json()["error"]["major"]["tag"]
