"""Samples of the duties in `conformance/client/duties/events.toml`."""

from typing import Any

from tests.client.recording import Client, sample, stated


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
