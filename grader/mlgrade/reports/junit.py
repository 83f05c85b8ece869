"""Report -> JUnit XML, for CI systems that show test results. Texts are clean already; the writer escapes them.

Some systems show the `message` of a failure and some only the text beneath it, some add up the suites and some read the
totals, some take two cases of one name for one. So the text holds everything, the totals are there, names are unique.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from xml.etree import ElementTree as ET

from mlgrade.reports import words
from mlgrade.results import CheckResult, ConceptReport, Outcome, Report, Status

_TAGS = {
    Outcome.FAILED: "failure",
    Outcome.SKIPPED: "skipped",
}  # everything else that is not a pass is an "error"
_COUNTS = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def render(report: Report) -> bytes:
    """Return a report as JUnit XML."""
    suites = [_suite(concept, report) for concept in report.concepts]
    cases = [case for suite in suites for case in suite.findall("testcase")]
    root = ET.Element("testsuites", {"name": report.course, "time": f"{report.seconds:.3f}"} | _counts(cases))
    root.extend(suites)
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
    suite = ET.Element("testsuite", {"name": concept.concept, "file": concept.file} | _counts(cases))
    properties = ET.SubElement(suite, "properties")
    ET.SubElement(properties, "property", name="isolation", value=report.isolation)
    ET.SubElement(properties, "property", name="walls", value=", ".join(report.walls))
    suite.extend(_apart(cases))
    if said := _said(concept):
        ET.SubElement(suite, "system-out").text = said
    return suite


def _counts(cases: Sequence[ET.Element]) -> dict[str, str]:
    tags = Counter(child.tag for case in cases for child in case)
    total = {"tests": str(len(cases))}
    return total | {name: str(tags[tag]) for name, tag in _COUNTS.items()}


def _apart(cases: Iterable[ET.Element]) -> Iterable[ET.Element]:
    """Give the second case of one name a number."""
    seen: Counter[str] = Counter()
    for case in cases:
        name = case.get("name", "")
        seen[name] += 1
        if seen[name] > 1:
            case.set("name", f"{name} ({seen[name]})")
        yield case


def _case(concept: ConceptReport, check: CheckResult) -> ET.Element:
    case = ET.Element("testcase", classname=concept.concept, name=check.title, file=concept.file)
    if check.outcome is not Outcome.PASSED:
        text = "\n".join(part for part in (check.message, words.hint(check)) if part)
        _ended(case, _TAGS.get(check.outcome, "error"), check.outcome, text, concept.file)
    return case


def _whole(concept: ConceptReport) -> ET.Element:
    """A file that was not graded is one case, so that it does not vanish from the count."""
    case = ET.Element("testcase", classname=concept.concept, name=str(concept.status), file=concept.file)
    tag = "skipped" if concept.status is Status.NOT_STARTED else "error"
    _ended(case, tag, concept.status, concept.reason, concept.file)
    return case


def _ended(case: ET.Element, tag: str, kind: str, text: str, file: str) -> None:
    if line := words.find(text, file).line:
        case.set("line", str(line))
    ET.SubElement(case, tag, message=text.partition("\n")[0], type=kind).text = text or None


def _said(concept: ConceptReport) -> str:
    """What is to be said of the file, beside its checks."""
    reason = concept.reason if concept.checks else ""
    notes = [words.NOTES, *concept.notes] if concept.notes else []
    output = [words.PRINTED, concept.output] if concept.output else []
    found = [f"Looks like (in {one.function}): {one.title}. {one.hint}" for one in concept.diagnoses]
    return "\n".join(part for part in (reason, *found, *notes, *output) if part)
