"""Bad input gets one clear line, a non-zero exit, and no traceback."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.run.suite import Finished, run_suite

USAGE_ERROR = 4
ACCOUNT = """
base_url = "{url}"
orgcode = "ACME"
[actors.owner]
email = "owner@conformance.example"
passcode_env = "G3N_NO_SUCH_PASSCODE"
"""

UNKNOWN_OPERATION = """
base_url = "http://127.0.0.1:9"
operator_url = "http://127.0.0.1:9"
[operations."ofm.no_such"]
path = "/x"
"""


def one_line(finished: Finished) -> str:
    """The one line that says what is wrong."""
    assert finished.exit_status == USAGE_ERROR, finished.output
    assert "Traceback" not in finished.output
    lines = [line for line in finished.output.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")]
    assert len(errors) == 1, finished.output
    return errors[0]


def with_file(tmp_path: Path, text: str) -> str:
    path = tmp_path / "target.toml"
    path.write_text(text, encoding="utf-8")
    return one_line(run_suite("conformance", "--target", str(path), directory=tmp_path / "out"))


def test_unknown_option_is_named(tmp_path: Path) -> None:
    finished = run_suite("conformance", "--no-such-option", directory=tmp_path)
    assert finished.exit_status == USAGE_ERROR
    assert "--no-such-option" in finished.output
    assert "Traceback" not in finished.output


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("base_url = ", "not valid TOML"),
        ('base_url = "http://127.0.0.1:9"\ncolour = "red"', "key colour"),
        ('base_url = "127.0.0.1:9"', "key base_url"),
        ('base_url = "http://127.0.0.1:9"', "operator_url"),
        ('base_url = "https://api.example.com"\noperator_url = "https://x.example"', "allow_write"),
        (UNKNOWN_OPERATION, "unknown operation 'ofm.no_such'"),
        (ACCOUNT.format(url="http://127.0.0.1:9"), "G3N_NO_SUCH_PASSCODE"),
    ],
    ids=[
        "not-toml",
        "unknown-key",
        "no-scheme",
        "nobody-to-ask",
        "no-permission-to-write",
        "unknown-operation",
        "secret-not-set",
    ],
)
def test_broken_target_file_is_told_by_key(tmp_path: Path, text: str, named: str) -> None:
    assert named in with_file(tmp_path, text)


def test_missing_target_file_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "nowhere.toml"
    finished = run_suite("conformance", "--target", str(missing), directory=tmp_path / "out")
    assert "nowhere.toml" in one_line(finished)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://127.0.0.1:9", "refused"),
        ("http://no-such-host.invalid:80", "no answer from no-such-host.invalid"),
    ],
    ids=["refused", "does-not-resolve"],
)
def test_unreachable_host_is_told(tmp_path: Path, url: str, told: str) -> None:
    path = tmp_path / "target.toml"
    path.write_text(f'base_url = "{url}"\noperator_url = "{url}"\nallow_write = true\n')
    finished = run_suite("conformance", "--target", str(path), directory=tmp_path / "out")
    assert told in one_line(finished).lower()


@pytest.fixture
def plain_http() -> Iterator[str]:
    """A server that speaks no TLS; gives its host and port."""
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_tls_error_is_told_as_such(tmp_path: Path, plain_http: str) -> None:
    url = f"https://{plain_http}"
    finished = run_suite(
        "conformance", "--target-url", url, "--operator-url", url, directory=tmp_path / "out"
    )
    assert "TLS failed" in one_line(finished)


def test_report_directory_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a directory")
    finished = run_suite("conformance", directory=blocked / "out")
    assert "--report-dir" in one_line(finished)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--profile", "half/1"], "unknown profile 'half/1'"),
        (["--operator-url", "http://127.0.0.1:9"], "--operator-url goes with --target-url"),
        (["--waivers", "nowhere.toml"], "nowhere.toml"),
        (["--reference-args", "--defect no-such-defect"], "no-such-defect"),
        (["tests"], "run conformance and tests apart"),
    ],
    ids=["profile", "operator-alone", "waivers", "defect", "two-folders"],
)
def test_wrong_option_is_told(tmp_path: Path, arguments: list[str], told: str) -> None:
    finished = run_suite("conformance", *arguments, directory=tmp_path / "out")
    assert told in one_line(finished)


STEP = "conformance/step03_association"
CHECK = f"{STEP}/test_association.py::test_stranger_is_not_asociated"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["conformance/step03_asociation"], "did you mean step03_association?"),
        ([f"{STEP}/no_such_file.py::test_x"], "there is no such file or folder"),
        ([CHECK], "did you mean test_stranger_is_not_associated?"),
        ([STEP, "-k", "stranger and and"], "Wrong expression passed to '-k'"),
        ([STEP, "-m", "not not("], "Wrong expression passed to '-m'"),
        ([STEP, "-m", "requirment"], "did you mean requirement?"),
        ([STEP, "--requirement", "ASOC-10"], "did you mean ASSOC-10?"),
    ],
    ids=["folder", "file", "check", "keyword", "mark", "unknown-mark", "requirement"],
)
def test_what_no_worker_could_collect_is_told_before_they_start(
    tmp_path: Path, arguments: list[str], told: str
) -> None:
    finished = run_suite(*arguments, "-n", "2", directory=tmp_path / "out")
    assert told in one_line(finished)


CLASHING = """
def pytest_addoption(parser):
    parser.getgroup("profiling").addoption("--profile", action="store_true")
"""


def test_a_name_that_another_plugin_has_is_left_to_it(tmp_path: Path) -> None:
    (tmp_path / "clashing.py").write_text(CLASHING, encoding="utf-8")
    finished = run_suite(
        *(STEP, "-p", "clashing", "--profile", "--conformance-profile", "solo/1", "--plan"),
        directory=tmp_path / "out",
        PYTHONPATH=str(tmp_path),
    )
    assert finished.exit_status == 0, finished.output
    assert "profile solo/1" in finished.output
