"""Two small built-in clients, one good and one bad: in every run the stand must tell them apart."""

from collections.abc import Iterator
from typing import Final

import httpx

from conformance.client.certificate import Verdict
from conformance.client.judgement import judge
from conformance.client.platform import Org, Platform
from conformance.client.recording import Recording
from conformance.client.relay import Relay, Run
from conformance.client.scenarios.losses import LostAnswer

# What the bad one breaks, and the good one keeps: a place, a spelling, a retry.
MEANT: Final = ("A3", "B3", "E2")
_CODE: Final = "CANA-RYCC-0001"
_BOUND_S: Final = 30.0


def doubts(platform: Platform) -> Iterator[str]:
    """Why the stand cannot be relied on, one sentence each; nothing where it can."""
    for is_good in (True, False):
        with Recording() as recording:
            _ran(platform, recording, is_good=is_good)
            found = {result.duty.id: result for result in judge(recording).duties}
        for duty in MEANT:
            wanted = Verdict.KEPT if is_good else Verdict.BROKEN
            if found[duty].verdict is not wanted:
                kind = "good" if is_good else "bad"
                yield f"canary: {duty} of the {kind} client is {found[duty].verdict}, not {wanted}"


def _ran(platform: Platform, recording: Recording, *, is_good: bool) -> None:
    org = platform.org()
    with Relay(platform, recording) as relay:
        relay.run = Run("canary", LostAnswer(platform, org))
        with httpx.Client(base_url=relay.base_url, trust_env=False, timeout=_BOUND_S) as http:
            session = http.post(
                "/usm/session/create",
                json={"email": platform.email, "passcode": platform.passcode, "caption": "canary"},
            ).json()["data"]["session_guid"]
            http.headers["x-session-guid"] = session
            _works(http, org, session, is_good=is_good)
        platform.call("/usm/session/close", session_guid=session)


def _works(http: httpx.Client, org: Org, session: str, *, is_good: bool) -> None:
    one = {"org_guid": org.guid}
    code = {**one, "cccode": _CODE}
    http.request("POST" if is_good else "PUT", "/ofm/org/get", json=one)
    http.post("/ofm/org/get", json=one, params=None if is_good else {"trace": session})
    for _ in range(2):  # the first answer is lost
        try:
            http.post("/ofm/cost-centre/create", json={**code, "caption": "Canary"})
        except httpx.TransportError:
            if is_good:
                http.post("/ofm/resolve/cccode", json=code)
                return
