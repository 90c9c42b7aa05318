"""Parameter sets that can only advise, as measured in a run on the reference.

Where parameter sets take turns, a turn of a documented MUST goes to one that can fail it: a turn
spent on what rests on a deduction of ours would leave the MUST undecided.
"""

import json
from functools import cache
from pathlib import Path
from typing import Final

from conformance.requirements import RequirementSet
from reports.files import json_text, write_text
from reports.model import Run
from reports.verdict import Verdict

_INFERRED: Final = "inferred"
ADVISING: Final = Path(__file__).with_name("advising.json")


def measure(run: Run, requirements: RequirementSet) -> list[str]:
    """Node ids of the checks of documented MUSTs that passed and could only have advised."""
    counting = {each.id for each in requirements.requirements if each.counts}
    return sorted(
        {
            check.nodeid
            for check in run.checks
            if "[" in check.nodeid
            and check.requirement in counting
            and check.verdict is Verdict.PASS
            and check.certainty == _INFERRED
        }
    )


def write(nodeids: list[str], path: Path = ADVISING) -> None:
    """Write the file."""
    write_text(path, json_text(nodeids))


@cache
def read(path: Path = ADVISING) -> frozenset[str]:
    """The node ids; none where nothing was measured."""
    return frozenset(json.loads(path.read_text("utf-8")) if path.exists() else ())
