"""The listening half of the model client: events from a queue of its own, and by webhook.

For each customer that is made it writes one welcome, however often and by whichever way it is told.
The environment names the ways: G3N_QUEUE_URL and G3N_QUEUE_REGION with the variables of AWS;
G3N_WEBHOOK_URL to register, G3N_RECEIVER_PORT to listen on, G3N_SIGNATURE_HEADER.
"""

import hashlib
import hmac
import json
import os
import queue
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
from client import Fields, Platform, find, revision_of  # type: ignore[import-not-found]

WANTED = {"service": "crm", "action_prefix": "customer-"}
WAIT_S = 2.5
TRIES = 5


class Listener:
    """Reads both ways, and does for each event what it asks for, once."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        stated = {"orgcode": platform.orgcode, "actor": "model-client"}
        stated |= {"context_source": "session", "session_fingerprint": platform.fingerprint}
        self.context: Fields = {"request_context": stated}
        self.done: set[str] = set()
        self.customers: set[str] = set()

    def take(self, event: Fields) -> None:
        """One event, told for the first time or again; what is unknown in it is left alone."""
        number = event.get("event_id")
        if not number or number in self.done:
            return
        self.done.add(number)
        sys.stdout.write(f"event {event.get('service')} {event.get('action')}\n")
        if customer := customer_of(event):
            note = {"target_type": "customer", "target_id": customer, "idempotency_key": number}
            self.platform.make("/crm/comment", {**note, "caption": "Welcome", "body": "Hello."})
            self.customers.add(customer)


def customer_of(event: Fields) -> str | None:
    """The customer that an event tells the making of."""
    told = (event.get("service"), event.get("action"))
    return event.get("aggregate_id") if told == ("crm", "customer-created") else None


class Queue:
    """A subscription: verified with the token that lies in the queue, and closed at the end."""

    def __init__(self, listener: Listener) -> None:
        import boto3

        self.listener, self.sqs = listener, boto3.client("sqs")
        self.url = os.environ["G3N_QUEUE_URL"]
        where = {"queue_url": self.url, "region": os.environ["G3N_QUEUE_REGION"]}
        body = {**where, "caption": "Customers", "filters": WANTED, **listener.context}
        made = listener.platform.make("/rbs/subscription/register", body)
        self.one = {"subscription_id": find(made, "subscription_id"), **listener.context}
        for _ in range(TRIES):
            if any(self.verified(message) for message in self.messages(wait_s=1)):
                return
        raise SystemExit("no token came to the queue")

    def messages(self, wait_s: int) -> list[Fields]:
        got = self.sqs.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=10, WaitTimeSeconds=wait_s
        ).get("Messages", [])
        for message in got:
            self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in got]

    def verified(self, message: Fields) -> bool:
        if token := message.get("verification_token"):
            body = {**self.one, "verification_token": token}
            self.listener.platform.once("/rbs/subscription/verify", body)
        return bool(token)

    def read(self) -> None:
        for message in self.messages(wait_s=0):
            event = message.get("event")
            if event is None and (pointer := message.get("payload")):  # too large for a queue
                event = httpx.get(pointer["download_url"], timeout=5, trust_env=False).json()
            self.listener.take(event or {})

    def close(self) -> None:
        self.listener.platform.once("/rbs/subscription/unregister", self.one)


class Webhook:
    """A webhook: registered, made active, listened to, and paused at the end."""

    def __init__(self, listener: Listener) -> None:
        self.listener, self.secret = listener, ""
        self.came: queue.Queue[Fields] = queue.Queue()
        self.since = datetime.now(UTC) - timedelta(minutes=5)
        port = int(os.environ["G3N_RECEIVER_PORT"])
        self.http = ThreadingHTTPServer(("127.0.0.1", port), receiver(self))
        threading.Thread(target=self.http.serve_forever, args=(0.05,), daemon=True).start()
        body = {"url": os.environ["G3N_WEBHOOK_URL"], "caption": "Customers", "filters": WANTED}
        made = listener.platform.make("/ipm/webhook/create", {**body, **listener.context})
        self.secret = find(made, "secret")
        self.one = {"webhook_id": find(made, "webhook_id"), **listener.context}
        self.status("active")

    def status(self, status: str) -> None:
        read = self.listener.platform.read("/ipm/webhook/get", self.one)
        change = {**self.one, "status": status, "expected_revision": revision_of(read)}
        self.listener.platform.once("/ipm/webhook/status/set", change)

    def is_signed(self, told: str, content: bytes) -> bool:
        """The form is not documented: `t=<seconds>,v1=<hex>` over the instant and the bytes."""
        parts = dict(part.partition("=")[::2] for part in told.split(","))
        signed = parts.get("t", "").encode() + b"." + content
        own = hmac.new(self.secret.encode(), signed, hashlib.sha256).hexdigest()
        return hmac.compare_digest(own, parts.get("v1", ""))

    def read(self) -> None:
        while not self.came.empty():
            self.listener.take(self.came.get())

    def replay(self) -> None:
        """What did not come is sent again, page by page."""
        body = {**self.one, "since_utc": self.since.isoformat(), "limit": 50}
        token: str | None = None
        while True:
            page = self.listener.platform.once(
                "/ipm/webhook/replay", {**body, **({"next_token": token} if token else {})}
            )
            token = page["data"].get("next_token") or page.get("next_token")
            if not token:
                return

    def close(self) -> None:
        self.status("paused")
        self.http.shutdown()


def receiver(webhook: Webhook) -> type[BaseHTTPRequestHandler]:
    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["content-length"]))
            told = self.headers.get(os.environ["G3N_SIGNATURE_HEADER"], "")
            good = webhook.is_signed(told, content)
            if good:
                webhook.came.put(json.loads(content))
            self.send_response(200 if good else 401)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    return Receiver


def listen(platform: Platform, run: str) -> None:
    """Listen, make a customer, and wait until the news of it came and was acted on."""
    listener = Listener(platform)
    list(platform.pages("/ipm/event/catalog/list", {"limit": 50}))
    ways: list[Any] = [Queue(listener)] if "G3N_QUEUE_URL" in os.environ else []
    ways += [Webhook(listener)] if "G3N_WEBHOOK_URL" in os.environ else []
    who = {"first_name": "Grace", "last_name": "Model", "email": f"grace-{run}@example.com"}
    customer = find(platform.make("/crm/customer/create", who), "customer_id")
    wait(ways, listener, customer)
    for way in ways:
        if customer not in listener.customers and isinstance(way, Webhook):
            way.replay()
            wait(ways, listener, customer)
    for way in ways:
        way.close()


def wait(ways: list[Any], listener: Listener, customer: str) -> None:
    """Until the customer is welcome; then once more, for what comes twice."""
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end and customer not in listener.customers:
        for way in ways:
            way.read()
        time.sleep(0.1)
    time.sleep(0.5)
    for way in ways:
        way.read()
