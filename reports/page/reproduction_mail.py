"""The part of a reproduction script that receives: a small HTTP server, and a reader of a queue.

It follows `reproduction.py` in the script where a platform delivers something, and uses its names.
"""

from __future__ import annotations

import json
import os
import re
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from reports.page.reproduction import ADDRESSES, parsed, sent
from reports.page.reproduction_aws import signed
from reports.page.reproduction_values import NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping

# --- from here on it is part of the script

ARRIVALS: list[dict[str, Any]] = []
MANNERS: dict[str, list[str]] = {}
JUDGED = False  # whether the failure is in what came, and in no answer

QUEUE = "queue"
_PORT = "8099"
_SOON_S = 10.0  # how long what must come again may take, beside the pauses that the run made
_SILENCE_S = 20.0
_TOKEN_S = 60.0
_TOKENS = ("verification_token", "challenge_token", "token")
# What every sender sends, and what stands before a receiver adds.
_USUAL = ("accept", "connection", "content-", "host", "user-agent", "x-forwarded", "transfer-")
_LOCAL = ("127.0.0.1", "localhost")
# An address of which the record keeps that it is one, and no signature was seen in it.
_ADDRESS = re.compile(r"\[redacted:[\w.-]*URL#")
_NAME = re.compile(r"v\d+")  # of values that tell one record from another


def headers_told(headers: Mapping[str, str]) -> list[str]:
    """The names of the headers that are the platform's own."""
    return sorted({n.lower() for n in headers if not n.lower().startswith(_USUAL)})


def paths_told(body: Any, path: str = "") -> list[str]:
    """What a message holds: the places of its values, and the parameters of an address in it."""
    value = parsed(body.encode()) if isinstance(body, str) and not path else body
    if isinstance(value, dict):
        return sorted({p for n, part in value.items() for p in paths_told(part, f"{path}/{n}")})
    if isinstance(value, list):
        return sorted({p for part in value for p in paths_told(part, f"{path}/-")})
    if isinstance(value, str) and "[redacted:PRESIGNED" in value:
        return [path + "?signed"]
    if isinstance(value, str) and _ADDRESS.match(value):
        return [path + "?"]
    if isinstance(value, str) and value.startswith(("http://", "https://")):
        query = dict(parse_qsl(urlsplit(value).query))
        return [path + ("?signed" if any("signature" in n.lower() for n in query) else "?")]
    return [path]


class Mail:
    """What comes in while the script runs."""

    def __init__(self, names: set[str]) -> None:
        self.came: list[dict[str, Any]] = []
        self.changed = threading.Condition()
        self.was_alike = False
        self.reads_queue = "QUEUE_URL" in names
        if "RECEIVER_URL" in names:
            self.listen()

    def listen(self) -> None:
        """Start the receiver, on this machine or behind an address that leads here."""
        given = NAMES.get("RECEIVER_URL") or os.environ.get("RECEIVER_URL", "").rstrip("/")
        near = urlsplit(NAMES["BASE_URL"]).hostname in _LOCAL
        if not given and not near:
            sys.exit(ADDRESSES["RECEIVER_URL"])
        wanted = os.environ.get("RECEIVER_PORT", _PORT if given else "0")
        server = ThreadingHTTPServer(("127.0.0.1" if near else "", int(wanted)), receiver(self))
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        NAMES["RECEIVER_URL"] = given or f"http://127.0.0.1:{server.server_port}"

    def take(self, to: str, headers: Mapping[str, str], text: str) -> str:
        """Keep a delivery; how it is answered."""
        with self.changed:
            manner = MANNERS[to].pop(0) if MANNERS.get(to) else "200"
            if manner == "200":
                self.came.append({"to": to, "text": text, "headers": headers_told(headers)})
            self.changed.notify_all()
            return manner

    def look(self, wait_s: float = 0.1) -> None:
        """Let a moment go by; take what is in the queue."""
        for message in self.received() if self.reads_queue else ():
            self.take(QUEUE, {}, message)
        with self.changed:
            self.changed.wait(wait_s)

    def received(self) -> list[str]:
        """What a queue gives at once."""
        got = asked_queue("ReceiveMessage", MaxNumberOfMessages=10, WaitTimeSeconds=0)
        messages = got.get("Messages", [])
        for each in messages:
            asked_queue("DeleteMessage", ReceiptHandle=each["ReceiptHandle"])
        return [each["Body"] for each in messages]

    def learn_token(self, name: str, about: str) -> None:
        """Keep the token that was sent to the queue for a subscription."""
        end = time.monotonic() + _TOKEN_S
        while name not in NAMES and time.monotonic() < end:
            self.look()
            for each in self.came:
                found = token_in(parsed(each["text"].encode()))
                if about in each["text"] and found:
                    NAMES[name] = found

    def ready(self, number: int, steps: list[dict[str, Any]]) -> None:
        """Wait for what came before these steps, unless it does not come."""
        # Some steps of the run are left out: those that were made again and again.
        number = steps[0]["n"] if steps else number
        wanted = [each for each in ARRIVALS if each["before"] <= number]
        end = time.monotonic() + _SOON_S
        while time.monotonic() < end and not all(map(self.has_come, wanted)):
            self.look()
        for step in steps:
            if "token" in step:
                self.learn_token(step["token"], str(NAMES[step["about"]]))
        self.look(0)
        self.was_alike = not self.compared()

    def has_come(self, wanted: dict[str, Any]) -> bool:
        known = [str(NAMES[name]) for name in wanted["names"] if name in NAMES]
        here = [each["text"] for each in self.came if each["to"] == wanted["to"]]
        return any(all(value in text for value in known) for text in here)

    def differs(self) -> list[str]:
        """In what the deliveries differ from those that were recorded, before the end or soon."""
        if not JUDGED or self.was_alike:
            return []
        end = time.monotonic() + _SOON_S
        while (found := self.compared()) and time.monotonic() < end:
            self.look()
        return found

    def compared(self) -> list[str]:
        names = {n: str(v) for n, v in NAMES.items() if _NAME.fullmatch(n)}
        came = [
            {
                "to": each["to"],
                "names": sorted(n for n, value in names.items() if value in each["text"]),
                "headers": each["headers"],
                "paths": paths_told(each["text"]),
            }
            for each in self.came
        ]
        wanted, got = table(ARRIVALS), table(came)
        kinds = [kind for kind in {**wanted, **got} if wanted.get(kind) != got.get(kind)]
        return [f"{got.get(k, 0)} deliveries, not {wanted.get(k, 0)}, of {told(k)}" for k in kinds]


