"""The bus: subscriptions, deliveries to queues, notifications."""

import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from fixtures.reference.kernel.courier import Courier, Parcel
from fixtures.reference.kernel.refusals import Refusal
from tests.reference.kernel_client import KernelClient, kernel_client

CONTEXT = {"orgcode": "ONE", "actor": "user_guid:u1", "context_source": "session"}
SUBSCRIPTION = "/rbs/subscription"
BOUND_S = 60.0
Make = Callable[..., "Bus"]


@dataclass
class Bus:
    """An org with a queue of its own in the stand-in."""

    at: KernelClient
    queue_url: str

    def write(self, path: str, **fields: Any) -> dict[str, Any]:
        return self.at.do(f"/rbs{path}", request_context=CONTEXT, **fields).data

    def refusal(self, path: str, **fields: Any) -> tuple[int, str]:
        with pytest.raises(Refusal) as refused:
            self.write(path, **fields)
        return refused.value.status, refused.value.tag

    def register(self, **fields: Any) -> str:
        queue = {"queue_url": self.queue_url, "region": "us-east-1"}
        made = self.write("/subscription/register", **{**queue, **fields})
        return str(made["subscription_id"])

    def active(self, **filters: str) -> str:
        subscription = self.register(filters=filters)
        (message,) = self.messages(1)
        named = {"subscription_id": subscription}
        self.write(
            "/subscription/verify", **named, verification_token=message["verification_token"]
        )
        return subscription

    def messages(self, count: int, bound_s: float = BOUND_S) -> list[dict[str, Any]]:
        """So many messages, or what came within the bound; they leave the queue."""
        found: list[dict[str, Any]] = []
        end = time.monotonic() + bound_s
        sqs = self.at.kernel.aws.sqs()
        while len(found) < count and time.monotonic() < end:
            answer = sqs.receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10)
            for message in answer.get("Messages", []):
                found.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"])
            time.sleep(0.02)
        return found

    def centres(self, *numbers: int, **fields: Any) -> None:
        for number in numbers:
            code = f"AAAA-BBBB-{number:04}"
            self.at.do(
                "/ofm/cost-centre/create", org_guid="o1", caption="Centre", cccode=code, **fields
            )


@contextmanager
def bus(directory: Path, *defects: str) -> Iterator[Bus]:
    at = kernel_client(directory, *defects)
    url = at.kernel.aws.sqs().create_queue(QueueName=f"q{secrets.token_hex(6)}")["QueueUrl"]
    yield Bus(at, url)
    at.kernel.close()


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Any]:
    return partial(bus, tmp_path)


def test_token_goes_to_the_queue_and_nowhere_else(make: Any) -> None:
    with make() as at:
        subscription = at.register()
        (message,) = at.messages(1)
        token = message["verification_token"]
        shown = at.at.do(f"{SUBSCRIPTION}/get", subscription_id=subscription).data
        assert shown["status"] == "pending"
        assert token not in json.dumps(shown)
        named = {"subscription_id": subscription}
        wrong = at.refusal("/subscription/verify", **named, verification_token="no")
        assert wrong == (400, "invalid-token")
        verified = at.write("/subscription/verify", **named, verification_token=token)
        assert verified["status"] == "active"
        again = at.refusal("/subscription/verify", **named, verification_token=token)
        assert again == (409, "invalid-state")


def test_an_active_subscription_gets_what_it_asked_for(make: Any) -> None:
    with make() as at:
        at.active(service="ofm", action_prefix="cost-centre-")
        at.centres(1, 2)
        at.at.do("/ofm/team/create", org_guid="o1", code="T1", caption="Team")
        at.centres(3)
        found = at.messages(3)
        ids = {event.id for event in at.at.events() if event.action == "cost-centre-created"}
        assert {message["event"]["event_id"] for message in found} == ids
        assert at.messages(1, 0.2) == []


def test_nothing_goes_out_before_in_between_and_after(make: Any) -> None:
    with make() as at:
        pending = at.register(filters={"service": "ofm"})
        at.centres(1)
        (token,) = at.messages(2, 0.4)
        named = {"subscription_id": pending}
        token = token["verification_token"]
        at.write("/subscription/verify", **named, verification_token=token)
        at.write("/subscription/status/set", **named, status="paused")
        at.centres(2)
        assert at.messages(1, 0.3) == []
        at.write("/subscription/status/set", **named, status="active")
        at.centres(3)
        assert len(at.messages(1)) == 1
        at.write("/subscription/unregister", **named)
        at.centres(4)
        assert at.messages(1, 0.3) == []
        refused = at.refusal("/subscription/status/set", **named, status="active")
        assert refused == (409, "invalid-transition")


@pytest.mark.parametrize(
    "url", ["nowhere", "https://sqs.us-east-1.amazonaws.com/1/q", "https://host/123456789012/"]
)
def test_a_queue_has_a_form(make: Any, url: str) -> None:
    with make() as at:
        refused = at.refusal("/subscription/register", queue_url=url, region="us-east-1")
        assert refused == (400, "invalid-input")


def test_a_queue_is_the_callers(make: Any) -> None:
    with make() as at:
        for url, region in (
            (f"{at.queue_url}x", "us-east-1"),
            (at.queue_url.replace("123456789012", "210987654321"), "us-east-1"),
            (at.queue_url, "eu-west-1"),
            ("https://sqs.us-east-1.amazonaws.com/123456789012/q", "us-east-1"),
        ):
            refused = at.refusal("/subscription/register", queue_url=url, region=region)
            assert refused == (409, "queue-not-accessible")


