"""Whatever the settings of a machine, a look at the reference says what it always says."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

from tests.run.servers import free_port
from tests.run.suite import ROOT, command, environment, run_suite

LOOK: Final = ("conformance", "--tier", "smoke", "-q")
NOWHERE: Final = "http://127.0.0.1:9"
READY: Final = 0
ENDED: Final = frozenset({2, 3, 4})
SETTINGS: Final = {
    "profile of another project": {"AWS_PROFILE": "no-such-profile"},
    "nonsense for AWS": {"AWS_MAX_ATTEMPTS": "many", "AWS_DEFAULT_REGION": "nowhere"},
    "endpoint for AWS": {"AWS_ENDPOINT_URL": NOWHERE, "AWS_CA_BUNDLE": "/no/such/file"},
    "plain locale": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "warnings as errors": {"PYTHONWARNINGS": "error"},
    "warning of encodings": {"PYTHONWARNDEFAULTENCODING": "1"},
    "optimised": {"PYTHONOPTIMIZE": "1"},
    "docstrings gone": {"PYTHONOPTIMIZE": "2"},
    "hash seed": {"PYTHONHASHSEED": "0"},
    "development mode": {"PYTHONDEVMODE": "1"},
    "no bytecode": {"PYTHONDONTWRITEBYTECODE": "1"},
    "no colour": {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "20"},
    "colour": {"FORCE_COLOR": "1"},
    "build server": {"CI": "true", "BUILD_NUMBER": "7"},
    "proxies": {
        **dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), NOWHERE),
        **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), NOWHERE),
        "NO_PROXY": "",
    },
    "certificates": {"SSL_CERT_FILE": "/no/such/file", "REQUESTS_CA_BUNDLE": "/no/such/file"},
    "no home": {"HOME": "/nonexistent"},
    "other time zone": {"TZ": "Pacific/Chatham"},
}
ORDINARY: Final = frozenset({"plain locale", "optimised"})


def expect_usual(status: int, output: str) -> None:
    """The usual verdict, or one line that says what is wrong."""
    if status in ENDED:
        assert output.count("ERROR") == 1, output
    else:
        assert status == READY, output
        assert "READY" in output
    assert "Traceback" not in output
    assert "INTERNALERROR" not in output


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=() if n in ORDINARY else pytest.mark.whole) for n in SETTINGS],
)
def test_a_setting_of_the_environment_changes_nothing(name: str, tmp_path: Path) -> None:
    finished = run_suite(*LOOK, directory=tmp_path / "out", **SETTINGS[name])
    expect_usual(finished.exit_status, finished.output)
    assert finished.exit_status == READY, finished.output


@pytest.mark.whole
def test_a_hardened_python_finds_the_suite_or_says_so(tmp_path: Path) -> None:
    finished = run_suite(*LOOK, directory=tmp_path / "out", PYTHONSAFEPATH="1")
    expect_usual(finished.exit_status, finished.output)


@pytest.mark.whole
def test_plugins_that_are_not_loaded_are_missed_in_one_line(tmp_path: Path) -> None:
    finished = run_suite(*LOOK, directory=tmp_path / "out", PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")
    expect_usual(finished.exit_status, finished.output)


@pytest.mark.whole
def test_what_a_startup_file_prints_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("print('welcome')\n", encoding="utf-8")
    finished = run_suite(*LOOK, directory=tmp_path / "out", PYTHONPATH=str(tmp_path))
    expect_usual(finished.exit_status, finished.output)


@pytest.mark.whole
def test_a_long_folder_for_scratch_with_blanks_serves(tmp_path: Path) -> None:
    scratch = tmp_path / ("a folder with blanks " * 6).strip()
    scratch.mkdir()
    finished = run_suite(*LOOK, directory=tmp_path / "out", TMPDIR=str(scratch))
    assert finished.exit_status == READY, finished.output


@pytest.mark.whole
def test_what_the_user_keeps_from_others_is_kept(tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = subprocess.run(
        command("conformance/step03_association", "-q", directory=out),
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        umask=0o077,
    )
    assert done.returncode in (0, 6), done.stdout
    open_to_others = [
        path.name for path in out.rglob("*") if path.is_file() and path.stat().st_mode & 0o077
    ]
    assert open_to_others == []


@pytest.mark.whole
@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_checkout_that_is_read_only_serves(tmp_path: Path) -> None:
    copy = tmp_path / "checkout"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".git", ".tox", ".venv", "out"))
    for path in copy.rglob("*"):
        path.chmod(path.stat().st_mode & ~0o222)
    done = subprocess.run(
        command(*LOOK, directory=tmp_path / "out"),
        cwd=copy,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    expect_usual(done.returncode, done.stdout + done.stderr)


@pytest.mark.whole
def test_a_port_that_nobody_listens_on_is_told_in_every_setting(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    finished = run_suite(
        *LOOK, "--target-url", url, "--operator-url", url, directory=tmp_path / "out", LC_ALL="C"
    )
    assert finished.exit_status == 7, finished.output
    assert "base_url" in finished.output
