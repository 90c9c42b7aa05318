"""The script of a card, pasted into a shell, shows the failure again, where there is one."""

import random
import subprocess
from pathlib import Path
from typing import Final

import pytest

from reports.detection import CAUGHT, Row, rows
from reports.page.evidence import block_of
from reports.page.reproduction import GONE, REPRODUCED
from tests.run.operations import client, operator
from tests.run.servers import Addresses, reference
from tests.run.suite import environment, run_suite

DRAWN: Final = 20
SEED: Final = 730
BOUND_S: Final = 180
NO_SCRIPT: Final = "No script repeats it: it "


def script_of(check: str, defect: str, directory: Path) -> str | None:
    """The script in the page of a run of one check against a defect.

    None where the page says that none can be: what was judged came to the suite itself, or the
    check asked a process beside the target, whose clock it moved.
    """
    arguments = (f"conformance/{check}", "-q", "--cells", "every", "--run-seed", "1")
    run = run_suite(*arguments, f"--reference-args=--defect {defect}", directory=directory)
    assert "NOT CONFORMANT" in run.output, run.output[-2000:]
    page = (directory / "compliance.html").read_text(encoding="utf-8")
    scripts: dict[str, str] = block_of(page)["scripts"]
    found = [text for name, text in scripts.items() if check in name]
    if not found:
        assert NO_SCRIPT in page, f"no script for {check}, and no word of it"
        assert "came to the suite" in page or "asked beside the target" in page
        return None
    return found[0]


def beside(script: str, at: Addresses) -> dict[str, str]:
    """The addresses that a script asks for."""
    found = {"RECEIVER_URL": "http://127.0.0.1:9"}
    if "${QUEUE_URL}" in script:
        made = operator(at).act("reference_aws")
        queue = client("sqs", made["endpoint_url"]).create_queue(QueueName="of-a-script")
        found["QUEUE_URL"] = queue["QueueUrl"]
    return found


def pasted(script: str, at: Addresses) -> subprocess.CompletedProcess[str]:
    """The script, run by a shell against a platform, by whatever Python is there."""
    return subprocess.run(
        ["/bin/sh"],
        input=script,
        env=environment(BASE_URL=at.base_url, OPERATOR_URL=at.operator_url, **beside(script, at)),
        cwd="/",
        capture_output=True,
        text=True,
        timeout=BOUND_S,
        check=False,
    )


def drawn() -> list[Row]:
    """Defects that one check fails, as the detection has measured them, by chance."""
    able = [
        row
        for row in rows()
        if (row.verdict, row.result) == ("fail", CAUGHT) and row.check.startswith("step")
    ]
    return random.Random(SEED).sample(able, DRAWN)  # noqa: S311 - no secret


def check_that_it_tells_a_defect_from_health(check: str, defect: str, directory: Path) -> None:
    script = script_of(check, defect, directory)
    if script is None:
        return
    with reference("--defect", defect) as broken:
        again = pasted(script, broken)
    assert again.returncode == REPRODUCED, again.stdout[-3000:] + again.stderr[-2000:]
    with reference() as healthy:
        gone = pasted(script, healthy)
    assert gone.returncode == GONE, gone.stdout[-3000:] + gone.stderr[-2000:]


def test_a_pasted_script_tells_a_defect_from_health(tmp_path: Path) -> None:
    check = "step05_product/test_states.py::test_active_brand_is_not_edited"
    check_that_it_tells_a_defect_from_health(check, "edit-while-active", tmp_path)


@pytest.mark.whole
@pytest.mark.parametrize("row", drawn(), ids=lambda row: row.defect)
def test_scripts_of_defects_drawn_by_chance_reproduce_them(row: Row, tmp_path: Path) -> None:
    check_that_it_tells_a_defect_from_health(row.check, row.defect, tmp_path)
