"""Samples of the duties in `conformance/client/duties/addressing.toml`."""

from tests.client.recording import GET, Client, sample


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
