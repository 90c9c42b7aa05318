"""What one exchange costs the suite's client, beside a bare loop of httpx over the same requests.

A plugin of pytest (`-p tests.bench.exchanges`) for a run in one process: it counts the CPU that
calls take in their own threads, keeps the first requests to the target as they left, and sends
these again in a bare loop before the target ends. It writes what came of it as JSON into the file
that `BENCH_EXCHANGES` names.
"""

import json
import os
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import pytest

from fixtures.exchange.evidence import Sent
from fixtures.exchange.request import content
from fixtures.run.caller import Caller
from fixtures.run.http import HttpSender

FILE: Final = "BENCH_EXCHANGES"
# So many requests are sent again at most.
_MOST: Final = 3000


class Meter:
    """Counts exchanges, and the CPU and time of the calls that made them."""

    def __init__(self) -> None:
        self.exchanges, self.cpu_s, self.time_s = 0, 0.0, 0.0
        self.sent: list[Sent] = []
        self._local, self._lock = threading.local(), threading.Lock()

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Count what happens meanwhile in this thread; a call within a call is part of it."""
        if getattr(self._local, "within", False):
            yield
            return
        self._local.within = True
        cpu, clock = time.thread_time(), time.perf_counter()
        try:
            yield
        finally:
            self._local.within = False
            with self._lock:
                self.cpu_s += time.thread_time() - cpu
                self.time_s += time.perf_counter() - clock

    def told(self) -> dict[str, float]:
        """Milliseconds an exchange, and how many there were."""
        number = max(1, self.exchanges)
        cpu, clock = 1000 * self.cpu_s / number, 1000 * self.time_s / number
        return {"exchanges": self.exchanges, "cpu_ms": cpu, "time_ms": clock}


_METER: Final = Meter()


def pytest_configure() -> None:
    """Stand where calls begin and where they leave."""
    call, send = Caller.__call__, HttpSender.send

    def calling(self: Caller, *given: Any, **values: Any) -> Any:
        with _METER.timed():
            return call(self, *given, **values)

    def sending(self: HttpSender, called: Any, sent: Sent) -> Any:
        _METER.exchanges += 1
        if len(_METER.sent) < _MOST:
            _METER.sent.append(sent)
        return send(self, called, sent)

    Caller.__call__ = calling  # type: ignore[method-assign,assignment]
    HttpSender.send = sending  # type: ignore[method-assign,assignment]


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop() -> Generator[None, object, object]:
    """Send the same requests again when the checks have run, while the target still answers."""
    result = yield
    told = {"suite": _METER.told(), "bare": bare(_METER.sent).told()}
    Path(os.environ[FILE]).write_text(json.dumps(told), encoding="utf-8")
    return result


def bare(requests: list[Sent]) -> Meter:
    """A loop of httpx over requests, of which every answer is parsed."""
    meter = Meter()
    if not requests:
        return meter
    host = urlsplit(requests[0].url).netloc
    with httpx.Client(timeout=30) as client:
        for sent in requests:
            if urlsplit(sent.url).netloc != host:
                continue  # a companion of the target, which has ended
            with meter.timed():
                answer = client.request(
                    sent.method, sent.url, headers=dict(sent.headers), content=content(sent.body)
                )
                if answer.content:
                    answer.json()
            meter.exchanges += 1
    return meter
