"""One small recording a duty, in three moods: kept, broken, and without the occasion.

Each sample is one client with a session, a key and an org of its own, so that any two can be laid
into one another. `habit` is what the client does wrong; `occasion` is what puts the duty at stake.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from json import dumps
from typing import Any, Final

Entry = dict[str, Any]
START: Final = datetime(2026, 1, 5, 10, tzinfo=UTC)
HOST: Final = "https://api.example.test"


class Mood(Enum):
    KEPT = "kept"
    BROKEN = "broken"
    ABSENT = "absent"


@dataclass
class Client:
    """Writes down what a client called, as entries of a HAR."""

    who: str
    mood: Mood
    at: float = 0.0
    entries: list[Entry] = field(default_factory=list)

    @property
    def session(self) -> str:
        return f"SECRET-session-{self.who}-0123456789"

    @property
    def key(self) -> str:
        return f"SECRET-key-{self.who}-9876543210"

    @property
    def org(self) -> str:
        return f"ORG{self.who}".upper()

    @property
    def guid(self) -> str:
        return f"aa0c9a52-0000-4000-8000-{abs(hash(self.who)) % 10**12:012d}"

    def one(self, **more: Any) -> dict[str, Any]:
        return {"org_guid": f"org-{self.guid}", "cc_guid": self.guid, **more}

    @property
    def habit(self) -> bool:
        return self.mood is Mood.BROKEN

    def occasion(self, path: str, body: Any = None, **more: Any) -> None:
        """A call without which the duty is not at stake."""
        if self.mood is not Mood.ABSENT:
            self.call(path, body, **more)

    def call(
        self,
        path: str,
        body: Any = None,
        *,
        method: str = "POST",
        status: int = 200,
        answer: Any = None,
        told: dict[str, str] | None = None,
        wait: float = 1.0,
        base: str = HOST,
        key: bool = False,
        **headers: str,
    ) -> None:
        """One entry, `wait` seconds after the one before."""
        self.at += wait
        sent = {"content-type": "application/json"} if body is not None else {}
        if path.startswith("/usm"):
            body = {"session_guid": self.session, **(body or {})}
            sent = {"content-type": "application/json"}
        else:
            sent |= {"x-api-key": self.key} if key else {"x-session-guid": self.session}
            if not path.startswith(("/ofm", "/utl")):
                sent["x-orgcode"] = self.org
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {n: v for n, v in {**sent, **named}.items() if v}
        request: Entry = {
            "method": method,
            "url": base + path,
            "headers": [{"name": name.title(), "value": value} for name, value in sent.items()],
        }
        if body is not None:
            request["postData"] = {"mimeType": "application/json", "text": dumps(body)}
        given = {"success": status < 300, **(answer if answer is not None else {"data": {}})}
        self.entries.append(
            {
                "startedDateTime": (START + timedelta(seconds=self.at)).isoformat(),
                "time": 5,
                "request": request,
                "response": {
                    "status": status,
                    "headers": [{"name": n, "value": v} for n, v in (told or {}).items()],
                    "content": {"text": dumps(given) if status else ""},
                },
            }
        )

    def lost(self, path: str, body: Any, **more: Any) -> None:
        """A call that got no answer."""
        self.call(path, body, status=0, **more)


Sample = Callable[[Client], None]
SAMPLES: Final[dict[str, Sample]] = {}
GET: Final = "/ofm/cost-centre/get"
CREATE: Final = "/ofm/cost-centre/create"
UPDATE: Final = "/ofm/cost-centre/update"
LIST: Final = "/ofm/cost-centre/list"
RESOLVE: Final = "/ofm/resolve/cccode"
SELF_CHECK: Final = "/ofm/member/resolve"


def sample(duty: str) -> Callable[[Sample], Sample]:
    def register(made: Sample) -> Sample:
        SAMPLES[duty] = made
        return made

    return register


def entries(duty: str, mood: Mood, who: str = "a") -> list[Entry]:
    client = Client(who, mood)
    SAMPLES[duty](client)
    return client.entries


def refused(tag: str) -> dict[str, Any]:
    return {"error": {"major": {"tag": tag}}}


def at_revision(client: Client, revision: Any) -> dict[str, Any]:
    return {"revision": revision, "data": {"cc_guid": client.guid}}


# --- A ---


@sample("A1")
def _(c: Client) -> None:
    c.occasion(GET, c.one())
    if c.habit:
        c.call(GET, c.one(), base="http://api.example.test")


@sample("A2")
def _(c: Client) -> None:
    c.occasion(GET, c.one())
    if c.habit:
        c.call("/v1" + GET, c.one())


@sample("A3")
def _(c: Client) -> None:
    c.call("/usm/session/validate")
    c.occasion("/ofm/org/get", {"org_guid": c.guid}, method="PUT" if c.habit else "POST")


@sample("A4")
def _(c: Client) -> None:
    c.occasion("/ofm/stat", {"deep": True} if c.habit else None, method="GET")


@sample("A5")
def _(c: Client) -> None:
    c.occasion(GET, c.one(), content_type="text/plain" if c.habit else "application/json")


@sample("A6")
def _(c: Client) -> None:
    c.call(GET, c.one())
    c.occasion("/usm/session/validate", if_none_match='"1"' if c.habit else "")


# --- B ---


@sample("B1")
def _(c: Client) -> None:
    c.call("/usm/session/validate")
    body = {"webhook_id": "w-1"}
    if c.habit:
        c.call("/ipm/webhook/get", {**body, "session_guid": c.session}, x_session_guid="")
    else:
        c.occasion("/ipm/webhook/get", body)


@sample("B2")
def _(c: Client) -> None:
    c.call(GET, c.one())
    if c.habit:
        c.call("/usm/session/validate", {"session_guid": None}, x_session_guid=c.session)
    else:
        c.occasion("/usm/session/validate")


@sample("B3")
def _(c: Client) -> None:
    c.occasion(GET + (f"?trace={c.session}" if c.habit else ""), c.one())


@sample("B4")
def _(c: Client) -> None:
    c.occasion(GET, c.one())
    if c.habit:
        c.call("/collect", {"seen": c.session}, base="https://logs.example.test")


@sample("B6")
def _(c: Client) -> None:
    c.occasion("/crm/customer/list", {"limit": 5}, key=True)
    if c.habit:
        c.call("/crm/customer/list", {"limit": 5}, key=True, x_orgcode="ANOTHER")


@sample("B7")
def _(c: Client) -> None:
    c.occasion("/crm/customer/list", {"limit": 5}, x_api_key=c.key if c.habit else "")


@sample("B11")
def _(c: Client) -> None:
    c.call(GET, c.one())
    c.occasion("/usm/session/close")
    if c.habit:
        c.call(GET, c.one())


@sample("B13")
def _(c: Client) -> None:
    if not c.habit:
        c.call("/usm/session/validate")
    c.occasion(GET, c.one())


@sample("B14")
def _(c: Client) -> None:
    c.call("/usm/session/validate")
    c.occasion("/ofm/org/create", {"orgcode": c.org, "caption": "A"}, key=c.habit)


def _ended_session(c: Client, again: int) -> None:
    c.occasion(GET, c.one(), status=401, answer=refused("invalid-credentials"))
    for _ in range(again if c.habit else 0):
        c.call(GET, c.one(), status=401, answer=refused("invalid-credentials"))
    c.call("/usm/session/create", {"session_guid": None, "email": "a@example.test"})


@sample("B15")
def _(c: Client) -> None:
    _ended_session(c, 1)


@sample("F5")
def _(c: Client) -> None:
    _ended_session(c, 3)


# --- C ---


@sample("C1")
def _(c: Client) -> None:
    c.call("/usm/session/validate")
    c.occasion("/crm/customer/list", {"limit": 5}, x_orgcode="" if c.habit else c.org)


@sample("C2")
def _(c: Client) -> None:
    c.call(GET, c.one())
    code = "ANOTHER" if c.habit else c.org.lower()
    c.occasion("/crm/customer/list", {"limit": 5, "orgcode": code})


@sample("C3")
def _(c: Client) -> None:
    if not c.habit:
        c.call(SELF_CHECK, {"orgcode": c.org})
    c.occasion(GET, c.one())


@sample("C4")
def _(c: Client) -> None:
    place = "" if c.habit else c.guid
    body = {"receipt_id": "r-1", "source_refs": [{"type": "po", "id": "1"}]}
    c.occasion("/ics/qc/complete", body, x_logical_guid=place)


@sample("C5")
def _(c: Client) -> None:
    body = {"lines": [{"variant_id": "v-1"}]}
    c.occasion("/ppm/price/resolve", body, x_channel_code="" if c.habit else "WEB")


def _stated(c: Client, **more: Any) -> dict[str, Any]:
    stated = {"orgcode": c.org, "actor": "job", "context_source": "session"}
    return {**stated, "session_fingerprint": "ab12", **more}


@sample("C6")
def _(c: Client) -> None:
    body: dict[str, Any] = {"metric": "sales", "value": "1", "bucket_utc": "2026-01-05T10:00:00Z"}
    stated = _stated(c, orgcode="ANOTHER") if c.habit else _stated(c)
    c.occasion("/ipm/kpi/record", {**body, "request_context": stated})


@sample("C7")
def _(c: Client) -> None:
    stated = _stated(c)
    if c.habit:
        del stated["session_fingerprint"]
    c.occasion("/ipm/kpi/record", {"metric": "sales", "request_context": stated})


@sample("C8")
def _(c: Client) -> None:
    code = "aaaa-bbbb-cccc" if c.habit else "AAAA-BBBB-CCCC"
    c.call(GET, c.one())
    c.occasion(RESOLVE, {"org_guid": c.guid, "cccode": code})


@sample("C9")
def _(c: Client) -> None:
    c.call(LIST, {"org_guid": f"org-{c.guid}"}, answer={"data": {"items": [{"cc_guid": c.guid}]}})
    c.occasion(GET, c.one(cc_guid=c.guid.upper() if c.habit else c.guid))


@sample("C10")
def _(c: Client) -> None:
    c.call("/usm/session/validate")
    by = {"cccode": "AAAA-BBBB-CCCC"} if c.habit else {"cc_guid": c.guid}
    c.occasion(GET, {"org_guid": c.guid, **by})


@sample("C13")
def _(c: Client) -> None:
    body = {"event_type": "sale", "amount": "1.00", "currency": "USD"}
    channel = "" if c.habit else "WEB"
    c.occasion("/accounting/event/record", body, x_logical_guid=c.guid, x_channel_code=channel)


@sample("C14")
def _(c: Client) -> None:
    body = {"org_guid": c.guid, "channel_code": "WEB", "locale_codes": ["en_US", "de_DE"]}
    default = {} if c.habit else {"default_locale_code": "en_US"}
    c.occasion("/ofm/sales-channel/create", {**body, **default})


# --- D ---


@sample("D1")
def _(c: Client) -> None:
    c.call(GET, c.one(), answer=at_revision(c, 4))
    sent = {} if c.habit else {"expected_revision": 4}
    c.occasion(UPDATE, c.one(caption="B", **sent), answer=at_revision(c, 5))


@sample("D2")
def _(c: Client) -> None:
    c.call(GET, c.one(), answer=at_revision(c, 4))
    c.occasion(UPDATE, c.one(caption="B", expected_revision=5 if c.habit else 4))


@sample("D3")
def _(c: Client) -> None:
    c.call(GET, c.one(), answer=at_revision(c, 4))
    change = c.one(caption="B", expected_revision=4)
    c.occasion(UPDATE, change, status=409, answer=refused("conflict"))
    if not c.habit:
        c.call(GET, c.one(), answer=at_revision(c, 5))
    c.call(UPDATE, {**change, "expected_revision": 5}, answer=at_revision(c, 6))


@sample("D4")
def _(c: Client) -> None:
    c.call(GET, c.one(), answer=at_revision(c, 4))
    change = c.one(caption="B", expected_revision=4)
    if c.mood is not Mood.ABSENT:
        c.lost(UPDATE, change)
    c.call(UPDATE, {**change, "expected_revision": 5 if c.habit else 4})


# --- E ---


def _lost_create(c: Client) -> None:
    body = {"org_guid": c.guid, "cccode": "AAAA-BBBB-CCCC", "caption": "A"}
    if c.mood is not Mood.ABSENT:
        c.lost(CREATE, body)
    if not c.habit:
        c.call(RESOLVE, {"org_guid": c.guid, "cccode": "AAAA-BBBB-CCCC"})
    c.call(CREATE, body)


@sample("E1")
def _(c: Client) -> None:
    _lost_create(c)


@sample("E2")
def _(c: Client) -> None:
    _lost_create(c)


@sample("E3")
def _(c: Client) -> None:
    key = {} if c.habit else {"idempotency_key": f"k-{c.who}"}
    body = {"target_type": "customer", "target_id": "t-1", "body": "x", **key}
    c.occasion("/crm/comment", body, status=503)
    c.call("/crm/comment", body, wait=5)


@sample("E4")
def _(c: Client) -> None:
    key = {} if c.habit else {"idempotency_key": f"k-{c.who}"}
    body = {"target_type": "item", "target_id": "t-1", "body": "x", **key}
    c.occasion("/ics/comment", body)


@sample("E5")
def _(c: Client) -> None:
    body = {"target_type": "customer", "target_id": "t-1", "idempotency_key": f"k-{c.who}"}
    c.occasion("/crm/comment", {**body, "body": "x"})
    c.occasion("/crm/comment", {**body, "body": "y" if c.habit else "x"})


@sample("E7")
def _(c: Client) -> None:
    key = "k" * (129 if c.habit else 128)
    c.call("/usm/session/validate")
    c.occasion("/mrs/message/create", {"orgcode": c.org, "idempotency_key": key})


def _refused_for_now(c: Client, status: int, tag: str) -> None:
    c.occasion(LIST, {"org_guid": c.guid}, status=status, answer=refused(tag))
    c.call(LIST, {"org_guid": c.guid}, wait=0.01 if c.habit else 2.0)


@sample("E8")
def _(c: Client) -> None:
    _refused_for_now(c, 429, "throttled")


@sample("E11")
def _(c: Client) -> None:
    _refused_for_now(c, 503, "unavailable")


@sample("E15")
def _(c: Client) -> None:
    _refused_for_now(c, 502, "bad-gateway")


@sample("E12")
def _(c: Client) -> None:
    html = {"content-type": "text/html"}
    c.occasion(CREATE, {"org_guid": c.guid, "caption": "A"}, status=403, told=html)
    if c.habit:
        c.call(CREATE, {"org_guid": c.guid, "caption": "A"})


# --- F ---


@sample("F2")
def _(c: Client) -> None:
    code = {"org_guid": c.guid, "cccode": "AAAA-BBBB-CCCC"}
    c.occasion(RESOLVE, code, status=404, answer=refused("not-found"))
    if not c.habit:
        c.call(SELF_CHECK, {"orgcode": c.org})
    c.call(CREATE, {**code, "caption": "A"})


@sample("F3")
def _(c: Client) -> None:
    body = {"org_guid": c.guid, "caption": "A"}
    c.occasion(CREATE, body, status=403, answer=refused("org-write-blocked"))
    if c.habit:
        c.call(CREATE, body, status=403, answer=refused("org-write-blocked"))


@sample("F4")
def _(c: Client) -> None:
    html = {"content-type": "text/html"}
    c.occasion(CREATE, {"org_guid": c.guid, "caption": "A"}, status=403, told=html)
    if c.habit:
        c.call("/usm/session/create", {"session_guid": None, "email": "a@example.test"})
    c.call(GET, c.one())


@sample("F6")
def _(c: Client) -> None:
    body = {"lines": [{"variant_id": "v-1", "quantity": 5}]}
    where: dict[str, Any] = {"x_logical_guid": c.guid, "x_channel_code": "WEB"}
    short = refused("insufficient-stock")
    c.occasion("/scm/order/promise/quote", body, status=409, answer=short, **where)
    fewer = {"lines": [{"variant_id": "v-1", "quantity": 5 if c.habit else 2}]}
    c.call("/scm/order/promise/quote", fewer, **where)


@sample("F9")
def _(c: Client) -> None:
    sunset = {"deprecation": "true", "sunset": "Mon, 05 Jan 2026 10:00:30 GMT"}
    c.occasion(GET, c.one(), told=sunset)
    c.call(GET, c.one(), wait=60 if c.habit else 5)


# --- G ---


def _page(token: str | None, rows: int = 1) -> dict[str, Any]:
    return {"data": {"items": [{}] * rows, "next_token": token}}


@sample("G1")
def _(c: Client) -> None:
    of = {"org_guid": c.guid, "limit": 8}
    c.call(LIST, of, answer=_page(f"page-2-{c.who}"))
    sent = "page-3" if c.habit else f"page-2-{c.who}"
    c.occasion(LIST, {**of, "next_token": sent}, answer=_page(None))


@sample("G2")
def _(c: Client) -> None:
    of: dict[str, Any] = {"org_guid": c.guid, "limit": 8}
    c.call(LIST, of, answer=_page(f"page-2-{c.who}"))
    other = {"status": "active"} if c.habit else {}
    c.occasion(LIST, {**of, **other, "next_token": f"page-2-{c.who}"}, answer=_page(None))


@sample("G3")
def _(c: Client) -> None:
    of = {"org_guid": c.guid, "limit": 8}
    c.occasion(LIST, of, answer=_page(f"page-2-{c.who}", rows=0))
    if not c.habit:
        c.occasion(LIST, {**of, "next_token": f"page-2-{c.who}"}, answer=_page(None))


@sample("G5")
def _(c: Client) -> None:
    c.occasion(LIST, {"org_guid": c.guid, "limit": 1000 if c.habit else 100})


@sample("G9")
def _(c: Client) -> None:
    second = "&status=live" if c.habit else ""
    c.occasion(f"/pmc/product/list?channel_guid=ch-1&style_id=s-1{second}", method="GET")


@sample("G10")
def _(c: Client) -> None:
    style = {} if c.habit else {"style_id": "s-1"}
    body = {"reason": "r", "channel_guid": "ch-1", "selector": {"variant_id": "v-1", **style}}
    c.occasion("/pmc/publish/run/start", body)


# --- O ---


@sample("O1")
def _(c: Client) -> None:
    blocked = {"status": 403, "answer": refused("org-write-blocked")} if c.habit else {}
    c.occasion(CREATE, {"org_guid": c.guid, "caption": "A"}, **blocked)


def _in_order(c: Client, path: str, body: dict[str, Any], **headers: Any) -> None:
    if c.habit:
        c.call(path, body, status=409, answer=refused("invalid-state"), **headers)
    else:
        c.occasion(path, body, **headers)


@sample("O3")
def _(c: Client) -> None:
    _in_order(c, "/pvm/style/update", {"style_id": "s-1", "expected_revision": 1})


@sample("O5")
def _(c: Client) -> None:
    body = {"receipt_id": "r-1", "bin_id": "b-1", "idempotency_key": f"k-{c.who}"}
    _in_order(c, "/ics/putaway/record", body, x_logical_guid=c.guid)


@sample("O9")
def _(c: Client) -> None:
    where: dict[str, Any] = {"x_logical_guid": c.guid, "x_channel_code": "WEB"}
    _in_order(c, "/scm/fulfillment/shipment/ship", {"shipment_id": "s-1"}, **where)


@sample("O10")
def _(c: Client) -> None:
    _in_order(c, "/pcm/po/issue", {"po_id": "p-1"}, x_logical_guid=c.guid)


@sample("O11")
def _(c: Client) -> None:
    _in_order(c, "/ppm/price/resolve", {"lines": [{"sku": "1"}]}, x_channel_code="WEB")


@sample("O4")
def _(c: Client) -> None:
    run = f"run-{c.who}"
    c.occasion(
        "/pmc/publish/run/start",
        {"reason": "r", "channel_guid": "ch-1", "selector": {}},
        answer={"data": {"run_id": run}},
    )
    if not c.habit:
        done = {"data": {"run_id": run, "status": "complete"}}
        c.occasion("/pmc/publish/run/step", {"run_id": run}, answer=done)
    c.call(GET, c.one(), wait=600)


@sample("O6")
def _(c: Client) -> None:
    refs = {} if c.habit else {"source_refs": [{"type": "count", "id": "1"}]}
    body = {"variant_id": "v-1", "quantity_delta": 1, "reason": "recount", **refs}
    c.occasion("/ics/adjustment/create", body, x_logical_guid=c.guid)


@sample("O7")
def _(c: Client) -> None:
    code = "because" if c.habit else "INVENTORY.RECOUNT"
    c.occasion(
        "/ics/qc/complete", {"receipt_id": "r-1", "reason_code": code}, x_logical_guid=c.guid
    )


@sample("O8")
def _(c: Client) -> None:
    if not c.habit:
        c.call("/ppm/price/resolve", {"lines": [{"sku": "1"}]}, x_channel_code="WEB")
    where: dict[str, Any] = {"x_logical_guid": c.guid, "x_channel_code": "WEB"}
    c.occasion("/scm/order/place", {"order_id": "o-1"}, **where)


@sample("O14")
def _(c: Client) -> None:
    day = (START + timedelta(days=5 if c.habit else 45)).isoformat()
    body = {"orgcode": c.org, "requested_export_at": day, "reason": "we move"}
    c.occasion("/utl/offboarding/request", body)


@sample("O16")
def _(c: Client) -> None:
    text = "<script>alert(1)</script>" if c.habit else "Spring & summer"
    c.occasion(CREATE, {"org_guid": c.guid, "caption": text})


# --- V ---


def _register(c: Client, **more: Any) -> None:
    body = {"queue_url": "https://sqs.example.test/1/q", "region": "us-east-1", **more}
    body["request_context"] = _stated(c)
    made = {"data": {"subscription_id": f"sub-{c.who}"}}
    c.occasion("/rbs/subscription/register", body, answer=made)


@sample("V2")
def _(c: Client) -> None:
    _register(c)
    one = {"subscription_id": f"sub-{c.who}", "request_context": _stated(c)}
    if c.habit:
        c.call("/rbs/subscription/test", one)
    else:
        c.occasion("/rbs/subscription/verify", {**one, "verification_token": "t"})


@sample("V3")
def _(c: Client) -> None:
    _register(c, **({"access_key_id": "AKIA"} if c.habit else {"role_arn": "arn:role"}))


@sample("V10")
def _(c: Client) -> None:
    if not c.habit:
        c.call("/ipm/event/catalog/list", {"limit": 50})
    _register(c)
