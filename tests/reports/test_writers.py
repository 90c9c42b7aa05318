"""A format is one module: found by itself, and asked by all who write or look at outputs."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import reports.writers
from reports.assemble import assemble
from reports.commands.check import problems
from reports.files import ExchangeLog
from reports.writers import write_all, writers
from reports.writers.pytest_html import LISTED, PytestHtml
from reports.writers.writer import Finished
from tests.reports import synthetic

NEW_FORMAT = """
from reports.writers.writer import Writer

class Headline(Writer):
    output = "headline.txt"

    def write(self, finished):
        (finished.directory / self.output).write_text(finished.run.headline)

    def problems(self, path, run):
        if path.read_text() != run.headline:
            yield "tells another headline"

WRITER = Headline()
"""


@pytest.fixture
def new_format(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One more module among the formats, in a folder of its own."""
    folder = tmp_path / "formats"
    folder.mkdir()
    (folder / "headline.py").write_text(NEW_FORMAT, encoding="utf-8")
    monkeypatch.setattr(reports.writers, "__path__", [*reports.writers.__path__, str(folder)])
    writers.cache_clear()
    yield
    writers.cache_clear()
    sys.modules.pop("reports.writers.headline", None)


def finished(directory: Path) -> Finished:
    """A small run that is over; its exchanges lie beside `directory`."""
    rules = synthetic.requirements(2)
    log = [synthetic.exchange(number) for number in range(3)]
    path = directory.parent / "recorded.jsonl"
    path.write_text("".join(f"{item.model_dump_json()}\n" for item in log), encoding="utf-8")
    checks = [synthetic.check(rule.id) for rule in rules]
    made = synthetic.collected(
        checks, synthetic.RequirementSet(rules), log=log, recorded=ExchangeLog(path)
    )
    directory.mkdir()
    return Finished(assemble(made), made, directory)


def test_every_output_is_of_one_format() -> None:
    outputs = [writer.output for writer in writers() if writer.output]
    assert sorted(outputs) == [
        "allure-results",
        "badge.svg",
        "compliance.html",
        "ctrf.json",
        "exchanges.har",
        "exchanges.jsonl",
        "junit.xml",
        "pytest.html",
        "results.sarif",
        "run.json",
        "summary.md",
    ]


def test_what_is_written_is_consistent(tmp_path: Path) -> None:
    over = finished(tmp_path / "out")
    write_all(over)
    # A plugin of pytest's writes the other, while it runs.
    assert problems(over.directory) == ["pytest.html: missing"]


def test_exchanges_are_written_as_they_were_recorded(tmp_path: Path) -> None:
    over = finished(tmp_path / "out")
    write_all(over)
    written = (over.directory / "exchanges.jsonl").read_bytes()
    assert written == over.collected.exchanges.path.read_bytes()


@pytest.mark.usefixtures("new_format")
def test_a_new_format_is_one_module(tmp_path: Path) -> None:
    over = finished(tmp_path / "out")
    write_all(over)
    path = over.directory / "headline.txt"
    assert path.read_text(encoding="utf-8") == over.run.headline
    path.write_text("CONFORMANT", encoding="utf-8")
    assert "headline.txt: tells another headline" in problems(over.directory)


@pytest.mark.usefixtures("new_format")
def test_an_output_of_a_new_format_is_missed(tmp_path: Path) -> None:
    synthetic.write_reports(
        synthetic.large_run(20, 20), (synthetic.exchange(n) for n in range(20)), tmp_path / "out"
    )
    assert "headline.txt: missing" in problems(tmp_path / "out")


def test_the_order_of_formats_does_not_matter(tmp_path: Path) -> None:
    first, second = finished(tmp_path / "a"), finished(tmp_path / "b")
    for writer in writers():
        writer.write(first)
    for writer in reversed(writers()):
        writer.write(second)
    written = {path.name for path in first.directory.iterdir()}
    assert written == {writer.output for writer in writers() if writer.output} - {"pytest.html"}
    # Results of Allure bear names of chance.
    for name in written - {"allure-results"}:
        assert (first.directory / name).read_bytes() == (second.directory / name).read_bytes()


def test_of_very_many_checks_that_passed_pytest_html_lists_the_first() -> None:
    writer = PytestHtml()
    rows = {"passed": 0, "failed": 0}
    for number in range(LISTED + 3):
        for outcome in rows:
            place = ("a.py", 1, "t")
            report = pytest.TestReport(f"t{number}", place, {}, outcome, None, "call")  # type: ignore[arg-type]
            cells = ["<td>result</td>", "<td>id</td>"]
            writer.pytest_html_results_table_row(report, cells)
            rows[outcome] += bool(cells)
    said: list[str] = []
    writer.pytest_html_results_summary(said)
    assert rows == {"passed": LISTED, "failed": LISTED + 3}
    assert said == ["<p>3 more have passed: all are in compliance.html.</p>"]
