"""pytest.html: the tests as pytest saw them, with step, requirement and verdict as columns."""

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any, Final

import pytest

from conformance.requirements import load
from reports.cases import about
from reports.model import Run
from reports.writers.writer import Finished, PluginWriter

LISTED: Final = 500  # checks that passed and have a row; the others are all listed
_HEADS: Final = ("Step", "Requirement", "Verdict")
# What a run says of itself: `note` tells of what it goes on with, and of sessions renewed.
_TOLD: Final = ("headline", "narrowed", "shard", "note")


class PytestHtml(PluginWriter):
    """Written by pytest-html, to which this adds columns as a plugin of pytest's."""

    output = "pytest.html"
    option = "htmlpath"

    def __init__(self) -> None:
        self._passed = 0
        self._told: list[tuple[str, str]] = []

    def configure(self, config: pytest.Config, directory: Path) -> None:
        super().configure(config, directory)
        config.option.self_contained_html = True
        self._passed, self._told = 0, []
        config.pluginmanager.register(self, "conformance-pytest-html")

    def write(self, finished: Finished) -> None:
        """Keep what the run says of itself: the page itself is made when pytest ends."""
        told = about(finished.run)
        self._told = [(name, told[name]) for name in _TOLD if name in told]

    def problems(self, path: Path, run: Run) -> Iterator[str]:
        del run
        if "<html" not in path.read_text(encoding="utf-8", errors="replace").lower():
            yield "not an HTML page"

    # --- hooks of pytest-html ---

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_report_title(self, report: Any) -> None:
        report.title = "Integration conformance: checks"

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_header(self, cells: list[str]) -> None:
        cells[1:1] = [
            f'<th class="sortable" data-column-type="text">{head}</th>' for head in _HEADS
        ]

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_row(self, report: pytest.TestReport, cells: list[str]) -> None:
        self._passed += report.passed
        if report.passed and self._passed > LISTED:
            # The page builds a row for each before it shows any; all are in compliance.html.
            cells.clear()
            return
        properties = list(getattr(report, "user_properties", []))
        ids = [str(value) for name, value in properties if name == "requirement"]
        verdicts = [str(value) for name, value in properties if name == "verdict"]
        told = [str(value) for name, value in properties if name == "step"]
        steps = told[-1:] or sorted({str(_step(name)) for name in ids})
        values = (", ".join(steps), ", ".join(ids), verdicts[-1] if verdicts else "")
        cells[1:1] = [f"<td>{value}</td>" for value in values]

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_summary(self, prefix: list[str]) -> None:
        prefix += [f"<p>{name.capitalize()}: {escape(value)}</p>" for name, value in self._told]
        if self._passed > LISTED:
            more = self._passed - LISTED
            prefix.append(f"<p>{more} more have passed: all are in compliance.html.</p>")


def _step(requirement: str) -> int:
    try:
        return int(load().get(requirement).step)
    except KeyError:
        return 0


WRITER: Final = PytestHtml()
