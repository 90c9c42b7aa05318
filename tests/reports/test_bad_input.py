"""Files that are no run, or not of one run: a named error, and never a page that looks complete."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from reports.__main__ import main
from reports.files import read_run, write_run
from tests.reports.synthetic import exchange, large_run, write_reports

COUNT: Final = 40
MADE: Final = ("compliance.html", "junit.xml", "summary.md")

Change = Callable[[Path], object]
Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report directory of which what is made of the run is still to be made."""
    made = tmp_path_factory.mktemp("sound") / "out"
    write_reports(large_run(COUNT, COUNT), (exchange(n) for n in range(COUNT)), made)
    for name in MADE:
        (made / name).unlink(missing_ok=True)
    return made


@pytest.fixture
def directory(sound: Path, tmp_path: Path) -> Path:
    """A copy of it, to be spoilt."""
    return Path(shutil.copytree(sound, tmp_path / "out"))


def changed(directory: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = directory / "run.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document)
    path.write_text(json.dumps(document), encoding="utf-8")


def truncated(directory: Path) -> None:
    path = directory / "run.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: len(text) // 2], encoding="utf-8")


def text(content: str | bytes) -> Change:
    def write(directory: Path) -> None:
        data = content if isinstance(content, bytes) else content.encode()
        (directory / "run.json").write_bytes(data)

    return write


def version(value: object) -> Change:
    return lambda directory: changed(directory, lambda told: told.update(schema_version=value))


def without_version(directory: Path) -> None:
    changed(directory, lambda told: told.pop("schema_version"))


ROWS: Final = [
    pytest.param(truncated, "not JSON", id="truncated"),
    pytest.param(text(""), "not JSON", id="empty"),
    pytest.param(text(b"\xff\xfe\x00"), "not JSON", id="no text"),
    pytest.param(text("[" * 100_000), "not JSON", id="too deep"),
    pytest.param(text("[]"), "not a run", id="a list"),
    pytest.param(text('{"tests": [], "passed": 1}'), "not a run", id="foreign"),
    pytest.param(text('{"schema_version": "1", "verdict": "pass"}'), "not a run", id="half"),
    pytest.param(version("0"), "schema version '0' is unknown", id="too old"),
    pytest.param(version("2"), "schema version '2' is unknown", id="too new"),
    pytest.param(version(1), "schema version 1 is unknown", id="a number"),
    pytest.param(without_version, "not a run", id="no version"),
]
COMMANDS: Final = [
    pytest.param(lambda at: ["render", str(at)], id="render"),
    pytest.param(lambda at: ["verdict", str(at)], id="verdict"),
    pytest.param(lambda at: ["diff", str(at), str(at)], id="diff"),
    pytest.param(lambda at: ["history", f"{at}/kept", "--add", str(at)], id="history"),
    pytest.param(lambda at: ["bundle", str(at), "--out", f"{at}/bundle.zip"], id="bundle"),
]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(("change", "said"), ROWS)
def test_what_is_no_run_is_one_line_and_no_output(
    directory: Path,
    change: Change,
    said: str,
    command: Callable[[Path], list[str]],
    capsys: Capture,
) -> None:
    change(directory)
    there = sorted(directory.iterdir())
    assert main(command(directory)) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert said in told.err
    assert told.err.count("\n") == 1
    assert sorted(it for it in directory.iterdir() if it.name != "kept") == there


@pytest.mark.parametrize(("change", "said"), ROWS)
def test_check_names_what_is_no_run(
    directory: Path,
    change: Change,
    said: str,
    capsys: Capture,
) -> None:
    change(directory)
    assert main(["check", str(directory)]) == 1
    # The committed schema has words of its own for what is missing.
    assert "run.json: " in (told := capsys.readouterr().out)
    assert said in told or "$" in told


def mixed(directory: Path) -> None:
    """The exchanges of another run."""
    lines = [exchange(1000 + number).model_dump_json() for number in range(COUNT)]
    (directory / "exchanges.jsonl").write_text("".join(f"{it}\n" for it in lines), "utf-8")


def shorter(directory: Path) -> None:
    path = directory / "exchanges.jsonl"
    path.write_text("".join(path.read_text("utf-8").splitlines(keepends=True)[:-5]), "utf-8")


def cut(directory: Path) -> None:
    path = directory / "exchanges.jsonl"
    path.write_text(path.read_text("utf-8")[:-20], "utf-8")


def whitewashed(directory: Path) -> None:
    changed(directory, lambda told: told.update(verdict="CONFORMANT"))


def without_checks(directory: Path) -> None:
    run = read_run(directory)
    bare = [item.model_copy(update={"checks": ()}) for item in run.requirements]
    write_run(run.model_copy(update={"requirements": tuple(bare)}), directory)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(mixed, "exchanges named in run.json are not here", id="mixed"),
        pytest.param(shorter, "holds 35 exchanges, run.json says 40", id="shorter"),
        pytest.param(cut, "holds 39 exchanges, run.json says 40", id="cut"),
        pytest.param(whitewashed, "the verdict says CONFORMANT", id="altered"),
        pytest.param(without_checks, "holds no check", id="no checks"),
        pytest.param(
            lambda at: (at / "exchanges.jsonl").unlink(), "No such file", id="no exchanges"
        ),
    ],
)
def test_no_page_is_made_of_files_that_contradict_each_other(
    directory: Path,
    change: Change,
    said: str,
    capsys: Capture,
) -> None:
    change(directory)
    assert main(["render", str(directory)]) == 2
    assert said in capsys.readouterr().err
    assert not any((directory / name).exists() for name in MADE)
    assert main(["check", str(directory)]) == 1


def test_two_runs_in_one_directory_are_told(directory: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    write_reports(large_run(20, 20), (exchange(n) for n in range(20)), other)
    assert main(["render", str(other)]) == 0
    assert main(["render", str(directory)]) == 0
    for name in ("junit.xml", "ctrf.json", "results.sarif", "allure-results"):
        path = directory / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        there = other / name
        if there.is_dir():
            shutil.copytree(there, path)
        else:
            shutil.copy(there, path)
    assert main(["check", str(directory)]) == 1
