"""JUnit XML: valid whatever the texts are, and with the counts that CI systems add up."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgrade.reports import junit
from mlgrade.results import CheckResult, ConceptReport, Diagnosis, Isolation, Outcome, Report, Status, Visibility
from mlgrade.text import clean


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


def test_the_first_line_is_the_message_and_the_text_is_all() -> None:
    """Some CI systems show the attribute, some only the text: neither leaves a student without the sentence."""
    given_check = msgspec.structs.replace(check(Outcome.FAILED, "wrong shape\n(2,)\n(3,)"), hint="Look.")
    [case] = parsed(report(given_check)).iter("testcase")
    assert (case[0].get("message"), case[0].text) == ("wrong shape", "wrong shape\n(2,)\n(3,)\nHint: Look.")


def test_totals_are_on_top() -> None:
    """Who does not add up the suites reads them there."""
    root = parsed(report(*map(check, Outcome)))
    assert {name: root.get(name) for name in ("tests", "failures", "errors", "skipped", "time")} == {
        "tests": "6", "failures": "1", "errors": "3", "skipped": "1", "time": "1.500",
    }  # fmt: skip


def test_names_are_unique() -> None:
    """A system that knows a case by its name would show one of two, and say that the other one vanished."""
    names = [case.get("name") for case in parsed(report(*[check(Outcome.PASSED)] * 3)).iter("testcase")]
    assert names == ["Title", "Title (2)", "Title (3)"]


def test_a_case_has_the_line_that_its_message_names() -> None:
    """So that a CI system can lead there; without one there is no line."""
    first, second = check(Outcome.RAISED, "your code raised X\nc.py:7: y = z"), check(Outcome.FAILED, "wrong")
    assert [case.get("line") for case in parsed(report(first, second)).iter("testcase")] == ["7", None]
    [whole] = parsed(report(status=Status.CANNOT_RUN, reason="Cannot read\nc.py:4:24: expected ':'")).iter("testcase")
    assert whole.get("line") == "4"


def test_what_was_printed_is_the_suites_output() -> None:
    """With what else is to be said of the file: its reason, a known mistake, warnings."""
    one = report(check(Outcome.PASSED), reason="no function g")
    found = Diagnosis(misconception="m", function="f", title="a known mistake", hint="Think.")
    concept = msgspec.structs.replace(one.concepts[0], output="hello\n", notes=["c.py:8: odd"], diagnoses=[found])
    [said] = parsed(msgspec.structs.replace(one, concepts=[concept])).iter("system-out")
    for part in ("no function g", "a known mistake. Think.", "c.py:8: odd", "hello"):
        assert part in (said.text or "")
    assert not list(parsed(report(check(Outcome.PASSED))).iter("system-out"))


def test_isolation_is_told() -> None:
    """A CI system shows behind which isolation layers the file was run."""
    given_report = msgspec.structs.replace(report(check(Outcome.PASSED)), isolation=Isolation.STRICT, walls=["process"])
    properties = {one.get("name"): one.get("value") for one in parsed(given_report).iter("property")}
    assert properties == {"isolation": "strict", "walls": "process"}


HOSTILE = ["]]>", "<failure/>", '" onload="x', "&amp;&#0;", "<![CDATA[", "\x1b[31m", "\0", "\ud800", "\ufffe", "\U0001f600", "a\r\nb", "\u202e"]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts(text: str) -> None:
    """Whatever a student's code wrote, once redacted it comes back from the XML as it was shown."""
    shown = clean(text)
    [case] = parsed(report(check(Outcome.FAILED, shown))).iter("testcase")
    assert (case[0].get("message"), case[0].text) == (shown.partition("\n")[0], shown)
    [whole] = parsed(report(status=Status.CANNOT_RUN, reason=shown)).iter("testcase")
    assert whole[0].text == shown


@given(st.text(st.characters(), max_size=80), st.sampled_from(Outcome))
def test_any_redacted_text_makes_valid_xml(text: str, outcome: Outcome) -> None:
    """Any text that has passed redact can be written and read again."""
    assert len(parsed(report(check(outcome, clean(text)))).findall("*/testcase")) == 1
