"""Samples of the duties in `conformance/client/duties/concurrency.toml`."""

from typing import Any

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


@sample("D5")
def _(c: Client) -> None:
    def told(note: str) -> dict[str, Any]:
        return {"data": {"caption": "A", "note": note, "revision": 1}}

    body = {**c.one(), "caption": "B", "note": "mine", "expected_revision": 1}
    c.call(GET, c.one(), answer=told("mine"))
    c.occasion(UPDATE, body, status=409, answer=refused("conflict"))
    c.call(GET, c.one(), answer=told("theirs"))
    c.call(UPDATE, body if c.habit else {**body, "note": "theirs"})


@sample("F7")
def _(c: Client) -> None:
    one = {"batch_id": f"b-{c.who}"}
    path = "/accounting/export/batch/status/set"
    body = {**one, "status": "closed", "expected_revision": 1, "reason": "month end"}
    c.call("/accounting/export/batch/get", one, answer={"data": {**one, "revision": 1}})
    c.occasion(path, body, status=409, answer=refused("conflict"))
    if not c.habit:
        c.call("/accounting/export/batch/get", one, answer={"data": {**one, "revision": 2}})
    c.call(path, body)
