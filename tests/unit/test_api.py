"""mlgrade as a library: paths, texts and bytes in, a report out, and errors only where there is nothing to grade."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import mlgrade
from mlgrade import CourseError, MlgradeError, Outcome, Report, Status, SubmissionError
from mlgrade.errors import UsageError
from mlgrade.reports import junit
from mlgrade.submissions.model import MOST_BYTES

Edit = Callable[[str, str, str], None]


@pytest.fixture(autouse=True)
def inside(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in the small course, with a state of one's own."""
    monkeypatch.chdir(course)
    monkeypatch.setenv("MLGRADE_STATE", str(course / "state"))


@pytest.fixture
def solution(course: Path) -> str:
    return (course / "solutions" / "softmax.py").read_text()


# -- what cannot be graded ------------------------------------------------------------------------------------


def test_no_file() -> None:
    """A file that is not there is a SubmissionError, also as a str."""
    with pytest.raises(SubmissionError, match="no such file"):
        mlgrade.check("nowhere/softmax.py")
    with pytest.raises(SubmissionError, match="no such file"):
        mlgrade.check(Path("softmax.py"))


def test_no_concept(solution: str) -> None:
    """A source without a concept, a concept that is not there and a name of no concept are said."""
    with pytest.raises(UsageError, match="needs concept="):
        mlgrade.check(solution)
    with pytest.raises(UsageError, match='did you mean "softmax"'):
        mlgrade.check(solution, "sofmax")
    with pytest.raises(UsageError, match='did you mean "softmax"'):
        mlgrade.check("exercises/sofmax.py")


