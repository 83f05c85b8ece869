"""Read nbgrader's gradebook."""

from __future__ import annotations

import contextlib
import math
import os
import shutil
import sqlite3
import subprocess  # for the name of its error only
import sys
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from mlgrade.errors import GradebookError, UsageError
from mlgrade.gradebook import addresses
from mlgrade.gradebook.columns import Person
from mlgrade.text import one_line

FILE = "gradebook.db"
_CELLS = """
    select assignment.name, notebook.name, source_cell.name from assignment
    join notebook on notebook.assignment_id = assignment.id
    left join source_cell on source_cell.notebook_id = notebook.id
    where exists (select 1 from submitted_assignment where submitted_assignment.assignment_id = assignment.id)
"""

Cells = dict[str, frozenset[str]]  # of each notebook of a unit


class Book(msgspec.Struct, frozen=True, kw_only=True):
    """`fixed` has the units with submissions: nbgrader takes no new notebook or cell of them, and gives none up."""

    fixed: dict[str, Cells] = {}  # msgspec copies the empty default for each instance
    due: dict[str, datetime] = {}


def look(path: Path) -> Book:
    """What the gradebook knows; nothing, if there is none yet."""
    if not path.exists():
        return Book()
    with opened(path) as book:
        fixed: dict[str, dict[str, set[str]]] = {}
        for unit, notebook, cell in book.execute(_CELLS):
            fixed.setdefault(unit, {}).setdefault(notebook, set()).update({cell} if cell else ())
        due = book.execute("select name, duedate from assignment where duedate is not null").fetchall()
        return Book(
            fixed={unit: {name: frozenset(cells) for name, cells in found.items()} for unit, found in fixed.items()},
            due={unit: datetime.fromisoformat(text).replace(tzinfo=UTC) for unit, text in due},
        )


def fill(path: Path, course_id: str, due: Mapping[str, datetime], people: Sequence[Person]) -> None:
    """Put assignments with their due dates, and students, into nbgrader's gradebook. What is empty here stays there."""
    from nbgrader.api import Gradebook  # late: it takes two seconds, and a dry run needs none of it
    from sqlalchemy.exc import SQLAlchemyError

    try:
        with _alembic(path), Gradebook(f"sqlite:///{path.absolute()}", course_id) as book:
            for unit, at in due.items():
                book.update_or_create_assignment(unit, duedate=at)
            for person in people:
                book.update_or_create_student(person.student, **_known(person))
    except (SQLAlchemyError, OSError, ValueError, subprocess.SubprocessError) as error:
        reason = error.__cause__ or error
        raise GradebookError(
            f"{path}: nbgrader's gradebook cannot be written: {reason}; run it again to go on"
        ) from None


@contextlib.contextmanager
def _alembic(path: Path) -> Iterator[None]:
    """To make a gradebook nbgrader starts a command by its bare name. It lies beside ours, which may be in no PATH."""
    before = os.environ.get("PATH", "")
    reach = os.pathsep.join([str(Path(sys.executable).parent), sysconfig.get_path("scripts"), before])
    if shutil.which("alembic", path=reach) is None:
        raise GradebookError(f"{path}: nbgrader needs the command alembic to make it; pip install 'mlgrade[nbgrader]'")
    os.environ["PATH"] = reach
    try:
        yield
    finally:
        os.environ["PATH"] = before


def _known(person: Person) -> dict[str, str]:
    fields = {
        "first_name": person.first_name,
        "last_name": person.last_name or person.name,  # formgrader sorts by it
        "email": person.email,
        "lms_user_id": person.lms_id,
    }
    return {name: text for name, text in fields.items() if text}


# -- records -------------------------------------------------------------------------------------------------------

# What nbgrader's gradebook holds, read with the standard library alone and never written to.
#
# nbgrader's own way of opening a gradebook makes tables in it. And a file may come from anywhere: it is read as hostile
# bytes, of bounded size and within a bounded number of steps.

VERSIONS = ("e43177bfe90b",)  # of its tables: those of nbgrader 0.9.6, which was tried
MOST_ROWS = 2_000_000
MOST_TEXT = 64 * 1024 * 1024  # bytes of one value: nbgrader keeps whole cells
BUSY_SECONDS = 10.0
STEP, MOST_STEPS = 1_000_000, 20_000  # of SQLite's machine, between two looks at how long it takes
MOST_COMMENT = 200  # characters: its beginning says how an answer stands
TABLES = (
    "assignment", "notebook", "base_cell", "grade_cells", "task_cells", "student", "submitted_assignment",
    "submitted_notebook", "grade", "comment", "alembic_version",
)  # fmt: skip
_GRADES = """
    SELECT student.id, assignment.name, notebook.name, base_cell.name, grade.auto_score, grade.manual_score,
           grade.extra_credit, coalesce(grade_cells.max_score, task_cells.max_score), grade.needs_manual_grade,
           submitted_notebook.late_submission_penalty, submitted_assignment.timestamp, submitted_notebook.id
    FROM grade
    JOIN base_cell ON base_cell.id = grade.cell_id
    LEFT JOIN grade_cells ON grade_cells.id = grade.cell_id
    LEFT JOIN task_cells ON task_cells.id = grade.cell_id
    JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
    JOIN notebook ON notebook.id = submitted_notebook.notebook_id
    JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
    JOIN assignment ON assignment.id = submitted_assignment.assignment_id
    JOIN student ON student.id = submitted_assignment.student_id
    ORDER BY student.id, assignment.name, notebook.name, base_cell.name"""
