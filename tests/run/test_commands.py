"""Commands that start a run: from any folder, with paths as they were meant there."""

import subprocess
import sys
from pathlib import Path

import jsonschema_rs
import pytest

from conformance.commands import main
from fixtures.exchange import target_file, target_schema
from reports.options import ROOT
from tests.run.suite import environment


def conformance(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "conformance", *arguments],
        cwd=cwd,
        env=environment(PYTHONPATH=str(ROOT)),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def test_init_writes_a_file_that_plan_reads_in_another_folder(tmp_path: Path) -> None:
    made = conformance("init", "mine.toml", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    assert not target_file.read(tmp_path / "mine.toml", reading_only=True).may_write
    again = conformance("init", "mine.toml", cwd=tmp_path)
    assert again.returncode == 4
    assert "already" in again.stderr
    missing = conformance("plan", "--target", "yours.toml", cwd=tmp_path)
    assert missing.returncode == 4
    assert str(tmp_path / "yours.toml") in missing.stdout + missing.stderr


def test_plan_of_one_requirement_of_one_step_holds_its_checks_alone(tmp_path: Path) -> None:
    done = conformance("plan", "--step", "3", "--requirement", "ASSOC-10", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 to run" in done.stdout


def test_unknown_requirement_is_told_with_one_that_is_close(tmp_path: Path) -> None:
    done = conformance("plan", "--step", "3", "--requirement", "ASOC-10", cwd=tmp_path)
    assert done.returncode == 4, done.stdout
    assert "did you mean ASSOC-10" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_step_that_there_is_not_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "--step", "14"]) == 4
    assert "there is no step 14" in capsys.readouterr().err


def test_published_schema_is_that_of_the_model_and_takes_the_template() -> None:
    published = target_schema.PATH.read_text(encoding="utf-8")
    assert published == target_schema.text(), "run: python -m conformance schema"
    validator = jsonschema_rs.validator_for(published)
    assert validator.is_valid({"base_url": "https://sandbox.example.com"})
    assert not validator.is_valid({"base_url": "https://sandbox.example.com", "org_code": "X"})
