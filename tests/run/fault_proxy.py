"""A proxy before a platform, on whose way something goes wrong with some of the requests.

What it passes on is a real platform's; what a fault does to it is what networks, balancers and
firewalls do.
"""

import gzip
import http.client
import json
import socket
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.server import ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from tests.fixtures.scripted import PromptHandler
from tests.reference.platform_client import SIGNATURE

_HOP_BY_HOP: Final = frozenset({"connection", "transfer-encoding", "content-length", "keep-alive"})
_HTML: Final = {"content-type": "text/html"}
_MEGABYTE: Final = 2**20
# Two hundred megabytes, of zeros where they are packed.
LARGE: Final = 200


class Passed(NamedTuple):
    """An answer of the platform, as it would go on to the client."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Fault:
    """What goes wrong: `strike` answers in the place of the platform.

    `before` is whether the platform never hears of the request. Of the requests, counted from 1,
    each `every`th is hit, or those of a `burst`.
    """

    strike: Callable[["Handler", Passed], None]
    before: bool = False
    every: int = 13
    burst: range | None = None

    def hits(self, number: int) -> bool:
        """Whether it strikes the request of this number."""
        return number in self.burst if self.burst is not None else number % self.every == 0


class FaultProxy(ThreadingHTTPServer):
    """Passes requests on to `upstream`, and strikes some of them once it is armed."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, upstream: str, fault: Fault | None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.upstream, self.fault = urlsplit(upstream).netloc, fault
        self.heard: list[str] = []
        self.struck = 0
        self.ending = Event()
        self._lock = Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def due(self, path: str) -> Fault | None:
        """The fault that strikes the request that has just come, if one does."""
        with self._lock:
            self.heard.append(path)
            if self.fault is None or not self.fault.hits(len(self.heard)):
                return None
            self.struck += 1
            return self.fault

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent: clients that give up are part of the game."""


class Handler(PromptHandler):
    """One connection of a client."""

    server: FaultProxy

    def do_POST(self) -> None:  # noqa: N802 - as http.server names it
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        fault = self.server.due(self.path)
        passed = Passed(0, {}, b"")
        if fault is None or not fault.before:
            passed = self._ask(body)
        if fault is None:
            self.pass_on(passed)
        else:
            fault.strike(self, passed)

    do_GET = do_POST  # noqa: N815 - named by the base class

    def _ask(self, body: bytes) -> Passed:
        upstream = http.client.HTTPConnection(self.server.upstream, timeout=60)
        try:
            headers = {k: v for k, v in self.headers.items() if k.lower() not in _HOP_BY_HOP}
            upstream.request(self.command, self.path, body or None, headers)
            answer = upstream.getresponse()
            return Passed(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            upstream.close()

    def pass_on(self, passed: Passed, *, length: int | None = None) -> None:
        """Answer; `length` is what is promised, where that is not what comes."""
        self.send_response_only(passed.status)
        for name, value in passed.headers.items():
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        if self.close_connection:
            self.send_header("connection", "close")
        self.send_header("content-length", str(len(passed.body) if length is None else length))
        self.end_headers()
        self.wfile.write(passed.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - named by the base class
        """Stay silent."""


@contextmanager
def faulty(upstream: str, fault: Fault | None) -> Iterator[FaultProxy]:
    """A proxy before `upstream`."""
    proxy = FaultProxy(upstream, fault)
    Thread(target=proxy.serve_forever, daemon=True).start()
    try:
        yield proxy
    finally:
        proxy.ending.set()
        proxy.shutdown()
        proxy.server_close()


# --- what can go wrong ---


def reset(handler: Handler, passed: Passed) -> None:
    """The connection is reset after the platform has done its work."""
    del passed
    linger = struct.pack("ii", 1, 0)
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    handler.close_connection = True


def stall(handler: Handler, passed: Passed) -> None:
    """The answer begins, and does not go on while the client waits."""
    handler.pass_on(Passed(passed.status, passed.headers, b""), length=len(passed.body))
    handler.wfile.flush()
    _until_client_leaves(handler)


def drip(handler: Handler, passed: Passed) -> None:
    """The answer comes byte by byte, each well within the time that one read may take."""
    handler.pass_on(Passed(passed.status, passed.headers, b""), length=_MEGABYTE)
    handler.close_connection = True
    with suppress(OSError):
        while not handler.server.ending.wait(0.1):
            handler.wfile.write(b" ")
            handler.wfile.flush()


def drip_headers(handler: Handler, passed: Passed) -> None:
    """The head of the answer never ends, and something of it comes all the time."""
    handler.close_connection = True
    handler.send_response_only(passed.status)
    handler.flush_headers()
    with suppress(OSError):
        while not handler.server.ending.wait(0.1):
            handler.wfile.write(b"x")
            handler.wfile.flush()


def truncate(handler: Handler, passed: Passed) -> None:
    """The connection ends in the middle of the JSON."""
    half = passed.body[: len(passed.body) // 2]
    handler.pass_on(Passed(passed.status, passed.headers, half), length=len(passed.body))
    handler.close_connection = True


def bomb(handler: Handler, passed: Passed) -> None:
    """A small body that unpacks to one of hundreds of megabytes."""
    packed = gzip.compress(b" " * (LARGE * _MEGABYTE), compresslevel=1)
    headers = {**passed.headers, "content-encoding": "gzip"}
    handler.close_connection = True
    with suppress(OSError):
        handler.pass_on(Passed(passed.status, headers, packed))


def flood(handler: Handler, passed: Passed) -> None:
    """A body of hundreds of megabytes."""
    handler.pass_on(Passed(passed.status, passed.headers, b""), length=LARGE * _MEGABYTE)
    handler.close_connection = True
    with suppress(OSError):
        for _ in range(LARGE):
            handler.wfile.write(b" " * _MEGABYTE)


def wrong_type(handler: Handler, passed: Passed) -> None:
    """A list, where the platform answers an object."""
    handler.pass_on(Passed(passed.status, passed.headers, b'[{"data": 7}, null, "text"]'))


def gateway(status: int) -> Callable[[Handler, Passed], None]:
    """A gateway answers that it has no platform to ask."""

    def strike(handler: Handler, passed: Passed) -> None:
        del passed
        handler.pass_on(Passed(status, _HTML, b"<html><h1>Bad gateway</h1></html>"))

    return strike


def firewall(handler: Handler, passed: Passed) -> None:
    """A firewall takes offence."""
    del passed
    handler.pass_on(Passed(403, _HTML, b"<html><h1>Request blocked</h1></html>"))


def expire(handler: Handler, passed: Passed) -> None:
    """Says of a session that has an hour to go that it has expired."""
    if "x-session-guid" not in handler.headers:
        handler.pass_on(passed)
        return
    body = b'{"success": false, "error": {"major": {"tag": "ttl-expired", "message": {}}}}'
    handler.pass_on(Passed(401, passed.headers, body))


def clock_jump(operator_url: str, seconds: float) -> Callable[[Handler, Passed], None]:
    """The platform's clock jumps ahead."""
    place = urlsplit(operator_url).netloc

    def strike(handler: Handler, passed: Passed) -> None:
        operator = http.client.HTTPConnection(place, timeout=60)
        path = "/2015-03-31/functions/reference_clock/invocations"
        with closing(operator):
            operator.request("POST", path, json.dumps({"advance_seconds": seconds}), SIGNATURE)
            told = operator.getresponse()
            if told.status != HTTPStatus.OK:
                raise RuntimeError(f"the clock was not set: {told.status} {told.read()!r}")
        handler.pass_on(passed)

    return strike


def hang_up(handler: Handler, passed: Passed) -> None:
    """The connection ends in order, so that the next request asks for the address anew."""
    handler.close_connection = True
    handler.pass_on(passed)


def _until_client_leaves(handler: Handler) -> None:
    handler.close_connection = True
    handler.connection.settimeout(0.2)
    while not handler.server.ending.is_set():
        with suppress(TimeoutError, OSError):
            if not handler.connection.recv(1):
                return
