"""`python -m tests.reproduction`: does the script of a card show a defect again, and health none?

A defect counts where its check fails, the page has a script, the script ends with 1 on a platform
with the defect and with 0 on one without. Where the page says why there is none, it does not count.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from reports.detection import Row
from tests import campaigns
from tests.campaigns import say
from tests.reproduction.trials import Result, Trial, able, attempt, drawn

FILE: Final = Path(__file__).with_name("results.json")
DRAWN: Final = 20


def main(arguments: Sequence[str] | None = None) -> int:
    """0 where each script reproduces its defect, else 1; 2 for unknown names."""
    options = _parser().parse_args(arguments)
    known = remembered(options.memory)
    trials = []
    for row in _chosen(options):
        trial = known.get(row.defect)
        if trial is None:
            trial = attempt(row, options.keep and options.keep / row.defect)
            if options.memory:
                campaigns.keep(options.memory, asdict(trial))
        trials.append(trial)
        say(f"{trial.result:<44} {trial.defect}")
    good = sum(trial.result is Result.REPRODUCED for trial in trials)
    say(f"{good} of {len(trials)} reproduced")
    if options.write:
        campaigns.write(FILE, content(merged(trials)))
    return 0 if good == len(trials) else 1


def remembered(memory: Path | None) -> dict[str, Trial]:
    """What earlier calls found, by defect; the last word counts."""
    entries = campaigns.kept(memory) if memory else ()
    return {each["defect"]: Trial(**{**each, "result": Result(each["result"])}) for each in entries}


def merged(fresh: Sequence[Trial]) -> Sequence[Trial]:
    """The committed trials, with these in the place of older ones of the same defects."""
    told = json.loads(FILE.read_text("utf-8"))["trials"] if FILE.exists() else []
    known = {each["defect"]: Trial(**{**each, "result": Result(each["result"])}) for each in told}
    known |= {each.defect: each for each in fresh}
    return [known[name] for name in sorted(known)]


def content(trials: Sequence[Trial]) -> Mapping[str, Any]:
    """The results file: what did not succeed is told with what was said."""
    return {
        "measured_on": campaigns.today(),
        "defects": len(able()),
        "tried": len(trials),
        "results": dict(Counter(trial.result for trial in trials)),
        "trials": [asdict(trial) for trial in trials],
    }


def _chosen(options: argparse.Namespace) -> Sequence[Row]:
    rows = able()
    if options.defect:
        return [row for row in rows if row.defect in options.defect]
    if options.family:
        rows = [row for row in rows if row.family in options.family]
        return rows[: options.count]
    return drawn(options.count, options.seed)


def _parser() -> argparse.ArgumentParser:
    rows = able()
    parser = argparse.ArgumentParser(prog="python -m tests.reproduction", description=__doc__)
    parser.add_argument("--count", type=int, default=DRAWN, metavar="N", help="defects to draw")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the draw")
    parser.add_argument(
        "--defect", action="append", metavar="NAME", choices=[row.defect for row in rows]
    )
    parser.add_argument(
        "--family", action="append", metavar="F", choices=sorted({row.family for row in rows})
    )
    parser.add_argument(
        "--memory", type=Path, metavar="FILE", help="what earlier calls found is not tried again"
    )
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="leave each report and script in here"
    )
    parser.add_argument("--write", action="store_true", help="write the committed results")
    return parser


if __name__ == "__main__":
    sys.exit(main())
