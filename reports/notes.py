"""What each process of a run counted, kept in its private directory so that no crash loses it."""

import json
import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from reports.messages import Tally

_TALLY: Final = "tally-{}.jsonl"
_CARRIED: Final = "carried.json"


def replace_text(path: Path, text: str) -> None:
    """Write a private file whole: who dies while writing leaves the one before."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def count(directory: Path, worker: str, tally: Tally) -> None:
    """Keep what a process has counted so far: the last whole line of its file counts."""
    with (directory / _TALLY.format(worker)).open("a", encoding="utf-8") as file:
        file.write(f"{tally.model_dump_json()}\n")


def tally(directory: Path) -> Tally:
    """What the processes of a run counted, added up."""
    seen: Counter[str] = Counter()
    lost = renewed = 0
    for path in sorted(directory.glob(_TALLY.format("*"))):
        *whole, _ = path.read_text("utf-8").split("\n")
        each = Tally.model_validate_json(whole[-1]) if whole else Tally()
        seen.update(each.seen)
        lost += each.lost_answers
        renewed += each.renewed
    return Tally(seen=dict(seen), lost_answers=lost, renewed=renewed)


def carry(directory: Path, names: Iterable[str]) -> None:
    """Note the checks that need not be repeated."""
    replace_text(directory / _CARRIED, json.dumps(sorted(names)))


def carried(directory: Path) -> frozenset[str]:
    """The checks that need not be repeated."""
    path = directory / _CARRIED
    return frozenset(json.loads(path.read_text("utf-8"))) if path.exists() else frozenset()
