"""Know the cells of a notebook as nbgrader's gradebook knows them."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec
from nbgrader.api import Assignment, GradeCell, Notebook, SolutionCell, SourceCell, TaskCell
from sqlalchemy import create_engine, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

# What nbgrader's gradebook says of the cells of a notebook: which there are, what they are, what they are worth.
#
# It was written from the source notebook, and no student can write to it. What a submitted notebook says of its own
# cells is a claim.


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A cell as nbgrader's gradebook knows it."""

    name: str  # nbgrader's grade_id
    kind: str  # "code" or "markdown"
    source: str
    checksum: str
    locked: bool
    grade: bool
    solution: bool
    task: bool
    points: float

    @property
    def test(self) -> bool:
        """Whether its score comes from its outputs."""
        return self.grade and not self.solution and self.kind == "code"

    @property
    def metadata(self) -> dict[str, Any]:
        """Return nbgrader's metadata of the cell."""
        own = {
            "schema_version": SCHEMA,
            "grade_id": self.name,
            "cell_type": self.kind,
            "checksum": self.checksum,
            "locked": self.locked,
            "grade": self.grade,
            "solution": self.solution,
            "task": self.task,
        }
        return {"nbgrader": own | ({"points": self.points} if self.grade or self.task else {})}


def cells(place: Mapping[str, str]) -> list[Known]:
    """The known cells of a notebook in its order. `place` names its db_url, assignment and notebook."""
    with Session(_engine(place["db_url"])) as session:
        named = (Notebook.name == place["notebook"], Assignment.name == place["assignment"])
        notebook = session.scalars(select(Notebook.id).join(Notebook.assignment).where(*named)).one()

        def points(kind: Any) -> dict[str, float]:
            found = session.execute(select(kind.name, kind.max_score).where(kind.notebook_id == notebook))
            return {name: float(most) for name, most in found}

        grades, tasks = points(GradeCell), points(TaskCell)
        solutions = set(session.scalars(select(SolutionCell.name).where(SolutionCell.notebook_id == notebook)))
        return [
            Known(
                name=cell.name,
                kind=cell.cell_type,
                source=cell.source or "",
                checksum=cell.checksum or "",
                locked=bool(cell.locked),
                grade=cell.name in grades,
                solution=cell.name in solutions,
                task=cell.name in tasks,
                points=(grades | tasks).get(cell.name, 0.0),
            )
            for cell in session.scalars(select(SourceCell).where(SourceCell.notebook_id == notebook))
        ]


@functools.cache
def _engine(db_url: str) -> Engine:
    """One for each gradebook, since most of a query's time goes into making it. It keeps no connection open."""
    return create_engine(db_url, poolclass=NullPool)


# -- marks ---------------------------------------------------------------------------------------------------------

# Which cell is which: nbgrader's metadata of the cells of a course notebook, and back.
#
# A concept has an answer cell and a test cell; a unit has one written answer, which a person grades. nbgrader's scores
# hang on the `grade_id`, so these names must never change while a class is at work.

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
