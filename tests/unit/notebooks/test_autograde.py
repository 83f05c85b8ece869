"""Scores and comments in nbgrader's own terms, and the one warm grader of a process."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_output
from nbgrader.utils import determine_grade

from mlgrade.errors import CourseError, SuiteError, UsageError
from mlgrade.integrations.nbgrader import config, scores, source_cells, warm
from mlgrade.results import CheckResult, ConceptReport, Diagnosis, Outcome, Report, Status, Visibility
from mlgrade.submissions.model import Submission, from_source

ROOT = Path(__file__).resolve().parents[3]
RIGHT = (ROOT / "solutions" / "softmax.py").read_text()


def concept(earned: float, possible: float = 10.0, status: Status = Status.GRADED, **more: Any) -> ConceptReport:
    given = {"reason": "", "aspects": {}, "diagnoses": [], "checks": [], **more}
    return ConceptReport(
        concept="softmax", file="softmax.ipynb", status=status, earned=earned, possible=possible, **given
    )


def report(one: ConceptReport) -> Report:
    return Report(mlgrade="0", course="c", status=one.status, seconds=0, earned=0, possible=0, concepts=[one])


def graded(outputs: list[Any], points: float = 4.0) -> float:
    return float(determine_grade(new_code_cell("", metadata=source_cells.test("softmax", points), outputs=outputs))[0])


# -- what nbgrader makes of outputs ---------------------------------------------------------------------------


def result(text: str) -> Any:
    return new_output("execute_result", data={"text/plain": text})


@pytest.mark.parametrize(
    "outputs",
    [[], [result("-1")], [result("nan")], [result("True")], [new_output("display_data", data={"text/plain": "0"})]],
    ids=["none", "negative", "nan", "a word", "only shown"],
)
def test_why_a_score_is_always_written(outputs: list[Any]) -> None:
    """nbgrader gives all points for no result, and for one that it does not understand."""
    assert graded(outputs) == 4.0


@pytest.mark.parametrize(("data", "error"), [({"text/plain": "4.0000001"}, ValueError), ({"text/html": "x"}, KeyError)])
def test_why_a_score_is_clamped(data: dict[str, str], error: type[Exception]) -> None:
    """nbgrader fails the whole submission for a score above the maximum, and for a result without text."""
    with pytest.raises(error):
        graded([new_output("execute_result", data=data)])


def test_nothing_is_nothing() -> None:
    """What is written first is worth nothing."""
    assert graded([scores.nothing()]) == 0.0


@pytest.mark.parametrize(
    ("earned", "possible", "points", "expected"),
    [
        (10.0, 10.0, 4.0, 4.0),
        (3.33, 10.0, 10.0, 3.33),
        (3.33, 10.0, 4.0, 1.33),
        (0.0, 10.0, 4.0, 0.0),
        (-1.0, 10.0, 4.0, 0.0),
        (10.0000001, 10.0, 4.0, 4.0),
        (1e300, 10.0, 4.0, 4.0),
        (math.nan, 10.0, 4.0, 0.0),
        (math.inf, 10.0, 4.0, 0.0),
        (5.0, math.nan, 4.0, 0.0),
        (5.0, 0.0, 4.0, 0.0),
        (9.99, 10.0, 0.1, 0.09),
        (5.0, 10.0, 0.0, 0.0),
        (0.29, 0.3, 0.3, 0.29),
    ],
)
def test_a_score_that_nbgrader_takes(earned: float, possible: float, points: float, expected: float) -> None:
    """nbgrader reads each output as the share that was earned, within what the cell is worth."""
    assert graded([scores.output(report(concept(earned, possible)), points)], points) == expected


@pytest.mark.parametrize(
    "one", [concept(math.nan), concept(1.0, math.inf), concept(1.0, 0.0), concept(9.0, status=Status.BROKEN)]
)
def test_numbers_that_say_nothing_of_a_student(one: ConceptReport) -> None:
    """A broken check, and a score that is no number, are our fault: no score is decided by them."""
    assert not scores.decided(one)
    assert "not your mistake" in scores.comment(one, 10.0)


def test_a_page_is_escaped() -> None:
    """Text of students is text on the page."""
    page = scores.output(report(concept(0, status=Status.CANNOT_RUN, reason="<script>alert(1)</script>")), 4.0)
    assert "<script" not in page.data["text/html"]
    assert "&lt;script&gt;alert(1)" in page.data["text/html"]


# -- comments -------------------------------------------------------------------------------------------------


def check(visibility: Visibility, outcome: Outcome) -> CheckResult:
    return CheckResult(
        id="i", title="t", aspect="a", visibility=visibility, outcome=outcome, points=1, earned=0, message="", hint=""
    )


def test_a_comment_in_full() -> None:
    """It says how many checks pass, the points of the cell, and what the answer looks like."""
    checks = [check(Visibility.PUBLIC, Outcome.PASSED), check(Visibility.HIDDEN, Outcome.FAILED)]
    known = Diagnosis(misconception="m", function="softmax", title="no maximum is subtracted", hint="Subtract it.")
    text = scores.comment(concept(5.0, checks=checks, diagnoses=[known]), 4.0)
    assert text.split("\n\n") == [
        "softmax: all 1 visible and 0 of 1 hidden checks pass, 2 of 4 points.",
        "Looks like (in softmax): no maximum is subtracted. Subtract it.",
    ]


@pytest.mark.parametrize("status", [Status.NOT_STARTED, Status.CANNOT_RUN, Status.TIMED_OUT])
def test_a_comment_without_checks(status: Status) -> None:
    """Where no check was made the comment says why, with nothing in it that a page could run."""
    text = scores.comment(concept(0.0, status=status, reason="it raised <img src=x onerror=y>"), 4.0)
    words = {Status.NOT_STARTED: "not started", Status.CANNOT_RUN: "cannot run", Status.TIMED_OUT: "stopped"}
    assert text.startswith(f"softmax: {words[status]}")
    assert text.endswith(".\n\nit raised < img src=x onerror=y>")


# -- one warm grader ------------------------------------------------------------------------------------------


@pytest.fixture
def course(tmp_path: Path) -> Iterator[Path]:
    import generated

    yield generated.course(tmp_path / "course", ["softmax"])
    warm.close()


def points(course: Path, text: str = RIGHT) -> float:
    return warm.grade(from_source(text, "softmax"), course, allow_weak_isolation=True).earned


def test_everything_is_made_once(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many notebooks, one worker's parent and one collection of the suites."""
    made: list[object] = []
    plain = warm.Grader
    monkeypatch.setattr(warm, "Grader", lambda *given: made.append(given) or plain(*given))
    assert [points(course), points(course, "x = 1\n"), points(course.parent)] == [10.0, 0.0, 10.0]
    assert len(made) == 1


