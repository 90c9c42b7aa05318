"""The platform behind the relay, as the stand itself calls it: as owner, and as operator."""

import json
import secrets
from dataclasses import dataclass
from typing import Any, Final

import httpx

from conformance.contract import envelope
from fixtures.formats.json_values import MISSING, at

_BOUND_S: Final = 60.0
# The operator's port of the reference looks for a signature, and not at it.
_SIGNED: Final = {"authorization": "AWS4-HMAC-SHA256 Credential=stand"}


class StandError(RuntimeError):
    """The stand could not do what it has to do; the text says what."""


@dataclass(frozen=True)
class Org:
    """The org that a run of the client works in."""

    code: str
    guid: str


class Platform:
    """One platform, with the owner's account, and the operator's functions where there are any."""

    def __init__(
        self, base_url: str, operator_url: str | None, email: str, passcode: str, orgcode: str
    ) -> None:
        self.base_url, self.email, self.passcode = base_url, email, passcode
        self.orgcode = orgcode
        self._operator_url = operator_url
        self._http = httpx.Client(trust_env=False, timeout=_BOUND_S)
        signed_in = self.call(
            "/usm/session/create", email=email, passcode=passcode, caption="conformance stand"
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
