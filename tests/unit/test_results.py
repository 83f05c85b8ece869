"""Errors and results: exit codes, nearest names, and reports that come back from JSON as they were."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgrade import errors
from mlgrade.errors import CourseError, Exit, MlgradeError, closest
from mlgrade.results import SCHEMA, CheckResult, ConceptReport, Diagnosis, Outcome, Report, Score, Status

CODES = {
    "MlgradeError": 70,
    "UsageError": 2,
    "SubmissionError": 2,
    "CourseError": 2,
    "GradebookError": 2,
    "SuiteError": 70,
    "SandboxError": 70,
    "ProtocolError": 70,
}


def test_each_error_has_its_exit_code() -> None:
    """The tree in the docstring of errors is the tree of classes, with these exit codes and no others."""
    classes = {name: kind for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, MlgradeError)}  # fmt: skip
    assert {name: int(kind.exit_code) for name, kind in classes.items()} == CODES
    drawn = [line.split() for line in (errors.__doc__ or "").splitlines() if line.startswith("    ")]
    assert {next(word for word in row if word in CODES): CODES[next(w for w in row if w in CODES)] for row in drawn} == CODES  # fmt: skip
    assert [int(code) for code in Exit] == [0, 1, 2, 3, 4, 5, 70]


def test_a_course_error_carries_all_problems() -> None:
    """Each problem is kept by itself and has a line of the text."""
    error = CourseError(one for one in ("a: 1", "b: 2"))
    assert error.problems == ["a: 1", "b: 2"]
    assert str(error) == "a: 1\nb: 2"


@pytest.mark.parametrize(("name", "said"), [("sofmax", '; did you mean "softmax"?'), ("Softmax", '; did you mean "softmax"?'), ("zebra", ""), ("", "")])  # fmt: skip
def test_the_nearest_name(name: str, said: str) -> None:
    """A near name is suggested, and none when none is near."""
    assert closest(name, ["norm", "softmax"]) == said


FLOATS = st.floats(0, 1e6)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
REPORTS = st.builds(
    Report,
    mlgrade=TEXT,
    course=TEXT,
    status=st.sampled_from(Status),
    seconds=FLOATS,
    earned=FLOATS,
    possible=FLOATS,
    concepts=st.lists(
        st.builds(
            ConceptReport,
            concept=TEXT,
            file=TEXT,
            reason=TEXT,
            earned=FLOATS,
            possible=FLOATS,
            aspects=st.dictionaries(TEXT, st.builds(Score, FLOATS, FLOATS), max_size=2),
            diagnoses=st.lists(st.builds(Diagnosis, misconception=TEXT, function=TEXT, title=TEXT, hint=TEXT), max_size=2),
            checks=st.lists(
                st.builds(CheckResult, id=TEXT, title=TEXT, aspect=TEXT, points=FLOATS, earned=FLOATS, message=TEXT, hint=TEXT),
                max_size=2,
            ),
            notes=st.lists(TEXT, max_size=2),
            output=TEXT,
        ),
        max_size=2,
    ),
)  # fmt: skip


@given(REPORTS)
def test_a_report_comes_back(report: Report) -> None:
    """A report is equal to itself after JSON, and its plain data is what the JSON says."""
    assert Report.from_json(report.to_json()) == report
    assert report.to_dict() == json.loads(report.to_json())
    assert report.to_dict()["schema"] == SCHEMA


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b'{"schema": "mlgrade/report/1"}', b"\xff"])
def test_what_is_no_report(raw: bytes) -> None:
    """Bytes that are no report are refused."""
    with pytest.raises((msgspec.MsgspecError, UnicodeDecodeError)):
        Report.from_json(raw)


def test_outcomes_are_counted() -> None:
    """A concept counts its checks by outcome, and a report cannot be changed."""
    rows = [Outcome.PASSED, Outcome.FAILED, Outcome.PASSED]
    checks = [msgspec.convert({"id": "", "title": "", "aspect": "", "visibility": "public", "outcome": str(outcome), "points": 1, "earned": 1, "message": "", "hint": ""}, CheckResult) for outcome in rows]  # fmt: skip
    concept = ConceptReport(concept="", file="", status=Status.GRADED, reason="", earned=0, possible=0, aspects={}, diagnoses=[], checks=checks)  # fmt: skip
    assert [concept.count(outcome) for outcome in Outcome] == [2, 1, 0, 0, 0, 0]
    with pytest.raises(AttributeError):
        concept.earned = 10.0  # type: ignore[misc]
