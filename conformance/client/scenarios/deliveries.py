"""Scenarios in which the stand itself puts messages into the client's queue."""

import json
import uuid
from datetime import UTC, datetime
from typing import Any, Final

from conformance.client.platform import Org, Platform
from conformance.client.relay import VERIFY, Answer, Request
from conformance.client.scenarios.scenario import Scenario, scenario
from fixtures.formats.instants import written

_MOST: Final = 10


@scenario
class Deliveries(Scenario):
    name = "deliveries"
    does = "an event with unknown fields and an unknown action is put into the queue, twice"
    expects = "the client takes it off the queue and goes on as ever; the second one has no effect"
    genuine = False
    needs_operator = True

    def __init__(self, platform: Platform, org: Org) -> None:
        super().__init__(platform, org)
        self._event = str(uuid.uuid4())
        self._is_sent = False

    def after(self, request: Request, answer: Answer) -> Answer | None:
        is_verified = request.operation and request.operation.id == VERIFY and answer.status < 300  # noqa: PLR2004
        if is_verified and self.org.queue and not self._is_sent:
            self._is_sent = True
            text = json.dumps(self._message(str(request.fields.get("subscription_id"))))
            for _ in range(2):
                self.org.queue.client().send_message(QueueUrl=self.org.queue.url, MessageBody=text)
        return None

    def end(self) -> None:
        """What is compared is so only where the event was taken off the queue."""
        if self._is_sent and not self._lies_there():
            self.acts += 2
            self.compared = ("V6",)

    def _lies_there(self) -> bool:
        if self.org.queue is None:
            return True
        found = self.org.queue.client().receive_message(
            QueueUrl=self.org.queue.url, MaxNumberOfMessages=_MOST, VisibilityTimeout=0
        )
        return any(self._event in each["Body"] for each in found.get("Messages", ()))

    def _message(self, subscription: str) -> dict[str, Any]:
        now = written(datetime.now(UTC), "milliseconds")
        stated = {"orgcode": self.org.code, "actor": "stand", "context_source": "system"}
        event = {
            "event_id": self._event,
            "schema_version": "1",
            "timestamp_utc": now,
            "build": {"build_id": "stand"},
            "service": "scm",
            "action": "order.teleported",
            "orgcode": self.org.code,
            "request_context": stated,
            "reason": "",
            "source_refs": [],
            "zz_unknown": {"since": 2026},
        }
        told = {"subscription_id": subscription, "event_id": self._event, "zz_unknown": True}
        return {"event": event, "delivery": {**told, "attempt": 1, "sent_at_utc": now}}
