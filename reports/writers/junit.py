"""junit.xml: a suite for each step, a test case for each check, what it proves as properties.

Made of the run and not of what pytest saw, so that it is the same however a run was spread over
processes, gone on with or put together.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

from reports.cases import FAILED, SKIPPED, UNKNOWN, Case, about, cases
from reports.files import ExchangeLog, write_text
from reports.model import Run
from reports.verdict import Verdict
from reports.writers.writer import RunWriter

_NAME: Final = "integration conformance"
# What XML 1.0 cannot hold, even escaped.
_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ELEMENTS: Final = {FAILED: "failure", UNKNOWN: "error", SKIPPED: "skipped"}


class JUnit(RunWriter):
    """For build servers."""

    output = "junit.xml"

    def tell(self, run: Run, log: ExchangeLog, directory: Path) -> None:
        del log
        write_text(directory / self.output, junit(run))

    def problems(self, path: Path, run: Run) -> Iterator[str]:
        try:
            root = ET.parse(path).getroot()  # noqa: S314 - written by the run itself
        except ET.ParseError as error:
            yield f"not XML: {error}"
            return
        cases_there = len(list(root.iter("testcase")))
        tests = len({check.nodeid for check in run.checks if check.kind == "test"})
        if cases_there < tests:
            yield f"holds {cases_there} test cases, run.json holds {tests} tests"
        failures = len(list(root.iter("failure")))
        failed = len({check.nodeid for check in run.checks if check.verdict is Verdict.FAIL})
        if failures < failed:
            yield f"holds {failures} failures, run.json holds {failed}"
        started = {it.get("value") for it in root.iter("property") if it.get("name") == _STARTED}
        if started - {about(run)[_STARTED]}:
            yield "is of another run"


_STARTED: Final = "started_at"


def junit(run: Run) -> str:
    """The run as JUnit XML."""
    ordered = sorted(cases(run), key=lambda case: (case.step, case.title))
    root = ET.Element("testsuites", {"name": _NAME, **_counts(ordered)})
    for title, listed in groupby(ordered, key=lambda case: case.suite):
        root.append(_suite(title, list(listed), run))
    ET.indent(root, " ")
    return f"<?xml version='1.0' encoding='utf-8'?>\n{ET.tostring(root, encoding='unicode')}\n"


def _suite(title: str, listed: Sequence[Case], run: Run) -> ET.Element:
    suite = ET.Element(
        "testsuite",
        {"name": title, **_counts(listed), "timestamp": f"{run.started_at:%Y-%m-%dT%H:%M:%S}"},
    )
    suite.append(_properties(about(run).items()))
    suite.extend(map(_case, listed))
    return suite


def _counts(listed: Sequence[Case]) -> Mapping[str, str]:
    found = [case.outcome for case in listed]
    return {
        "tests": str(len(listed)),
        "failures": str(found.count(FAILED)),
        "errors": str(found.count(UNKNOWN)),
        "skipped": str(found.count(SKIPPED)),
        "time": f"{sum(case.first.duration_s for case in listed):.3f}",
    }


def _case(case: Case) -> ET.Element:
    element = ET.Element(
        "testcase",
        {
            "classname": _clean(case.module),
            "name": _clean(case.name),
            "time": f"{case.first.duration_s:.3f}",
            "file": _clean(case.file),
        },
    )
    element.append(_properties(case.properties))
    text = _clean("\n\n".join(filter(None, (case.summary, case.details))))
    if name := _ELEMENTS.get(case.outcome):
        about_it = {"message": _clean(case.summary), "type": str(case.verdict)}
        ended = ET.SubElement(element, name, about_it)
        ended.text = None if name == "skipped" else text
    elif text:
        ET.SubElement(element, "system-out").text = text
    return element


def _properties(pairs: Iterable[tuple[str, str]]) -> ET.Element:
    element = ET.Element("properties")
    for name, value in pairs:
        ET.SubElement(element, "property", {"name": name, "value": _clean(value)})
    return element


def _clean(text: str) -> str:
    """Text of the target without what no XML may hold."""
    return _FORBIDDEN.sub("�", text)


WRITER: Final = JUnit()
