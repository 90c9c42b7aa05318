"""Step 12: what an event tells, and what it must never tell."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest

from conformance.contract.paging import LARGEST_LIMIT
from conformance.contract.services.event_context import BASE_EVENT, FINGERPRINTS, REQUIRED, SOURCES
from fixtures import Answer, Caller, Inconclusive, pages
from fixtures.context import records
from fixtures.services.ipm import actions as ipm
from fixtures.services.ipm.actions import IsolatedFacility

CDC: Final = "ipm.cdc.list"
KEBAB: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
Rule = Callable[[Mapping[str, Any]], str | None]


def _judge(answers: list[Answer], rule: str, broken: Rule, expected: str) -> None:
    """Judge every event of these pages by `broken`, which says what is wrong with one."""
    events = ipm.events_of(answers)
    if not events:
        raise Inconclusive("the feed shows no event that could be looked at", cause=CDC)
    wrong = {name: said for name, event in events.items() if (said := broken(event))}
    answers[-1].expect(
        rule,
        holds=not wrong,
        expected=expected,
        observed=f"{len(wrong)} of {len(events)} events: {next(iter(wrong.values()), '')}",
        uses=("items", "item_id"),
    )


def _recent(caller: Caller) -> list[Answer]:
    """The first events of the org, of whatever service, and some of the caller's own making."""
    return [caller(CDC, limit=LARGEST_LIMIT, listed_service=each) for each in ("ofm", "ipm")]


def _lacks(event: Mapping[str, Any]) -> str | None:
    missing = [name for name in BASE_EVENT if event.get(name) is None]
    return f"without {', '.join(missing)}" if missing else None


@pytest.mark.requirement("EVENT-31")
def test_every_event_has_the_base_fields(isolated_facility: IsolatedFacility) -> None:
    answers = [
        *isolated_facility.read_feed(*isolated_facility.emit(2)),
        *_recent(isolated_facility.caller),
    ]
    _judge(answers, "an event has the required base fields", _lacks, ", ".join(BASE_EVENT))


def _context_lacks(event: Mapping[str, Any]) -> str | None:
    context = event.get("request_context")
    if not isinstance(context, Mapping):
        return "no request_context"
    missing = [name for name in REQUIRED if not context.get(name)]
    source = context.get("context_source")
    if source not in SOURCES:
        return f"context_source {source!r}"
    fingerprint = FINGERPRINTS.get(str(source))
    if fingerprint and not context.get(fingerprint):
        missing.append(fingerprint)
    return f"context without {', '.join(missing)}" if missing else None


@pytest.mark.requirement("EVENT-32")
def test_context_of_an_event_says_who_and_what_for(isolated_facility: IsolatedFacility) -> None:
    answers = [
        *isolated_facility.read_feed(*isolated_facility.emit(2)),
        *_recent(isolated_facility.caller),
    ]
    _judge(answers, "the context of an event is whole", _context_lacks, ", ".join(REQUIRED))


@pytest.mark.requirement("EVENT-32")
def test_context_of_an_event_is_that_of_its_request(isolated_facility: IsolatedFacility) -> None:
    found = isolated_facility.read_feed(*isolated_facility.emit())

    def broken(event: Mapping[str, Any]) -> str | None:
        context = event.get("request_context") or {}
        wanted = {
            "orgcode": isolated_facility.caller.world["orgcode"],
            "logical_guid": isolated_facility.guid,
        }
        wrong = [name for name, value in wanted.items() if context.get(name) != value]
        return f"another {', '.join(wrong)}" if wrong else None

    _judge(found, "the context is that of the request", broken, "its org and facility")


@pytest.mark.requirement("EVENT-34")
def test_actions_are_written_in_kebab_case(isolated_facility: IsolatedFacility) -> None:
    found = isolated_facility.read_feed(*isolated_facility.emit())

    def broken(event: Mapping[str, Any]) -> str | None:
        action = str(event.get("action"))
        return None if KEBAB.fullmatch(action) else action

    answers = [*found, *_recent(isolated_facility.caller)]
    _judge(answers, "an action is written in kebab case", broken, "such as comment-created")


@pytest.mark.requirement("EVENT-51")
def test_catalogue_holds_the_actions_of_the_feed(isolated_facility: IsolatedFacility) -> None:
    found = isolated_facility.read_feed(*isolated_facility.emit())
    listed = pages(
        isolated_facility.caller,
        "ipm.event.catalog_list",
        limit=LARGEST_LIMIT,
        listed_service="ics",
    )
    known = {answer.read_item(i, "item_action") for answer in listed for i in answer.items()}

    def broken(event: Mapping[str, Any]) -> str | None:
        return None if event.get("action") in known else str(event.get("action"))

    _judge(found, "the catalogue holds the action of an event", broken, "a known action")


# --- what no event tells ---


def _expect_nowhere(answers: list[Answer], secrets: Mapping[str, str], what: str) -> None:
    """Expect none of these texts in any event. What was found is told by name alone."""
    if not any(answer.items() for answer in answers):
        raise Inconclusive("the feed shows no event that could be looked at", cause=CDC)
    text = json.dumps([answer.body for answer in answers]).lower()
    found = [name for name, secret in secrets.items() if secret and secret.lower() in text]
    answers[-1].expect(
        f"no event holds {what}",
        holds=not found,
        expected=f"events without {what}",
        observed=f"{', '.join(found) or 'none'} found",
    )


@pytest.mark.requirement("EVENT-36")
def test_no_event_holds_a_secret(ipm_owner: Caller, isolated_facility: IsolatedFacility) -> None:
    since = ipm.read_clock(ipm_owner)
    key = records.make(ipm_owner, "usm.api_key")
    webhook = ipm_owner("ipm.webhook.create")
    secrets = {
        "the session": ipm_owner.actor.session,
        "the passcode": ipm_owner.actor.passcode,
        "an API key": str(key["api_key"]),
        "a webhook secret": str(webhook.optional("secret") or ""),
    }
    about = {"usm": str(key["api_key_id"]), "ipm": str(webhook.value("webhook_id"))}
    told = {name: _read_since(ipm_owner, name, since, each) for name, each in about.items()}
    if not any(ipm.is_told(told[name], each) for name, each in about.items()):
        raise Inconclusive("no event tells of what was made with a secret", cause=CDC)
    answers = [*isolated_facility.read_feed(*isolated_facility.emit()), *told["usm"], *told["ipm"]]
    _expect_nowhere(answers, secrets, "a secret")


def _read_since(caller: Caller, service: str, since: str, *awaited: str) -> list[Answer]:
    """The events of a service since then, as soon as they hold these texts."""
    wanted = {"listed_service": service, "since": since, "limit": LARGEST_LIMIT}
    return ipm.wait_for_texts(caller, lambda: pages(caller, CDC, **wanted), *awaited)


@pytest.mark.requirement("EVENT-37")
def test_no_event_holds_personal_data(ipm_owner: Caller) -> None:
    since = ipm.read_clock(ipm_owner)
    email = str(ipm_owner.world.fresh("email"))
    ipm_owner("ofm.member.invite_create", email=email).accepted()
    # Once a later event is there, the invitation's is, too.
    later = str(records.make(ipm_owner, "ofm.cost_centre")["cc_guid"])
    answers = _read_since(ipm_owner, "ofm", since, later)
    if not ipm.is_told(answers, later):
        raise Inconclusive("the feed does not show a later event in time", cause=CDC)
    _expect_nowhere(answers, {"an address": email}, "an email address")