def test_a_changed_suite_is_collected_again(course: Path) -> None:
    """A server that stays up for weeks grades with the suites, and the points, of today."""
    assert points(course) == 10.0
    suite = course.parent / "tests" / "hidden" / "test_softmax.py"
    suite.write_text(f'{suite.read_text()}\n\ndef test_more(student):\n    """Asks for more."""\n    assert False\n')
    assert points(course) < 10.0
    course.write_text(course.read_text().replace("points: 10", "points: 20"))
    assert points(course) > 10.0


def test_two_courses_at_once(course: Path, tmp_path: Path) -> None:
    """Courses that share names of concepts do not share suites."""
    import generated

    other = generated.course(tmp_path / "other", ["softmax"])
    (other.parent / "tests" / "hidden" / "test_softmax.py").write_text(
        'def test_no(student):\n    """No."""\n    assert 0\n'
    )
    (other.parent / "tests" / "public" / "test_softmax.py").write_text(
        'def test_no(student):\n    """No."""\n    assert 0\n'
    )
    assert [points(course), points(other), points(course)] == [10.0, 0.0, 10.0]


def test_threads_wait_for_each_other(course: Path) -> None:
    """Requests of a server may come from several threads."""
    found: list[float] = []
    threads = [threading.Thread(target=lambda: found.append(points(course))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [10.0] * 4


def test_after_closing_it_starts_again(course: Path) -> None:
    """Who closes it may go on."""
    assert points(course) == 10.0
    warm.close()
    assert points(course) == 10.0


@pytest.mark.parametrize("fault", ["folder", "yaml", "concept", "hidden", "suite"])
def test_faults_of_the_course(course: Path, fault: str) -> None:
    """Each fault of the course is an error with its place, and mending it is enough."""
    suite = course.parent / "tests" / "hidden" / "test_softmax.py"
    path = {"folder": course, "yaml": course, "concept": course, "hidden": suite, "suite": suite}[fault]
    whole = path.read_text()
    expected: dict[str, tuple[type[Exception], str]] = {
        "folder": (UsageError, "say in nbgrader_config.py where the course is"),
        "yaml": (CourseError, "course.yml"),
        "concept": (UsageError, 'no concept "softmax"; did you mean "softmin"'),
        "hidden": (UsageError, "no hidden suite for softmax; if this is the student edition"),
        "suite": (SuiteError, "cannot be collected"),
    }
    if fault in ("folder", "hidden"):
        path.unlink()
    else:
        path.write_text(
            {"yaml": "format: [", "concept": whole.replace("id: softmax", "id: softmin"), "suite": "("}[fault]
        )
    error, words = expected[fault]
    with pytest.raises(error, match=words):
        points(course)
    path.write_text(whole)
    assert points(course) == 10.0


def test_walls_are_asked_for(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hidden suites run only behind all isolation layers, unless that is waived."""
    from mlgrade.sandbox.isolation import LANDLOCK
    from mlgrade.sandbox.launch import launcher

    monkeypatch.setattr(warm, "launcher", lambda: launcher(without=[LANDLOCK]))
    submission: Submission = from_source(RIGHT, "softmax")
    with pytest.raises(Exception, match="not isolated well enough"):
        warm.grade(submission, course)
    assert warm.grade(submission, course, allow_weak_isolation=True).earned == 10.0


FORK = """
import os, sys
from pathlib import Path
from mlgrade.integrations.nbgrader import warm
from mlgrade.submissions.model import from_source

def points():
    text = Path(sys.argv[2]).read_text()
    return warm.grade(from_source(text, "softmax"), Path(sys.argv[1]), allow_weak_isolation=True).earned

print(points(), flush=True)
parent = warm._state.warm()
child = os.fork()
if not child:
    print(points(), warm._state.warm() is parent, flush=True)
    sys.exit()
os.waitpid(child, 0)
print(points(), warm._state.warm() is parent, parent.host._launcher.inner._process.poll(), flush=True)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_fork_has_its_own(course: Path) -> None:
    """A child of a fork starts a grader of its own, and neither uses nor ends that of its parent."""
    command = [sys.executable, "-c", FORK, str(course), str(ROOT / "solutions" / "softmax.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.split("\n")[:3] == ["10.0", "10.0 False", "10.0 True None"]


# -- the steps ------------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore")  # nbgrader's libraries warn of each other
def test_every_step_is_there() -> None:
    """Each name of the two lists is a preprocessor that can be imported."""
    import importlib

    from nbgrader.preprocessors import NbGraderPreprocessor

    for name in (*config.SANITIZE, *config.AUTOGRADE):
        module, _, found = name.rpartition(".")
        assert issubclass(getattr(importlib.import_module(module), found), NbGraderPreprocessor)
