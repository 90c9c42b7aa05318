"""Signals that end a run: the controller comes to an orderly end, its workers leave that to it."""

import signal
import threading
from types import FrameType
from typing import Final

# What a terminal that closes sends, and what build servers send to end a job.
_LIKE_AN_INTERRUPT: Final = ("SIGTERM", "SIGHUP")
_TO_ALL: Final = ("SIGINT", *_LIKE_AN_INTERRUPT)


def end_in_order() -> None:
    """Have SIGTERM and SIGHUP do in this process what an interrupt from the keyboard does."""
    for number in _known(_LIKE_AN_INTERRUPT):
        signal.signal(number, _interrupt)


def leave_to_controller() -> None:
    """Go on in this worker when a signal reaches the whole group of processes.

    The controller ends its workers when it has what they know.
    """
    for number in _known(_TO_ALL):
        signal.signal(number, signal.SIG_IGN)


def _interrupt(number: int, frame: FrameType | None) -> None:
    del frame
    raise KeyboardInterrupt(signal.Signals(number).name)


def _known(names: tuple[str, ...]) -> list[signal.Signals]:
    """Those that this system has; none outside the main thread, where no handler can be set."""
    if threading.current_thread() is not threading.main_thread():
        return []
    return [getattr(signal, name) for name in names if hasattr(signal, name)]
