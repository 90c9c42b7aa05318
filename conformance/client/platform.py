"""The platform behind the relay, as the stand itself calls it: as owner, and as operator."""

import json
import secrets
from dataclasses import dataclass, replace
from typing import Any, Final

import boto3
import httpx

from conformance.client.spellings import AS_DOCUMENTED, Spellings
from conformance.contract import envelope
from fixtures.formats.json_values import MISSING, at
from fixtures.run.aws import LENT

_BOUND_S: Final = 60.0
# The operator's port of the reference looks for a signature, and not at it.
_SIGNED: Final = {"authorization": "AWS4-HMAC-SHA256 Credential=stand"}


class StandError(RuntimeError):
    """The stand could not do what it has to do; the text says what."""


@dataclass(frozen=True)
class Queue:
    """A queue of SQS, and where it is; its keys are good for the stand-in alone."""

    url: str
    region: str
    endpoint_url: str

    def client(self) -> Any:
        """A client of it, as boto3 makes them."""
        make: Any = boto3.client  # typed by a literal for each service
        return make(
            "sqs",
            endpoint_url=self.endpoint_url,
            region_name=self.region,
            aws_access_key_id=LENT.access_key_id,
            aws_secret_access_key=LENT.secret_access_key,
        )

    def environment(self) -> dict[str, str]:
        """What the tools of AWS read."""
        return {
            "G3N_QUEUE_URL": self.url,
            "G3N_QUEUE_REGION": self.region,
            "AWS_ENDPOINT_URL_SQS": self.endpoint_url,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ACCESS_KEY_ID": str(LENT.access_key_id),
            "AWS_SECRET_ACCESS_KEY": str(LENT.secret_access_key),
        }


@dataclass(frozen=True)
class Org:
    """The org that a run of the client works in, and the queue that it may have."""

    code: str
    guid: str
    queue: Queue | None = None
    # Where a scenario has the platform deliver instead of there, to hand it on from.
    inlet: Queue | None = None


class Platform:
    """One platform, with the owner's account, and the operator's functions where there are any."""

    def __init__(
        self,
        base_url: str,
        operator_url: str | None,
        email: str,
        passcode: str,
        orgcode: str,
        *,
        spellings: Spellings = AS_DOCUMENTED,
    ) -> None:
        self.spellings = spellings
        self.base_url, self.email, self.passcode = base_url, email, passcode
        self.orgcode = orgcode
        self._operator_url = operator_url
        self._http = httpx.Client(trust_env=False, timeout=_BOUND_S)
        self.session = self.user = ""
        self.sign_in()

    def sign_in(self) -> None:
        """A new session of the stand's own.

        Raises:
            StandError: it was refused.
        """
        signed_in = self.call(
            "/usm/session/create",
            email=self.email,
            passcode=self.passcode,
            caption="conformance stand",
        )
        self.session = str(signed_in["session_guid"])
        self.user = str(signed_in.get("user_id", ""))

    def close(self) -> None:
        self._http.close()

    @property
    def has_operator(self) -> bool:
        return self._operator_url is not None

    def call(self, path: str, session: str = "", **body: Any) -> dict[str, Any]:
        """The data of a call that must succeed, with the revision.

        Raises:
            StandError: it did not.
        """
        headers = {"x-session-guid": session} if session else {}
        try:
            answer = self._http.post(f"{self.base_url}{path}", json=body, headers=headers).json()
        except (httpx.TransportError, ValueError) as error:
            raise StandError(f"{path}: {type(error).__name__}") from None
        return _granted(path, answer)

    def ask(self, path: str, headers: dict[str, str], body: dict[str, Any]) -> int:
        """The status of a call that may fail."""
        return self._http.post(f"{self.base_url}{path}", json=body, headers=headers).status_code

    def act(self, function: str, **payload: Any) -> dict[str, Any]:
        """Call a function of the operator.

        Raises:
            StandError: there is no operator, or it refuses.
        """
        url = f"{self._operator_url}/2015-03-31/functions/{function}/invocations"
        try:
            answer = self._http.post(url, content=json.dumps(payload), headers=_SIGNED).json()
        except (httpx.HTTPError, ValueError) as error:
            raise StandError(f"{function}: {type(error).__name__}") from None
        return _granted(function, answer)

    def org(self) -> Org:
        """An org for one run: a new one where an operator can make it, else the owner's own."""
        if not self.has_operator:
            found = self.call("/ofm/resolve/orgcode", self.session, orgcode=self.orgcode)
            return Org(self.orgcode, str(found["org_guid"]))
        code = f"C{secrets.token_hex(4).upper()}"
        invitation = self.act("ofm_invitationcreate", orgcode=code, user_guid=self.user)
        made = self.call(
            "/ofm/org/create",
            self.session,
            orgcode=code,
            invitation_code=invitation["invitation_code"],
            user_guid=self.user,
            caption=code.title(),
        )
        org = Org(code, str(made["org_guid"]))
        self.set_org_status(org, "verified")
        return org

    def queue(self) -> Queue | None:
        """A new queue for one run, in what stands in for SQS; None without an operator."""
        if not self.has_operator:
            return None
        found = self.act("reference_aws")
        place = Queue("", str(found["region"]), str(found["endpoint_url"]))
        made = place.client().create_queue(QueueName=f"client-{secrets.token_hex(6)}")
        return replace(place, url=str(made["QueueUrl"]))

    def set_org_status(self, org: Org, status: str) -> None:
        """Set it as the operator."""
        found = self.call("/ofm/org/get", self.session, org_guid=org.guid)
        self.act(
            "ofm_orgstatusset",
            org_guid=org.guid,
            status=status,
            expected_revision=found["revision"],
        )


def _granted(what: str, answer: Any) -> dict[str, Any]:
    if at(answer, envelope.SUCCESS) is not True:
        tag = at(answer, envelope.TAG)
        raise StandError(f"{what} was refused: {'no tag' if tag is MISSING else tag}")
    data, revision = at(answer, envelope.DATA), at(answer, envelope.CURRENT_REVISION)
    told = data if isinstance(data, dict) else {}
    return {**told, "revision": told.get("revision") if revision is MISSING else revision}
