"""The workers of pytest-xdist: one address that they share, and their end."""

from pathlib import Path
from typing import Final

import pytest

from fixtures.exchange.target import Target
from fixtures.run.front import Front

# How long workers have to come to their end, in seconds, when a run is interrupted.
_PATIENCE_S: Final = 3


class FrontError(OSError):
    """The public address of the receiver cannot be listened on; the text says which."""


def front(config: pytest.Config, target: Target, directory: Path) -> Front | None:
    """Where several workers share one public address, what listens there for all of them.

    Raises:
        FrontError: something else listens there.
    """
    receiver = target.receiver
    spread = getattr(config.option, "numprocesses", None)
    if receiver is None or not spread or not receiver.port or "{port}" in receiver.url:
        return None
    try:
        return Front(receiver.host, receiver.port, directory)
    except OSError as error:
        raise FrontError(
            f"[receiver] cannot listen on {receiver.host}:{receiver.port}: {error.strerror}"
        ) from None


def end(config: pytest.Config) -> None:
    """Have pytest-xdist end its workers, which an interrupt did not reach."""
    spread = config.pluginmanager.getplugin("dsession")
    manager = getattr(spread, "nodemanager", None)
    if manager is not None:
        manager.EXIT_TIMEOUT = _PATIENCE_S
        manager.teardown_nodes()
