"""A receiver of webhooks for the reference's own tests."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Mailbox:
    """Answers with `statuses` in turn, then with 200; 0 closes the connection without a word."""

    def __init__(self) -> None:
        self.url = ""
        self.statuses: list[int] = []
        self.seen: list[tuple[int, dict[str, str], bytes]] = []
        self._lock = threading.Lock()

    def take(self, headers: dict[str, str], body: bytes) -> int:
        with self._lock:
            status = self.statuses.pop(0) if self.statuses else 200
            self.seen.append((status, headers, body))
            return status

    def ids(self) -> list[str]:
        """The event ids of what was taken."""
        return [json.loads(body)["event_id"] for status, _, body in self.seen if status == 200]


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    opened = Mailbox()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if status := opened.take(dict(self.headers), body):
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    opened.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield opened
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
