"""Samples of the duties in `conformance/client/duties/credentials.toml`."""

from tests.client.recording import GET, Client, ended_session, sample


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
