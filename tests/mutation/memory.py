"""What has been found so far, kept in a folder, so that a campaign that was cut short goes on."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.mutation.judging import Outcome

_REACH: Final = "reach.json"
_OUTCOMES: Final = "outcomes.jsonl"


@dataclass(frozen=True)
class Memory:
    """A folder of one sample; whoever changes platform or suite takes another."""

    directory: Path

    def reached(self) -> dict[str, Any] | None:
        """What the run with all mutants asleep came to."""
        path = self.directory / _REACH
        if not path.exists():
            return None
        loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return loaded

    def keep_reached(self, found: Mapping[str, Any]) -> None:
        """Keep what the run with all mutants asleep came to."""
        self.directory.mkdir(parents=True, exist_ok=True)
        (self.directory / _REACH).write_text(json.dumps(found), encoding="utf-8")

    def outcomes(self, table: Mapping[str, str]) -> dict[str, Outcome] | None:
        """What the run of this table came to, if there was one."""
        path = self.directory / _OUTCOMES
        for line in path.read_text("utf-8").splitlines() if path.exists() else ():
            entry = json.loads(line)
            if entry["table"] == _digest(table):
                return {key: Outcome[name] for key, name in entry["outcomes"].items()}
        return None

    def keep(self, table: Mapping[str, str], found: Mapping[str, Outcome]) -> None:
        """Keep what the run of this table came to: one write of one line."""
        entry = {
            "table": _digest(table),
            "outcomes": {key: outcome.name for key, outcome in found.items()},
        }
        with (self.directory / _OUTCOMES).open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")


def _digest(table: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(sorted(table.items())).encode()).hexdigest()
