"""Samples of the duties in `conformance/client/duties/events.toml`."""

from typing import Any

from tests.client.recording import Client, Mood, refused, sample, stated


def _register(c: Client, **more: Any) -> None:
    body = {"queue_url": "https://sqs.example.test/1/q", "region": "us-east-1", **more}
    body["request_context"] = stated(c)
    made = {"data": {"subscription_id": f"sub-{c.who}"}}
    c.occasion("/rbs/subscription/register", body, answer=made)


@sample("V2")
def _(c: Client) -> None:
    _register(c)
    one = {"subscription_id": f"sub-{c.who}", "request_context": stated(c)}
    if c.habit:
        c.call("/rbs/subscription/test", one)
    else:
        c.occasion("/rbs/subscription/verify", {**one, "verification_token": "t"})


@sample("V3")
def _(c: Client) -> None:
    _register(c, **({"access_key_id": "AKIA"} if c.habit else {"role_arn": "arn:role"}))


@sample("V10")
def _(c: Client) -> None:
    if not c.habit:
        c.call("/ipm/event/catalog/list", {"limit": 50})
    _register(c)


@sample("V1")
def _(c: Client) -> None:
    place = "eu-west-1" if c.habit else "us-east-1"
    _register(c, queue_url=f"https://sqs.{place}.amazonaws.com/123456789012/q")
    one = {"subscription_id": f"sub-{c.who}", "request_context": stated(c)}
    if c.mood is Mood.KEPT:
        c.call("/rbs/subscription/verify", {**one, "verification_token": "t"})


@sample("V7")
def _(c: Client) -> None:
    one = {"webhook_id": f"hook-{c.who}", "request_context": stated(c)}
    body = {"url": f"https://{c.who}.example.test/in", "request_context": stated(c)}
    c.call("/ipm/webhook/create", body, answer={"data": {"webhook_id": f"hook-{c.who}"}})
    if c.habit:
        c.call("/ipm/webhook/replay", one, status=409, answer=refused("invalid-state"))
    else:
        c.occasion("/ipm/webhook/status/set", {**one, "status": "active", "expected_revision": 1})


@sample("V9")
def _(c: Client) -> None:
    one = {"webhook_id": f"hook-{c.who}", "request_context": stated(c)}
    c.occasion("/ipm/webhook/replay", one, answer={"data": {"next_token": f"t-{c.who}"}})
    if c.mood is Mood.KEPT:
        c.call("/ipm/webhook/replay", {**one, "next_token": f"t-{c.who}"})


@sample("V11")
def _(c: Client) -> None:
    job = {"job_id": f"job-{c.who}"}
    c.occasion("/ipm/bulk/import/create", {"request_context": stated(c)}, answer={"data": job})
    if c.mood is Mood.KEPT:
        c.call("/ipm/bulk/import/commit", {**job, "request_context": stated(c)})
