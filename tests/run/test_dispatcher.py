"""`python -m conformance`: commands are found by their modules; bad input is one line."""

import subprocess
import sys
from pathlib import Path

import pytest

from conformance.__main__ import main
from conformance.commands import names
from reports.options import ROOT


def test_every_module_of_the_folder_is_a_command() -> None:
    folder = Path(ROOT / "conformance" / "commands")
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__", "command"}
    assert set(names()) == modules


def test_unknown_command_is_one_line_and_no_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["certify-everything"])
    assert ended.value.code == 4
    said = capsys.readouterr().err
    assert said.startswith("conformance: ")
    assert said.count("\n") == 1


def test_it_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "conformance", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "python -m conformance" in done.stdout
