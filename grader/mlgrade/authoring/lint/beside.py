"""What a course has beside its exercises, where it has it: lessons and study cards."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from mlgrade.authoring.lint import files
from mlgrade.authoring.lint.model import Problem
from mlgrade.course import FILE, Concept, Course, lessons
from mlgrade.course.model import SEED_BITS
from mlgrade.errors import MlgradeError
from mlgrade.study.cards import deck


def lesson(course: Course, concept: Concept) -> list[Problem]:
    """Check the lesson of a concept."""
    return _read(course, partial(lessons.load, course, concept)) if course.lesson(concept.id).exists() else []


def cards(course: Course) -> list[Problem]:
    """Check the study cards of a course."""
    return _read(course, partial(deck.load, course)) if (course.root / deck.FOLDER).is_dir() else []


def seed(course: Course) -> list[Problem]:
    """Note a seed that can be tried out. Of a course whose hidden suites are secret it gives the random inputs away."""
    if course.seed.bit_length() > SEED_BITS // 2 or course.edition:
        return []
    path = course.root / FILE
    lines = path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    line = next((number for number, text in enumerate(lines, 1) if text.startswith("seed:")), 1)
    new = "a new one: python -c 'import secrets; print(secrets.randbits(128))'"
    why = f"whoever tries seeds out can compute the random inputs of hidden checks; {new}"
    return [Problem(str(path), line, f"the seed {course.seed} is short: {why}", note=True)]


def _read(course: Course, load: Callable[[], object]) -> list[Problem]:
    try:
        load()
    except MlgradeError as error:
        return files.of(str(error), course.root, course.root / FILE)
    return []