_COMMENTS = """
    SELECT comment.notebook_id, base_cell.name, substr(comment.auto_comment, 1, ?)
    FROM comment JOIN base_cell ON base_cell.id = comment.cell_id WHERE comment.auto_comment IS NOT NULL"""
_Row = tuple[
    str, str, str, str, float | None, float | None, float | None, float, int, float | None, str | None, str
]  # fmt: skip


class DatabaseRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One graded cell of one student. The penalty is that of the whole notebook; nbgrader knows no other."""

    student: str
    assignment: str
    notebook: str
    cell: str
    auto: float | None
    manual: float | None
    extra: float
    most: float
    waiting: bool  # for a person to grade it, or to look at it again
    penalty: float
    submitted_at: datetime | None
    comments: Mapping[str, str] = {}  # of the autograder, by cell of this notebook; how each begins

    @property
    def score(self) -> float | None:
        """As nbgrader counts it, before the penalty: what a person gave, else the automatic score; extra on top."""
        base = self.auto if self.manual is None else self.manual
        return None if base is None else base + self.extra


def place(where: str) -> Path:
    """The file that a path or a URL of nbgrader's (`sqlite:////home/kim/gradebook.db`) names."""
    scheme, colon, rest = where.partition("://")
    if not colon:
        return Path(where)
    if scheme != "sqlite" or not rest.startswith("/"):  # what follows may hold a password
        raise UsageError(f"{one_line(scheme[:40])}://...: only nbgrader's gradebooks in SQLite files can be read here")
    return Path(rest[1:])


def check(path: Path) -> None:
    """Refuse what is no gradebook of nbgrader, or of a version that was not tried."""
    with opened(path):
        pass


def read(path: Path, *, busy_seconds: float = BUSY_SECONDS) -> list[DatabaseRecord]:
    """All grades of nbgrader's gradebook, by student. Raises GradebookError for what is none, or not whole."""
    shown = one_line(str(path))
    with opened(path, busy_seconds) as book:
        comments = _comments(book, shown)
        try:
            return [_record(row, comments) for row in _bounded(book.execute(_GRADES), shown)]
        except (msgspec.ValidationError, ValueError) as error:
            raise addresses.damaged(shown, f"a grade ({one_line(str(error))})") from None


@contextlib.contextmanager
def opened(path: Path, busy_seconds: float = BUSY_SECONDS) -> Iterator[sqlite3.Connection]:
    """Open it to read. Raises GradebookError for what is none of nbgrader's, or of a version that was not tried."""
    shown = one_line(str(path))
    if not path.is_file():
        fault = "not a file" if path.exists() else "no such file"
        raise GradebookError(f"{shown}: {fault}; name nbgrader's gradebook")
    with addresses.explained(shown), contextlib.closing(_bounds(path, busy_seconds)) as book:
        _check(book, shown)
        yield book


def _bounds(path: Path, busy_seconds: float) -> sqlite3.Connection:
    book = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=busy_seconds)
    book.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MOST_TEXT)
    book.execute("PRAGMA trusted_schema = OFF")
    book.execute("BEGIN")  # all that is read is of one moment
    left = iter(range(MOST_STEPS))
    book.set_progress_handler(lambda: next(left, None) is None, STEP)
    return book


def _check(book: sqlite3.Connection, shown: str) -> None:
    kinds = dict(book.execute("SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view')").fetchmany(1000))
    if {"attempts", "migrations"} <= kinds.keys():
        raise GradebookError(f"{shown}: is a gradebook of mlgrade, not nbgrader's; name nbgrader's")
    if missing := [name for name in TABLES if kinds.get(name) != "table"]:
        raise GradebookError(f"{shown}: is not a gradebook of nbgrader (it has no table {missing[0]})")
    [version] = book.execute("SELECT version_num FROM alembic_version").fetchone() or [""]
    if version not in VERSIONS:
        raise GradebookError(
            f"{shown}: is of a version of nbgrader that was not tried ({one_line(str(version)[:40])}); "
            "nothing was read. "
            f"Tried: {', '.join(VERSIONS)}, that of nbgrader 0.9.6 (`nbgrader db upgrade` brings an older one up)"
        )


def _comments(book: sqlite3.Connection, shown: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for notebook, cell, comment in _bounded(book.execute(_COMMENTS, (MOST_COMMENT,)), shown):
        found.setdefault(str(notebook), {})[str(cell)] = str(comment)
    return found


def _bounded(rows: Iterator[Any], shown: str) -> Iterator[Any]:
    for number, row in enumerate(rows):
        if number >= MOST_ROWS:
            raise GradebookError(f"{shown}: more than {MOST_ROWS} rows; nothing was read")
        yield row


def _record(row: Any, comments: Mapping[str, Mapping[str, str]]) -> DatabaseRecord:
    given = msgspec.convert(row, type=_Row)
    student, assignment, notebook, cell, auto, manual, extra, most, waiting, penalty, when, within = given
    if bad := [one for one in (auto, manual, extra, most, penalty) if one is not None and not math.isfinite(one)]:
        raise ValueError(f"{cell}: {bad[0]} is no number of points")
    return DatabaseRecord(
        student=student,
        assignment=assignment,
        notebook=notebook,
        cell=cell,
        auto=auto,
        manual=manual,
        extra=extra or 0.0,
        most=most,
        waiting=bool(waiting),
        penalty=penalty or 0.0,
        submitted_at=None if when is None else datetime.fromisoformat(when).replace(tzinfo=UTC),
        comments=comments.get(within, {}),
    )
