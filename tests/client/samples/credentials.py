"""Samples of the duties in `conformance/client/duties/credentials.toml`."""

from typing import Any

from tests.client.recording import GET, Client, Mood, ended_session, refused, sample


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


@sample("B15")
def _(c: Client) -> None:
    ended_session(c, 1)


def _made(c: Client, name: str, **more: Any) -> None:
    """A key that is given out once; `name` makes it another one."""
    secret = {"api_key_id": f"{name}-{c.who}", "api_key": f"SECRET-made-{name}-{c.who}-0123456789"}
    body = {"orgcode": c.org, "service_account_id": f"sa-{c.who}", "caption": "Job"}
    c.call("/usm/api_key/create", body, answer={"data": secret}, **more)


def _works_with(c: Client, name: str) -> None:
    secret = f"SECRET-made-{name}-{c.who}-0123456789"
    c.call("/crm/customer/list", {"limit": 5}, x_session_guid="", x_api_key=secret)


@sample("B8")
def _(c: Client) -> None:
    if c.mood is not Mood.ABSENT:
        _made(c, "one")
        _made(c, "two")
    if c.mood is Mood.KEPT:
        _works_with(c, "one")
        _works_with(c, "two")


@sample("B9")
def _(c: Client) -> None:
    _made(c, "old")
    _works_with(c, "old")
    if c.mood is Mood.ABSENT:
        return
    _made(c, "new")
    if not c.habit:
        _works_with(c, "new")
    c.call("/usm/api_key/revoke", {"orgcode": c.org, "api_key_id": f"old-{c.who}"})


def _signed_in(c: Client, session: str, **more: Any) -> None:
    user = {
        "session_guid": None,
        "email": f"{c.who}@example.test",
        "passcode": "SECRET-pass-123456",
    }
    given = {"session_guid": session, "expires_at_utc": "2026-01-05T10:10:00+00:00"}
    c.call("/usm/session/create", user, **({"answer": {"data": given}} | more))


@sample("B10")
def _(c: Client) -> None:
    _signed_in(c, c.session)
    if not c.habit:
        c.call("/usm/session/validate", wait=300)
    c.occasion(GET, c.one(), wait=900)


@sample("B12")
def _(c: Client) -> None:
    _signed_in(c, c.session)
    if c.mood is not Mood.ABSENT:
        _signed_in(c, "", status=409, answer=refused("too-many-sessions"))
        if c.habit:
            _signed_in(c, "", status=409, answer=refused("too-many-sessions"))
        else:
            c.call("/usm/session/list")