def table(listed: list[dict[str, Any]]) -> dict[str, int]:
    """How often each kind of delivery came: once, or again."""
    found: dict[str, int] = {}
    for each in listed:
        kind = json.dumps([each[part] for part in ("to", "names", "headers", "paths")])
        found[kind] = min(found.get(kind, 0) + 1, 2)
    return found


def told(kind: str) -> str:
    """A kind of delivery, in short."""
    to, names, headers, paths = json.loads(kind)
    return f"{to} {', '.join(names)} ({len(headers)} headers, {len(paths)} values)"


def token_in(value: Any) -> str | None:
    """The verification token in a message, if there is one."""
    if isinstance(value, dict):
        named = [value[n] for n in _TOKENS if isinstance(value.get(n), str)]
        return next(iter(named + [t for part in value.values() if (t := token_in(part))]), None)
    return None


def asked_queue(action: str, **asked: Any) -> dict[str, Any]:
    """Ask the queue, with the keys of the environment."""
    url = urlsplit(NAMES["QUEUE_URL"])
    base, body = f"{url.scheme}://{url.netloc}", json.dumps({"QueueUrl": url.geturl(), **asked})
    headers = signed(base, "/", body.encode(), "sqs")
    headers["content-type"], headers["x-amz-target"] = (
        "application/x-amz-json-1.0",
        f"AmazonSQS.{action}",
    )
    status, said, _ = sent("POST", base + "/", headers, body.encode())
    if status != 200:  # noqa: PLR2004 - the only one that SQS answers with where it did it
        sys.exit(f"the queue cannot be read: {action} {status} {json.dumps(said)[:300]}")
    return said if isinstance(said, dict) else {}


def receiver(mail: Mail) -> type[BaseHTTPRequestHandler]:
    """A receiver that answers as the suite's did."""

    class Receiver(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
            path = self.path.partition("?")[0]
            to = path[max(path.rfind("/webhooks/"), 0) :]
            manner = mail.take(to, dict(self.headers.items()), text)
            self.close_connection = True
            if manner.isdigit():
                self.send_response(int(manner))
                self.send_header("content-length", "0")
                self.send_header("connection", "close")
                self.end_headers()
            elif "no HTTP" in manner:
                self.wfile.write(b"\x00\xffneither a status nor a header\r\n\r\n")
            elif "at all" in manner:
                time.sleep(_SILENCE_S)

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        do_HEAD = do_GET  # noqa: N815 - named by its base class

        def log_message(self, *_: object) -> None:
            """What came is told at the end."""

    return Receiver


MAIL = Mail
