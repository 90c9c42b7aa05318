"""What long measurements share: lines that a later call goes on with, results files, progress."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, Protocol


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


class Judged(Protocol):
    """A dataclass of what one draw came to."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def wrong(self) -> bool: ...


def write_draws(path: Path, of: str, told: Sequence[Judged], seed: int) -> None:
    """Write a results file of draws: how many, `of` what, how many went wrong, and each."""
    content = {
        "measured_on": today(),
        "seed": seed,
        of: len(told),
        "wrong": sum(1 for each in told if each.wrong),
        "told": [asdict(each) for each in told],
    }
    write(path, content)


def today() -> str:
    """The day of a measurement."""
    return datetime.now(UTC).date().isoformat()


def say(line: str) -> None:
    """Tell how far it is."""
    sys.stderr.write(f"{line}\n")
