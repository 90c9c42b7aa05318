"""Samples of the duties in `conformance/client/duties/retries.toml`."""

from tests.client.recording import CREATE, GET, LIST, RESOLVE, Client, Mood, refused, sample


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


@sample("E6")
def _(c: Client) -> None:
    note = {"target_type": "customer", "target_id": "c-1", "caption": "A", "body": "B"}
    c.occasion("/crm/comment", {**note, "idempotency_key": f"key-{c.who}"})
    key = f"key-{c.who}" if c.habit else f"other-{c.who}"
    c.occasion("/crm/comment", {**note, "idempotency_key": key}, wait=90_000)


@sample("E9")
def _(c: Client) -> None:
    for _ in range(650 if c.habit else 1):
        c.call(GET, c.one(), wait=0.01)
    c.occasion(GET, c.one(), wait=1 if c.habit else 70)


@sample("E13")
def _(c: Client) -> None:
    for _ in range(30 if c.habit else 2):
        c.call(GET, c.one(), wait=0.0001 if c.mood is not Mood.ABSENT else 1)


@sample("E14")
def _(c: Client) -> None:
    c.occasion(GET, c.one(), status=503, answer=refused("maintenance"))
    c.call(GET, c.one(), wait=600 if c.habit else 5)
