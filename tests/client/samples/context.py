"""Samples of the duties in `conformance/client/duties/context.toml`."""

from typing import Any

from tests.client.recording import GET, LIST, RESOLVE, SELF_CHECK, Client, sample, stated


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


@sample("C6")
def _(c: Client) -> None:
    body: dict[str, Any] = {"metric": "sales", "value": "1", "bucket_utc": "2026-01-05T10:00:00Z"}
    context = stated(c, orgcode="ANOTHER") if c.habit else stated(c)
    c.occasion("/ipm/kpi/record", {**body, "request_context": context})


@sample("C7")
def _(c: Client) -> None:
    context = stated(c)
    if c.habit:
        del context["session_fingerprint"]
    c.occasion("/ipm/kpi/record", {"metric": "sales", "request_context": context})


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
