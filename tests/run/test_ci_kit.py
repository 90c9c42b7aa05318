"""The files to copy for build servers: their shell steps are run as a server runs them."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from fixtures.run.reference_process import Embedded
from reports.__main__ import main
from reports.assemble import assemble
from reports.history import read
from reports.options import ROOT
from reports.verdict import Verdict
from reports.writers.allure import CATEGORIES
from tests.reports.synthetic import (
    RequirementSet,
    check,
    collected,
    exchange,
    requirements,
    scope,
    write_outputs,
)
from tests.run.suite import environment

pytestmark = pytest.mark.xdist_group("ci kit")

KIT: Final = ROOT / "reports" / "ci_kit"
SCRIPTS: Final = ("certify.sh", "after.sh", "nightly.sh")
# What a server does before our steps, and a test's environment has been given already.
PREPARATION: Final = ("pip install", "git clone")
SOME: Final = "--step 3"


def shell(command: str, workspace: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a step as a server does: in the workspace, ended by the first command that fails."""
    return subprocess.run(
        ["sh", "-eu", "-c", command],  # noqa: S607 - wherever it is
        cwd=workspace,
        env=environment(PYTHON=sys.executable, PYTHONPATH=str(ROOT), **env),
        capture_output=True,
        text=True,
        check=False,
    )


def github() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((KIT / "github-actions.yml").read_text("utf-8"))
    return loaded


def gitlab() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((KIT / "gitlab-ci.yml").read_text("utf-8"))
    return loaded


