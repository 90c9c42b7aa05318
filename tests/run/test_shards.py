"""Shards of a run, put together, are the run; what is not of one run is never put together."""

import json
import re
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import pytest

from reports import merging
from reports.__main__ import main
from reports.assemble import assemble
from reports.commands.check import problems
from reports.model import Run
from tests.run.suite import TURNS, Finished, run_module, run_suite

DEFECT: Final = "--reference-args=--defect stranger-told-org-exists"
CHECKS: Final = (
    *("conformance/step03_association", "conformance/stack/test_maintenance.py"),
    *("-q", "--run-seed", "5"),
)
OUTPUTS: Final = ("compliance.html", "pytest.html", "junit.xml", "run.json", "exchanges.jsonl")
BAD_INPUT: Final = 2


def checks(run: dict[str, Any]) -> dict[str, str]:
    found = [check for item in run["requirements"] for check in item["checks"]]
    return {f"{check['requirement']} {check['nodeid']}": check["verdict"] for check in found}


def merge(*directories: Path, out: Path) -> Finished:
    done = run_module("reports", "merge", *map(str, directories), "--report-dir", str(out))
    return Finished(done.returncode, done.stdout + done.stderr, out)


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two shards of a run against a platform with a defect."""
    room = tmp_path_factory.mktemp("shards")
    first = run_suite(*CHECKS, DEFECT, "--shard", "1/2", directory=room / "1")
    second = run_suite(*CHECKS, DEFECT, "--shard", "2/2", directory=room / "2")
    for finished, number in ((first, "1/2"), (second, "2/2")):
        assert finished.run["verdict"] in ("INCOMPLETE", "NOT CONFORMANT"), finished.output
        assert any(f"This is shard {number}" in reason for reason in finished.run["reasons"])
        assert checks(finished.run)
    return first.directory, second.directory


@pytest.fixture(scope="module")
def merged(parts: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Finished:
    merged = merge(*parts, out=tmp_path_factory.mktemp("merged"))
    assert merged.exit_status != BAD_INPUT, merged.output
    return merged


def together(directories: Iterable[Path], tmp_path: Path) -> Run:
    """The run of these shards, without its formats."""
    return assemble(merging.collect(merging.read(directories), tmp_path / "log"))


def test_shards_together_are_the_run(merged: Finished, tmp_path: Path) -> None:
    whole = run_suite(*CHECKS, DEFECT, directory=tmp_path)
    assert checks(merged.run) == checks(whole.run)
    assert "fail" in checks(merged.run).values()
    assert merged.run["verdict"] == whole.run["verdict"] == "NOT CONFORMANT"
    assert merged.exit_status == whole.exit_status == 1
    assert merged.run["headline"] == whole.run["headline"]
    assert merged.run["scope"]["identity"] == whole.run["scope"]["identity"]
    assert "put together from 2 of 2 shards" in merged.run["scope"]["note"]


def test_every_format_tells_the_merged_run(merged: Finished) -> None:
    out = merged.directory
    assert problems(out) == []
    tests = {check.partition(" ")[2] for check in checks(merged.run)}
    results = [json.loads(p.read_text("utf-8")) for p in out.glob("allure-results/*-result.json")]
    assert len(results) == len(tests)
    assert len({result["historyId"] for result in results}) == len(tests)
    failed = [r for r in results if r["status"] == "failed"]
    assert failed
    junit = (out / "junit.xml").read_text("utf-8")
    assert junit.count("<testcase") == len(tests)
    assert junit.count("<failure") == len(failed)
    for name in OUTPUTS:
        assert (out / name).stat().st_size > 1000, name


def test_a_missing_shard_is_incomplete(parts: tuple[Path, Path], tmp_path: Path) -> None:
    passing = next(p for p in parts if "fail" not in checks(Finished(0, "", p).run).values())
    run = together([passing], tmp_path)
    assert run.verdict == "INCOMPLETE"
    other = "2/2" if passing == parts[0] else "1/2"
    assert f"Missing shards (1): {other}." in run.reasons


def test_a_shard_that_died_is_incomplete(parts: tuple[Path, Path], tmp_path: Path) -> None:
    changed = copied(parts, tmp_path)
    edit(changed[1], lambda run: run["scope"].update(unfinished="it was killed"))
    (changed[1] / "exchanges.jsonl").unlink()
    run = together(changed, tmp_path)
    assert run.verdict in ("INCOMPLETE", "NOT CONFORMANT")
    assert any("shard 2/2: it was killed" in reason for reason in run.reasons)


def test_nothing_is_put_together_with_itself(
    parts: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "run.json").write_text('{"verdict": "CONFORMANT"}', encoding="utf-8")
    told = ["merge", *map(str, (*parts, parts[0])), "--report-dir"]
    assert main([*told, str(tmp_path)]) == BAD_INPUT
    assert "shard 1/2 stands twice" in capsys.readouterr().err
    assert not (tmp_path / "run.json").exists()
    assert main([*told, str(parts[0])]) == BAD_INPUT
    assert (parts[0] / "run.json").exists()


def say(key: str, value: str) -> Callable[[dict[str, Any]], object]:
    return lambda run: run["scope"]["identity"].update({key: value})


OF_ANOTHER_RUN: Final = {
    "its seed is 6, not 5": say("seed", "6"),
    "its target is shop.example.com": say("target", "shop.example.com (file 00000000)"),
    "its suite is 0.0.1": say("suite", "0.0.1 (files 000000000000)"),
    "its requirement set is 1": say("requirement set", "1"),
    "its profile is solo/1": say("profile", "solo/1"),
    "its narrowing is none": say("narrowing", "none"),
    "shard 2/3, not of 2": lambda run: run["scope"]["shard"].update(total=3),
    "other checks were collected": lambda run: run["scope"]["shard"].update(divided="0" * 16),
    "is no shard of a run": lambda run: run["scope"].update(shard=None),
}


@pytest.mark.parametrize(("told", "change"), OF_ANOTHER_RUN.items(), ids=[*OF_ANOTHER_RUN])
def test_a_shard_of_another_run_is_refused_and_named(
    parts: tuple[Path, Path],
    tmp_path: Path,
    told: str,
    change: Callable[[dict[str, Any]], object],
) -> None:
    changed = copied(parts, tmp_path)
    edit(changed[1], change)
    with pytest.raises(ValueError, match=re.escape(told)) as refused:
        merging.read(changed)
    assert str(changed[1]) in str(refused.value)


def test_shards_of_another_suite_are_refused(parts: tuple[Path, Path], tmp_path: Path) -> None:
    changed = copied(parts, tmp_path)
    for directory in changed:
        edit(directory, say("suite", "0.0.1 (files 000000000000)"))
    with pytest.raises(ValueError, match="put it together with that one"):
        merging.read(changed)


def test_what_a_shard_recorded_must_all_be_there(parts: tuple[Path, Path], tmp_path: Path) -> None:
    changed = copied(parts, tmp_path)
    log = changed[0] / "exchanges.jsonl"
    lines = log.read_text("utf-8").splitlines(keepends=True)
    log.write_text("".join(lines[1:]), encoding="utf-8")
    with pytest.raises(ValueError, match=f"holds {len(lines) - 1} exchanges"):
        merging.read(changed)
    log.unlink()
    with pytest.raises(ValueError, match="is missing"):
        merging.read(changed)


def test_a_check_that_no_shard_has_makes_the_run_incomplete(
    parts: tuple[Path, Path], tmp_path: Path
) -> None:
    changed = copied(parts, tmp_path)
    for directory in changed:
        edit(directory, lambda run: run["scope"].update(narrowed=None))
        edit(directory, say("narrowing", "none"))
    whole = merging.collect(merging.read(changed), tmp_path / "log")
    assert whole.scope.unfinished is None
    edit(changed[0], without_last_test)
    short = merging.collect(merging.read(changed), tmp_path / "log")
    assert "do not hold the checks" in str(short.scope.unfinished)


def without_last_test(run: dict[str, Any]) -> None:
    for item in run["requirements"]:
        item["checks"] = [c for c in item["checks"] if c["kind"] != "test"]


@pytest.mark.whole
@pytest.mark.timeout(1800)
def test_whole_run_in_three_shards(tmp_path: Path) -> None:
    numbers = ("1/3", "2/3", "3/3")
    shards = [tmp_path / number.partition("/")[0] for number in numbers]
    for number, directory in zip(numbers, shards, strict=True):
        run_suite(*TURNS, "-n", "2", "--shard", number, directory=directory)
    whole = run_suite(*TURNS, "-n", "2", directory=tmp_path / "whole")
    merged = merge(*shards, out=tmp_path / "merged")
    assert whoever_asked(checks(merged.run)) == whoever_asked(checks(whole.run))
    assert merged.exit_status == whole.exit_status == 0


def whoever_asked(found: dict[str, str]) -> dict[str, str]:
    """The same, a stage without the requirement of the check that came to it first."""
    parts = {key: key.partition(" ")[2] for key in found}
    return {
        parts[key] if parts[key].startswith("conformance/stages::") else key: verdict
        for key, verdict in found.items()
    }


def copied(parts: tuple[Path, Path], room: Path) -> tuple[Path, Path]:
    first, second = room / "1", room / "2"
    shutil.copytree(parts[0], first)
    shutil.copytree(parts[1], second)
    return first, second


def edit(directory: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = directory / "run.json"
    run = json.loads(path.read_text("utf-8"))
    change(run)
    path.write_text(json.dumps(run), encoding="utf-8")
