"""Whether the script of a card tells a platform with a defect from one without."""

import hashlib
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from reports.detection import CAUGHT, Row, rows
from reports.page.evidence import block_of
from reports.page.reproduction import GONE, REPRODUCED
from tests.detection.trials import WATCHED
from tests.run.operations import client, operator
from tests.run.servers import Addresses, reference
from tests.run.suite import environment, run_suite

INVARIANTS: Final = "invariants::"  # what is looked at in every answer
BOUND_S: Final = 300
# Reports for people and a second start of hypothesis cost more than most checks.
_UNUSED: Final = ("allure_pytest", "html", "metadata", "hypothesispytest", "randomly", "xdist")
_TOLD: Final = 1200  # characters of what a script said last


class Result(StrEnum):
    """What became of one defect."""

    REPRODUCED = "reproduced"
    NOT_FAILED = "the check failed nothing"
    NO_SCRIPT = "no script"
    NOT_SHOWN = "the script shows nothing where the defect is"
    ALWAYS_SHOWN = "the script shows a failure where none is"


@dataclass(frozen=True)
class Trial:
    """One defect at one of the requirements that it breaks, and what its script said."""

    defect: str
    requirement: str
    check: str
    result: Result
    said: str = ""


def able() -> Sequence[Row]:
    """A row of each defect that fails its check, as the detection has measured them."""
    first: dict[str, Row] = {}
    for row in rows():
        if (row.verdict, row.result) == ("fail", CAUGHT):
            first.setdefault(row.defect, row)
    return [*first.values()]


def drawn(count: int, seed: int) -> Sequence[Row]:
    """Defects by chance: for the same seed the same ones, as far as they are still there."""

    def lot(row: Row) -> bytes:
        return hashlib.sha256(f"{seed} {row.defect}".encode()).digest()

    return sorted(able(), key=lot)[:count]


def attempt(row: Row, kept: Path | None = None) -> Trial:
    """Run the check against its defect, and the script of its card against both platforms.

    `kept` is where the report and the script stay; they are removed otherwise.
    """
    with _directory(kept) as directory:
        result, said = _try(row, directory)
    return Trial(row.defect, row.requirement, row.check, result, said[-_TOLD:])


def _try(row: Row, directory: Path) -> tuple[Result, str]:
    failed, script, why = script_of(row, directory)
    if not failed:
        return Result.NOT_FAILED, why
    if script is None:
        return Result.NO_SCRIPT, why
    (directory / "script.sh").write_text(script, encoding="utf-8")
    with reference("--defect", row.defect) as broken:
        status, said = pasted(script, broken)
    if status != REPRODUCED:
        return Result.NOT_SHOWN, said
    with reference() as healthy:
        status, said = pasted(script, healthy)
    return (Result.REPRODUCED, "") if status == GONE else (Result.ALWAYS_SHOWN, said)


def script_of(row: Row, directory: Path) -> tuple[bool, str | None, str]:
    """Whether the check failed, its script as the page has it, and why there is none.

    The run ends with the first failure: what it stands on has been asked by then.
    """
    checks = WATCHED if row.check.startswith(INVARIANTS) else (f"conformance/{row.check}",)
    without = [part for name in _UNUSED for part in ("-p", f"no:{name}")]
    arguments = (*checks, "-q", "--cells", "every", "--run-seed", "1", *without)
    chosen = () if row.check.startswith(INVARIANTS) else ("-x", "--requirement", row.requirement)
    run = run_suite(
        *arguments, *chosen, f"--reference-args=--defect {row.defect}", directory=directory
    )
    if not (directory / "run.json").exists():
        return False, None, run.output
    (told,) = [each for each in run.run["requirements"] if each["id"] == row.requirement]
    failed = [each for each in told["checks"] if each["verdict"] == "fail"]
    if not failed:
        return False, None, run.output
    page = (directory / "compliance.html").read_text(encoding="utf-8")
    scripts: dict[str, str] = block_of(page)["scripts"]
    found = [scripts[each["nodeid"]] for each in failed if each["nodeid"] in scripts]
    if not found:
        _, _, why = page.partition("No script repeats it: ")
        return True, None, why.partition("</p>")[0] or "the page does not say why"
    return True, found[0], ""


def pasted(script: str, at: Addresses) -> tuple[int, str]:
    """What a shell makes of a script, by whatever Python is there: its status, and what it said."""
    try:
        done = subprocess.run(
            ["/bin/sh"],
            input=script,
            env=environment(
                BASE_URL=at.base_url, OPERATOR_URL=at.operator_url, **_queue(script, at)
            ),
            cwd="/",
            capture_output=True,
            text=True,
            timeout=BOUND_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return -1, f"not ended within {BOUND_S} s"
    return done.returncode, done.stdout + done.stderr


def _queue(script: str, at: Addresses) -> dict[str, str]:
    """The queue that a script asks for."""
    if "Set QUEUE_URL " not in script:
        return {}
    made = operator(at).act("reference_aws")
    queue = client("sqs", made["endpoint_url"]).create_queue(QueueName="of-a-script")
    return {"QUEUE_URL": queue["QueueUrl"]}


@contextmanager
def _directory(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="reproduction-") as directory:
        yield Path(directory)
