"""What the processes of a run use, as the kernel counts it (Linux): looked at while it goes on."""

import os
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Final

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
_EVERY_S: Final = 0.2
REFERENCE: Final = "reference"
WORKERS: Final = "workers"
CONTROLLER: Final = "controller"


@dataclass
class Use:
    """CPU seconds by role, over the time of a run; peaks of memory in bytes.

    `seen` holds looks in their order: the epoch time, and what each role had used until then.
    """

    seen: list[tuple[float, dict[str, float]]] = field(default_factory=list)
    peak: dict[str, int] = field(default_factory=dict)
    peak_of_all: int = 0

    def until(self, moment: float) -> dict[str, float]:
        """What each role had used at this epoch time."""
        before = [used for at, used in self.seen if at <= moment]
        return before[-1] if before else {}

    @property
    def total(self) -> dict[str, float]:
        """What each role used in all."""
        return self.seen[-1][1] if self.seen else {}


class Watch:
    """Looks at a process and all that come of it, until it is told to stop."""

    def __init__(self, root: int) -> None:
        self.use = Use()
        self._root, self._ended = root, Event()
        self._used: dict[int, tuple[str, float]] = {}
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> Use:
        """What was seen."""
        self._ended.set()
        self._thread.join()
        return self.use

    def _run(self) -> None:
        while not self._ended.wait(_EVERY_S):
            self._look()

    def _look(self) -> None:
        memory: dict[str, int] = defaultdict(int)
        for pid in _family(self._root):
            try:
                role, used, held = _of(pid, self._root)
            except (OSError, IndexError):
                continue  # it ended while we looked
            role = self._used.get(pid, (role, 0.0))[0]  # one that has ended has no command any more
            self._used[pid] = role, used
            memory[role] += held
        for role, held in memory.items():
            self.use.peak[role] = max(held, self.use.peak.get(role, 0))
        self.use.peak_of_all = max(sum(memory.values()), self.use.peak_of_all)
        by_role: dict[str, float] = defaultdict(float)
        for role, used in self._used.values():
            by_role[role] += used
        self.use.seen.append((time.time(), dict(by_role)))


def _family(root: int) -> Iterator[int]:
    """The process and all that come of it."""
    children: dict[int, list[int]] = defaultdict(list)
    for path in Path("/proc").glob("[0-9]*"):
        try:
            children[int(_fields(path)[1])].append(int(path.name))
        except (OSError, IndexError):
            continue
    waiting = [root]
    while waiting:
        pid = waiting.pop()
        yield pid
        waiting += children[pid]


def _of(pid: int, root: int) -> tuple[str, float, int]:
    """Role, CPU seconds and bytes held of one process."""
    path = Path(f"/proc/{pid}")
    fields = _fields(path)
    line = (path / "cmdline").read_bytes()
    role = CONTROLLER if pid == root else WORKERS
    if b"fixtures.reference" in line:
        role = REFERENCE
    return role, (int(fields[11]) + int(fields[12])) / _TICKS, int(fields[21]) * _PAGE


def _fields(path: Path) -> list[str]:
    """What stands behind the name of the command in `stat`: from the state on."""
    return (path / "stat").read_text().rpartition(")")[2].split()
