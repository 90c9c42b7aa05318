"""Samples of the duties in `conformance/client/duties/order.toml`."""

import base64
import gzip
import hashlib
from datetime import timedelta
from typing import Any

from tests.client.recording import CREATE, GET, START, Client, Mood, refused, sample


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


@sample("A7")
def _(c: Client) -> None:
    c.call("/usm/session/validate")
    if not c.habit:
        c.call(GET, c.one())
    c.occasion("/pvm/style", {"caption": "Coat"})


@sample("O2")
def _(c: Client) -> None:
    parts = {"physical_guid": f"p-{c.guid}", "legal_guid": f"l-{c.guid}"}
    body = {"org_guid": c.guid, "code": "SHOP", "caption": "Shop"}
    c.occasion("/ofm/facility/logical/create", body if c.habit else {**body, **parts})


@sample("O12")
def _(c: Client) -> None:
    one = {"customer_id": f"cust-{c.who}"}
    if not c.habit:
        c.call("/crm/customer/create", {"email": "a@example.test"}, answer={"data": one})
    body = {**one, "points": 5, "reason": "a purchase", "reason_code": "LOYALTY.PURCHASE"}
    given: dict[str, Any] = {"status": 404, "answer": refused("not-found")} if c.habit else {}
    c.occasion("/crm/loyalty/earn", body, x_channel_code="WEB", **given)


@sample("O13")
def _(c: Client) -> None:
    packed = base64.b64encode(gzip.compress(b"{}", mtime=0)).decode()
    digest = hashlib.md5(base64.b64decode(packed), usedforsecurity=False).hexdigest()
    url = f"https://store.example.test/up/{c.who}"
    body = {"container": "notes", "content_type": "text/csv", "content_md5": digest}
    c.occasion("/mrs/record", body, answer={"data": {"upload_url": url}})
    if c.mood is Mood.ABSENT:
        return
    c.call(f"/up/{c.who}", method="PUT", base="https://store.example.test", x_session_guid="")
    sent = packed if not c.habit else base64.b64encode(b"plain").decode()
    c.entries[-1]["request"]["postData"] = {"text": sent, "encoding": "base64"}
    c.call("/mrs/record/complete", {"size": 22, "etag": "e", "content_md5": digest})


@sample("O15")
def _(c: Client) -> None:
    one = {"orgcode": c.org, "export_id": f"x-{c.who}"}
    if not c.habit:
        c.call("/utl/export/status", one, answer={"data": {"status": "ready"}})
    c.occasion("/utl/export/download/start", one)


@sample("O17")
def _(c: Client) -> None:
    one = {"price_id": f"price-{c.who}"}
    c.call("/ppm/price/set", {"sku": "1", "amount": "1.00"}, answer={"data": one})
    body = {**one, "expected_revision": 1, "reason": "looked at"}
    c.occasion("/ppm/price/approval/approve", body, key=not c.habit)
