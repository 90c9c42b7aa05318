"""The client's certificate as JUnit's XML, a test case a duty, for dashboards and CI."""

from typing import Final
from xml.etree import ElementTree as ET

from conformance.client.certificate import Certificate, DutyResult, Verdict

_PASSED: Final = (Verdict.KEPT, Verdict.STATED, Verdict.WARNING)


def document(certificate: Certificate) -> bytes:
    """The XML: what is broken fails; what was not exercised is skipped, and never passes."""
    results = certificate.duties
    suite = ET.Element(
        "testsuite",
        name=f"client duties {certificate.duty_set}",
        tests=str(len(results)),
        failures=str(sum(r.verdict is Verdict.BROKEN for r in results)),
        errors="0",
        skipped=str(sum(r.verdict not in (*_PASSED, Verdict.BROKEN) for r in results)),
    )
    properties = ET.SubElement(suite, "properties")
    for name, value in (("verdict", certificate.verdict), ("about", certificate.disclaimer)):
        ET.SubElement(properties, "property", name=name, value=value)
    for result in results:
        _case(suite, result)
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, "unicode").encode()


def _case(suite: ET.Element, result: DutyResult) -> None:
    duty = result.duty
    case = ET.SubElement(
        suite, "testcase", classname=f"client.{duty.part}", name=f"{duty.id} {duty.text}"
    )
    told = [f"{each.where}: {each.call}: {each.said}" for each in result.told]
    if result.verdict is Verdict.BROKEN:
        failure = ET.SubElement(case, "failure", message=f"{result.breaches} breaches")
        failure.text = "\n".join([*told, f"page: {duty.page}"])
    elif result.verdict not in _PASSED:
        ET.SubElement(case, "skipped", message=f"{result.verdict}: {result.reason}")
    elif told:
        ET.SubElement(case, "system-out").text = "\n".join(["warning", *told])