def test_no_course(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside of a course, with a file outside of one, there is nothing to grade with."""
    monkeypatch.chdir(tmp_path_factory.mktemp("outside"))
    with pytest.raises(UsageError, match=r"no course\.yml"):
        mlgrade.check("softmax.py")


def test_a_broken_course(course: Path) -> None:
    """Problems of course.yml are a CourseError with each of them."""
    (course / "course.yml").write_text("format: 1\ntitel: x\n")
    with pytest.raises(CourseError) as raised:
        mlgrade.check("solutions/softmax.py")
    assert len(raised.value.problems) > 2


@pytest.mark.parametrize("kind", [str, bytes, Path])
def test_a_source_that_is_too_large(kind: type, tmp_path: Path) -> None:
    """A source above the limit for files is refused in whatever form it comes."""
    text = "# " + "x" * MOST_BYTES + "\n"
    (tmp_path / "softmax.py").write_text(text)
    source = {str: text, bytes: text.encode(), Path: tmp_path / "softmax.py"}[kind]
    with pytest.raises(SubmissionError, match="too large"):
        mlgrade.check(source, "softmax")


def test_a_text_that_utf8_cannot_hold() -> None:
    """A str with half a character in it is graded or refused like any file, and does not end in an encoding error."""
    try:
        found = mlgrade.check("x = '\ud800'\n", "softmax").status
    except MlgradeError:
        found = Status.CANNOT_RUN
    assert found is Status.CANNOT_RUN


@pytest.mark.parametrize("body", ["", "import pytest\npytest.skip('later', allow_module_level=True)\n"])
def test_a_suite_without_checks(course: Path, body: str) -> None:
    """A concept without a single check is an error of the course, not a full score and not a traceback."""
    for folder in ("public", "hidden"):
        (course / "tests" / folder / "test_softmax.py").write_text(body)
    with pytest.raises(MlgradeError, match="softmax"):
        mlgrade.check("solutions/softmax.py")


def test_no_suite(course: Path) -> None:
    """A concept without a suite is said with the file that is missing."""
    for folder in ("public", "hidden"):
        (course / "tests" / folder / "test_softmax.py").unlink()
    with pytest.raises(UsageError, match=r"tests/public/test_softmax\.py"):
        mlgrade.check("solutions/softmax.py")


def test_a_broken_misconceptions_file(course: Path) -> None:
    """A misconceptions file that cannot be read costs a student nothing but the name of the mistake."""
    (course / "tests" / "misconceptions" / "softmax.py").write_text("def a(:\n")
    [concept] = mlgrade.check(b"def softmax(z, axis=-1):\n    return z\n", "softmax").concepts
    assert (concept.status, concept.diagnoses) == ("graded", [])


# -- what can -------------------------------------------------------------------------------------------------


def test_the_same_file_in_every_form(course: Path, solution: str, tmp_path: Path) -> None:
    """A path as str or Path, a source as str or bytes, and a notebook of the same text earn the same."""
    cell = {"cell_type": "code", "source": solution}
    (tmp_path / "handed_in.ipynb").write_text(json.dumps({"cells": [cell]}))
    forms = [
        mlgrade.check("solutions/softmax.py"),
        mlgrade.check(course / "solutions" / "softmax.py", "softmax", course=course),
        mlgrade.check(solution, "softmax"),
        mlgrade.check(solution.encode(), concept="softmax", course=str(course / "course.yml")),
        mlgrade.check(tmp_path / "handed_in.ipynb", "softmax"),
    ]
    for report in forms:
        assert (report.status, report.earned, report.possible) == (Status.GRADED, 10.0, 10.0)
        assert {check.outcome for check in report.concepts[0].checks} == {Outcome.PASSED}
    assert len({str([check.id for check in report.concepts[0].checks]) for report in forms}) == 1
    assert forms[0].concepts[0].file == "solutions/softmax.py"
    assert forms[2].concepts[0].file == "softmax.py"


def test_a_wrong_answer_is_a_result(solution: str) -> None:
    """A wrong answer raises nothing: it has failed checks, fewer points and the name of the mistake."""
    report = mlgrade.check(solution.replace("np.exp(z - z.max(axis=axis, keepdims=True))", "np.exp(z)"), "softmax")
    [concept] = report.concepts
    assert report.status is Status.GRADED
    assert 0 < report.earned < report.possible
    assert [one.misconception for one in concept.diagnoses] == ["no_shift"]
    assert Report.from_json(report.to_json()) == report


@pytest.mark.parametrize(("source", "status"), [("def softmax(:\n", Status.CANNOT_RUN), ("x = 1\n", Status.CANNOT_RUN), ("def softmax(z):\n    pass\n", Status.NOT_STARTED)])  # fmt: skip
def test_a_file_that_cannot_run_is_a_result(source: str, status: Status) -> None:
    """A file with a syntax error, without the functions or not started raises nothing either."""
    report = mlgrade.check(source, "softmax")
    assert (report.status, report.earned, report.possible) == (status, 0.0, 10.0)
    assert report.concepts[0].reason


@pytest.mark.parametrize("size", [1_000_000, 2_000_000, MOST_BYTES - 10_000])
def test_a_large_file_is_graded(solution: str, size: int) -> None:
    """A file below the limit for files is graded, however much of it is data or comments."""
    assert mlgrade.check(solution + "# " + "x" * size + "\n", "softmax").earned == 10.0


@pytest.mark.parametrize("char", ["\x0c", "\u2028", "\x85", "\x1c"])
def test_the_line_that_is_quoted(char: str) -> None:
    """The line that Python names is the line that is quoted, also below a form feed or another odd line end."""
    report = mlgrade.check(f"# a{char}b\n\ny = 1 / 0\n", "softmax")
    assert "softmax.py:3: y = 1 / 0" in report.concepts[0].reason


def test_an_empty_source() -> None:
    """No bytes at all are a file without the functions."""
    assert mlgrade.check(b"", "softmax").status is Status.CANNOT_RUN


@pytest.mark.parametrize("name", ["caf\udce9", "a\x1b[31mred", "two\nlines", "<&'\"]]>", "\u202egnp", "\ufffe"])
def test_a_hostile_file_name(course: Path, solution: str, name: str) -> None:
    """A file name is the student's too: whatever it is, the file is graded, and JSON and XML of it are valid."""
    path = course / f"{name}.py"
    try:
        path.write_text(solution)
    except (OSError, UnicodeError):
        pytest.skip("this file system has no such names")
    report = mlgrade.check(path, "softmax")
    assert report.earned == 10.0
    assert Report.from_json(report.to_json()) == report
    assert ET.fromstring(junit.render(report)).find("testsuite") is not None
    assert not {"\x1b", "\n", "\u202e"} & set(report.concepts[0].file)


def test_a_hidden_check_shows_no_detail(solution: str) -> None:
    """Of the hidden checks of a wrong answer there is one sentence each, of the public ones more."""
    report = mlgrade.check(solution.replace("return e / e.sum(axis=axis, keepdims=True)", "return e"), "softmax")
    failed = [check for check in report.concepts[0].checks if check.outcome is Outcome.FAILED]
    assert {"\n" in check.message for check in failed if check.visibility == "hidden"} == {False}
    assert {"\n" in check.message for check in failed if check.visibility == "public"} == {True}


def test_a_hidden_input_does_not_leave_in_an_exception(solution: str) -> None:
    """A class that is named after its input shows nothing of a hidden input."""
    spy = "def softmax(z, axis=-1):\n    raise type('SPY' + repr(z)[:150], (Exception,), {})(repr(z))\n"
    report = mlgrade.check(solution + spy, "softmax")
    hidden = [check for check in report.concepts[0].checks if check.visibility == "hidden"]
    assert any(check.outcome is Outcome.RAISED for check in hidden)
    assert "SPY" not in "".join(check.message for check in hidden)


def test_a_second_course_in_the_same_process(course: Path, edit: Edit) -> None:
    """A suite that was edited between two checks of one process is the one that counts."""
    before = mlgrade.check("solutions/softmax.py").concepts[0].checks[0].title
    edit("tests/public/test_softmax.py", f"{before}.", "Another title.")
    assert mlgrade.check("solutions/softmax.py").concepts[0].checks[0].title == "Another title"


def test_a_solution_that_was_edited_is_the_one_compared_with(course: Path, edit: Edit, solution: str) -> None:
    """A misconception that was edited between two checks of one process is read again."""
    wrong = solution.replace("np.exp(z - z.max(axis=axis, keepdims=True))", "np.exp(z)")
    assert mlgrade.check(wrong, "softmax").concepts[0].diagnoses[0].title == "no maximum is subtracted before exp"
    edit("tests/misconceptions/softmax.py", "no maximum is subtracted before exp", "Another title")
    assert mlgrade.check(wrong, "softmax").concepts[0].diagnoses[0].title == "Another title"
