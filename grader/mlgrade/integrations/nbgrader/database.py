"""nbgrader's gradebook as `init` needs it: what it holds fast, and due dates and students into it."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess  # for the name of its error only
import sys
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from mlgrade.errors import GradebookError
from mlgrade.gradebook.columns import Person
from mlgrade.integrations.nbgrader import records

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
    with records.opened(path) as book:
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
