"""What crosses between the gradebook and an LMS: people, columns, cells, as plain data. Nothing here knows a course."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """One student as an LMS knows them. Every id is text, byte for byte as it was read; "" where there is none.

    `student` is the key of the gradebook and the name of the student's folder.
    """

    student: str
    name: str = ""  # as shown: "Zoë O'Brien-Smythe"
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    login: str = ""  # username, SIS Login ID, OrgDefinedId's companion
    sis_id: str = ""  # student number: SIS User ID, ID number, Student ID, OrgDefinedId, SID
    lms_id: str = ""  # the LMS's own number: Canvas's ID, Moodle's participant number, OneRoster's sourcedId
    section: str = ""


class Mark(StrEnum):
    """What a cell holds beside a score."""

    GRADED = "graded"
    MISSING = "missing"
    EXCUSED = "excused"
    BROKEN = "broken"  # our fault: no score, and no format may write one


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One graded item: a concept, a unit or the whole course."""

    id: str  # stable over exports: "concept:softmax", "unit:attention", "total"
    title: str
    points: float
    due: str = ""  # YYYY-MM-DD, or ""
    key: str = ""  # what the LMS finds its item by, where staff have told us


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One student in one column. `score` is in the column's points, and None unless the mark is graded."""

    mark: Mark
    score: float | None = None
    late: bool = False
    comment: str = ""
    at: str = ""  # when it was graded, ISO 8601 with a time zone, or ""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """The grades of one student, a cell for each column."""

    person: Person
    cells: Mapping[str, Cell]  # by the id of the column; a column that is not there is left alone
