"""Scenarios about deliveries: the platform's own, altered on their way, and some of the stand's."""

import json
import re
import threading
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final

from conformance.client.judgement import Shown
from conformance.client.relay import VERIFY, Act, Answer, Parcel, Request
from conformance.client.scenarios.scenario import Scenario, scenario
from fixtures.formats.instants import written
from fixtures.formats.json_values import objects

_MOST: Final = 10
_LATE_S: Final = 0.8
_REGISTER: Final = "rbs.subscription.register"
_REPLAY: Final = "ipm.webhook.replay"
_POINTERS: Final = "/stand-pointer/"
_DIGEST: Final = re.compile("[0-9a-f]{32,}")
_POINTED_S: Final = 900
_OK: Final = range(200, 300)


@scenario
class Deliveries(Scenario):
    name = "deliveries"
    does = "an event with unknown fields and an unknown action is put into the queue, twice"
    expects = "the client takes it off the queue and goes on as ever; the second one has no effect"
    genuine = False
    needs_operator = True
    parts = ("events",)

    def begin(self) -> None:
        self._event = str(uuid.uuid4())
        self._is_sent = False

    def after(self, request: Request, answer: Answer) -> Answer | None:
        is_verified = _is(request, VERIFY) and answer.status in _OK
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


def _is(request: Request, operation: str) -> bool:
    return request.operation is not None and request.operation.id == operation


class OnTheWay(Scenario):
    """Stands between the platform and the client's queue or receiver."""

    needs_operator = True
    parts: ClassVar[tuple[str, ...]] = ("events", "webhooks")

    def begin(self) -> None:
        self.lock = threading.Lock()

    def before(self, request: Request) -> Act | None:
        inlet, own = self.org.inlet, self.org.queue
        if inlet and own and _is(request, _REGISTER) and request.fields.get("queue_url") == own.url:
            return Act(self.name, request.with_fields({**request.fields, "queue_url": inlet.url}))
        return None

    def after(self, request: Request, answer: Answer) -> Answer | None:
        del request
        inlet, own = self.org.inlet, self.org.queue
        if inlet and own and inlet.url.encode() in answer.content:
            return replace(
                answer, content=answer.content.replace(inlet.url.encode(), own.url.encode())
            )
        return None

    def deliver(self, parcel: Parcel) -> Sequence[Parcel]:
        with self.lock:
            found = self.altered(parcel)
            self.acts += found != (parcel,)
            return found

    def altered(self, parcel: Parcel) -> tuple[Parcel, ...]:
        """What is handed on instead."""
        raise NotImplementedError


@scenario
class Repeated(OnTheWay):
    name = "repeated-deliveries"
    does = "each delivery comes twice, the second one late"
    expects = "the client does for both what it does for one"
    same_effects = ("V5",)

    def altered(self, parcel: Parcel) -> tuple[Parcel, ...]:
        return (parcel, replace(parcel, after_s=_LATE_S / 2))


@scenario
class Late(OnTheWay):
    name = "late-deliveries"
    does = "deliveries come late, and in another order than they were sent, as after retries"
    expects = "the client waits for them and does what it does without that"
    same_effects = ("V5",)

    def begin(self) -> None:
        super().begin()
        self._seen = 0

    def altered(self, parcel: Parcel) -> tuple[Parcel, ...]:
        self._seen += 1
        return (replace(parcel, after_s=_LATE_S / self._seen),)


@scenario
class Lost(OnTheWay):
    name = "lost-deliveries"
    does = "deliveries do not arrive, until the client has them sent again"
    expects = "the client misses them, and replays its webhook to the end of the cursor"

    def begin(self) -> None:
        super().begin()
        self._replayed = False
        self._lost = 0

    def before(self, request: Request) -> Act | None:
        # Before it: the platform may deliver while it still answers.
        self._replayed |= _is(request, _REPLAY)
        return super().before(request)

    def altered(self, parcel: Parcel) -> tuple[Parcel, ...]:
        if self._replayed:
            return (parcel,)
        self._lost += parcel.channel == "webhook"
        return ()

    def end(self) -> None:
        if self._lost:
            said = "" if self._replayed else f"{self._lost} deliveries were lost, none replayed"
            self.shown.append(Shown("V9", self.name, self._replayed, said))


@scenario
class Forged(OnTheWay):
    name = "forged-deliveries"
    does = "beside each delivery of a webhook comes one of another event that is badly signed"
    expects = "the badly signed one has no effect"
    genuine = False
    parts = ("webhooks",)
    same_effects = ("V8",)

    def altered(self, parcel: Parcel) -> tuple[Parcel, ...]:
        if parcel.channel != "webhook" or not any("signature" in name for name in parcel.headers):
            return (parcel,)
        return (parcel, forged(parcel))


def forged(parcel: Parcel) -> Parcel:
    """A delivery of an event of its own id, under a digest that signs nothing."""
    body = json.loads(parcel.content)
    other = str(uuid.uuid4())
    for each in objects(body):
        if isinstance(each, dict) and "event_id" in each:
            each["event_id"] = other
    headers = {
        name: _DIGEST.sub(lambda found: found[0][::-1], value) if "signature" in name else value
        for name, value in parcel.headers.items()
    }
    return replace(parcel, content=json.dumps(body).encode(), headers=headers)


@scenario
class Large(OnTheWay):
    name = "large-deliveries"
    does = "events in the queue are replaced by pointers, as large ones are"
    expects = "the client fetches what is pointed to, and does what it does without that"
    genuine = False
    parts = ("events",)

    def begin(self) -> None:
        super().begin()
        self._kept: dict[str, bytes] = {}
        self._fetched: set[str] = set()
        self._base_url = ""

    def before(self, request: Request) -> Act | None:
        self._base_url = f"http://{request.headers.get('host', '')}"
        if request.path.startswith(_POINTERS):
            found = self._kept.get(request.path)
            self._fetched.add(request.path)
            told = (("content-type", "application/json"),)
            return Act(
                self.name, reply=Answer(200 if found else 404, told, found or b""), aside=True
            )
        return super().before(request)

    def altered(self, parcel: Parcel) -> tuple[Parcel, ...]:
        message = json.loads(parcel.content) if parcel.channel == "queue" else {}
        if "event" not in message:
            return (parcel,)
        path = f"{_POINTERS}{uuid.uuid4()}"
        self._kept[path] = json.dumps(message["event"]).encode()
        ends = datetime.now(UTC) + timedelta(seconds=_POINTED_S)
        pointer = {
            "download_url": f"{self._base_url}{path}",
            "expires_at_utc": written(ends, "milliseconds"),
            "size_bytes": len(self._kept[path]),
        }
        told = {"delivery": message.get("delivery", {}), "payload": pointer}
        return (replace(parcel, content=json.dumps(told).encode()),)

    def end(self) -> None:
        if self._kept:
            kept = bool(self._fetched & self._kept.keys())
            self.shown.append(Shown("V4", self.name, kept, "" if kept else "none was fetched"))
