"""What a course has beside its exercises, where it has it: lessons and study cards."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from mlgrade import lessons
from mlgrade.cards import deck
from mlgrade.course import FILE, Concept, Course
from mlgrade.errors import MlgradeError
from mlgrade.lint import places
from mlgrade.lint.model import Problem


def lesson(course: Course, concept: Concept) -> list[Problem]:
    return _read(course, partial(lessons.load, course, concept)) if course.lesson(concept.id).exists() else []


def cards(course: Course) -> list[Problem]:
    return _read(course, partial(deck.load, course)) if (course.root / deck.FOLDER).is_dir() else []


def _read(course: Course, load: Callable[[], object]) -> list[Problem]:
    try:
        load()
    except MlgradeError as error:
        return places.of(str(error), course.root, course.root / FILE)
    return []
