"""Step 12: webhooks of the integration plane, who may manage them, and the context of writes."""

import json
from collections.abc import Callable

import pytest

from conformance.contract.envelope import DATA
from conformance.contract.errors import OTHER_ORG, Tag
from conformance.contract.facts import Certainty
from conformance.contract.paging import LARGEST_LIMIT
from conformance.contract.services.event_context import FINGERPRINTS
from conformance.step12_events.contexts import stated_context
from fixtures import (
    Answer,
    Caller,
    Change,
    Check,
    NotApplicable,
    Stranger,
    expect_listed,
    pages,
    without,
)
from fixtures.context import records
from fixtures.formats.json_values import at, leaves
from fixtures.services.ipm.actions import accept_deduced, expect_request_context

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
def test_webhook_is_made(ipm_owner: Caller) -> None:
    address = f"{ipm_owner.world['webhook_url']}/{ipm_owner.world.fresh('guid')}"
    made = ipm_owner(CREATE, webhook_url=address, listened_service="ics")
    record = ipm_owner(GET, webhook_id=made.value("webhook_id")).accepted()
    values = [str(leaf) for leaf in leaves(at(record.body, DATA))]
    others = [value for value in values if value.startswith("http") and value != address]
    record.expect(
        "the webhook that is read has the address that it was made with",
        holds=address in values,
        expected=address,
        observed=", ".join(others) or "no address",
        # No page is at odds with a record that shows no address and has no place for one.
        inferred=not others and not record.certainty_of("url").binding,
    )
    record.expect(
        "the webhook that is read has the filter that it was made with",
        holds="ics" in values,
        expected="the service ics anywhere in the record",
        observed="it is not there",
        uses=("filters",),
    )


@pytest.mark.requirement("EVENT-2")
def test_webhook_is_read_back_and_listed(ipm_owner: Caller) -> None:
    webhook = records.make(ipm_owner, "ipm.webhook")
    answer = ipm_owner(GET, webhook_id=webhook["webhook_id"])
    expect_holds(answer, webhook["webhook_id"], rule="the webhook that was made is read")
    expect_listed(pages(ipm_owner, LIST, limit=LARGEST_LIMIT), str(webhook["webhook_id"]))


@pytest.mark.requirement("EVENT-3")
def test_status_that_was_set_is_shown(ipm_owner: Caller) -> None:
    webhook = records.make(ipm_owner, "ipm.webhook")["webhook_id"]
    for status in ("active", "paused"):
        accept_deduced(ipm_owner(SET, webhook_id=webhook, status=status))
        answer = ipm_owner(GET, webhook_id=webhook)
        answer.in_state(status, "a webhook shows the status that was set")


@pytest.mark.requirement("EVENT-4")
def test_secret_is_shown_by_no_read(ipm_owner: Caller) -> None:
    made = ipm_owner(CREATE)
    secret, webhook = str(made.value("secret")), made.value("webhook_id")
    rule = "no read shows the secret of a webhook"
    expect_holds(ipm_owner(GET, webhook_id=webhook), secret, holds=False, rule=rule)
    expect_holds(ipm_owner(LIST, limit=LARGEST_LIMIT), secret, holds=False, rule=rule)


@pytest.mark.requirement("EVENT-5")
def test_replay_of_a_webhook_that_is_not_active_is_refused(ipm_owner: Caller) -> None:
    webhook = records.make(ipm_owner, "ipm.active_webhook")["webhook_id"]
    ipm_owner(REPLAY, webhook_id=webhook, limit=1).accepted()
    accept_deduced(ipm_owner(SET, webhook_id=webhook, status="paused"))
    ipm_owner(REPLAY, webhook_id=webhook, limit=1).refused(None, Tag.INVALID_STATE)


@pytest.mark.requirement("EVENT-6")
def test_context_is_stored_with_the_webhook(ipm_owner: Caller) -> None:
    webhook = records.make(ipm_owner, "ipm.webhook")["webhook_id"]
    expect_request_context(ipm_owner(GET, webhook_id=webhook), ipm_owner.world["orgcode"])


