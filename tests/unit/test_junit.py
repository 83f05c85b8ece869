"""JUnit XML: valid whatever the texts are, and with the counts that CI systems add up."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlgrade import redact
from mlgrade.reports import junit
from mlgrade.results import CheckResult, ConceptReport, Isolation, Outcome, Report, Status, Visibility


def check(outcome: Outcome, message: str = "", title: str = "Title") -> CheckResult:
    return CheckResult(
        id="c.public.x",
        title=title,
        aspect="values",
        visibility=Visibility.PUBLIC,
        outcome=outcome,
        points=1.0,
        earned=0.0,
        message=message,
        hint="",
    )


def report(*checks: CheckResult, status: Status = Status.GRADED, reason: str = "") -> Report:
    concept = ConceptReport(
        concept="c",
        file="c.py",
        status=status,
        reason=reason,
        earned=0.0,
        possible=10.0,
        aspects={},
        diagnoses=[],
        checks=list(checks),
    )
    return Report(mlgrade="0", course="Course 1", status=status, seconds=1.5, earned=0.0, possible=10.0, concepts=[concept])  # fmt: skip


def parsed(given_report: Report) -> ET.Element:
    return ET.fromstring(junit.render(given_report))


def test_counts() -> None:
    """Every check is a case; failed, skipped and all other ends are counted apart, and passes have no child."""
    root = parsed(report(*map(check, Outcome)))
    suite = root[0]
    assert root.tag == "testsuites"
    counts = {name: suite.get(name) for name in ("name", "tests", "failures", "errors", "skipped")}
    assert counts == {"name": "c", "tests": "6", "failures": "1", "errors": "3", "skipped": "1"}
    tags = {
        str(outcome): [child.tag for child in case]
        for outcome, case in zip(Outcome, suite.findall("testcase"), strict=True)
    }
    assert tags == {"passed": [], "failed": ["failure"], "raised": ["error"], "timed_out": ["error"], "skipped": ["skipped"], "broken": ["error"]}  # fmt: skip


@pytest.mark.parametrize(("status", "tag"), [(Status.NOT_STARTED, "skipped"), (Status.CANNOT_RUN, "error"), (Status.TIMED_OUT, "error"), (Status.BROKEN, "error")])  # fmt: skip
def test_a_file_that_was_not_graded_is_one_case(status: Status, tag: str) -> None:
    """A file without checks does not vanish from the count; its reason is in it."""
    [case] = parsed(report(status=status, reason="why & how")).iter("testcase")
    assert [child.tag for child in case] == [tag]
    assert case[0].get("message") == "why & how"


def test_the_first_line_is_the_message() -> None:
    """The sentence is the attribute that CI systems show; the rest is the text."""
    [case] = parsed(report(check(Outcome.FAILED, "wrong shape\n(2,)\n(3,)"))).iter("testcase")
    assert (case[0].get("message"), case[0].text) == ("wrong shape", "(2,)\n(3,)")


def test_isolation_is_told() -> None:
    """A CI system shows behind which walls the file was run."""
    given_report = msgspec.structs.replace(report(check(Outcome.PASSED)), isolation=Isolation.STRICT, walls=["process"])
    properties = {one.get("name"): one.get("value") for one in parsed(given_report).iter("property")}
    assert properties == {"isolation": "strict", "walls": "process"}


HOSTILE = ["]]>", "<failure/>", '" onload="x', "&amp;&#0;", "<![CDATA[", "\x1b[31m", "\0", "\ud800", "\ufffe", "\U0001f600", "a\r\nb", "\u202e"]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts(text: str) -> None:
    """Whatever a student's code wrote, once redacted it comes back from the XML as it was shown."""
    shown = redact.clean(text)
    first, _, rest = shown.partition("\n")
    [case] = parsed(report(check(Outcome.FAILED, shown))).iter("testcase")
    assert (case[0].get("message"), case[0].text or "") == (first, rest)
    [whole] = parsed(report(status=Status.CANNOT_RUN, reason=shown)).iter("testcase")
    assert whole[0].get("message") == shown


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(), max_size=80), st.sampled_from(Outcome))
def test_any_redacted_text_makes_valid_xml(text: str, outcome: Outcome) -> None:
    """Any text that has passed redact can be written and read again."""
    assert len(parsed(report(check(outcome, redact.clean(text)))).findall("*/testcase")) == 1
