"""What long measurements share: lines that a later call goes on with, results files, progress."""

import json
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


def kept(path: Path) -> Iterator[dict[str, Any]]:
    """What earlier calls have found, one entry a line; nothing where there is no file."""
    for line in path.read_text("utf-8").splitlines() if path.exists() else ():
        entry: dict[str, Any] = json.loads(line)
        yield entry


def keep(path: Path, entry: Mapping[str, Any]) -> None:
    """Add an entry: one write of one line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry) + "\n")


def write(path: Path, content: Mapping[str, Any]) -> None:
    """Write a results file."""
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def today() -> str:
    """The day of a measurement."""
    return datetime.now(UTC).date().isoformat()


def say(line: str) -> None:
    """Tell how far it is."""
    sys.stderr.write(f"{line}\n")
