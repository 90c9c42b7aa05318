"""junit.xml as build servers read it."""

import xml.etree.ElementTree as ET
from collections import Counter

from reports.assemble import assemble
from reports.cases import cases
from reports.verdict import Verdict
from reports.writers.junit import junit
from tests.reports.synthetic import RequirementSet, check, collected, large_run, requirements

# What readers of JUnit XML know: elements below each, in this order, and attributes.
CHILDREN = {
    "testsuites": ["testsuite"],
    "testsuite": ["properties", "testcase", "system-out", "system-err"],
    "properties": ["property"],
    "testcase": ["properties", "skipped", "error", "failure", "system-out", "system-err"],
}
ATTRIBUTES = {
    "testsuites": {"name", "time", "tests", "failures", "errors", "skipped"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "time", "timestamp"},
    "testcase": {"classname", "name", "time", "file"},
    "property": {"name", "value"},
    "failure": {"message", "type"},
    "error": {"message", "type"},
    "skipped": {"message", "type"},
}


def read(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 - our own


def follows(element: ET.Element) -> None:
    order = CHILDREN.get(element.tag, [])
    places = [order.index(child.tag) for child in element]
    assert places == sorted(places), element.tag
    assert set(element.keys()) == ATTRIBUTES.get(element.tag, set()), element.tag
    for child in element:
        follows(child)


def test_a_run_of_every_verdict_follows_the_format() -> None:
    run = large_run(300, 300)
    root = read(junit(run))
    follows(root)
    ended = Counter(child.tag for case in root.iter("testcase") for child in case)
    verdicts = Counter(case.verdict for case in cases(run))
    assert ended["failure"] == verdicts[Verdict.FAIL] == int(root.attrib["failures"])
    assert ended["error"] == verdicts[Verdict.BLOCKED] + verdicts[Verdict.INCONCLUSIVE]
    assert ended["skipped"] == verdicts[Verdict.NOT_APPLICABLE] + verdicts[Verdict.WAIVED]
    assert ended["system-out"] == verdicts[Verdict.ADVISORY] > 0


def test_suites_are_steps_and_tell_of_the_run() -> None:
    run = large_run(300, 300)
    suites = list(read(junit(run)))
    assert suites[3].attrib["name"] == "3 Confirm org association"
    for suite in suites:
        told = {it.attrib["name"]: it.attrib["value"] for it in suite[0]}
        assert told["headline"] == run.headline
        assert int(suite.attrib["tests"]) == len(suite.findall("testcase"))


def test_what_xml_cannot_hold_does_not_break_the_file() -> None:
    rules = requirements(1)
    odd = check(rules[0].id, Verdict.FAIL, message="a\x00b\x1b[31m \ud800 <&]]>")
    root = read(junit(assemble(collected([odd], RequirementSet(rules)))))
    (failure,) = root.iter("failure")
    assert failure.attrib["message"] == "[fail] a�b�[31m � <&]]>"
