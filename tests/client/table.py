"""What catches the breach of each duty, as `table.md`: `python -m tests.client.table` writes it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from conformance.client.catalogue import Duty, duties
from conformance.client.telling import occasion
from tests.client import caught
from tests.client.samples import SAMPLES

TABLE: Final = Path(__file__).with_name("table.md")
_HEAD: Final = """\
# Duties of a client, and what catches their breach

Written by `python -m tests.client.table`. A recording is one of `samples/` (kept, broken, without
the occasion); a habit is the model client with that fault, before the stand. What nothing catches
accuses nobody: it is not judged, or has no traffic.

| Duty | Strength | Part | Caught by | Occasion |
|---|---|---|---|---|
"""


def text() -> str:
    """The whole table."""
    found = list(duties())
    binding = [duty for duty in found if duty.binding]
    caught = [duty for duty in binding if _caught_by(duty)]
    foot = f"\n{len(caught)} of {len(binding)} duties that bind are caught when they are broken.\n"
    return _HEAD + "".join(_row(duty) for duty in found) + foot


def _row(duty: Duty) -> str:
    level = f"{duty.strength} {duty.maturity}".strip()
    caught = ", ".join(_caught_by(duty)) or "nothing"
    return f"| {duty.id} | {level} | {duty.part} | {caught} | {occasion(duty)} |\n"


def _caught_by(duty: Duty) -> list[str]:
    return [*_ways(duty.id)]


def _ways(duty: str) -> Iterator[str]:
    if duty in SAMPLES:
        yield "recording"
    for row in caught.ALL:
        if row.duty == duty:
            yield f"habit `{row.habit}` in {row.names[-1]}"


if __name__ == "__main__":
    TABLE.write_text(text(), encoding="utf-8")
