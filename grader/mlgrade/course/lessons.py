"""What a concept teaches beside its exercise: its card (meaning, formula, picture, sources) and its ladder of hints."""

from __future__ import annotations

from typing import Annotated

import msgspec

from mlgrade.course import Concept, Course
from mlgrade.course.convert import MISSING, Converter, Tree
from mlgrade.errors import CourseError, UsageError

WIDTH = 78  # of a picture; a narrow terminal shows it whole or says that it does not fit
Text = Annotated[str, msgspec.Meta(min_length=1, description="a text")]
Steps = Annotated[list[Text], msgspec.Meta(min_length=1, description="a list of at least one text")]


class Lesson(msgspec.Struct, frozen=True, kw_only=True):
    """One `lessons/<concept>.yml`. Each hint gives away more than the one before."""

    meaning: Text
    formula: Text
    picture: Text
    hints: Steps
    sources: Steps


def load(course: Course, concept: Concept) -> Lesson:
    """Read the lesson of a concept. Raises CourseError with all that is wrong with the file."""
    path = course.lesson(concept.id)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise UsageError(f"this course has no lesson for {concept.id} ({path})") from None
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError([f"{path}: cannot be read: {error}"]) from None
    tree = Tree(text, str(path))
    converter = Converter(tree)
    lesson = converter.value(tree.data, Lesson, "")
    problems = tree.problems + converter.problems
    if lesson is not MISSING:
        problems += _too_wide(lesson, tree)
    if problems:
        raise CourseError(problems)
    result: Lesson = lesson
    return result


def _too_wide(lesson: Lesson, tree: Tree) -> list[str]:
    lines = [*lesson.picture.splitlines(), *lesson.formula.splitlines()]
    wide = [line for line in lines if len(line) > WIDTH or not line.isascii()]
    return [tree.at("picture", f"must be ASCII and at most {WIDTH} columns wide: {line[:40]}") for line in wide[:1]]
