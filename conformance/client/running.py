"""Runs the client's own command once, in a process group of its own, with a bound."""

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from conformance.client.settings import ClientFile

# Of the stand's own environment a client has no need of.
_KEPT_BACK: Final = ("PYTHONPATH", "PYTEST_", "COV_")
_LONGEST_LOG: Final = 50_000_000


@dataclass(frozen=True)
class Ended:
    """How a run of the client ended; an exit status of None: it was stopped at its bound."""

    exit_status: int | None
    seconds: float
    output: str


def run(settings: ClientFile, environment: Mapping[str, str]) -> Ended:
    """Run the command to its end, or to its bound.

    Raises:
        OSError: it cannot be started.
    """
    kept = {k: v for k, v in os.environ.items() if not k.startswith(_KEPT_BACK)}
    began = time.monotonic()
    with tempfile.TemporaryFile() as output:
        try:
            process = subprocess.Popen(  # noqa: S603 - the command that the team names
                settings.command,
                cwd=settings.folder,
                env={**kept, **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise OSError(f"{settings.command[0]}: cannot be started: {error.strerror}") from None
        status = _ended(process, settings.timeout_s)
        output.seek(0)
        text = output.read(_LONGEST_LOG).decode("utf-8", "replace")
    return Ended(status, time.monotonic() - began, text)


def _ended(process: "subprocess.Popen[bytes]", bound_s: float) -> int | None:
    try:
        return process.wait(bound_s)
    except subprocess.TimeoutExpired:
        return None
    finally:
        # What the command started and left behind ends with it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def digest(settings: ClientFile) -> str:
    """SHA-256 of the files that the command names, so that the examinee is known again."""
    found = hashlib.sha256()
    for word in settings.command:
        path = settings.folder / word
        name = shutil.which(word) if not path.is_file() else str(path)
        if name and Path(name).is_file():
            found.update(Path(name).read_bytes())
    return found.hexdigest()
