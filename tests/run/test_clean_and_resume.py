"""A run that is killed can be gone on with, and what it made can be closed."""

import json
import random
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from fixtures.reference.sandbox import provision
from fixtures.run import ledger
from fixtures.run.ledger import Fate
from tests.run.processes import BOUND_S, processes_of, recorded, start, wait_for
from tests.run.servers import Addresses, reference
from tests.run.suite import Finished, run_module, run_suite

CHECKS: Final = ("conformance/step08_order/test_promises.py", "--run-seed", "7")
USAGE_ERROR: Final = 4


@pytest.fixture(autouse=True)
def _own_private_directories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "private").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "private"))


@pytest.fixture
def platform() -> Iterator[Addresses]:
    with reference() as addresses:
        yield addresses


def aimed(addresses: Addresses) -> list[str]:
    return ["--target-url", addresses.base_url, "--operator-url", addresses.operator_url]


def private(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "private").glob("conformance-run-*"))


def answered(directory: Path) -> int:
    """How many checks the journal of a run tells of."""
    path = directory / "journal.jsonl"
    return path.read_text("utf-8").count('"nodeid"') if path.exists() else 0


def kill(
    *arguments: str, directory: Path, after: int = -1, once: Callable[[], object] = lambda: True
) -> None:
    """Start a run, and kill it `once` more than so many checks are done; it may end before that."""
    process = start(*arguments, directory=directory)
    try:
        wait_for(
            lambda: process.poll() is not None or (answered(directory) > after and once()),
            "checks",
        )
        wait_for(lambda: process.poll() is not None or recorded(process.pid, by=""), "exchanges")
    finally:
        process.kill()
    process.communicate(timeout=BOUND_S)
    wait_for(lambda: not processes_of(process.pid), "end of the workers")


def clean(*arguments: str) -> subprocess.CompletedProcess[str]:
    return run_module("conformance", "clean", *arguments)


def consistent(directory: Path) -> str:
    done = run_module("reports", "check", str(directory))
    return "" if done.returncode == 0 else done.stdout


def checks(finished: Finished) -> dict[str, str]:
    found = [c for r in finished.run["requirements"] for c in r["checks"]]
    return {f"{c['requirement']} {c['nodeid']}": c["verdict"] for c in found}


def test_what_a_killed_run_made_is_closed_and_its_files_go(
    tmp_path: Path, platform: Addresses
) -> None:
    out = tmp_path / "out"
    kill(*CHECKS, *aimed(platform), directory=out, after=2)
    (left,) = private(tmp_path)
    made = [entry for entry in ledger.read(left) if entry.fate is Fate.CREATED]
    assert made
    told = run_suite("conformance", "--tier", "smoke", *aimed(platform), directory=tmp_path / "o")
    assert "died and left records on" in told.output
    done = clean(str(out))
    assert done.returncode == 0, done.stdout + done.stderr
    assert private(tmp_path) == []
    assert "no run has died here" in clean().stdout


def test_what_was_made_in_the_org_of_the_stranger_is_closed_too(
    tmp_path: Path, platform: Addresses
) -> None:
    target, out = tmp_path / "practice.toml", tmp_path / "out"
    provision(target, platform.base_url, platform.operator_url, throttled=False)

    def made() -> dict[str, int]:
        """How many records were made, by the guid of the org that they are in."""
        entries = [it for path in private(tmp_path) for it in ledger.read(path)]
        found = [it for it in entries if it.fate is Fate.CREATED and "org_guid" in it.ids]
        return Counter(entry.ids["org_guid"] for entry in found)

    step = ("conformance/step03_association", "--run-seed", "7")
    kill(*step, "--target", str(target), directory=out, once=lambda: len(made()) > 1)
    assert len(made()) > 1
    done = clean(str(out))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "its owner or its id is not known" not in done.stdout
    assert private(tmp_path) == []


@pytest.mark.whole
def test_what_cannot_be_closed_is_told_and_kept(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with reference() as addresses:
        kill(*CHECKS, *aimed(addresses), directory=out, after=2)
    done = clean(str(out))
    assert done.returncode != 0
    assert len(private(tmp_path)) == 1
    assert clean("--forget").returncode == 0
    assert private(tmp_path) == []


def test_a_killed_run_is_gone_on_with(tmp_path: Path, platform: Addresses) -> None:
    out = tmp_path / "out"
    kill(*CHECKS, *aimed(platform), directory=out, after=3)
    before = {line["nodeid"] for line in journal(out)}
    finished = run_suite(*CHECKS, "--resume", *aimed(platform), directory=out)
    assert len(before) > 2
    assert f"{len(before)} checks have passed already" in finished.output
    assert finished.run["scope"]["resumed"]
    for told in ("compliance.html", "pytest.html", "junit.xml"):
        assert "checks having passed before" in (out / told).read_text("utf-8"), told
    assert consistent(out) == ""
    whole = run_suite(*CHECKS, *aimed(platform), directory=tmp_path / "whole")
    assert checks(finished) == checks(whole)
    assert finished.run["verdict"] == whole.run["verdict"]
    assert private(tmp_path) == []


def journal(directory: Path) -> list[dict[str, Any]]:
    lines = (directory / "journal.jsonl").read_text("utf-8").splitlines()[1:]
    found = [json.loads(line) for line in lines if line.endswith("}")]
    return [line for line in found if line["judgement"]["verdict"] == "pass"]


@pytest.mark.whole
def test_another_run_is_not_gone_on_with(tmp_path: Path) -> None:
    out = tmp_path / "out"
    kill(*CHECKS, directory=out, after=1)
    other = run_suite(CHECKS[0], "--run-seed", "8", "--resume", directory=out)
    assert other.exit_status == USAGE_ERROR
    assert "its seed was 7, this one has 8" in other.output
    nothing = run_suite(*CHECKS, "--resume", directory=tmp_path / "empty")
    assert nothing.exit_status == USAGE_ERROR
    assert "nothing to resume" in nothing.output


@pytest.mark.whole
@pytest.mark.parametrize("workers", ["0", "2"])
def test_ten_deaths_change_no_verdict_and_leave_nothing(
    tmp_path: Path, platform: Addresses, workers: str
) -> None:
    out = tmp_path / "out"
    chance = random.Random(12)  # noqa: S311 - moments to die at
    options = ("conformance/step08_order", "--run-seed", "7", "-q", "-n", workers, *aimed(platform))
    goes_on: tuple[str, ...] = ()
    for _ in range(10):
        done = len(journal(out)) if goes_on else 0
        kill(*options, *goes_on, directory=out, after=done + chance.randrange(25))
        if not (out / "journal.jsonl").exists():
            break
        goes_on = ("--resume",)
    finished = run_suite(*options, *goes_on, directory=out)
    whole = run_suite(*options, directory=tmp_path / "whole")
    assert checks(finished) == checks(whole)
    assert consistent(out) == ""
    assert clean().returncode == 0
    assert private(tmp_path) == []
