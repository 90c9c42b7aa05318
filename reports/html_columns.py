"""Columns of pytest.html: step, requirement, verdict."""

from typing import Any

import pytest

from conformance.requirements import load

_HEADS = ("Step", "Requirement", "Verdict")


@pytest.hookimpl(optionalhook=True)
def pytest_html_report_title(report: Any) -> None:
    report.title = "Integration conformance: checks"


@pytest.hookimpl(optionalhook=True)
def pytest_html_results_table_header(cells: list[str]) -> None:
    cells[1:1] = [f'<th class="sortable" data-column-type="text">{head}</th>' for head in _HEADS]


@pytest.hookimpl(optionalhook=True)
def pytest_html_results_table_row(report: pytest.TestReport, cells: list[str]) -> None:
    properties = list(getattr(report, "user_properties", []))
    ids = [str(value) for name, value in properties if name == "requirement"]
    verdicts = [str(value) for name, value in properties if name == "verdict"]
    steps = sorted({str(_step(name)) for name in ids})
    values = (", ".join(steps), ", ".join(ids), verdicts[-1] if verdicts else "")
    cells[1:1] = [f"<td>{value}</td>" for value in values]


def _step(requirement: str) -> int:
    try:
        return int(load().get(requirement).step)
    except KeyError:
        return 0
