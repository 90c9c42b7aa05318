"""The command line is read whole or refused with one line."""

from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest

from reports import options
from reports.options import Aim

TARGET = 'base_url = "http://127.0.0.1:1"\noperator_url = "http://127.0.0.1:2"\n'


def read(directory: Path, **given: Any) -> Aim:
    defaults: dict[str, Any] = {
        "target": None,
        "target_url": None,
        "operator_url": None,
        "profile": None,
        "tier": "certify",
        "cells": "auto",
        "report_dir": str(directory / "out"),
        "waivers": None,
        "run_seed": None,
        "requirement": [],
        "plan": False,
        "keep": False,
        "keep_on_failure": False,
        "probe": False,
        "operator_letter": None,
        "no_learn": False,
        "reference_args": "",
        "resume": False,
        "write_waivers": None,
        "shard": None,
        "history": None,
        "challenge": None,
    }
    return options.read(Namespace(**{**defaults, **given}))


def file(directory: Path, text: str = TARGET) -> str:
    path = directory / "a target.toml"
    path.write_text(text)
    return str(path)


def test_without_a_target_the_reference_is_aimed_at(tmp_path: Path) -> None:
    aim = read(tmp_path)
    assert (aim.target, aim.profile.name) == (None, "full/2")
    assert aim.directory.is_dir()


def test_seed_is_drawn_or_given(tmp_path: Path) -> None:
    assert read(tmp_path, run_seed=0).seed == 0
    assert len({read(tmp_path).seed for _ in range(5)}) > 1


def test_profile_of_the_option_wins_over_that_of_the_file(tmp_path: Path) -> None:
    target = file(tmp_path, f'profile = "solo/1"\n{TARGET}')
    assert read(tmp_path, target=target).profile.name == "solo/1"
    assert read(tmp_path, target=target, profile="team/1").profile.name == "team/1"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"target": "x.toml", "target_url": "http://h"}, "not both"),
        ({"operator_url": "http://h"}, "goes with --target-url"),
        ({"target": "none.toml"}, "none.toml cannot be read"),
        ({"target_url": "nowhere"}, "--target-url: key base_url"),
        ({"target_url": "http://127.0.0.1:1"}, "give operator_url"),
        (
            {"profile": "half/1"},
            "unknown profile 'half/1': choose one of full/1, full/2, team/1, team/2, solo/1",
        ),
        ({"waivers": "none.toml"}, "none.toml"),
        ({"shard": "1/2"}, "--shard needs --run-seed N"),
        ({"shard": "3/2", "run_seed": 1}, "give it as 2/5"),
        ({"report_dir": "/dev/null/x"}, "choose another with --report-dir"),
    ],
)
def test_wrong_option_is_one_line(tmp_path: Path, given: dict[str, Any], told: str) -> None:
    with pytest.raises(pytest.UsageError) as stop:
        read(tmp_path, **given)
    assert told in str(stop.value)
    assert "\n" not in str(stop.value)


def test_missing_secret_is_told_before_the_first_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CLERK_PASSCODE", raising=False)
    text = f'{TARGET}[actors.member]\nemail = "c@x"\npasscode_env = "CLERK_PASSCODE"\n'
    with pytest.raises(pytest.UsageError, match="CLERK_PASSCODE"):
        read(tmp_path, target=file(tmp_path, text))


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"target": True}, " --target='{}'"),
        ({"target": True, "profile": "team/1"}, " --target='{}' --profile=team/1"),
        (
            {"target_url": "http://127.0.0.1:1", "operator_url": "http://127.0.0.1:2"},
            " --target-url=http://127.0.0.1:1 --operator-url=http://127.0.0.1:2",
        ),
        ({"reference_args": "--latency-ms 5"}, " --reference-args='--latency-ms 5'"),
    ],
)
def test_aim_is_repeated_by_its_options(tmp_path: Path, given: dict[str, Any], wanted: str) -> None:
    path = file(tmp_path)
    if given.get("target"):
        given = {**given, "target": path}
    own = f" --report-dir={tmp_path / 'out' / 'repeat'}"
    assert read(tmp_path, **given).repeat == wanted.format(path) + own


def test_arguments_of_the_reference_are_split(tmp_path: Path) -> None:
    aim = read(tmp_path, reference_args="--defect a --defect b")
    assert aim.reference_args == ("--defect", "a", "--defect", "b")


def test_a_waiver_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    there = tmp_path / "waivers.toml"
    there.write_text("", encoding="utf-8")
    with pytest.raises(pytest.UsageError, match="is there already"):
        read(tmp_path, write_waivers=str(there))
    with pytest.raises(pytest.UsageError, match="no such folder"):
        read(tmp_path, write_waivers=str(tmp_path / "none" / "waivers.toml"))


def test_a_history_that_cannot_be_read_is_told_before_the_run(tmp_path: Path) -> None:
    assert read(tmp_path, history=str(tmp_path / "new")).seed
    (tmp_path / "new" / "history.jsonl").write_text("no run\n", encoding="utf-8")
    with pytest.raises(pytest.UsageError, match="line 1: not a run"):
        read(tmp_path, history=str(tmp_path / "new"))
    with pytest.raises(pytest.UsageError, match="--history"):
        read(tmp_path, history=str(file(tmp_path)))


def test_a_run_that_only_reads_needs_no_leave_to_write(tmp_path: Path) -> None:
    far = file(tmp_path, TARGET.replace("http://127.0.0.1:1", "https://sandbox.example.com"))
    with pytest.raises(pytest.UsageError, match="allow_write"):
        read(tmp_path, target=far)
    aim = read(tmp_path, target=far, profile="readonly/1")
    assert (aim.reads_only, aim.profile.needs) == (True, frozenset())
    text = Path(far).read_text(encoding="utf-8")
    Path(far).write_text(f'profile = "readonly/1"\n{text}', encoding="utf-8")
    assert read(tmp_path, target=far).reads_only
    with pytest.raises(pytest.UsageError, match="allow_write"):
        read(tmp_path, target=far, profile="solo/1")
