"""Which suite ran: its version, its commit, and what was installed beside it."""

import os
import platform
import subprocess
from functools import cache
from importlib.metadata import distributions
from typing import Any, Final

from conformance import __version__
from reports.options import ROOT

_PATIENCE_S: Final = 10


@cache
def commit() -> str | None:
    """The commit of the checkout, with `+changes` where files differ; None outside of git."""
    head = _git("rev-parse", "HEAD")
    if not head:
        return None
    return f"{head}+changes" if _git("status", "--porcelain", "--untracked-files=no") else head


def _git(*arguments: str) -> str:
    # A hook's variables would have git look at another repository.
    mine = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        done = subprocess.run(  # noqa: S603 - our own arguments
            ["git", "-C", str(ROOT), *arguments],  # noqa: S607 - wherever git is installed
            capture_output=True,
            text=True,
            check=False,
            timeout=_PATIENCE_S,
            env=mine,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def about() -> dict[str, Any]:
    """The suite, the interpreter and the packages, as values of JSON."""
    packages = {it.metadata["Name"]: it.version for it in distributions() if it.metadata["Name"]}
    return {
        "version": __version__,
        "commit": commit(),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": dict(sorted(packages.items(), key=lambda item: item[0].lower())),
    }
