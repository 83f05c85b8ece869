"""A student edition names mistakes by what they return in the visible checks, and by the same rule as the staff's course."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from mlgrade import course as courses
from mlgrade.authoring.release import edition, package
from mlgrade.course import Course
from mlgrade.errors import ProtocolError
from mlgrade.grading import known_outputs
from mlgrade.grading.grader import Grader
from mlgrade.sandbox.host import Host
from mlgrade.submissions.model import Submission

SMALL = """\
format: 1
title: Small
version: "1"
seed: 5
units: [{id: u, title: U, concepts: [{id: c, title: C, points: 10, functions: [f, g]}]}]
"""
SOLUTION = """\
import numpy as np

def f(x):
    if len(x) == 0:
        raise ValueError("empty")
    return x / x.sum()

def g(function, at):
    return function(at) * 2.0
"""
WRONG = """\
from mlgrade.suite.misconceptions import misconception

@misconception("f", title="divides by the length", hint="By what?")
def by_length(x):
    if len(x) == 0:
        raise ValueError
    return x / len(x)

@misconception("f", title="no check", hint="What if it is empty?")
def unchecked(x):
    return x / x.sum()

@misconception("f", title="nan comes out", hint="h")
def nan(x):
    return x * np.nan

@misconception("g", title="no factor", hint="h")
def plain(function, at):
    return function(at)

@misconception("f", title="differs in hidden checks only", hint="h")
def only_hidden(x):
    if len(x) == 0:
        raise ValueError
    return x / x.sum() + (len(x) == 7)
"""
PUBLIC = '''\
import numpy as np
from mlgrade.suite.compare import close, raises

def test_shares(student, rng):
    """Shares."""
    close(student.f(np.array([1.0, 3.0, 4.0])), [0.125, 0.375, 0.5])
    x = rng.uniform(1.0, 2.0, size=4)
    close(student.f(x), x / x.sum())

def test_empty(student):
    """Empty."""
    raises(student.f, np.array([]))

def test_called_back(student):
    """Called back."""
    close(student.g(lambda x: x + 1.0, 2.0), 6.0)
'''
HIDDEN = '''\
import numpy as np
from mlgrade.suite.compare import close

def test_seven(student, rng):
    """Seven."""
    x = rng.uniform(1.0, 2.0, size=7)
    close(student.f(x), x / x.sum())
'''
STUB = "def f(x):\n    raise NotImplementedError\n\n\ndef g(function, at):\n    raise NotImplementedError\n"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    files = {
        "course.yml": SMALL, "exercises/c.py": STUB, "solutions/c.py": SOLUTION, "tests/misconceptions/c.py": WRONG,
        "tests/public/test_c.py": PUBLIC, "tests/hidden/test_c.py": HIDDEN,
    }  # fmt: skip
    for place, text in files.items():
        path = tmp_path / "staff" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return courses.load(tmp_path / "staff")


@pytest.fixture
def at_home(course: Course, tmp_path: Path, host: Host) -> Callable[[str], list[str]]:
    """Grade a source in the student edition, and return the misconceptions that are named."""
    for place, data in edition.contents(course).items():
        path = tmp_path / "home" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    grader = Grader(courses.load(tmp_path / "home"), ["c"], host)

    def named(source: str) -> list[str]:
        report = grader.grade(Submission(concept="c", file="c.py", source=source.encode()))
        assert grader.take_notes() == {}
        return [one.misconception for one in report.diagnoses]

    return named


OWN = "import numpy as np\n"
ANSWERS = {
    "right": ("def f(x):\n    if not len(x):\n        raise ValueError\n    return x / np.sum(x)\ndef g(h, a):\n    return 2 * h(a)\n", []),
    "one": ("def f(x):\n    if not len(x):\n        raise ValueError\n    return x / x.size\ndef g(h, a):\n    return 2 * h(a)\n", ["by_length"]),
    "an error": ("def f(x):\n    return x / np.sum(x)\ndef g(h, a):\n    return 2 * h(a)\n", ["unchecked"]),
    "two": ("def f(x):\n    return x / x.size\ndef g(h, a):\n    return h(a)\n", ["by_length", "unchecked", "plain"]),
    "a callback": ("def f(x):\n    if not len(x):\n        raise ValueError\n    return x / np.sum(x)\ndef g(h, a):\n    return h(a)\n", ["plain"]),
    "a relation": ("def f(x):\n    if not len(x):\n        raise ValueError\n    return -x / np.sum(x)\ndef g(h, a):\n    return 2 * h(a)\n", ["wrong_sign"]),
    "its own": ("def f(x):\n    if not len(x):\n        raise ValueError\n    return x + 1.0\ndef g(h, a):\n    return 2 * h(a)\n", []),
}  # fmt: skip


@pytest.mark.parametrize(("source", "named"), ANSWERS.values(), ids=ANSWERS.keys())
def test_mistakes_are_named_at_home(at_home: Callable[[str], list[str]], source: str, named: list[str]) -> None:
    """Without solution and misconceptions, what the visible checks show is named all the same."""
    assert at_home(OWN + source) == named


def test_what_shows_in_hidden_checks_only_is_not_there(course: Course) -> None:
    """A misconception that no visible check shows is not named in the edition; hidden suites make no difference."""
    before = edition.contents(course)["tests/public/c.known.json"]
    assert b"by_length" in before
    assert b"only_hidden" not in before
    (course.root / "tests" / "hidden" / "test_c.py").write_text(HIDDEN.replace("size=7", "size=3"))
    assert edition.contents(course)["tests/public/c.known.json"] == before


def test_a_seed_of_the_staff_makes_no_difference(course: Course) -> None:
    """Inputs are drawn as the edition draws them: the staff's seed is not in it."""
    before = edition.contents(course)["tests/public/c.known.json"]
    other = msgspec.structs.replace(course, seed=6)
    assert edition.contents(other)["tests/public/c.known.json"] == before


def test_a_course_without_misconceptions(course: Course) -> None:
    """Where there are no misconceptions nothing is written."""
    shutil.rmtree(course.root / "tests" / "misconceptions")
    assert "tests/public/c.known.json" not in edition.contents(course)


@pytest.mark.parametrize("data", [b"", b"{}", b'{"misconceptions": [], "calls": [{}]}'])
def test_what_is_no_file_of_ours(data: bytes) -> None:
    """Data that was not written by a release raises."""
    with pytest.raises((msgspec.MsgspecError, ProtocolError)):
        known_outputs.diagnose(data, [])


def test_parameters_are_named_at_home(course: Course, tmp_path: Path, host: Host) -> None:
    """A function with other parameters is shown beside the one of the stub that the edition keeps."""
    for place, data in package.build(course).items():
        path = tmp_path / "home" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    grader = Grader(courses.load(tmp_path / "home"), ["c"], host)
    source = b"def f(x, y):\n    return x / y\n\ndef g(function, at):\n    return function(at) * 2.0\n"
    report = grader.grade(Submission(concept="c", file="c.py", source=source))
    assert "f(x, y) is called as f(x)" in report.reason
