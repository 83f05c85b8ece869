"""Write a OneRoster 1.2 package of grades: manifest, categories, line items and results, in bulk.

The same gradebook gives the same bytes: ids come from the gradebook, and the archive holds no time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import BinaryIO

from mlgrade import tables
from mlgrade.errors import UsageError
from mlgrade.gradebook.columns import Cell, Column, Mark, Row
from mlgrade.lms.exports import fresh
from mlgrade.lms.exports.cells import Words, label, say
from mlgrade.lms.exports.model import Export, Format, Summary
from mlgrade.tables import guard, joined_lines, row
from mlgrade.text import one_line

WORDS = Words(excused="", late=True, comment=True)
FILES = (
    "academicSessions", "categories", "classes", "classResources", "courses", "courseResources", "demographics",
    "enrollments", "lineItemLearningObjectiveIds", "lineItems", "lineItemScoreScales", "orgs", "resources",
    "resultLearningObjectiveIds", "results", "resultScoreScales", "roles", "scoreScales", "userProfiles",
    "userResources", "users",
)  # fmt: skip
WRITTEN = ("categories", "lineItems", "results")
COMMON = ("sourcedId", "status", "dateLastModified")
CATEGORIES = (*COMMON, "title", "weight")
LINE_ITEMS = (
    *COMMON, "title", "description", "assignDate", "dueDate", "classSourcedId", "categorySourcedId",
    "academicSessionSourcedId", "resultValueMin", "resultValueMax", "schoolSourcedId",
)  # fmt: skip
RESULTS = (
    *COMMON, "lineItemSourcedId", "studentSourcedId", "scoreStatus", "score", "scoreDate", "comment", "textScore",
    "classSourcedId", "inProgress", "incomplete", "late", "missing",
)  # fmt: skip
SETTINGS = {
    "class": "sourcedId of the class (needed)",
    "session": "sourcedId of the term or grading period (needed)",
    "school": "sourcedId of the school (needed)",
    "category": "sourcedId of the category (default: mlgrade)",
    "due": "YYYY-MM-DD for columns without a due date, and for results without a date",
    "assigned": "YYYY-MM-DD on which everything was given out (default: the due date)",
}
NEEDED = ("class", "session", "school")


def write(export: Export, to: BinaryIO) -> Summary:
    """Write the file."""
    summary = Summary(format="oneroster", asks="a OneRoster consumer asks nothing; it reports what it refused")
    _check(export)
    with fresh.archive(to) as package:
        fresh.add(package, "manifest.csv", _lines(("propertyName", "value"), _manifest()))
        fresh.add(package, "categories.csv", _lines(CATEGORIES, [_category(export)]))
        fresh.add(package, "lineItems.csv", _lines(LINE_ITEMS, (_line_item(one, export) for one in export.columns)))
        fresh.add(package, "results.csv", _lines(RESULTS, _results(export, summary)))
    return summary


def _check(export: Export) -> None:
    if missing := [name for name in NEEDED if not export.settings.get(name, "").strip()]:
        wanted = ", ".join(f"--set {name}=..." for name in missing)
        raise UsageError(f"oneroster: what the package must name is not known; give {wanted}")
    for column in export.columns:
        if not _due(column, export):
            raise UsageError(f"oneroster: {one_line(column.title)} has no due date; give --set due=YYYY-MM-DD")
    dates = [
        *(column.due for column in export.columns),
        export.settings.get("due", ""),
        export.settings.get("assigned", ""),
    ]
    for text in filter(None, dates):
        _checked_date(text)


def _checked_date(text: str) -> None:
    try:
        fine = date.fromisoformat(text).isoformat() == text
    except ValueError:
        fine = False
    if not fine:
        raise UsageError(f'oneroster: "{one_line(text)}" is not a date as in 2026-10-01')


def _due(column: Column, export: Export) -> str:
    return column.due or export.settings.get("due", "")


def _lines(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[bytes]:
    yield row(head, end="\r\n").encode()
    for cells in rows:
        yield row(cells, end="\r\n").encode()


def _manifest() -> Iterator[tuple[str, str]]:
    yield "manifest.version", "1.0"
    yield "oneroster.version", "1.2"
    for name in FILES:
        yield f"file.{name}", "bulk" if name in WRITTEN else "absent"
    yield "source.systemName", "mlgrade"


def _category(export: Export) -> list[str]:
    category = export.settings.get("category", "mlgrade")
    return [category, "", "", category, ""]


def _line_item(column: Column, export: Export) -> list[str]:
    settings, due = export.settings, _due(column, export)
    dates, points = [settings.get("assigned", due), due], ["0", tables.digits(column.points)]
    places = [settings["class"], settings.get("category", "mlgrade"), settings["session"]]
    title = guard(joined_lines(column.title))
    return [_item_id(column), "", "", title, "", *dates, *places, *points, settings["school"]]


def _item_id(column: Column) -> str:
    return column.key or f"li-{column.id.replace(':', '.')}"


def _results(export: Export, summary: Summary) -> Iterator[list[str]]:
    taken: set[str] = set()
    for one in export.rows:
        if not one.person.lms_id.strip():
            summary.left_out.add(f"{label(one.person)}: has no sourcedId; read the roster from a OneRoster package")
        elif one.person.lms_id in taken:
            summary.left_out.add(f"{label(one.person)}: another student has the same sourcedId")
        else:
            taken.add(one.person.lms_id)
            summary.warn_of_formulas([one.person.lms_id], label(one.person))
            yield from _of_student(one, export, summary)


def _of_student(one: Row, export: Export, summary: Summary) -> Iterator[list[str]]:
    for column in export.columns:
        cell = one.cells.get(column.id)
        if cell is None:
            continue
        # A missing submission has a status of its own here, so `say` must not count it.
        missing = cell.mark is Mark.MISSING
        text = "" if missing else say(cell, column, None, WORDS, summary, label(one.person))
        if text is not None:
            summary.new += bool(text)
            yield _result(one, column, cell, text, export)


STATUS = {Mark.GRADED: "fully graded", Mark.EXCUSED: "exempt", Mark.MISSING: "not submitted"}


def _result(one: Row, column: Column, cell: Cell, score: str, export: Export) -> list[str]:
    item, missing = _item_id(column), cell.mark is Mark.MISSING
    day = found[0] if (found := re.match(r"\d{4}-\d{2}-\d{2}", cell.at)) else _due(column, export)
    return [
        f"r-{item}-{one.person.lms_id}", "", "", item, one.person.lms_id, STATUS[cell.mark], score, day,
        guard(cell.comment), "", export.settings["class"], "false", "false",
        str(cell.late).lower(), str(missing).lower(),
    ]  # fmt: skip


FORMAT = Format(name="oneroster", title="OneRoster 1.2 grade package", suffix=".zip", write=write, settings=SETTINGS)