def test_an_assumed_role_reaches_its_own_account_alone(make: Any) -> None:
    with make() as at:
        own = {"role_arn": "arn:aws:iam::123456789012:role/r", "external_id": "shared"}
        at.register(credentials=own)
        assert len(at.messages(1)) == 1
        other = {**own, "role_arn": "arn:aws:iam::210987654321:role/r"}
        queue = {"queue_url": at.queue_url, "region": "us-east-1"}
        refused = at.refusal("/subscription/register", **queue, credentials=other)
        assert refused == (409, "queue-not-accessible")


def test_credentials_are_never_shown(make: Any) -> None:
    with make() as at:
        keys = {"access_key_id": "AKIAEXAMPLE", "secret_access_key": "very-secret-indeed"}
        subscription = at.register(credentials=keys)
        shown = at.at.do(f"{SUBSCRIPTION}/get", subscription_id=subscription).data
        listed = at.at.do(f"{SUBSCRIPTION}/list").data
        (message,) = at.messages(1)
        told = json.dumps([shown, listed, message, [event.body for event in at.at.events()]])
        assert shown["has_credentials"] is True
        assert "very-secret-indeed" not in told


def test_what_a_queue_does_not_take_is_repeated(make: Any, monkeypatch: Any) -> None:
    failed, postpone = threading.Event(), Courier._postpone

    def noted(courier: Courier[Any], parcel: Parcel[Any]) -> None:
        postpone(courier, parcel)
        failed.set()

    monkeypatch.setattr(Courier, "_postpone", noted)
    with make() as at:
        at.active(service="ofm")
        sqs = at.at.kernel.aws.sqs()
        sqs.delete_queue(QueueUrl=at.queue_url)
        at.centres(1)
        assert failed.wait(BOUND_S)
        sqs.create_queue(QueueName=at.queue_url.rpartition("/")[2])
        (message,) = at.messages(1)
        assert message["delivery"]["attempt"] > 1


def test_a_large_event_is_behind_an_address(make: Any) -> None:
    with make() as at:
        at.active(service="ofm")
        at.centres(1, reason="x" * 40_000)
        (message,) = at.messages(1)
        event = httpx.get(message["payload"]["download_url"], trust_env=False).json()
        assert event["event_id"] == message["delivery"]["event_id"]
        assert len(event["reason"]) == 40_000


def test_a_test_goes_the_whole_way(make: Any) -> None:
    with make() as at:
        subscription = at.active(service="ofm")
        sent = at.write("/subscription/test", subscription_id=subscription)
        (message,) = at.messages(1)
        assert message["event"]["event_id"] == sent["event_id"]


def test_other_filters_hold_from_now_on(make: Any) -> None:
    with make() as at:
        subscription = at.active(service="ofm")
        at.write("/subscription/update", subscription_id=subscription, filters={"service": "ics"})
        at.centres(1)
        assert at.messages(1, 0.3) == []


def test_a_name_that_is_no_filter_is_refused(make: Any) -> None:
    unknown = {"service": "ofm", "colour": "red"}
    with make() as at:
        queue = {"queue_url": at.queue_url, "region": "us-east-1", "filters": unknown}
        assert at.refusal("/subscription/register", **queue) == (400, "invalid-input")
        named = {"subscription_id": at.register()}
        refused = at.refusal("/subscription/update", **named, filters=unknown)
        assert refused == (400, "invalid-input")


def test_a_defect_drops_a_name_that_is_no_filter(make: Any) -> None:
    with make("unknown-filter-dropped") as at:
        made = at.register(filters={"service": "ofm", "colour": "red"})
        shown = at.at.do(f"{SUBSCRIPTION}/get", subscription_id=made).data
        assert shown["filters"] == {"service": "ofm"}


def test_a_change_of_caption_loses_nothing(make: Any) -> None:
    with make() as at:
        subscription = at.active(service="ofm")
        for number in range(5):
            at.centres(number)
            at.write("/subscription/update", subscription_id=subscription, caption=f"No {number}")
        assert len(at.messages(5)) == 5


def test_notifications_are_logged(make: Any) -> None:
    with make() as at:
        named = {"template_code": "hello", "subject": "s", "body": "b"}
        template = at.write("/notification/template/set", **named)
        changed = at.write("/notification/template/set", **{**named, "body": "c"})
        assert (changed["template_id"], changed["body"]) == (template["template_id"], "c")
        message = {"template_id": template["template_id"], "user_guid": "u1"}
        sent = at.write("/notification/send", **message)
        assert at.at.do("/rbs/notification/log/list").data["items"] == [sent]
        assert at.refusal("/notification/send", **{**message, "user_guid": "u9"})[0] == 404
        off = {"template_id": template["template_id"], "status": "inactive"}
        at.write("/notification/template/status/set", **off)
        assert at.refusal("/notification/send", **message) == (409, "invalid-state")


def test_the_context_is_compared(make: Any) -> None:
    with make() as at:
        queue = {"queue_url": at.queue_url, "region": "us-east-1"}
        for wrong in ({}, {"context_source": "api_key"}, {"orgcode": "TWO"}):
            context = {"request_context": {**CONTEXT, **wrong}} if wrong else {}
            with pytest.raises(Refusal) as refused:
                at.at.do(f"{SUBSCRIPTION}/register", **queue, **context)
            assert refused.value.tag == "invalid-input"
