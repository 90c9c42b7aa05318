"""Stands in the way of deliveries: of webhooks as an address before the client's own, of events as
a queue before it. A scenario says what is handed on in place of each.
"""

import contextlib
import http.client
import json
import threading
from collections.abc import Callable, Sequence
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, Self
from urllib.parse import urlsplit

from conformance.client.platform import Queue
from conformance.client.relay import HOST, Parcel

Deliver = Callable[[Parcel], Sequence[Parcel]]
_ANSWER_S: Final = 5.0
_BUSY: Final = 503
_OK: Final = range(200, 300)
_MOST: Final = 10
# Headers of the connection between two hosts.
_OF_THE_HOP: Final = frozenset({"host", "connection", "content-length", "accept-encoding"})


class _Later:
    """Does things after a while, unless it is closed before."""

    def __init__(self) -> None:
        self._timers: list[threading.Timer] = []

    def do(self, after_s: float, act: Callable[[], object]) -> None:
        timer = threading.Timer(after_s, act)
        timer.daemon = True
        self._timers.append(timer)
        timer.start()

    def close(self) -> None:
        for timer in self._timers:
            timer.cancel()


class _Working:
    """Something at work in a thread of its own, from entering it to leaving it."""

    def __init__(self, work: Callable[[], None], name: str) -> None:
        self._later = _Later()
        self._thread = threading.Thread(target=work, daemon=True, name=name)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._later.close()
        self._stop()
        self._thread.join()

    def _stop(self) -> None:
        """Have the work come to its end."""
        raise NotImplementedError


class Front(_Working):
    """An address that webhooks come to, and that hands them on to the client's receiver.

    `taken` and `refused` count what the receiver answered to deliveries of the platform.
    """

    def __init__(self, receiver: str, deliver: Deliver) -> None:
        self.receiver, self._deliver = receiver, deliver
        self.taken = self.refused = 0
        self._http = ThreadingHTTPServer((HOST, 0), _handler(self))
        self._http.daemon_threads = True
        self.url = f"http://{HOST}:{self._http.server_address[1]}/hooks"
        super().__init__(partial(self._http.serve_forever, 0.05), "webhooks")

    def _stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def admit(self, parcel: Parcel) -> int:
        """Hand on what is to be handed on; the status that the platform is answered."""
        statuses = []
        for each in self._deliver(parcel):
            if each.after_s:
                self._later.do(each.after_s, partial(self._posted, each))
            else:
                statuses.append(self._posted(each))
        answered = statuses[0] if statuses else 200
        self.taken += answered in _OK
        self.refused += answered not in _OK
        return answered

    def _posted(self, parcel: Parcel) -> int:
        """The status of the client's answer; 503 where it is not there."""
        parts = urlsplit(self.receiver)
        path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection(
                parts.hostname or HOST, parts.port, timeout=_ANSWER_S
            )
            with contextlib.closing(connection):
                connection.request("POST", path, parcel.content, dict(parcel.headers))
                return connection.getresponse().status
        return _BUSY


def _handler(front: Front) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers.get("content-length") or 0))
            named = {k.lower(): v for k, v in self.headers.items()}
            headers = {k: v for k, v in named.items() if k not in _OF_THE_HOP}
            self.send_response(front.admit(Parcel("webhook", content, headers)))
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its own name
            del format, args

    return Handler


class Inlet(_Working):
    """A queue that the platform sends to in place of the client's, and what carries on from it."""

    def __init__(self, source: Queue, destination: Queue, deliver: Deliver) -> None:
        self._source, self._destination, self._deliver = source, destination, deliver
        self._over = threading.Event()
        super().__init__(self._carry, "inlet")

    def _stop(self) -> None:
        self._over.set()

    def _carry(self) -> None:
        source, out = self._source.client(), self._destination.client()
        while not self._over.is_set():
            got = source.receive_message(QueueUrl=self._source.url, MaxNumberOfMessages=_MOST)
            for message in got.get("Messages", ()):
                source.delete_message(
                    QueueUrl=self._source.url, ReceiptHandle=message["ReceiptHandle"]
                )
                self._hand_on(out, Parcel("queue", message["Body"].encode()))
            if not got.get("Messages"):
                self._over.wait(0.1)

    def _hand_on(self, out: Any, parcel: Parcel) -> None:
        is_token = "verification_token" in _object(parcel.content)
        for each in (parcel,) if is_token else self._deliver(parcel):
            if each.after_s:
                self._later.do(each.after_s, partial(self._sent, out, each))
            else:
                self._sent(out, each)

    def _sent(self, out: Any, parcel: Parcel) -> None:
        out.send_message(QueueUrl=self._destination.url, MessageBody=parcel.content.decode())


def _object(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
