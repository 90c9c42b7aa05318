"""junit.xml: pytest's own report for build servers."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from reports.model import Run
from reports.verdict import Verdict
from reports.writers.writer import PluginWriter


class JUnit(PluginWriter):
    """Written by pytest itself."""

    output = "junit.xml"
    option = "xmlpath"

    def problems(self, path: Path, run: Run) -> Iterator[str]:
        try:
            root = ET.parse(path).getroot()  # noqa: S314 - written by the run itself
        except ET.ParseError as error:
            yield f"not XML: {error}"
            return
        cases = len(list(root.iter("testcase")))
        tests = len({check.nodeid for check in run.checks if check.kind == "test"})
        if cases < tests:
            yield f"holds {cases} test cases, run.json holds {tests} tests"
        failures = len(list(root.iter("failure")))
        failed = len({check.nodeid for check in run.checks if check.verdict is Verdict.FAIL})
        if failures < failed:
            yield f"holds {failures} failures, run.json holds {failed}"


WRITER: Final = JUnit()
