"""Which cell is which: nbgrader's metadata of the cells of a course notebook, and back.

A concept has an answer cell and a test cell; a unit has one written answer, which a person grades. nbgrader's scores
hang on the `grade_id`, so these names must never change while a class is at work.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

SCHEMA = 3  # of nbgrader's cell metadata; it refuses any key that it does not know
ANSWER, TEST, WRITTEN, TEXT = "answer-", "test-", "written-", "text-"


def answer(concept: str) -> dict[str, Any]:
    """The cell that the student fills in. It has no points: its test cell has them."""
    return _cell(ANSWER + concept, solution=True)


def test(concept: str, points: float) -> dict[str, Any]:
    """The cell whose score is the concept's. What stands in it is never run by a grader."""
    return _cell(TEST + concept, grade=True, locked=True, points=points)


def written(unit: str, points: float) -> dict[str, Any]:
    """An answer in words, graded by a person."""
    return _cell(WRITTEN + unit, grade=True, solution=True, points=points)


def text(name: str) -> dict[str, Any]:
    """Return nbgrader's metadata of a text cell."""
    return _cell(TEXT + name, locked=True)


def cell_id(name: str) -> str:
    """The id that the notebook format gives a cell, the same in every build."""
    return hashlib.sha256(name.encode()).hexdigest()[:12]


def tested(metadata: Mapping[str, Any]) -> str:
    """The concept that a cell is the test of, or "". `metadata` is a cell's, and may be anything."""
    own = metadata.get("nbgrader")
    if not isinstance(own, Mapping) or own.get("grade") is not True or own.get("solution") is not False:
        return ""
    return _after(TEST, own.get("grade_id"))


def _after(prefix: str, grade_id: object) -> str:
    return grade_id.removeprefix(prefix) if isinstance(grade_id, str) and grade_id.startswith(prefix) else ""


def _cell(
    grade_id: str, *, grade: bool = False, solution: bool = False, locked: bool = False, **points: float
) -> dict[str, Any]:
    own = {"schema_version": SCHEMA, "grade_id": grade_id, "grade": grade, "solution": solution, "locked": locked}
    return {"nbgrader": own | {"task": False} | points}
