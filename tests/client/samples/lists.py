"""Samples of the duties in `conformance/client/duties/lists.toml`."""

from typing import Any

from tests.client.recording import LIST, Client, Mood, sample


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


@sample("G4")
def _(c: Client) -> None:
    body = {"limit": 5}
    c.occasion(LIST, body if c.habit else {**body, "org_guid": c.guid})


@sample("G8")
def _(c: Client) -> None:
    style = {"caption": f"Coat {c.who}"}
    c.call("/pvm/style", style)
    if c.mood is not Mood.ABSENT:
        found: dict[str, Any] = {"data": {"products": []}}
        c.call(f"/pmc/product/search?q=Coat%20{c.who}", method="GET", answer=found)
    if c.habit:
        c.call("/pvm/style", style)


@sample("G11")
def _(c: Client) -> None:
    body: dict[str, Any] = {"lines": [{"sku": "1"}]}
    day = {"price_date" if c.habit else "as_of": "2025-06-01T00:00:00+00:00"}
    body |= day if c.mood is not Mood.ABSENT else {}
    c.call("/ppm/price/resolve", body, x_channel_code="WEB")
