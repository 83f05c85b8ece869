"""Write the columns of nbgrader's grade export: one row for each student and item.

Unlike there, cells are quoted, and a missing submission has no score, which would read as a zero.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from mlgrade import tables
from mlgrade.gradebook.columns import Mark, Row
from mlgrade.lms.exports.cells import Words, label, say
from mlgrade.lms.exports.model import Export, Format, Summary
from mlgrade.tables import guard, joined_lines, row

HEAD = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email", "raw_score",
    "late_submission_penalty", "score", "max_score",
)  # fmt: skip


def write(export: Export, to: BinaryIO) -> Summary:
    """Write the file."""
    summary = Summary(format="nbgrader-csv", asks="nbgrader does not read this file; other tools do, and ask nothing")
    to.write(row(HEAD).encode())
    for one in export.rows:
        to.writelines(row(cells).encode() for cells in _rows(one, export, summary))
    return summary


def _rows(one: Row, export: Export, summary: Summary) -> Iterator[list[str]]:
    person = one.person
    names = [guard(joined_lines(person.last_name)), guard(joined_lines(person.first_name))]
    for column in export.columns:
        cell = one.cells.get(column.id)
        score = say(cell, column, None, Words(), summary, label(person))
        if cell is None or score is None:
            continue
        summary.new += bool(score)
        at = cell.at if cell.mark is Mark.GRADED else ""
        penalty = "0.0" if score else ""
        title, student, email = (guard(joined_lines(text)) for text in (column.title, person.student, person.email))
        points = tables.digits(column.points)
        yield [title, column.due, at, student, *names, email, score, penalty, score, points]


FORMAT = Format(name="nbgrader-csv", title="nbgrader's grade table", suffix=".csv", write=write)
