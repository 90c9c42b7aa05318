"""A model client: what an integration does that keeps its duties, in one file.

It makes cost centres, a channel, a customer and a key, and listens to events where it has a queue
or a receiver (events.py). What it needs is in the environment: G3N_BASE_URL, G3N_ORGCODE,
G3N_EMAIL, G3N_PASSCODE, G3N_RUN.
"""

import os
import random
import sys
import time
import uuid
from collections.abc import Iterator
from typing import Any

import httpx

TRIES = 5
PAUSE_S = 0.2
TIMEOUT_S = 5.0
Fields = dict[str, Any]


class Refused(Exception):
    """The platform said no; `tag` says why. An empty tag: it was no answer of the platform's."""

    def __init__(self, status: int, tag: str, wait_s: float = 0.0) -> None:
        super().__init__(f"{status} {tag or 'not from the application'}")
        self.status, self.tag, self.wait_s = status, tag, wait_s


class Lost(Exception):
    """No answer came: whether the platform did what was asked is not known."""


class Platform:
    """Calls the platform as one user in one org."""

    def __init__(self, base_url: str, orgcode: str, email: str, passcode: str) -> None:
        self.http = httpx.Client(base_url=base_url, timeout=TIMEOUT_S, trust_env=False)
        self.orgcode, self.email, self.passcode = orgcode, email, passcode
        self.session = self.fingerprint = ""

    def sign_in(self) -> None:
        """A new session, and the look that it is valid and belongs to the org."""
        body = {"email": self.email, "passcode": self.passcode, "caption": "model client"}
        self.session = self.once("/usm/session/create", body)["data"]["session_guid"]
        self.read("/usm/session/validate", {"session_guid": self.session})
        self.check_association()

    def check_association(self, key: str = "") -> None:
        self.read("/ofm/member/resolve", {"orgcode": self.orgcode}, key)

    def sign_out(self) -> None:
        self.once("/usm/session/close", {"session_guid": self.session})

    def once(self, path: str, body: Fields | None = None, key: str = "") -> Fields:
        """One call, as it stands; `body` is None for a GET."""
        headers = {"x-api-key": key} if key else {}
        if not path.startswith("/usm"):
            headers["x-orgcode"] = self.orgcode
            headers |= {} if key else {"x-session-guid": self.session}
        try:
            if body is None:
                answer = self.http.get(path, headers=headers)
            else:
                answer = self.http.post(path, headers=headers, json=body)
        except httpx.TransportError as error:
            raise Lost(path) from error
        return self.told(path, answer)

    def told(self, path: str, answer: httpx.Response) -> Fields:
        """The envelope of a success. All that has an id is logged."""
        try:
            envelope = answer.json()
        except ValueError:  # the firewall answers in HTML
            raise Refused(answer.status_code, "") from None
        stats = envelope.get("stats") or {}
        build = (stats.get("build") or envelope.get("build") or {}).get("build_id")
        self.fingerprint = stats.get("session_fingerprint") or self.fingerprint
        version = answer.headers.get("x-api-version")
        sys.stderr.write(
            f"{path} {answer.status_code} {stats.get('request_id')} {build} {version}\n"
        )
        sys.stderr.write(f"{path} ends {answer.headers.get('sunset', 'never')}\n")
        if envelope.get("success"):
            return dict(envelope)
        tag = ((envelope.get("error") or {}).get("major") or {}).get("tag", "unknown")
        raise Refused(answer.status_code, tag, float(answer.headers.get("retry-after") or 0))

    def read(self, path: str, body: Fields | None = None, key: str = "") -> Fields:
        """A read, asked again with growing pauses while that can help."""
        renewed = looked = again = False
        for attempt in range(TRIES):
            try:
                return self.once(path, body, key)
            except Lost:
                pause(attempt)
            except Refused as refused:
                if refused.status in (429, 502, 503, 504):
                    pause(attempt + (refused.status == 503) * 2, refused.wait_s)
                elif refused.status == 401 and not (renewed or key or path.startswith("/usm")):
                    renewed = True
                    self.sign_in()
                elif refused.status == 200 and not again:
                    again = True  # a failure, whatever its status says
                    pause(attempt)
                elif refused.status == 404 and not looked:
                    looked = True  # not there, or not ours to see?
                    self.check_association(key)
                else:
                    raise
        raise Lost(path)

    def find(self, path: str, body: Fields) -> Fields | None:
        """A record by its code, or None where it is not there."""
        try:
            return self.read(path, body)
        except Refused as refused:
            if refused.status == 404:
                return None
            raise

    def make(self, path: str, body: Fields, look: Fields | None = None, by: str = "") -> Fields:
        """Make a record. After a lost answer: look for it by its code, or repeat with the key."""
        for attempt in range(TRIES):
            try:
                return self.once(path, body)
            except Lost:
                pause(attempt)
                if look and (found := self.find(by, look)):
                    return found
                if not look and "idempotency_key" not in body:
                    raise
            except Refused as refused:
                if refused.status not in (429, 503):
                    raise
                pause(attempt, refused.wait_s)
        raise Lost(path)

    def rename(self, noun: str, one: Fields, caption: str) -> Fields:
        """Change a record at the revision that was read; read again after any doubt."""
        for attempt in range(TRIES):
            read = self.read(f"{noun}/get", one)
            change = {**one, "caption": caption, "expected_revision": revision_of(read)}
            if find(read, "caption") == caption:
                return read
            try:
                return self.once(f"{noun}/update", change)
            except Lost:
                pause(attempt)
            except Refused as refused:
                if refused.status not in (409, 428, 429, 503) or refused.tag == "invalid-state":
                    raise
                pause(attempt)
        raise Lost(noun)

    def pages(self, path: str, body: Fields, key: str = "") -> Iterator[Fields]:
        """All records of a list. Only a missing token ends it; the token is sent as it came."""
        token: str | None = None
        while True:
            page = self.read(path, {**body, **({"next_token": token} if token else {})}, key)
            data = page["data"]
            yield from next((part for part in data.values() if isinstance(part, list)), [])
            token = data.get("next_token") or page.get("next_token")
            if not token:
                return


