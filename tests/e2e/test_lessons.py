"""`mlgrade hint` and `mlgrade explain`, and the lessons of the course."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from mlgrade import course as courses
from mlgrade.course import lessons

ROOT = Path(__file__).resolve().parents[2]
Run = Callable[..., CompletedProcess[str]]
COURSE = courses.load(ROOT)
LESSON = """\
meaning: What it is.
formula: |
  f(x) = x
picture: |
  x -> x
hints: [a nudge, the idea, the shape]
sources: [a book]
"""


@pytest.fixture
def lesson(course: Path) -> Path:
    (course / "lessons").mkdir()
    (course / "lessons/softmax.yml").write_text(LESSON)
    return course / "lessons/softmax.yml"


@pytest.mark.parametrize("concept", [concept.id for concept in COURSE.concepts])
def test_every_concept_has_a_lesson(concept: str) -> None:
    """Each lesson reads, has a ladder of three steps, a picture that fits, and a source."""
    found = lessons.load(COURSE, COURSE.concept(concept))
    assert len(found.hints) >= 3
    assert len(found.picture.splitlines()) >= 3
    assert found.sources


def test_no_hint_is_the_solution() -> None:
    """No step of a ladder holds a line of the solution: it says the shape, not the code."""
    for concept in COURSE.concepts:
        text = " ".join(" ".join(lessons.load(COURSE, concept).hints).split())
        lines = [line.strip() for line in COURSE.solution(concept.id).read_text().splitlines()]
        code = [line for line in lines if line.startswith("return ") and len(line) > 30]
        assert not [line for line in code if line in text], concept.id


@pytest.mark.usefixtures("lesson")
def test_hints_open_one_at_a_time(mlgrade: Run) -> None:
    """Each call opens one step more, --shown none, --restart closes them, and the last one says that it is."""
    first = mlgrade("hint", "softmax").stdout
    assert "a nudge" in first
    assert "the idea" not in first
    assert "the idea" not in mlgrade("hint", "softmax", "--shown").stdout
    second = mlgrade("hint", "softmax").stdout
    assert "the idea" in second
    assert "the shape" not in second
    assert "the last hint" in mlgrade("hint", "softmax").stdout
    assert "the shape" in mlgrade("hint", "softmax").stdout
    assert "the idea" not in mlgrade("hint", "softmax", "--restart").stdout


@pytest.mark.usefixtures("lesson")
def test_hints_without_a_memory(mlgrade: Run, course: Path) -> None:
    """A state folder that cannot be written costs a remark; the hint is shown."""
    (course / "file").write_text("")
    done = mlgrade("hint", "softmax", MLGRADE_STATE=str(course / "file/below"))
    assert "a nudge" in done.stdout
    assert "could not be remembered" in done.stderr


def test_explain(mlgrade: Run) -> None:
    """The card of a concept has meaning, formula, picture and sources; as JSON the same."""
    text = mlgrade("explain", "norm", cwd=ROOT).stdout
    assert all(f"\n{part}\n" in text for part in ("Formula", "Picture", "Sources"))
    data = json.loads(mlgrade("explain", "norm", "--json", cwd=ROOT).stdout)
    assert set(data) == {"concept", "title", "meaning", "formula", "picture", "sources"}


@pytest.mark.parametrize("command", ["hint", "explain"])
def test_what_is_not_there(command: str, mlgrade: Run) -> None:
    """An unknown concept and a course without lessons are answered in a sentence, with exit 2."""
    assert 'did you mean "softmax"' in mlgrade(command, "sofmax").stderr
    done = mlgrade(command, "softmax")
    assert (done.returncode, "no lesson for softmax" in done.stderr) == (2, True)


BROKEN = {
    "a missing part": (LESSON.replace("meaning: What it is.\n", ""), "meaning is missing"),
    "an unknown part": (LESSON + "hint: x\n", 'did you mean "hints"'),
    "no hints": (LESSON.replace("[a nudge, the idea, the shape]", "[]"), "at least one text"),
    "a wide picture": (LESSON.replace("x -> x", "x" * 100), "at most 78 columns"),
    "not ASCII": (LESSON.replace("x -> x", "x \u2192 x"), "must be ASCII"),
    "not YAML": ("meaning: [", "not valid YAML"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_broken_lessons(what: str, lesson: Path, mlgrade: Run) -> None:
    """What is wrong with a lesson is said with the file and, where there is one, the line."""
    text, words = BROKEN[what]
    lesson.write_text(text, encoding="utf-8")
    done = mlgrade("explain", "softmax")
    assert done.returncode == 2
    assert words in done.stderr
    assert "softmax.yml" in done.stderr
