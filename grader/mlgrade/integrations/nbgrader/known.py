"""What nbgrader's gradebook says of the cells of a notebook: which there are, what they are, what they are worth.

It was written from the source notebook, and no student can write to it. What a submitted notebook says of its own
cells is a claim.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import msgspec
from nbgrader.api import Assignment, GradeCell, Notebook, SolutionCell, SourceCell, TaskCell
from sqlalchemy import create_engine, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from mlgrade.integrations.nbgrader import marks


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
            "schema_version": marks.SCHEMA,
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