def steps(job: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The shell steps of a job of GitHub's, with what they set."""
    for step in job["steps"]:
        if "run" in step and not any(word in step["run"] for word in PREPARATION):
            yield step["run"], step.get("env", {})


def expanded(value: str, **known: str) -> str:
    """A value of a workflow with its expressions, as far as they are known."""
    return re.sub(r"\$\{\{ *([\w.]+) *\}\}", lambda found: known[found[1].split(".")[-1]], value)


# --- the files ---


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_is_one(name: str) -> None:
    assert (KIT / name).stat().st_mode & stat.S_IXUSR
    done = subprocess.run(
        ["sh", "-n", str(KIT / name)],  # noqa: S607 - wherever it is
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_no_step_pastes_an_expression_into_its_shell() -> None:
    for job in github()["jobs"].values():
        for step in job["steps"]:
            assert "${{" not in step.get("run", "")


def test_shards_are_as_many_as_they_say() -> None:
    job = github()["jobs"]["certify"]
    shards = job["strategy"]["matrix"]["shard"]
    given = [env["SHARD"] for _, env in steps(job) if "SHARD" in env]
    assert shards == list(range(1, len(shards) + 1))
    assert [expanded(each, shard="1") for each in given] == [f"1/{len(shards)}"]


def test_the_readme_names_every_file() -> None:
    told = (KIT / "README.md").read_text(encoding="utf-8")
    for path in KIT.iterdir():
        assert path.name == "README.md" or f"`{path.name}`" in told, path.name


def test_allure_keeps_its_history_where_the_kit_keeps_it() -> None:
    told = json.loads((KIT / "allurerc.json").read_text(encoding="utf-8"))
    assert told["historyPath"].startswith("kept/")
    # Allure 2 reads them from the results, Allure 3 from here.
    assert told["categories"] == list(CATEGORIES)


def test_what_is_not_set_is_said(tmp_path: Path) -> None:
    for name in SCRIPTS:
        done = shell(str(KIT / name), tmp_path)
        assert done.returncode != 0
        assert re.search(r"(TARGET|REPORTS|SUITE): ", done.stderr), done.stderr


# --- what happens after a run ---


def night(directory: Path, number: int, verdict: Verdict) -> Path:
    """The report directory of a night's run."""
    rules, log = requirements(4), [exchange(n) for n in range(4)]
    checks = [check(rule.id, exchanges=(log[0].id,)) for rule in rules[1:]]
    checks.append(check(rules[0].id, verdict, exchanges=(log[1].id,)))
    said = scope().model_copy(update={"seed": number})
    run = assemble(collected(checks, RequirementSet(rules), said=said, log=log))
    return write_outputs(run, log, directory)


def after(workspace: Path, reports: Path, **env: str) -> subprocess.CompletedProcess[str]:
    kept = str(workspace / "kept")
    # The synthetic nights are long past.
    given = {"REPORTS": str(reports), "KEPT": kept, "MAX_AGE": "1000000", **env}
    return shell(str(KIT / "after.sh"), workspace, **given)


def test_a_night_is_compared_with_the_one_before(tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    github_ = {"GITHUB_STEP_SUMMARY": str(summary)}
    first = after(tmp_path, night(tmp_path / "1", 1, Verdict.PASS), GATE="new", **github_)
    assert first.returncode == 0, first.stderr
    # The verdict is another gate, and is said where it is asked for.
    second = after(tmp_path, night(tmp_path / "2", 2, Verdict.FAIL), GATE="verdict", **github_)
    assert second.returncode == 1, second.stderr
    assert "new failures (1)" in second.stdout
    assert "NOT CONFORMANT" in second.stdout.splitlines()[-2]
    assert [len(entry.failed) for entry in read(tmp_path / "kept")] == [0, 1]
    told = summary.read_text(encoding="utf-8")
    assert told.count("✅ CONFORMANT") == 1
    assert "### new failures" in told


def test_outputs_that_contradict_each_other_are_not_kept(tmp_path: Path) -> None:
    reports = night(tmp_path / "1", 1, Verdict.PASS)
    (reports / "junit.xml").unlink()
    done = after(tmp_path, reports)
    assert done.returncode == 1
    assert "junit.xml: missing" in done.stdout
    assert not (tmp_path / "kept" / "last" / "run.json").exists()


@pytest.mark.parametrize(
    ("verdict", "status"), [(Verdict.PASS, 0), (Verdict.FAIL, 1), (Verdict.BLOCKED, 6)]
)
def test_the_verdict_is_said_again(tmp_path: Path, verdict: Verdict, status: int) -> None:
    assert main(["verdict", str(night(tmp_path / "1", 1, verdict))]) == status


# --- whole nights on a practice sandbox ---


class Sandbox:
    """A workspace as a server has it, and a practice sandbox to aim at."""

    def __init__(self, workspace: Path, *defects: str) -> None:
        self.workspace = workspace
        shutil.copytree(KIT, workspace / "conformance", dirs_exist_ok=True)
        arguments = [part for name in defects for part in ("--defect", name)]
        target = str(workspace / "sandbox.toml")
        options = ["--rate-limit-rpm", "0", "--provision", target, *arguments]
        self.reference = Embedded(options)

    def run(self, command: str, **env: str) -> subprocess.CompletedProcess[str]:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        target = str(self.workspace / "sandbox.toml")
        return shell(command, self.workspace, PATH=path, TARGET=target, ONLY=SOME, **env)


def of_github(sandbox: Sandbox, seed: str) -> int:
    """A night of the workflow; the exit status of its report."""
    jobs, workspace = github()["jobs"], str(sandbox.workspace)
    shards = jobs["certify"]["strategy"]["matrix"]["shard"][:2]
    for shard in shards:
        known = {"shard": str(shard), "run_id": seed, "workspace": workspace}
        for command, env in steps(jobs["certify"]):
            given = {name: expanded(value, **known) for name, value in env.items()}
            given["SHARD"] = f"{shard}/{len(shards)}"
            done = sandbox.run(command, **given)
            assert done.returncode == 0, done.stdout + done.stderr
        shutil.move(given["REPORTS"], sandbox.workspace / "shards" / f"shard-{shard}")
    statuses = []
    for command, env in steps(jobs["report"]):
        given = {name: expanded(value, workspace=workspace) for name, value in env.items()}
        done = sandbox.run(command, **{**given, "GATE": "new"})
        statuses.append(done.returncode)
        assert done.returncode in {0, 1}, done.stdout + done.stderr
    shutil.rmtree(sandbox.workspace / "shards")
    return statuses[0]


def of_gitlab(sandbox: Sandbox, seed: str) -> int:
    """A night of the pipeline; the exit status of its report."""
    jobs, project = gitlab(), str(sandbox.workspace)
    for number in (1, 2):
        env = {"CI_NODE_INDEX": str(number), "CI_NODE_TOTAL": "2", "CI_PIPELINE_ID": seed}
        done = sandbox.run("\n".join(jobs["certify"]["script"]), CI_PROJECT_DIR=project, **env)
        assert done.returncode == 0, done.stdout + done.stderr
    script = "\n".join(jobs["report"]["script"]).replace("GATE=verdict", "GATE=new")
    done = sandbox.run(script, CI_PROJECT_DIR=project)
    later = sandbox.run("\n".join(jobs["report"]["after_script"]))
    assert later.returncode == 0, later.stderr
    shutil.rmtree(sandbox.workspace / "shards")
    return done.returncode


def of_cron(sandbox: Sandbox, seed: str) -> int:
    """A night of the script."""
    kept = str(sandbox.workspace / "kept")
    given = {"SUITE": str(ROOT), "KEPT": kept, "GATE": "new", "SEED": seed}
    done = sandbox.run("conformance/nightly.sh", **given)
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    return done.returncode


@pytest.mark.whole
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("night_of", [of_github, of_gitlab, of_cron])
def test_two_nights_tell_what_fails_newly(tmp_path: Path, night_of: Any) -> None:
    workspace = tmp_path / "work"
    (workspace / "shards").mkdir(parents=True)
    for number, (defects, status) in enumerate(
        [((), 0), (("stranger-told-org-exists",), 1)], start=1
    ):
        sandbox = Sandbox(workspace, *defects)
        try:
            assert night_of(sandbox, str(number)) == status
        finally:
            sandbox.reference.stop()
    assert len(read(workspace / "kept")) == 2
