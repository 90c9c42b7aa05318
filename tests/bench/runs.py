"""Runs of the suite whose cost is measured, from outside."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any, Final

from tests.bench.exchanges import FILE
from tests.bench.processes import Use, Watch
from tests.run.fault_proxy import Fault, FaultProxy, Handler, Passed
from tests.run.servers import reference
from tests.run.suite import ROOT, command, environment

CONTROLLER_PREFIX: Final = "controller"


@dataclass(frozen=True)
class Measured:
    """A run that has ended.

    `first` and `last` are the epoch times of the first and last request of its checks, and `cpu_s`
    is what all its processes used.
    """

    wall_s: float
    cpu_s: float
    use: Use
    exchanges: int
    first: float
    last: float
    headline: str
    output: str


def measure(
    checks: list[str], *more: str, workers: int = 0, environ: Mapping[str, str] | None = None
) -> Measured:
    """Run these checks, serially or with workers, in a report directory of their own.

    Raises:
        RuntimeError: the run left no report; the text is what it printed.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        spread = ["-n", str(workers)] if workers else ["-p", "no:xdist"]
        given = command(*checks, *spread, "-q", *more, directory=Path(directory))
        printed = Path(directory) / "printed.txt"
        started = time.monotonic()
        with printed.open("wb") as output:
            process = subprocess.Popen(
                given, cwd=ROOT, env=environment(**(environ or {})), stdout=output, stderr=output
            )
            watch = Watch(process.pid)
            _, _, spent = os.wait4(process.pid, 0)
        wall, use = time.monotonic() - started, watch.stop()
        process.returncode = 0  # waited for above, where the kernel's account of it is
        text = printed.read_text(encoding="utf-8", errors="replace")
        told = Path(directory) / "run.json"
        if not told.exists():
            raise RuntimeError(text)
        run = json.loads(told.read_text(encoding="utf-8"))
        times = list(_times(Path(directory) / "exchanges.jsonl"))
    return Measured(
        wall_s=wall,
        cpu_s=spent.ru_utime + spent.ru_stime,
        use=use,
        exchanges=run["exchanges"],
        first=min(times, default=0.0),
        last=max(times, default=0.0),
        headline=run["headline"],
        output=text,
    )


def planned(arguments: list[str]) -> str:
    """What the plan of a run says of its requests; it sends none.

    Raises:
        RuntimeError: it says nothing of them; the text is what it printed.
    """
    given = [sys.executable, "-m", "pytest", "-p", "no:xdist", *arguments, "--plan"]
    done = subprocess.run(
        given, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False
    )
    for line in done.stdout.splitlines():
        name, _, told = line.strip().partition(" ")
        if name == "requests":
            return told.strip()
    raise RuntimeError(done.stdout + done.stderr)


def beside_httpx(checks: list[str], *more: str) -> dict[str, dict[str, float]]:
    """What an exchange of these checks costs: of the suite's client, and of a bare loop."""
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        file = Path(directory) / "exchanges.json"
        run = measure(checks, "-p", "tests.bench.exchanges", *more, environ={FILE: str(file)})
        if not file.exists():
            raise RuntimeError(run.output)
        told: dict[str, dict[str, float]] = json.loads(file.read_text(encoding="utf-8"))
        return told


@contextmanager
def far_away(round_trip_ms: int) -> Iterator[list[str]]:
    """The options that aim a run at a reference whose answers take so much longer."""
    with reference() as addresses:
        if not round_trip_ms:
            yield ["--target-url", addresses.base_url, "--operator-url", addresses.operator_url]
            return
        proxy = FaultProxy(
            addresses.base_url, Fault(strike=partial(_delay, round_trip_ms / 1000), every=1)
        )
        Thread(target=proxy.serve_forever, daemon=True).start()
        try:
            yield ["--target-url", proxy.url, "--operator-url", addresses.operator_url]
        finally:
            proxy.shutdown()
            proxy.server_close()


def _delay(seconds: float, handler: Handler, passed: Passed) -> None:
    time.sleep(seconds)
    handler.pass_on(passed)


def _times(path: Path) -> Iterator[float]:
    """When the requests of checks left, and of the stages that they stand on."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            exchange: dict[str, Any] = json.loads(line)
            if not exchange["id"].startswith(CONTROLLER_PREFIX):
                yield datetime.fromisoformat(exchange["started_at"]).timestamp()
