"""Servers for runs to aim at: a reference started by hand, and a tap that hears every secret."""

import http.client
import json
import socket
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Final
from urllib.parse import urlsplit

from tests.run.suite import ROOT

SECRET_NAMES: Final = frozenset(
    {
        "api_key",
        "download_url",
        "invitation_code",
        "invite_code",
        "passcode",
        "secret",
        "session_guid",
        "token",
        "upload_url",
    }
)
_SECRET_HEADERS: Final = {"x-session-guid": "session_guid", "x-api-key": "api_key"}
_HOP_BY_HOP: Final = frozenset({"connection", "transfer-encoding", "content-length"})


@dataclass(frozen=True)
class Addresses:
    """Where a reference platform answers."""

    base_url: str
    operator_url: str


def free_port() -> int:
    """A port that nobody listens on, as far as that can be known."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def reference(*arguments: str) -> Iterator[Addresses]:
    """A reference platform in a process of its own, unthrottled unless told otherwise."""
    command = [sys.executable, "-m", "fixtures.reference", "--rate-limit-rpm", "0", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        try:
            yield Addresses(**json.loads(line))
        finally:
            process.terminate()


class Tap(ThreadingHTTPServer):
    """Passes requests on to `upstream` and keeps every secret that goes by."""

    daemon_threads = True

    def __init__(self, upstream: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = urlsplit(upstream).netloc
        # The secrets that went by, by the name of what held them.
        self.heard: dict[str, set[str]] = defaultdict(set)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def secrets(self) -> set[str]:
        return set().union(*self.heard.values())

    def hear(self, headers: Mapping[str, str], body: bytes) -> None:
        """Keep the secrets of one message."""
        for name, value in headers.items():
            if value and name.lower() in _SECRET_HEADERS:
                self.heard[_SECRET_HEADERS[name.lower()]].add(value)
        with suppress(ValueError):  # no JSON, so no field to look at
            for name, value in _secrets(json.loads(body)):
                self.heard[name].add(value)


@contextmanager
def tapped(upstream: str) -> Iterator[Tap]:
    """A tap before `upstream`."""
    tap = Tap(upstream)
    Thread(target=tap.serve_forever, daemon=True).start()
    try:
        yield tap
    finally:
        tap.shutdown()
        tap.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Tap
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer leaves in one piece, and not in pieces that wait for each other
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.server.hear(dict(self.headers), body)
        upstream = http.client.HTTPConnection(self.server.upstream, timeout=20)
        try:
            headers = {k: v for k, v in self.headers.items() if k.lower() not in _HOP_BY_HOP}
            upstream.request(self.command, self.path, body or None, headers)
            answer = upstream.getresponse()
            received = answer.read()
        finally:
            upstream.close()
        self.server.hear({}, received)
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("content-length", str(len(received)))
        self.end_headers()
        self.wfile.write(received)

    do_GET = do_POST  # noqa: N815 - named by the base class

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - named by the base class
        """Stay silent."""


def _secrets(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _secrets(part, key)
    elif isinstance(value, list):
        for part in value:
            yield from _secrets(part, name)
    elif isinstance(value, str) and name in SECRET_NAMES and value:
        yield name, value
