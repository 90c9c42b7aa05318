"""Samples of the duties in `conformance/client/duties/concurrency.toml`."""

from tests.client.recording import GET, UPDATE, Client, Mood, at_revision, refused, sample


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
