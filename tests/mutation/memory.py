"""What has been found so far, kept in a folder, so that a campaign that was cut short goes on."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests import campaigns
from tests.mutation.judging import Met, Outcome

_REACH: Final = "reach.json"
_OUTCOMES: Final = "outcomes.jsonl"


@dataclass(frozen=True)
class Memory:
    """A folder of mutants by name; whoever changes what a mutant meets forgets or takes another."""

    directory: Path

    def reached(self, names: Collection[str]) -> dict[str, Any] | None:
        """What the run with all mutants asleep came to, if it held all these."""
        path = self.directory / _REACH
        if not path.exists():
            return None
        loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return loaded if set(names) <= set(loaded["sample"]) else None

    def keep_reached(self, found: Mapping[str, Any]) -> None:
        """Keep what the run with all mutants asleep came to."""
        self.directory.mkdir(parents=True, exist_ok=True)
        (self.directory / _REACH).write_text(json.dumps(found), encoding="utf-8")

    def met(self) -> dict[str, Met]:
        """What each mutant has met so far, by name."""
        found: dict[str, Met] = {}
        for entry in self._entries():
            met = found.setdefault(entry["mutant"], Met())
            saw = entry.get("saw", "")
            met.add(Met(set(entry["judges"]), Outcome[entry["outcome"]], saw))
        return found

    def keep(self, name: str, met: Met) -> None:
        """Keep what a mutant met in a run: one write of one line."""
        entry = {
            "mutant": name,
            "judges": sorted(met.judges),
            "outcome": met.outcome.name,
            "saw": met.saw,
        }
        campaigns.keep(self.directory / _OUTCOMES, entry)

    def forget_survivors(self) -> None:
        """Only what failed a check stands: all others are to be judged anew."""
        failed = {name for name, met in self.met().items() if met.outcome is Outcome.FAILED}
        kept = [entry for entry in self._entries() if entry["mutant"] in failed]
        text = "".join(json.dumps(entry) + "\n" for entry in kept)
        (self.directory / _OUTCOMES).write_text(text, encoding="utf-8")

    def _entries(self) -> Iterator[dict[str, Any]]:
        return campaigns.kept(self.directory / _OUTCOMES)
