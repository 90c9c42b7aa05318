"""`python -m conformance`: commands are found by their modules; bad input is one line."""

from pathlib import Path

import pytest

from conformance import commands
from conformance.commands import main
from reports.dispatch import found_in
from reports.options import ROOT
from tests.run.suite import run_module


def test_every_module_of_the_folder_is_a_command() -> None:
    folder = Path(ROOT / "conformance" / "commands")
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert set(found_in(commands)) == modules


def test_unknown_command_is_one_line_and_no_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["certify-everything"])
    assert ended.value.code == 4
    said = capsys.readouterr().err
    assert said.startswith("conformance: ")
    assert said.count("\n") == 1


def test_it_runs_as_a_module() -> None:
    done = run_module("conformance", "--help")
    assert done.returncode == 0, done.stderr
    assert "python -m conformance" in done.stdout
