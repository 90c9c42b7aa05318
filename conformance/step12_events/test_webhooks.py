"""Step 12: webhooks of the integration plane, who may manage them, and the context of writes."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from conformance.contract.paging import LARGEST_LIMIT
from fixtures.context import records
from fixtures.context.cast import Stranger
from fixtures.exchange.answer import Answer
from fixtures.exchange.check import Check
from fixtures.exchange.request import AS_PROVEN, Change, without
from fixtures.run.client import Caller
from fixtures.run.paging import expect_listed, pages
from fixtures.services.ipm.actions import deduced

CREATE, GET, LIST = "ipm.webhook.create", "ipm.webhook.get", "ipm.webhook.list"
SET, REPLAY = "ipm.webhook.status_set", "ipm.webhook.replay"
Keyed = Callable[[str], Caller]


def expect_holds(answer: Answer, text: str, *, holds: bool = True, rule: str) -> None:
    """Expect a text anywhere in an answer, or nowhere in it."""
    found = json.dumps(text)[1:-1] in json.dumps(answer.body)
    answer.accepted().expect(
        rule,
        holds=found is holds,
        expected=f"an answer {'with' if holds else 'without'} it",
        observed="it is there" if found else "it is not there",
    )


@pytest.mark.requirement("EVENT-1")
def test_webhook_is_made(integrator: Caller) -> None:
    integrator(CREATE).value("webhook_id")


@pytest.mark.requirement("EVENT-2")
def test_webhook_is_read_back_and_listed(integrator: Caller) -> None:
    webhook = records.make(integrator, "ipm.webhook")
    answer = integrator(GET, webhook_id=webhook["webhook_id"])
    expect_holds(answer, webhook["webhook_id"], rule="the webhook that was made is read")
    expect_listed(pages(integrator, LIST, limit=LARGEST_LIMIT), str(webhook["webhook_id"]))


@pytest.mark.requirement("EVENT-3")
def test_status_that_was_set_is_shown(integrator: Caller) -> None:
    webhook = records.make(integrator, "ipm.webhook")["webhook_id"]
    for status in ("active", "paused"):
        deduced(integrator(SET, webhook_id=webhook, status=status))
        answer = integrator(GET, webhook_id=webhook)
        shown = answer.value("state")
        answer.expect(
            "a webhook shows the status that was set",
            holds=shown == status,
            expected=status,
            observed=str(shown),
            uses=("state",),
        )


@pytest.mark.requirement("EVENT-4")
def test_secret_is_shown_by_no_read(integrator: Caller) -> None:
    made = integrator(CREATE)
    secret, webhook = str(made.value("secret")), made.value("webhook_id")
    rule = "no read shows the secret of a webhook"
    expect_holds(integrator(GET, webhook_id=webhook), secret, holds=False, rule=rule)
    expect_holds(integrator(LIST, limit=LARGEST_LIMIT), secret, holds=False, rule=rule)


@pytest.mark.requirement("EVENT-5")
def test_replay_of_a_webhook_that_is_not_active_is_refused(integrator: Caller) -> None:
    webhook = records.make(integrator, "ipm.active_webhook")["webhook_id"]
    integrator(REPLAY, webhook_id=webhook, limit=1).accepted()
    deduced(integrator(SET, webhook_id=webhook, status="paused"))
    integrator(REPLAY, webhook_id=webhook, limit=1).refused(None, "invalid-state")


@pytest.mark.requirement("EVENT-6")
def test_context_is_stored_with_the_webhook(integrator: Caller) -> None:
    webhook = records.make(integrator, "ipm.webhook")["webhook_id"]
    answer = integrator(GET, webhook_id=webhook)
    stored = answer.accepted().optional("request_context") or {}
    answer.expect(
        "the context of its creation is stored with a webhook",
        holds=stored.get("orgcode") == integrator.world["orgcode"] and "actor" in stored,
        expected="request_context with org and actor",
        observed=", ".join(sorted(stored)) or "none",
        uses=("request_context",),
    )


# --- the context of a write ---


@pytest.mark.requirement("EVENT-7")
@pytest.mark.parametrize("missing", ["request_context", "actor", "context_source"])
def test_write_without_its_context_is_refused(integrator: Caller, missing: str) -> None:
    integrator(CREATE).accepted()
    context = None
    if missing != "request_context":
        context = {name: value for name, value in _stated(integrator).items() if name != missing}
    change = Change(body={"request_context": context})
    # Where in a request the context stands is our deduction.
    integrator(CREATE, change).refused(None, "invalid-input", inferred=True)


def _stated(caller: Caller) -> dict[str, Any]:
    said = caller.actor.context
    return {
        "orgcode": caller.world["orgcode"],
        "actor": said["context_actor"],
        "context_source": said["context_source"],
    }


@pytest.mark.requirement("EVENT-8")
def test_webhook_of_another_organisation_in_the_body_is_refused(
    integrator: Caller, stranger_org: Stranger, check: Check
) -> None:
    integrator(CREATE).accepted()
    other = {**_stated(integrator), "orgcode": stranger_org.orgcode}
    answer = integrator(CREATE, Change(body={"request_context": other}))
    answer.refused(None, "context_mismatch", "invalid-input", inferred=True)
    check.reading("tag of a context that names another org", str(answer.tag))


@pytest.mark.requirement("EVENT-8")
def test_context_of_another_source_is_refused(integrator: Caller) -> None:
    integrator(CREATE).accepted()
    other = {**_stated(integrator), "context_source": "operator"}
    change = Change(body={"request_context": other})
    integrator(CREATE, change).refused(None, "context_mismatch", "invalid-input", inferred=True)


# --- bad input ---


@pytest.mark.requirement("EVENT-9")
@pytest.mark.parametrize("url", ["ftp://hooks.example/in", "hooks.example/in", "http://", ""])
def test_destination_that_is_no_http_address_is_refused(integrator: Caller, url: str) -> None:
    integrator(CREATE).accepted()
    integrator(CREATE, AS_PROVEN, webhook_url=url).refused(400, "invalid-input")


@pytest.mark.requirement("EVENT-10")
@pytest.mark.parametrize("operation", [CREATE, "ipm.cdc.list"])
def test_unknown_filter_is_refused(integrator: Caller, operation: str) -> None:
    integrator(operation).accepted()
    unknown = {"conformance_colour": "red"}
    added = {"filters": unknown} if operation == CREATE else unknown
    integrator(operation, Change(body=added)).refused(400, "invalid-input")


# --- access ---


@pytest.mark.requirement("EVENT-82")
def test_owner_key_writes(integrator: Caller, key_owner: Caller) -> None:
    integrator.as_(key_owner.actor)(CREATE).accepted()


@pytest.mark.requirement("EVENT-83")
def test_health_is_told_without_an_organisation(
    integrator: Caller, anonymous: Caller, check: Check
) -> None:
    integrator("ipm.stat").accepted()
    integrator("ipm.stat", without("orgcode")).accepted()
    told = anonymous("ipm.stat").ok
    check.reading("GET /ipm/stat without a credential", "answered" if told else "refused")