# --- the context of a write ---


@pytest.mark.requirement("EVENT-7")
@pytest.mark.parametrize("missing", ["request_context", "actor", "context_source"])
def test_write_without_its_context_is_refused(ipm_owner: Caller, missing: str) -> None:
    ipm_owner(CREATE).accepted()
    context = None
    if missing != "request_context":
        context = {
            name: value for name, value in stated_context(ipm_owner).items() if name != missing
        }
    change = Change(body={"request_context": context})
    # What a context must hold is from a page that calls itself interim.
    ipm_owner(CREATE, change).refused(sends=("request_context",), inferred=context is not None)


@pytest.mark.requirement("EVENT-84")
def test_fingerprint_of_another_caller_is_refused(ipm_owner: Caller) -> None:
    ipm_owner(CREATE).accepted()
    context = stated_context(ipm_owner)
    name = FINGERPRINTS[context["context_source"]]
    if name not in context:
        raise NotApplicable(f"no answer told the caller's {name}")
    other = {**context, name: context[name][::-1]}
    ipm_owner(CREATE, Change(body={"request_context": other})).refused()


@pytest.mark.requirement("EVENT-8")
def test_webhook_of_another_organisation_in_the_body_is_refused(
    ipm_owner: Caller, stranger_org: Stranger, check: Check
) -> None:
    ipm_owner(CREATE).accepted()
    other = {**stated_context(ipm_owner), "orgcode": stranger_org.orgcode}
    answer = ipm_owner(CREATE, Change(body={"request_context": other}))
    answer.refused(None, *OTHER_ORG, sends=("request_context",))
    check.reading("tag of a context that names another org", str(answer.tag))


@pytest.mark.requirement("EVENT-8")
def test_context_of_another_source_is_refused(ipm_owner: Caller, check: Check) -> None:
    ipm_owner(CREATE).accepted()
    # IPM's pages speak of the organisation; that the source is compared too is said of RBS.
    check.rests_on(Certainty.INFERRED)
    other = {**stated_context(ipm_owner), "context_source": "operator"}
    change = Change(body={"request_context": other})
    ipm_owner(CREATE, change).refused(
        None, Tag.CONTEXT_MISMATCH, Tag.INVALID_INPUT, sends=("request_context",)
    )


# --- bad input ---


@pytest.mark.requirement("EVENT-9")
@pytest.mark.parametrize("url", ["ftp://hooks.example/in", "hooks.example/in", "http://", ""])
def test_destination_that_is_no_http_address_is_refused(ipm_owner: Caller, url: str) -> None:
    ipm_owner(CREATE).accepted()
    ipm_owner(CREATE, webhook_url=url).refused(400, Tag.INVALID_INPUT)


@pytest.mark.requirement("EVENT-10")
@pytest.mark.parametrize("operation", [CREATE, "ipm.cdc.list"])
def test_unknown_filter_is_refused(ipm_owner: Caller, operation: str) -> None:
    ipm_owner(operation).accepted()
    unknown = {"conformance_colour": "red"}
    added = {"filters": unknown} if operation == CREATE else unknown
    ipm_owner(operation, Change(body=added)).refused(400, Tag.INVALID_INPUT)


# --- access ---


@pytest.mark.requirement("EVENT-82")
def test_owner_key_writes(ipm_owner: Caller, key_owner: Caller) -> None:
    ipm_owner.as_(key_owner.actor)(CREATE).accepted()


@pytest.mark.requirement("EVENT-83")
def test_health_is_told_without_an_organisation(
    ipm_owner: Caller, anonymous: Caller, check: Check
) -> None:
    ipm_owner("ipm.stat").accepted()
    ipm_owner("ipm.stat", without("orgcode")).accepted()
    told = anonymous("ipm.stat").ok
    check.reading("GET /ipm/stat without a credential", "answered" if told else "refused")