def pause(attempt: int, least_s: float = 0.0) -> None:
    """Twice as long each time, with jitter, and never shorter than was asked."""
    time.sleep(max(least_s, PAUSE_S * 2**attempt) * (1 + random.random() / 4))


def find(envelope: Fields, name: str) -> Any:
    """A field of the record in an answer, wherever the answer holds it."""
    data = envelope["data"]
    inner = [part for part in data.values() if isinstance(part, dict)]
    return next((part[name] for part in (data, *inner) if name in part), None)


def revision_of(envelope: Fields) -> Any:
    found = envelope.get("revision")
    return find(envelope, "revision") if found is None else found


def cost_centres(platform: Platform, org: Fields, run: str) -> list[str]:
    """Three cost centres: found by their codes, or made."""
    made = []
    for number in range(3):
        code = {**org, "cccode": f"{run[:4]}-{run[4:8]}-{number:04d}"}
        found = platform.find("/ofm/resolve/cccode", code)
        if found is None:
            body = {**code, "caption": f"Centre {number}"}
            found = platform.make("/ofm/cost-centre/create", body, code, "/ofm/resolve/cccode")
        made.append(find(found, "cc_guid"))
    return made


def sales_channel(platform: Platform, org: Fields, run: str) -> str:
    """A place in the world, a place in the books, a shop of both, and its channel; the shop."""
    parts = {}
    for kind in ("physical", "legal"):
        body = {**org, "code": f"{kind[0].upper()}{run}", "caption": f"{kind} place"}
        made = platform.make(f"/ofm/facility/{kind}/create", body)
        parts[f"{kind}_guid"] = find(made, f"{kind}_guid")
    shop = platform.make(
        "/ofm/facility/logical/create", {**org, **parts, "code": f"S{run}", "caption": "Shop"}
    )
    shop_guid = str(find(shop, "logical_guid"))
    body = {**org, "logical_guid": shop_guid, "channel_code": "shopify"}
    locales = {"locale_codes": ["en_US", "de_DE"], "default_locale_code": "en_US"}
    platform.make(
        "/ofm/sales-channel/create", {**body, "market": "US", "caption": "Web", **locales}
    )
    return shop_guid


def customer(platform: Platform, run: str) -> None:
    """A customer and a note; the note has a key, so that it may be repeated."""
    who = {"first_name": "Ada", "last_name": "Model", "email": f"ada-{run}@example.com"}
    made = platform.make("/crm/customer/create", who)
    note = {"target_type": "customer", "target_id": find(made, "customer_id")}
    text = {"caption": "First call", "body": "Wants the catalogue."}
    platform.make("/crm/comment", {**note, **text, "idempotency_key": str(uuid.uuid4())})


def key(platform: Platform) -> None:
    """A key for a job: made, tried, used, and revoked. One that is refused is replaced once."""
    session = {"session_guid": platform.session, "orgcode": platform.orgcode}
    account = platform.make(
        "/usm/service_account/create", {**session, "caption": "Job", "roles": ["crm_view"]}
    )
    one = {**session, "service_account_id": find(account, "service_account_id")}
    for _ in range(2):
        made = platform.make("/usm/api_key/create", {**one, "caption": "Job's key"})
        secret = find(made, "api_key")
        try:
            platform.read("/usm/api_key/validate", {}, secret)
            platform.check_association(secret)
            listed = list(platform.pages("/crm/customer/list", {"limit": 5}, secret))
        except Refused as refused:
            if refused.status != 401:
                raise
            continue
        sys.stdout.write(f"{len(listed)} seen\n")
        platform.once("/usm/api_key/revoke", {**session, "api_key_id": find(made, "api_key_id")})
        return


def main() -> int:
    settings = [os.environ[f"G3N_{n}"] for n in ("BASE_URL", "ORGCODE", "EMAIL", "PASSCODE")]
    run = os.environ.get("G3N_RUN", uuid.uuid4().hex[:8]).upper()
    platform = Platform(*settings)
    try:
        platform.read("/ofm/stat")
        platform.sign_in()
        found = platform.read("/ofm/resolve/orgcode", {"orgcode": platform.orgcode})
        org = {"org_guid": find(found, "org_guid")}
        centres = cost_centres(platform, org, run)
        listed = list(platform.pages("/ofm/cost-centre/list", {**org, "limit": 2}))
        platform.rename("/ofm/cost-centre", {**org, "cc_guid": centres[0]}, "Head office")
        sales_channel(platform, org, run)
        customer(platform, run)
        key(platform)
        if "G3N_QUEUE_URL" in os.environ or "G3N_WEBHOOK_URL" in os.environ:
            import events  # type: ignore[import-not-found] # a file of its own

            events.listen(platform, run)
        platform.sign_out()
    except (Refused, Lost) as error:
        sys.stderr.write(f"stopped: {error}\n")
        return 1
    sys.stdout.write(f"{len(listed)} cost centres\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
