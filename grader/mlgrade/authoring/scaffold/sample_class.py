"""Make the submissions of a small class, to try `grade`, `summary` and `export` on."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path

from mlgrade.course import Concept, Course
from mlgrade.errors import UsageError
from mlgrade.files import is_free, write_folder
from mlgrade.suite.misconceptions import read_misconceptions
from mlgrade.text import one_line

STUDENTS: Mapping[str, str] = {
    "ada": "right everywhere",
    "ben": "a known mistake in each concept that has one",
    "cleo": "the stubs, untouched",
    "dan": "a syntax error in the first concept, nothing else",
    "eve": "an endless loop in the first concept, the rest right",
    "finn": "right in the first half of the concepts, nothing else",
    "gus": "nothing at all",
}
ROSTER = "students.csv"
SUBMISSIONS = "submissions"


def create(target: Path, course: Course) -> None:
    """Write a roster and a folder of submissions into `target`, whole or not at all.

    Raises
    ------
    UsageError
        `target` is not free or cannot be written, or the course is a student edition, which has no solutions.
    """
    shown = one_line(str(target))
    if not is_free(target):
        raise UsageError(f"{shown}: is there already, and not an empty folder; nothing was written")
    try:
        write_folder(target, _files(course))
    except OSError as error:
        raise UsageError(f"{shown}: cannot be written: {error.strerror}") from None


def _files(course: Course) -> dict[str, bytes]:
    rows = [f"{name},{name.capitalize()} Sample\n" for name in STUDENTS]
    files = {ROSTER: "student,name\n" + "".join(rows)}
    concepts = course.concepts
    for number, concept in enumerate(concepts):
        for student, source in _answers(course, concept, first=number == 0).items():
            if student != "finn" or number * 2 < len(concepts):
                files[f"{SUBMISSIONS}/{student}/{concept.id}.py"] = source
    return {place: text.encode() for place, text in files.items()}


def _answers(course: Course, concept: Concept, *, first: bool) -> dict[str, str]:
    try:
        right = course.solution(concept.id).read_text(encoding="utf-8-sig")
        stub = course.exercise(concept.id).read_text(encoding="utf-8-sig")
    except OSError:
        raise UsageError(
            f"{concept.id}: its solution cannot be read; a sample class is made from the staff's course"
        ) from None
    path = course.misconceptions(concept.id)
    known = read_misconceptions(path, right) if path.is_file() else []
    answers = {"ada": right, "ben": known[0].source if known else right, "cleo": stub, "finn": right, "eve": right}
    if first:
        answers["dan"] = right.replace("):", ")", 1)
        answers["eve"] = _endless(right, concept.functions[0])
    return answers


def _endless(source: str, name: str) -> str:
    """Replace the body of a function by a loop that never ends."""
    tree = ast.parse(source)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            node.body = ast.parse("while True:\n    pass").body
    return ast.unparse(tree) + "\n"
