"""Report -> JUnit XML, for CI systems that show test results. Texts are clean already; the writer escapes them."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from mlgrade.results import CheckResult, ConceptReport, Outcome, Report, Status

_TAGS = {
    Outcome.FAILED: "failure",
    Outcome.SKIPPED: "skipped",
}  # everything else that is not a pass is an "error"


def render(report: Report) -> bytes:
    root = ET.Element("testsuites", name=report.course, time=f"{report.seconds:.3f}")
    for concept in report.concepts:
        root.append(_suite(concept, report))
    for element in root.iter():
        element.attrib = {name: _legal(value) for name, value in element.attrib.items()}
        element.text = element.text and _legal(element.text)
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _legal(text: str) -> str:
    """XML has no way to write most control characters, not even escaped."""
    return re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "?", text)


def _suite(concept: ConceptReport, report: Report) -> ET.Element:
    cases = [_case(concept, check) for check in concept.checks] or [_whole(concept)]
    counts = {
        "tests": len(cases),
        "failures": sum(case.find("failure") is not None for case in cases),
        "errors": sum(case.find("error") is not None for case in cases),
        "skipped": sum(case.find("skipped") is not None for case in cases),
    }
    suite = ET.Element("testsuite", {"name": concept.concept} | {name: str(count) for name, count in counts.items()})
    properties = ET.SubElement(suite, "properties")
    ET.SubElement(properties, "property", name="isolation", value=report.isolation)
    ET.SubElement(properties, "property", name="walls", value=", ".join(report.walls))
    suite.extend(cases)
    return suite


def _case(concept: ConceptReport, check: CheckResult) -> ET.Element:
    case = ET.Element("testcase", classname=concept.concept, name=check.title, file=concept.file)
    if check.outcome is not Outcome.PASSED:
        tag = _TAGS.get(check.outcome, "error")
        first, _, rest = check.message.partition("\n")
        ET.SubElement(case, tag, message=first, type=check.outcome).text = rest or None
    return case


def _whole(concept: ConceptReport) -> ET.Element:
    """A file that was not graded is one case, so that it does not vanish from the count."""
    case = ET.Element("testcase", classname=concept.concept, name=str(concept.status), file=concept.file)
    tag = "skipped" if concept.status is Status.NOT_STARTED else "error"
    ET.SubElement(case, tag, message=concept.reason, type=concept.status)
    return case
