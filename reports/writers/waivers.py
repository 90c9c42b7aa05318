"""`--write-waivers FILE`: a waiver file of the failures of a run, for somebody to answer for.

Waivers in force are carried over; those that are expired, stale or of another target are not. A
new entry has no reason, owner and approver: until they are filled in, no run takes the file.
"""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from reports.files import write_text
from reports.model import Run, Waiver
from reports.verdict import Verdict
from reports.writers.writer import Finished, Writer

DAYS: Final = 30  # until a new waiver ends, unless somebody chooses another day


class Waivers(Writer):
    """Written where the option says, and only if it is given."""

    def __init__(self) -> None:
        self._path: Path | None = None
        self._said = ""

    def configure(self, config: pytest.Config, directory: Path) -> None:
        del directory
        given = config.getoption("write_waivers", None)
        self._path = Path(given) if given else None
        self._said = ""

    def write(self, finished: Finished) -> None:
        if self._path is None:
            return
        waivable = {it.id for it in finished.collected.requirements.requirements if it.waivable}
        failed = [
            item
            for item in finished.run.requirements
            if item.in_profile and item.verdict is Verdict.FAIL
        ]
        fresh = [(item.id, item.text) for item in failed if item.id in waivable]
        kept = [waiver for waiver in finished.run.waivers if waiver.state == "active"]
        never = [item.id for item in failed if item.id not in waivable]
        blocks = [*map(_carried, kept), *_fresh(finished.run, fresh, finished.collected.today)]
        self._said = f"waivers: {self._path}: {len(kept)} carried over, {len(fresh)} to fill in"
        if never:
            self._said += f"; cannot be waived: {', '.join(never)}"
        write_text(self._path, "\n".join([_HEAD, *blocks]))

    def print_summary(self, finished: Finished, reporter: Any) -> None:
        del finished
        if self._said:
            reporter.write_line(self._said)


_HEAD: Final = """\
# Failures that somebody answers for until a day. An entry needs a reason, an owner and an approver.
"""


def _fresh(run: Run, failed: list[tuple[str, str]], today: date) -> Iterator[str]:
    target = "reference" if run.target.kind == "reference" else run.target.host
    for requirement, text in failed:
        yield f"# {' '.join(text.split())}\n" + _entry(
            {
                "requirement": requirement,
                "target": target,
                "reason": "",
                "owner": "",
                "approver": "",
                "expires": today + timedelta(days=DAYS),
            }
        )


def _carried(waiver: Waiver) -> str:
    return _entry({name: getattr(waiver, name) for name in Waiver.model_fields})


def _entry(values: dict[str, Any]) -> str:
    lines = [f"{name} = {_value(value)}" for name, value in values.items()]
    return "\n".join(["[[waiver]]", *lines, ""])


def _value(value: object) -> str:
    # A JSON text is a basic string of TOML, too.
    return value.isoformat() if isinstance(value, date) else json.dumps(value)


WRITER: Final = Waivers()
