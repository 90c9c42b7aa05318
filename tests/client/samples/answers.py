"""Samples of the duties in `conformance/client/duties/answers.toml`."""

from typing import Any

from tests.client.recording import (
    CREATE,
    GET,
    RESOLVE,
    SELF_CHECK,
    Client,
    ended_session,
    refused,
    sample,
)


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


@sample("F5")
def _(c: Client) -> None:
    ended_session(c, 3)
